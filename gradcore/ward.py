"""The ward: networks that are sick in known ways, the notebook's own, and a healthy one; each with its verdict."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gradcore.specs import Choice, EntrantSpec, HealthSpec, NetworkSpec


@dataclass(frozen=True)
class Patient:
    """A check that is ready to start."""

    title: str
    complaint: str  # one sentence: what was built, and what is wrong with it
    verdict: str  # that a check of it comes to
    spec: HealthSpec


SGD = EntrantSpec(Choice("SGD"), 0.1)
SLOW_SGD = EntrantSpec(Choice("SGD"), 1e-6)  # with which a signal that explodes can be watched for a while
NOTEBOOK_ADAM = EntrantSpec(Choice("Adam"), 0.001, Choice.of("clip_by_norm", max_norm=1.0))  # its clipnorm
CLIPPED_SGD = EntrantSpec(Choice("SGD"), 0.01, Choice.of("clip_by_global_norm", max_norm=1.0))
DIGITS = Choice("digits")
ADDING = Choice.of("adding_problem", length=40)
ROBUST = NetworkSpec(
    hidden=(128, 128, 128, 128, 64),
    activation="relu",
    kernel_initializer=Choice("he_normal"),
    normalization="batch",
    residual="notebook",
    dropout=(0.1, 0.1, 0.1, 0.1, 0.2),
    head="probabilities",
)


def _stack(depth: int, activation: str = "relu", initializer: Choice | str = "he_uniform") -> NetworkSpec:
    chosen = initializer if isinstance(initializer, Choice) else Choice(initializer)
    return NetworkSpec((64,) * depth, activation, chosen)


def _scaled(gain: float) -> Choice:
    return Choice.of("scaled_normal", gain=gain)


def _recurrent(gain: float, width: int = 20) -> NetworkSpec:
    return NetworkSpec(
        (width,),
        "tanh",
        Choice.of("random_normal", stddev=0.1),
        cell="simple_rnn",
        recurrent_initializer=Choice.of("orthogonal", gain=gain),
    )


WARD: Mapping[str, Patient] = MappingProxyType(
    {
        "notebook": Patient(
            "The notebook's robust network",
            "Residual blocks with batch normalisation, dropout, Adam and clipping, on noise in ten classes.",
            "healthy",
            HealthSpec(Choice("noise_classification"), ROBUST, NOTEBOOK_ADAM, steps=10, batch_size=None),
        ),
        "sigmoid_stack": Patient(
            "Sigmoid stack",
            "Eight sigmoid layers: each passes on less than a quarter of the signal that comes back.",
            "vanishing",
            HealthSpec(DIGITS, _stack(8, "sigmoid", "glorot_uniform"), SGD),
        ),
        "glorot_relu_30": Patient(
            "30 layers of ReLU, Glorot's initialiser",
            "Glorot's variance ignores that ReLU drops half of the signal, thirty times over.",
            "vanishing",
            HealthSpec(DIGITS, _stack(30, "relu", "glorot_uniform"), SGD),
        ),
        "large_init_relu": Patient(
            "ReLU with too large an initialiser",
            "Twelve layers whose weights have four times the variance that keeps the signal.",
            "exploding",
            HealthSpec(DIGITS, _stack(12, "relu", _scaled(8**0.5)), SLOW_SGD),
        ),
        "batchnorm_no_residual_40": Patient(
            "Batch normalisation, 40 layers, no shortcut",
            "Batch normalisation multiplies the gradient by 1.21 a layer; without shortcuts that adds up.",
            "exploding",
            HealthSpec(DIGITS, NetworkSpec((64,) * 40, normalization="batch"), EntrantSpec(SGD.optimizer, 1e-4)),
        ),
        "plain_sum_residual": Patient(
            "Residual stack with a plain sum",
            "24 blocks of x + f(x): each doubles the variance, forward and back.",
            "exploding",
            HealthSpec(DIGITS, NetworkSpec((64,) * 25, residual="plain"), SLOW_SGD),
        ),
        "dying_relu": Patient(
            "Dying ReLU",
            "Biases start so far below zero that most units never fire, on any input.",
            "dead",
            HealthSpec(DIGITS, NetworkSpec((64,) * 4, bias=-6.0), SGD),
        ),
        "saturated_tanh": Patient(
            "Saturated tanh",
            "Weights so large that tanh is flat nearly everywhere.",
            "dead",
            HealthSpec(DIGITS, _stack(4, "tanh", _scaled(20.0)), SGD),
        ),
        "zeros_init": Patient(
            "All zeros",
            "Every hidden weight starts at zero: all units of a layer are one, and stay so.",
            "symmetric",
            HealthSpec(DIGITS, _stack(3, "relu", "zeros"), SGD),
        ),
        "exploding_rnn": Patient(
            "Exploding recurrent network",
            "The recurrent kernel stretches the signal at each of 40 time steps; clipping only stops a blow-up.",
            "exploding",
            HealthSpec(ADDING, _recurrent(2.0, 64), CLIPPED_SGD),
        ),
        "vanishing_rnn": Patient(
            "Vanishing recurrent network",
            "The recurrent kernel shrinks the signal at each of 40 time steps: the first ones teach nothing.",
            "vanishing",
            HealthSpec(ADDING, _recurrent(0.7), EntrantSpec(SGD.optimizer, 0.01)),
        ),
        "high_learning_rate": Patient(
            "Learning rate too high",
            "A small sound network on the diabetes data, whose steps are a hundred times too long.",
            "diverged",
            HealthSpec(Choice("diabetes"), _stack(2), EntrantSpec(SGD.optimizer, 10.0)),
        ),
        "converged": Patient(
            "Converged network",
            "Trained until nothing is left to learn: its gradients are small because its task is done.",
            "converged",
            HealthSpec(DIGITS, _stack(2), EntrantSpec(Choice("Adam"), 0.003), steps=400),
        ),
        "nan_in_data": Patient(
            "NaN in its data",
            "One input in 500 is not a number.",
            "non_finite",
            HealthSpec(DIGITS, _stack(3), SGD, missing_share=0.002),
        ),
        "unused_branch": Patient(
            "Unused branch",
            "A layer beside the others that a forgotten stop_gradient cuts off from the loss.",
            "disconnected",
            HealthSpec(DIGITS, NetworkSpec((64, 64), unused_branch=True), SGD),
        ),
        "healthy_mlp": Patient(
            "Healthy network",
            "Three layers of ReLU with He's initialiser: nothing is wrong with it.",
            "healthy",
            HealthSpec(DIGITS, _stack(3), SGD),
        ),
    }
)

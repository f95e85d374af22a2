"""The treatments: what each changes in the spec of a check, and why that helps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from gradcore.optimizers import learning_rate_of
from gradcore.specs import CONSTANT_RATE, NO_CLIPPING, NO_NETWORK, Choice, EntrantSpec, HealthSpec

RECTIFIERS = ("relu", "leaky_relu", "elu", "gelu", "silu")
SQUASHING = ("sigmoid", "tanh", "softplus")
HE, GLOROT, LSUV = Choice("he_uniform"), Choice("glorot_uniform"), Choice("lsuv")
ADAM = EntrantSpec(Choice("Adam"), 0.003)  # the rate at which it trains best on digits
CLIPPED = Choice.of("clip_by_global_norm", max_norm=1.0)
SLOWER = 100.0  # by which a learning rate that diverges is divided; it ends at the optimizer's default at most
LARGER = 4  # by which a batch grows


@dataclass(frozen=True)
class Treatment:
    """One way to change a check; `apply` returns the spec as it is where there is nothing to change."""

    solution: str
    title: str
    why: str  # one sentence
    apply: Callable[[HealthSpec], HealthSpec]


def _network(spec: HealthSpec, **changed: Any) -> HealthSpec:
    return spec if spec.network == NO_NETWORK else replace(spec, network=replace(spec.network, **changed))


def _dense(spec: HealthSpec, **changed: Any) -> HealthSpec:
    """Change a network without recurrent layers, which take neither shortcuts nor normalisation."""
    return spec if spec.network.cell is not None else _network(spec, **changed)


def _optimizer(spec: HealthSpec, **changed: Any) -> HealthSpec:
    return replace(spec, optimizer=replace(spec.optimizer, **changed))


def _relu(spec: HealthSpec) -> HealthSpec:
    return spec if spec.network.activation in RECTIFIERS else _dense(spec, activation="relu", kernel_initializer=HE)


def _leaky_relu(spec: HealthSpec) -> HealthSpec:
    return _dense(spec, activation="leaky_relu") if spec.network.activation == "relu" else spec


def _residual(kind: str) -> Callable[[HealthSpec], HealthSpec]:
    return lambda spec: _dense(spec, residual=kind) if len(spec.network.hidden) > 1 else spec


def _preactivation(spec: HealthSpec) -> HealthSpec:
    """Make pre-activation blocks, which need their normalisation: without it their sum grows as a plain one does."""
    return _residual("preactivation")(_normalised("batch")(spec)) if len(spec.network.hidden) > 1 else spec


def _normalised(kind: str) -> Callable[[HealthSpec], HealthSpec]:
    return lambda spec: _dense(spec, normalization=kind) if spec.network.normalization is None else spec


def _orthogonal(spec: HealthSpec) -> HealthSpec:
    if spec.network.cell is not None:
        return _network(spec, recurrent_initializer=Choice("orthogonal"))
    gain = 2**0.5 if spec.network.activation in RECTIFIERS else 1.0
    return _network(spec, kernel_initializer=Choice.of("orthogonal", gain=gain))


def _adam(spec: HealthSpec) -> HealthSpec:
    if spec.optimizer.optimizer.name.startswith("Adam"):
        return spec
    return _optimizer(spec, optimizer=ADAM.optimizer, learning_rate=ADAM.learning_rate)


def _attention(spec: HealthSpec) -> HealthSpec:
    return spec if spec.network.cell is None else _adam(_network(spec, pooling="attention"))


def _orthogonal_attention(spec: HealthSpec) -> HealthSpec:
    return spec if spec.network.cell is None else _attention(_orthogonal(spec))


def _clipping(spec: HealthSpec) -> HealthSpec:
    return _optimizer(spec, clip=CLIPPED) if spec.optimizer.clip == NO_CLIPPING else spec


def _lower_learning_rate(spec: HealthSpec) -> HealthSpec:
    default = learning_rate_of(EntrantSpec(spec.optimizer.optimizer))  # NaN where no catalogue has it any more
    lowered = min(learning_rate_of(spec.optimizer) / SLOWER, default)
    return _optimizer(spec, learning_rate=float(f"{lowered:.6g}"))


def _warmup(spec: HealthSpec) -> HealthSpec:
    constant = spec.optimizer.schedule == CONSTANT_RATE
    return _optimizer(spec, schedule=Choice.of("warmup_cosine", warmup=0.1, final=0.0)) if constant else spec


def _larger_batch(spec: HealthSpec) -> HealthSpec:
    return spec if spec.batch_size is None else replace(spec, batch_size=spec.batch_size * LARGER)


_ALL = (
    Treatment("relu", "ReLU with He's initialiser", "ReLU lets all of the signal through where it is active.", _relu),
    Treatment(
        "he_init",
        "He's initialiser",
        "It keeps the mean square of the signal of a ReLU network from layer to layer, there and back.",
        lambda spec: _dense(spec, kernel_initializer=HE),
    ),
    Treatment(
        "glorot_init",
        "Glorot's initialiser",
        "It keeps the signal where the activation is not flat, and draws units that differ.",
        lambda spec: _dense(spec, kernel_initializer=GLOROT),
    ),
    Treatment(
        "lsuv",
        "LSUV initialiser",
        "It scales each layer's weights by data until what comes out has variance 1.",
        lambda spec: _dense(spec, kernel_initializer=LSUV),
    ),
    Treatment(
        "batch_norm",
        "Batch normalisation",
        "It sets the scale of every layer anew, whatever the weights are.",
        _normalised("batch"),
    ),
    Treatment(
        "layer_norm",
        "Layer normalisation",
        "It sets the scale of every layer anew, row by row, whatever the batch is.",
        _normalised("layer"),
    ),
    Treatment(
        "residual_scaled",
        "Shortcuts with scaled branches",
        "The signal comes back along the shortcuts, and branches divided by the root of their number add up to little.",
        _residual("scaled"),
    ),
    Treatment(
        "residual_preactivation",
        "Pre-activation blocks",
        "The signal comes back along clean shortcuts, and each normalised branch adds the less, the deeper it lies.",
        _preactivation,
    ),
    Treatment(
        "orthogonal",
        "Orthogonal initialiser",
        "An orthogonal kernel neither stretches nor shrinks what passes through it.",
        _orthogonal,
    ),
    Treatment(
        "attention",
        "Attention pooling and Adam",
        "With attention every time step is one step away from the loss; Adam then makes use of its small gradients.",
        _attention,
    ),
    Treatment(
        "orthogonal_attention",
        "Orthogonal start, attention pooling and Adam",
        "The recurrent kernel no longer stretches, and every time step is one step away from the loss.",
        _orthogonal_attention,
    ),
    Treatment(
        "adam",
        "Adam",
        "It divides each gradient by its own size, so that layers of unlike gradients take steps alike.",
        _adam,
    ),
    Treatment(
        "clipping",
        "Clipping by the global norm",
        "It bounds the length of a step, whatever the gradient; the gradient itself stays as it is.",
        _clipping,
    ),
    Treatment(
        "lower_learning_rate",
        "Lower learning rate",
        "Steps above 2 / curvature grow from one to the next.",
        _lower_learning_rate,
    ),
    Treatment("warmup", "Warm-up", "The first steps are small, while the loss is most curved.", _warmup),
    Treatment(
        "leaky_relu", "Leaky ReLU", "It is nowhere flat, so a unit that never fires still has a gradient.", _leaky_relu
    ),
    Treatment(
        "zero_bias",
        "Biases from 0",
        "From 0 on half of the units are active on a row, on average.",
        lambda spec: _network(spec, bias=0.0),
    ),
    Treatment(
        "clean_data",
        "Complete data",
        "A single NaN makes the loss, and with it every gradient, not a number.",
        lambda spec: replace(spec, missing_share=0.0),
    ),
    Treatment(
        "connect_branch",
        "No cut branch",
        "What the loss does not depend on only costs time: it is taken out.",
        lambda spec: _network(spec, unused_branch=False),
    ),
    Treatment(
        "larger_batch",
        "Larger batches",
        "The mean of four times as many rows has half of the noise.",
        _larger_batch,
    ),
)
TREATMENTS: Mapping[str, Treatment] = MappingProxyType({entry.solution: entry for entry in _ALL})

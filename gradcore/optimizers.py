"""Catalogue of the optimizers: Keras' names, arguments and defaults, one sentence, the paper."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from gradcore.specs import EntrantSpec, Scalar

COMMON_ARGUMENTS: Mapping[str, Scalar] = MappingProxyType(
    {
        "weight_decay": None,
        "use_ema": False,
        "ema_momentum": 0.99,
        "ema_overwrite_frequency": None,
        "gradient_accumulation_steps": None,
    }
)


@dataclass(frozen=True)
class Optimizer:
    """One Keras optimizer; `elementwise` ones train all seeds as one stacked variable."""

    name: str  # Keras' class name
    summary: str
    reference: str
    hue: int  # its place in the palette of ten, the same on every page
    learning_rate: float = 0.001  # Keras' default
    elementwise: bool = True  # each weight's update depends on that weight's own gradient history alone
    own_arguments: Mapping[str, Scalar] = field(default_factory=dict)  # Keras' defaults

    @property
    def arguments(self) -> Mapping[str, Scalar]:
        """Every argument that an entrant may give, with Keras' default."""
        return {**COMMON_ARGUMENTS, **self.own_arguments}


_ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}
_ENTRIES = (
    Optimizer(
        "SGD",
        "Steps along the negative gradient; momentum adds an average of past steps.",
        "Polyak 1964, https://doi.org/10.1016/0041-5553(64)90137-5",
        hue=0,
        learning_rate=0.01,
        own_arguments={"momentum": 0.0, "nesterov": False},
    ),
    Optimizer(
        "Adam",
        "Divides a running mean of gradients by the root of a running mean of their squares.",
        "Kingma & Ba 2015, https://arxiv.org/abs/1412.6980",
        hue=1,
        own_arguments={**_ADAM, "amsgrad": False},
    ),
    Optimizer(
        "AdamW",
        "Adam with weight decay kept out of the gradient.",
        "Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101",
        hue=2,
        own_arguments={**_ADAM, "amsgrad": False, "weight_decay": 0.004},
    ),
    Optimizer(
        "RMSprop",
        "Divides the gradient by the root of a running mean of its squares.",
        "Tieleman & Hinton 2012, lecture 6.5 of Neural Networks for Machine Learning",
        hue=3,
        own_arguments={"rho": 0.9, "momentum": 0.0, "epsilon": 1e-7, "centered": False},
    ),
    Optimizer(
        "Adagrad",
        "Divides the gradient by the root of the sum of all its past squares.",
        "Duchi, Hazan & Singer 2011, https://jmlr.org/papers/v12/duchi11a.html",
        hue=4,
        own_arguments={"initial_accumulator_value": 0.1, "epsilon": 1e-7},
    ),
    Optimizer(
        "Nadam",
        "Adam with Nesterov's look-ahead momentum.",
        "Dozat 2016, https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ",
        hue=5,
        own_arguments=_ADAM,
    ),
    Optimizer(
        "Lion",
        "Moves every weight by the learning rate, in the direction of the sign of its momentum.",
        "Chen et al. 2023, https://arxiv.org/abs/2302.06675",
        hue=6,
        own_arguments={"beta_1": 0.9, "beta_2": 0.99},
    ),
    Optimizer(
        "Adamax",
        "Adam with the largest recent gradient in place of the root of mean squares.",
        "Kingma & Ba 2015, section 7.1, https://arxiv.org/abs/1412.6980",
        hue=7,
        own_arguments=_ADAM,
    ),
    Optimizer(
        "Adadelta",
        "Scales the gradient by the ratio of recent updates to recent gradients.",
        "Zeiler 2012, https://arxiv.org/abs/1212.5701",
        hue=8,
        own_arguments={"rho": 0.95, "epsilon": 1e-7},
    ),
    Optimizer(
        "Ftrl",
        "Follows the regularised leader: a learning rate of its own for each weight, and sparsity.",
        "McMahan et al. 2013, https://doi.org/10.1145/2487575.2488200",
        hue=8,
        own_arguments={
            "learning_rate_power": -0.5,
            "initial_accumulator_value": 0.1,
            "l1_regularization_strength": 0.0,
            "l2_regularization_strength": 0.0,
            "l2_shrinkage_regularization_strength": 0.0,
            "beta": 0.0,
        },
    ),
    Optimizer(
        "ScheduleFreeAdamW",
        "AdamW that averages its iterates instead of following a learning-rate schedule.",
        "Defazio et al. 2024, https://arxiv.org/abs/2405.15682",
        hue=2,
        learning_rate=0.0025,
        own_arguments={"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8, "warmup_steps": 0},
    ),
    Optimizer(
        "Adafactor",
        "Adam's second moment kept as rows and columns of each matrix, with updates clipped by their size.",
        "Shazeer & Stern 2018, https://arxiv.org/abs/1804.04235",
        hue=4,
        elementwise=False,
        own_arguments={
            "beta_2_decay": -0.8,
            "epsilon_1": 1e-30,
            "epsilon_2": 0.001,
            "clip_threshold": 1.0,
            "relative_step": True,
        },
    ),
    Optimizer(
        "Lamb",
        "Adam with each variable's step scaled to the size of its weights.",
        "You et al. 2020, https://arxiv.org/abs/1904.00962",
        hue=9,
        elementwise=False,
        own_arguments=_ADAM,
    ),
    Optimizer(
        "Muon",
        "Makes the momentum of each matrix orthogonal before it steps; other weights use AdamW.",
        "Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/",
        hue=5,
        elementwise=False,
        own_arguments={
            "adam_beta_1": 0.9,
            "adam_beta_2": 0.999,
            "adam_weight_decay": 0.004,
            "epsilon": 1e-7,
            "weight_decay": 0.004,
            "exclude_embeddings": True,
            "muon_a": 3.4445,
            "muon_b": -4.775,
            "muon_c": 2.0315,
            "adam_lr_ratio": 1,
            "momentum": 0.95,
            "ns_steps": 5,
            "nesterov": True,
            "rms_rate": 0.2,
        },
    ),
)
OPTIMIZERS: Mapping[str, Optimizer] = MappingProxyType({entry.name: entry for entry in _ENTRIES})


def learning_rate_of(entrant: EntrantSpec) -> float:
    """Return the learning rate that an entrant asks for, else its optimizer's default; NaN where none is known.

    Example:
        >>> from gradcore.specs import Choice
        >>> learning_rate_of(EntrantSpec(Choice("SGD"))), learning_rate_of(EntrantSpec(Choice("SGD"), 0.3))
        (0.01, 0.3)
    """
    if entrant.learning_rate is not None:
        return entrant.learning_rate
    known = OPTIMIZERS.get(entrant.optimizer.name)
    return known.learning_rate if known else float("nan")

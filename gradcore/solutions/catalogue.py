"""The solutions: the notebook's eight with its scores, what else it names, and ours; what each changes and asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

ESSENTIAL, RECOMMENDED, ADVANCED, MONITORING = "essential", "highly recommended", "advanced", "monitoring"
NAMED, OURS = "named without a score", "ours"


@dataclass(frozen=True)
class Textbook:
    """The notebook's opinion of a solution, each from 1 to 10; its cost from 1 to 4."""

    effectiveness: int
    complexity: int
    cost: int


@dataclass(frozen=True)
class Demands:
    """What a solution asks of whoever uses it, in countable things."""

    parameters: tuple[str, ...] = ()  # new hyper-parameters, by Keras' name or that of our rule
    state: tuple[str, ...] = ()  # new kinds of tensors that are kept
    couplings: tuple[str, ...] = ()  # rules that must be kept for it to work
    differs_at_inference: bool = False
    batch_coupled: bool = False  # whether a row's output depends on the other rows of its batch
    needs_data: bool = False  # whether the start needs rows of the task


@dataclass(frozen=True)
class Solution:
    """One solution; `treatment` is what it changes in a spec, None where it changes no training."""

    id: str
    name: str  # the notebook's, where it has one
    short: str  # for charts
    tier: str
    textbook: Textbook | None
    treatment: str | None  # a name in `gradcore.treatments.TREATMENTS`
    demands: Demands
    why_none: str = ""  # why nothing is to be measured, where it changes no training

    @property
    def is_ours(self) -> bool:
        """Whether the notebook does not name it."""
        return self.tier == OURS


NORM_STATE = ("gamma", "beta")
_ALL = (
    Solution("relu", "ReLU Activation", "ReLU", ESSENTIAL, Textbook(9, 1, 1), "relu", Demands()),
    Solution("he_init", "He Initialization", "He", ESSENTIAL, Textbook(8, 2, 1), "he_init", Demands()),
    Solution(
        "batch_norm",
        "Batch Normalization",
        "BatchNorm",
        RECOMMENDED,
        Textbook(9, 3, 2),
        "batch_norm",
        Demands(
            ("momentum", "epsilon"),
            (*NORM_STATE, "moving mean", "moving variance"),
            ("no bias before it", "batches of two rows or more"),
            differs_at_inference=True,
            batch_coupled=True,
        ),
    ),
    Solution(
        "clipping",
        "Gradient Clipping",
        "Clipping",
        RECOMMENDED,
        Textbook(7, 2, 1),
        "clipping",
        Demands(("max_norm",), couplings=("clip before the optimizer's moments",)),
    ),
    Solution(
        "adam",
        "Adam Optimizer",
        "Adam",
        ESSENTIAL,
        Textbook(8, 2, 1),
        "adam",
        Demands(("beta_1", "beta_2", "epsilon"), ("mean of the gradient", "mean of its square")),
    ),
    Solution(
        "residual",
        "Residual Connections",
        "Residual",
        ADVANCED,
        Textbook(9, 4, 2),
        "residual",
        Demands(couplings=("equal widths, or a projection", "a scale or a norm where there are many")),
    ),
    Solution(
        "lsuv",
        "LSUV Initialization",
        "LSUV",
        ADVANCED,
        Textbook(8, 5, 3),
        "lsuv",
        Demands(("tolerance", "iterations"), needs_data=True),
    ),
    Solution(
        "attention",
        "Attention Mechanisms",
        "Attention",
        ADVANCED,
        Textbook(9, 8, 4),
        "attention",
        Demands(state=("query",), couplings=("a sequence to attend to",)),
    ),
    Solution(
        "schedule",
        "Learning Rate Scheduling",
        "Cosine schedule",
        RECOMMENDED,
        None,
        "schedule",
        Demands(("steps", "final"), couplings=("the number of steps is fixed beforehand",)),
    ),
    Solution("sgd", "SGD", "SGD", NAMED, None, "sgd", Demands()),
    Solution("dropout", "Dropout", "Dropout", NAMED, None, "dropout", Demands(("rate",), differs_at_inference=True)),
    Solution(
        "adaptive_clipping",
        "Adaptive Clipping",
        "Adaptive clipping",
        MONITORING,
        None,
        "adaptive_clipping",
        Demands(
            ("percentile", "history", "min_clip", "max_clip", "warmup", "warmup_clip"),
            ("norms of past steps",),
            ("clip before the optimizer's moments",),
        ),
    ),
    Solution(
        "health_monitoring",
        "Gradient Health Monitoring",
        "Monitoring",
        MONITORING,
        None,
        None,
        Demands(),
        "It changes nothing in training: it shows what to treat.",
    ),
    Solution(
        "training_diagnostics",
        "Training Diagnostics",
        "Diagnostics",
        MONITORING,
        None,
        None,
        Demands(),
        "It changes nothing in training: it says why a treatment works.",
    ),
    Solution(
        "layer_norm",
        "Layer normalisation",
        "LayerNorm",
        OURS,
        None,
        "layer_norm",
        Demands(("epsilon",), NORM_STATE),
    ),
    Solution("rms_norm", "RMS normalisation", "RMSNorm", OURS, None, "rms_norm", Demands(("epsilon",), ("gamma",))),
    Solution(
        "residual_scaled",
        "Residual connections, scaled by 1/sqrt(L)",
        "Scaled residual",
        OURS,
        None,
        "residual_scaled",
        Demands(couplings=("equal widths, or a projection",)),
    ),
    Solution("orthogonal", "Orthogonal initialisation", "Orthogonal", OURS, None, "orthogonal", Demands(("gain",))),
    Solution("warmup", "Warm-up", "Warm-up", OURS, None, "warmup", Demands(("warmup", "final"))),
    Solution("weight_decay", "Weight decay", "Weight decay", OURS, None, "weight_decay", Demands(("weight_decay",))),
    Solution(
        "clip_by_variable",
        "Clipping each variable",
        "Clip by variable",
        OURS,
        None,
        "clip_by_variable",
        Demands(("max_norm",), couplings=("clip before the optimizer's moments",)),
    ),
)
SOLUTIONS: Mapping[str, Solution] = MappingProxyType({one.id: one for one in _ALL})
NOTEBOOK = tuple(one.id for one in _ALL if one.textbook)  # the eight that it scores, in its order

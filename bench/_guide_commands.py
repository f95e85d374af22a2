"""The commands behind the figures of the guide."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bench._guide_reading import Values, check, one_step, race, stream, treated

SCENARIOS = ("normal", "large", "explosive", "mixed", "non_finite")


@dataclass(frozen=True)
class Figure:
    """One command of the product and what is kept of its answer."""

    name: str
    arguments: tuple[str, ...]
    read: Callable[[Mapping[str, Any]], Values]
    spec: Mapping[str, Any] | None = None

    @property
    def command(self) -> str:
        """As a reader would type it; a spec of several lines is named by its figure."""
        typed = f"gradcore {' '.join(self.arguments)}"
        return typed if self.spec is None else f"python -m bench.guide_figures --only {self.name}"


def _health(name: str) -> Figure:
    return Figure(f"h_{name}", ("health", "--preset", name), check)


def _checked(name: str, depth: int, rate: float = 0.1, **network: Any) -> Figure:
    spec = {
        "task": {"name": "digits"},
        "network": {"hidden": {"width": 64, "depth": depth}, **network},
        "optimizer": {"optimizer": "SGD", "learning_rate": rate},
    }
    return Figure(f"s_{name}", ("health", "--spec", "-"), check, spec)


def _in_millionths() -> Figure:
    """The healthy network, trained step for step as ever, with a loss in other units."""
    spec = {
        "task": {"name": "digits"},
        "network": {"hidden": [64, 64, 64]},
        "optimizer": {"optimizer": "SGD", "learning_rate": 1e5},
        "loss_scale": 1e-6,
    }
    return Figure("s_scaled", ("health", "--spec", "-"), check, spec)


def _treated(patient: str, solution: str) -> Figure:
    return Figure(f"t_{patient}_{solution}", ("health", "--preset", patient, "--treat", solution), treated)


def _race(name: str) -> Figure:
    return Figure(f"r_{name}", ("race", "--preset", name), race)


def _raced(name: str, entrants: list[dict[str, Any]], seeds: int = 5, **spec: Any) -> Figure:
    asked = {
        "task": {"name": "digits"},
        "network": {"hidden": [128, 64]},
        "seeds": seeds,
        "steps": 200,
        "batch_size": 64,
    }
    return Figure(f"q_{name}", ("race", "--spec", "-"), race, {**asked, "entrants": entrants, **spec})


def _clip(name: str, read: Callable[[Mapping[str, Any]], Values], **spec: Any) -> Figure:
    return Figure(f"c_{name}", ("clip", "--spec", "-"), read, spec)


def _phases(normal: int, explosion: int, recovery: int) -> dict[str, Any]:
    phases = [
        {"name": "normal", "steps": normal, "scale": 1.0},
        {"name": "rise", "steps": 0, "from": 1.0, "to": 3.0},
        {"name": "explosion", "steps": explosion, "scale": 100.0, "exponential": 0.0},
        {"name": "recovery", "steps": recovery, "from": 1.0, "to": 1.0},
    ]
    return {"kind": "notebook", "seed": 42, "phases": phases}


_SGD, _MOMENTUM = (
    {"optimizer": "SGD", "learning_rate": 0.01},
    {"optimizer": "SGD", "learning_rate": 0.01, "momentum": 0.9},
)
_SIX = [
    _SGD,
    {**_MOMENTUM, "label": "SGD + Momentum"},
    {"optimizer": "Adam", "learning_rate": 0.001},
    {"optimizer": "AdamW", "learning_rate": 0.001, "weight_decay": 0.01},
    {"optimizer": "RMSprop", "learning_rate": 0.001},
    {"optimizer": "Adagrad", "learning_rate": 0.01},
]
_FAST = {**_MOMENTUM, "learning_rate": 0.1}
_RULES = [
    {"rule": "clip_by_value", "max_value": 10},
    {"rule": "clip_by_norm", "max_norm": 5},
    {"rule": "clip_by_global_norm", "max_norm": 5},
    {"rule": "ten_percent"},
]
_PERCENTILE = {"rule": "adaptive_percentile", "percentile": 95, "history": 100, "max_clip": 1e6}
FIGURES: tuple[Figure, ...] = (
    *(
        _health(name)
        for name in (
            "notebook", "sigmoid_stack", "glorot_relu_30", "large_init_relu", "batchnorm_no_residual_40",
            "plain_sum_residual", "dying_relu", "saturated_tanh", "zeros_init", "exploding_rnn", "vanishing_rnn",
            "high_learning_rate", "converged", "nan_in_data", "unused_branch", "healthy_mlp",
        )
    ),
    *(
        _race(name)
        for name in (
            "notebook", "default", "why_momentum", "badly_scaled", "first_step", "weight_decay", "rate_too_high",
            "exploding_rnn",
        )
    ),
    _checked("he36", 36, kernel_initializer="he_uniform"),
    _checked("he30", 30, kernel_initializer="he_uniform"),
    _checked("bn40res", 40, normalization="batch", residual="scaled"),
    _in_millionths(),
    _raced(
        "schedule",
        [
            {**_FAST, "label": "constant"},
            {**_FAST, "schedule": "cosine", "label": "cosine"},
            {"optimizer": "Adam", "learning_rate": 0.003, "label": "Adam constant"},
            {"optimizer": "Adam", "learning_rate": 0.003, "schedule": "cosine", "label": "Adam cosine"},
        ],
        seeds=10,
    ),
    _raced(
        "schedule_noise",
        [{**_MOMENTUM, "label": "constant"}, {**_MOMENTUM, "schedule": "cosine", "label": "cosine"}],
        seeds=10,
        steps=1000,
        batch_size=8,
    ),
    _raced(
        "rotated",
        [{"optimizer": "SGD", "learning_rate": 1.9e-4}, {"optimizer": "Adam", "learning_rate": 0.1}],
        task={"name": "quadratic", "condition": 1e4, "dimension": 10, "rotated": True},
        network={},
        steps=500,
        batch_size=None,
    ),
    _raced(
        "sigmoid8",
        [_SGD, {**_MOMENTUM, "label": "SGD + Momentum"}, _SIX[2], _SIX[4]],
        network={"hidden": {"width": 64, "depth": 8}, "activation": "sigmoid", "kernel_initializer": "glorot_uniform"},
    ),
    _raced("six_given", _SIX),
    _raced("six_tuned", _SIX, learning_rates="tuned"),
    *(
        _treated(*pair)
        for pair in (
            ("sigmoid_stack", "relu"), ("glorot_relu_30", "he_init"), ("large_init_relu", "lsuv"),
            ("batchnorm_no_residual_40", "residual_scaled"), ("plain_sum_residual", "residual_scaled"),
            ("vanishing_rnn", "attention"), ("dying_relu", "leaky_relu"),
            ("sigmoid_stack", "adam"),
            ("sigmoid_stack", "lsuv"), ("glorot_relu_30", "clipping"), ("zeros_init", "glorot_init"),
        )
    ),
    *(_clip(name, one_step, scenario=name, rules=_RULES) for name in SCENARIOS),
    _clip(
        "notebook_stream", stream, stream={"kind": "notebook", "seed": 42},
        rules=[{"rule": "adaptive_percentile", "percentile": 90, "history": 50}],
    ),
    _clip(
        "lasting", stream, stream=_phases(40, 80, 40),
        rules=[_PERCENTILE, {"rule": "clip_by_global_norm", "max_norm": 5}],
    ),
    _clip(
        "steady", stream, stream=_phases(100, 0, 0),
        rules=[{"rule": "autoclip"}, {"rule": "adaptive_percentile", "percentile": 90, "history": 50}],
    ),
    _clip("adagc", stream, stream=_phases(60, 120, 60), rules=[{"rule": "adagc", "warmup": 20}, _PERCENTILE]),
)  # fmt: skip

"""What a network is to be."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

from gradcore import checks
from gradcore.checks import refuse
from gradcore.specs.choice import Choice, Scalar

DEEPEST = 10_000  # layers that the short form may ask for; bounds the memory of a bad spec
TEXTS = ("activation", "cell", "normalization", "normalization_place", "pooling", "head")
PLAIN = ("bias", "unused_branch")
INITIALIZERS = ("kernel_initializer", "recurrent_initializer")


LATER: Mapping[str, Any] = MappingProxyType(  # written only where they are given, so that older specs stay as they are
    {"normalization": None, "normalization_place": "before", "residual": None, "pooling": None, "head": "logits"}
    | {"bias": 0.0, "unused_branch": False}
)
ORTHOGONAL = Choice("orthogonal")  # Keras' own for recurrent kernels
NOTHING: Mapping[str, Any] = MappingProxyType(
    {"hidden": (), "activation": "none", "kernel_initializer": Choice("none")}
)  # names that no catalogue has: a network without hidden layers is another thing


@dataclass(frozen=True)
class NetworkSpec:
    """A stack of hidden layers, dense or recurrent; the task adds the head and the loss. `{}` leaves it to the task.

    Hidden layers may be normalised, joined by shortcuts and thinned by dropout; a sequence may be pooled by attention.

    Example:
        >>> NetworkSpec.from_json({"hidden": [50], "cell": "simple_rnn"}).recurrent_initializer.name
        'orthogonal'
    """

    hidden: tuple[int, ...] = (128, 64)
    activation: str = "relu"
    kernel_initializer: Choice = Choice("he_uniform")
    cell: str | None = None  # of recurrent hidden layers; None = dense ones
    recurrent_initializer: Choice = ORTHOGONAL  # of the kernel from one time step to the next
    normalization: str | None = None  # of each hidden layer
    normalization_place: str = "before"  # its activation, or "after" it
    residual: str | None = None  # kind of the shortcuts
    dropout: float | tuple[float, ...] = 0.0  # after each hidden layer: one rate, or one for each
    pooling: str | None = None  # of time steps; None = the last one of a recurrent network
    head: str = "logits"  # of classes; or "probabilities", a softmax of them
    bias: float = 0.0  # of hidden dense layers at the start
    unused_branch: bool = False  # whether a layer beside the others is cut off from the loss, a stop_gradient forgotten

    def __post_init__(self) -> None:
        for width in self.hidden:
            checks.whole_number("width", width, 1)
        checks.text("activation", self.activation)
        if self.cell is not None:
            checks.text("cell", self.cell)
            if not self.hidden:
                refuse("hidden", "hold at least one width where there is a `cell`", [])
        elif self.recurrent_initializer != ORTHOGONAL:
            refuse("recurrent_initializer", "be left out where there is no `cell`", self.recurrent_initializer.name)
        for name in ("normalization", "residual", "pooling"):
            if getattr(self, name) is not None:
                checks.text(name, getattr(self, name))
        checks.known_name("normalization_place", self.normalization_place, ("before", "after"))
        checks.known_name("head", self.head, ("probabilities", "logits"))
        checks.finite_number("bias", self.bias)
        if not isinstance(self.unused_branch, bool):
            refuse("unused_branch", "be true or false", self.unused_branch)
        self._check_dropout()

    @property
    def rates(self) -> tuple[float, ...]:
        """The dropout rate after each hidden layer."""
        return self.dropout if isinstance(self.dropout, tuple) else (self.dropout,) * len(self.hidden)

    @property
    def is_plain(self) -> bool:
        """Whether it is a stack of layers and nothing else."""
        return (
            self.normalization is None
            and self.residual is None
            and not any(self.rates)
            and self.pooling is None
            and not self.unused_branch
        )

    def _check_dropout(self) -> None:
        if len(self.rates) != len(self.hidden):
            refuse("dropout", f"be one rate, or one for each of the {len(self.hidden)} hidden layers", list(self.rates))
        for rate in self.rates:
            if not 0 <= checks.finite_number("dropout", rate) < 1:
                refuse("dropout", "be at least 0 and below 1", rate)

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Read the JSON form; `hidden` is a list of widths or `{"width": 64, "depth": 20}`."""
        fields = checks.mapping("network", value)
        if not fields:
            return cls(**NOTHING)
        checks.known_keys("network", fields, ("hidden", "residual", "dropout", *PLAIN, *TEXTS, *INITIALIZERS))
        found: dict[str, Any] = {name: fields[name] for name in (*TEXTS, *PLAIN) if name in fields}
        if "hidden" in fields:
            found["hidden"] = _widths(fields["hidden"])
        found |= {name: Choice.from_json(fields[name], "name", name) for name in INITIALIZERS if name in fields}
        if "residual" in fields:
            found["residual"] = {True: "plain", False: None}.get(fields["residual"], fields["residual"])
        if "dropout" in fields:
            given = fields["dropout"]
            found["dropout"] = tuple(given) if isinstance(given, list) else given
        return cls(**found)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form; a dense network's says nothing of recurrence."""
        if self == NO_NETWORK:
            return {}
        found: dict[str, Any] = {
            "hidden": list(self.hidden),
            "activation": self.activation,
            "kernel_initializer": _short(self.kernel_initializer),
        }
        if self.cell is not None:
            found |= {"cell": self.cell, "recurrent_initializer": _short(self.recurrent_initializer)}
        if self.dropout:
            found["dropout"] = list(self.dropout) if isinstance(self.dropout, tuple) else self.dropout
        return found | {name: getattr(self, name) for name, start in LATER.items() if getattr(self, name) != start}


NO_NETWORK = NetworkSpec(**NOTHING)  # as the task has it; some train none


def _short(initializer: Choice) -> dict[str, Scalar] | str:
    return initializer.to_json("name") if initializer.arguments else initializer.name


def _widths(value: Any) -> tuple[int, ...]:
    if isinstance(value, Mapping):
        checks.known_keys("hidden", value, ("width", "depth"))
        width = checks.whole_number("width", value.get("width"), 1)
        depth = checks.whole_number("depth", value.get("depth"), 1)
        if depth > DEEPEST:
            refuse("depth", f"be at most {DEEPEST}", depth)
        return (width,) * depth
    if not isinstance(value, list):
        refuse("hidden", 'be a list of widths or {"width": 64, "depth": 20}', value)
    return tuple(checks.whole_number("width", width, 1) for width in value)

"""What is to be clipped, and by which rules: one step, a stream, or only norms."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

from gradcore import checks
from gradcore.checks import NON_FINITE, refuse
from gradcore.errors import RefusedError
from gradcore.specs.choice import Choice
from gradcore.specs.race import VERSION
from gradcore.specs.stream import StreamSpec
from gradcore.specs.tensor import Tensor

Tensors = tuple[Tensor | None, ...]  # None = this variable has no gradient
SOURCES = ("scenario", "gradients", "stream", "steps", "norms")
LARGEST_NORM = 1e150  # its square is still a float64


@dataclass(frozen=True)
class ClipSpec:
    """One source of gradients, the rules to apply to it, and the weights for rules that need them.

    Example:
        >>> spec = ClipSpec.from_json({"scenario": "normal", "rules": [{"rule": "none"}]})
        >>> spec.source, spec.one_step
        ('scenario', True)
    """

    rules: tuple[Choice, ...]
    scenario: str | None = None
    gradients: Tensors | None = None
    stream: StreamSpec | None = None
    steps: tuple[Tensors, ...] | None = None
    norms: tuple[float, ...] | None = None
    weights: Tensors | None = None

    kind = "clip"

    def __post_init__(self) -> None:
        if not self.rules:
            refuse("rules", "hold at least one clip rule", [])
        given = [name for name in SOURCES if getattr(self, name) is not None]
        if len(given) != 1:
            raise RefusedError(
                f"a clip spec must have one source of {', '.join(SOURCES)}. Received: {' and '.join(given) or 'none'}"
            )
        if self.steps is not None:
            _same_shapes(self.steps)

    @property
    def source(self) -> str:
        """The name of the source that is given."""
        return next(name for name in SOURCES if getattr(self, name) is not None)

    @property
    def one_step(self) -> bool:
        """Whether it is about one step, not a stream."""
        return self.source in ("scenario", "gradients")

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Read the JSON form; refuses unknown keys by name and any version but this one."""
        given = dict(checks.mapping("spec", value))
        checks.known_keys("the clip spec", given, ("version", *(field.name for field in fields(cls))))
        if given.pop("version", VERSION) != VERSION:
            refuse("version", f"be {VERSION}", value["version"])
        rules = given.pop("rules", None)
        if not isinstance(rules, list):
            refuse("rules", "be a list of clip rules", rules)
        found = {key: _READ[key](key, item) for key, item in given.items() if item is not None}
        return cls(tuple(Choice.from_json(rule, "rule", "clip rule") for rule in rules), **found)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "version": VERSION,
            self.source: _WRITE[self.source](getattr(self, self.source)),
            **({"weights": _written(self.weights)} if self.weights is not None else {}),
            "rules": [rule.to_json("rule") for rule in self.rules],
        }


def _tensors(name: str, value: Any) -> Tensors:
    if not isinstance(value, list) or not value:
        refuse(name, "be a list of tensors, at least one", value)
    named = ((f"{name}[{place}]", item) for place, item in enumerate(value))
    return tuple(None if item is None else Tensor.from_json(place, item) for place, item in named)


def _steps(name: str, value: Any) -> tuple[Tensors, ...]:
    if not isinstance(value, list) or not value:
        refuse(name, "be a list of steps, at least one", value)
    return tuple(_tensors(f"{name}[{place}]", step) for place, step in enumerate(value))


def _norms(name: str, value: Any) -> tuple[float, ...]:
    if not isinstance(value, list) or not value:
        refuse(name, "be a list of norms, at least one", value)
    return tuple(_norm(f"{name}[{place}]", item) for place, item in enumerate(value))


def _norm(name: str, value: Any) -> float:
    number = NON_FINITE.get(value, value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, int | float) or number < 0:
        refuse(name, "be a number >= 0", value)
    if number > LARGEST_NORM and not (isinstance(number, float) and math.isinf(number)):
        refuse(name, f"be at most {LARGEST_NORM:g}", value)
    return float(number)


def _written(tensors: Tensors | None) -> list[Any]:
    return [None if tensor is None else tensor.to_json() for tensor in tensors or ()]


def _same_shapes(steps: Sequence[Tensors]) -> None:
    """Refuse a step whose tensors differ in number or shape from those before it; `None` fits every shape."""
    known: list[tuple[int, ...] | None] = [None] * len(steps[0])
    for number, step in enumerate(steps):
        if len(step) != len(known):
            refuse(f"steps[{number}]", f"have {len(known)} tensors, as the first step", len(step))
        for place, tensor in enumerate(step):
            shape = known[place] if tensor is None else tensor.shape
            if known[place] not in (None, shape):
                refuse(f"steps[{number}][{place}]", f"have the shape {known[place]} of the steps before", shape)
            known[place] = shape


_READ: Mapping[str, Callable[[str, Any], Any]] = {
    "scenario": checks.text,
    "gradients": _tensors,
    "stream": lambda _, value: StreamSpec.from_json(value),
    "steps": _steps,
    "norms": _norms,
    "weights": _tensors,
}
_WRITE: Mapping[str, Callable[[Any], Any]] = {
    "scenario": str,
    "gradients": _written,
    "stream": lambda stream: stream.to_json(),
    "steps": lambda steps: [_written(step) for step in steps],
    "norms": list,
}

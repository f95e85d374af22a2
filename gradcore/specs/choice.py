"""A choice: a name from a catalogue with its arguments (a clip rule, an initialiser, a task, an optimizer)."""

from dataclasses import dataclass
from typing import Any, Self

from gradcore import checks
from gradcore.checks import refuse

Scalar = str | int | float | bool | None


@dataclass(frozen=True)
class Choice:
    """A name from a catalogue with its arguments, sorted by key.

    Example:
        >>> Choice.of("clip_by_global_norm", max_norm=1.0).get("max_norm")
        1.0
    """

    name: str
    arguments: tuple[tuple[str, Scalar], ...] = ()

    @classmethod
    def of(cls, name: str, **arguments: Scalar) -> Self:
        """Return a choice from keyword arguments."""
        return cls(name, tuple(sorted(arguments.items())))

    @classmethod
    def from_json(cls, value: Any, tag: str, what: str) -> Self:
        """Read `{tag: name, argument: value, ...}`, or just the name as a text."""
        if isinstance(value, str):
            return cls(checks.text(what, value))
        fields = checks.mapping(what, value)
        if tag not in fields:
            refuse(what, f"name its '{tag}'", dict(fields))
        arguments = {key: _scalar(key, item) for key, item in fields.items() if key != tag}
        return cls.of(checks.text(tag, fields[tag]), **arguments)

    def to_json(self, tag: str) -> dict[str, Scalar]:
        """Return `{tag: name, argument: value, ...}`."""
        return {tag: self.name, **dict(self.arguments)}

    def get(self, argument: str, default: Scalar = None) -> Scalar:
        """Return one argument, or the default."""
        return dict(self.arguments).get(argument, default)


NO_CLIPPING = Choice("none")
CONSTANT_RATE = Choice("constant")  # the learning-rate schedule that is none


def _scalar(name: str, value: Any) -> Scalar:
    if value is not None and not isinstance(value, str | int | float | bool):
        refuse(name, "be a number, a text, true, false or null", value)
    return value

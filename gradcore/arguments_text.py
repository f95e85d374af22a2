"""Arguments as a person types them into one cell: `momentum=0.9, nesterov=true`."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import MappingProxyType

from gradcore.checks import refuse
from gradcore.specs import Scalar

WORDS: Mapping[str, Scalar] = MappingProxyType({"true": True, "false": False, "none": None})


def arguments_text(arguments: Iterable[tuple[str, Scalar]]) -> str:
    """Return arguments as they are typed in a cell.

    Example:
        >>> arguments_text([("momentum", 0.9), ("nesterov", True), ("weight_decay", None)])
        'momentum=0.9, nesterov=true, weight_decay=none'
    """
    return ", ".join(f"{name}={scalar_text(value)}" for name, value in arguments)


def arguments_from_text(text: str) -> dict[str, Scalar]:
    """Return the arguments that a cell holds; RefusedError where it is not a list of `name=value`.

    Example:
        >>> arguments_from_text("momentum=0.9, nesterov=true")
        {'momentum': 0.9, 'nesterov': True}
    """
    found: dict[str, Scalar] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not sign or not name or not value:
            refuse("settings", "be a list such as momentum=0.9, nesterov=true", part)
        if name in found:
            refuse("settings", "name each setting once", name)
        found[name] = scalar_from_text(name, value)
    return found


def scalar_from_text(name: str, text: str) -> Scalar:
    """Return the value that a text stands for, or refuse it under its name.

    Example:
        >>> scalar_from_text("momentum", "0.9"), scalar_from_text("weight_decay", "none")
        (0.9, None)
    """
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    for kind in (int, float):
        with suppress(ValueError):
            return kind(text)
    return refuse(name, "be a number, true, false or none", text)


def scalar_text(value: Scalar) -> str:
    """Return a value as it is typed: `true`, `none`, or a number from which the same float is read again.

    Example:
        >>> scalar_text(True), scalar_text(1e-7)
        ('true', '1e-07')
    """
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)

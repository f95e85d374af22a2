"""Checks that turn bad input into one sentence: what must hold, and what was received."""

import difflib
import math
import sys
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from gradcore.errors import RefusedError

NON_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def refuse(name: str, must: str, received: Any) -> NoReturn:
    """Raise the refusal of one value.

    Example:
        >>> refuse("max_norm", "be > 0", -1)
        Traceback (most recent call last):
        gradcore.errors.RefusedError: `max_norm` must be > 0. Received: max_norm=-1
    """
    shown = repr(received)
    shown = shown if len(shown) <= 80 else shown[:77] + "..."
    raise RefusedError(f"`{name}` must {must}. Received: {name}={shown}")


def whole_number(name: str, value: Any, least: int) -> int:
    """Return `value` when it is an integer >= `least`; `True` and 3.0 are not integers here."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        refuse(name, f"be a whole number >= {least}", value)
    return value


def finite_number(name: str, value: Any, above: float | None = None) -> float:
    """Return `value` as a float when it is a finite number (and > `above`, where given).

    Example:
        >>> finite_number("learning_rate", 1, above=0)
        1.0
    """
    must = "be a finite number" + ("" if above is None else f" > {above:g}")
    number = NON_FINITE.get(value, value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, int | float):
        refuse(name, must, value)
    finite = abs(number) <= sys.float_info.max  # not NaN, infinite, or an integer that no float can hold
    if not finite or (above is not None and not number > above):
        refuse(name, must, number)
    return float(number)


def text(name: str, value: Any) -> str:
    """Return `value` when it is a non-empty string."""
    if not isinstance(value, str) or not value.strip():
        refuse(name, "be a non-empty text", value)
    return value


def mapping(name: str, value: Any) -> Mapping[str, Any]:
    """Return `value` when it is an object with text keys."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        refuse(name, "be an object with named values", value)
    return value


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the nearest known word, or an empty text.

    Example:
        >>> suggestion("Adm", ["Adam", "SGD"])
        "; did you mean 'Adam'?"
    """
    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.5)
    return f"; did you mean '{by_lower[close[0]]}'?" if close else ""


def known_keys(where: str, value: Mapping[str, Any], known: Iterable[str]) -> None:
    """Refuse the first key of `value` that is not known, and name the nearest one that is."""
    names = list(known)
    for key in value:
        if key not in names:
            raise RefusedError(f"unknown key '{key}' in {where}{suggestion(key, names) or '.'}")


def known_name(what: str, name: str, known: Iterable[str]) -> None:
    """Refuse a name that no catalogue has, and say the nearest one or all of them."""
    names = list(known)
    if name not in names:
        hint = suggestion(name, names) or f"; known: {', '.join(names)}."
        raise RefusedError(f"unknown {what} '{name}'{hint}")

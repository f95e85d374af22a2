"""Figures of the guide: what `python -m bench.guide_figures` measured, put into the sentences that cite it."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from gradcore import strict_json
from gradcore.guide import accuracy, effects
from gradcore.titles import number, percent, typeset
from gradcore.verdict_titles import verdict_title

PLACE = re.compile(r"\{(\w+)\.(\w+)(%|!)?\}")  # {figure.value}, as a share with %, and with two digits with !
Value = float | str
ARCHIVE = "figures.json"


@cache
def document() -> Mapping[str, Any]:
    """Return what was measured: when, with which versions, and of each figure its command and values."""
    text = files("gradcore").joinpath("guide", ARCHIVE).read_text(encoding="utf-8")
    found: Mapping[str, Any] = strict_json.loads(text)
    return found


def places(sentence: str) -> list[tuple[str, str]]:
    """Return the figures and values that a sentence cites.

    Example:
        >>> places("a = {sigmoid.least_a} of {sigmoid.layers}")
        [('sigmoid', 'least_a'), ('sigmoid', 'layers')]
    """
    return [(figure, value) for figure, value, _ in PLACE.findall(sentence)]


def value(figure: str, name: str) -> Value:
    """Return a value of a figure; KeyError where it was not measured."""
    others: Mapping[str, Callable[[], Mapping[str, Value]]] = {"rules": accuracy.values, "solutions": effects.values}
    if figure in others:
        return others[figure]()[name]
    found: Value = document()["figures"][figure]["values"][name]
    return found


def told(sentence: str) -> str:
    """Return a sentence with its numbers in place, safe in Markdown."""
    return PLACE.sub(lambda match: _text(value(match[1], match[2]), match[2], match[3]), sentence)


def _text(found: Value, name: str, how: str | None) -> str:
    if isinstance(found, str) and name.startswith("verdict"):
        title = verdict_title(found)
        return title[0].lower() + title[1:]
    if isinstance(found, str):
        return {"Infinity": "Inf", "-Infinity": "-Inf"}.get(found, found.replace("_", " "))
    text = percent(found).replace(" ", "\u00a0") if how == "%" else number(found, 2 if how == "!" else 3)
    return typeset(text)

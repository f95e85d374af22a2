"""How rules look where many stand in one chart: each its colour, and besides it a marker and dash of its own."""

from collections.abc import Sequence
from dataclasses import replace

from gradcore.clipping import CLIP_RULES
from gradcore.figures.theme import DASHES, MARKERS, Style, rule_styles


def rule_looks(names: Sequence[str]) -> tuple[Style, ...]:
    """Return a style for each rule; marker and dash follow its place in the catalogue, so that they never change.

    Example:
        >>> [(look.marker, look.dash) for look in rule_looks(["clip_by_value", "clip_by_norm"])]
        [('square', 'dash'), ('diamond', 'dot')]
    """
    known = list(CLIP_RULES)
    places = [known.index(name) if name in known else len(known) for name in names]
    return tuple(
        replace(style, marker=MARKERS[place % len(MARKERS)], dash=DASHES[place % len(DASHES)])
        for style, place in zip(rule_styles(names), places, strict=True)
    )

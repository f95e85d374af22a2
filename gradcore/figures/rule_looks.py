"""How rules look and are named where many stand in one chart: each its colour, marker and dash."""

from collections.abc import Sequence
from dataclasses import replace

from gradcore.clipping import CLIP_RULES
from gradcore.figures.theme import DASHES, MARKERS, Style, names, rule_styles

MOST_NAMES = 3  # of rules in one title


def rule_looks(rules: Sequence[str]) -> tuple[Style, ...]:
    """Return a style for each rule; marker and dash follow its place in the catalogue, so that they never change.

    Example:
        >>> [(look.marker, look.dash) for look in rule_looks(["clip_by_value", "clip_by_norm"])]
        [('square', 'dash'), ('diamond', 'dot')]
    """
    known = list(CLIP_RULES)
    places = [known.index(name) if name in known else len(known) for name in rules]
    return tuple(
        replace(style, marker=MARKERS[place % len(MARKERS)], dash=DASHES[place % len(DASHES)])
        for style, place in zip(rule_styles(rules), places, strict=True)
    )


def rule_names(titles: Sequence[str]) -> str:
    """Return few rules by their names, many by their number.

    Example:
        >>> rule_names(["ZClip", "AdaGC"]), rule_names(["By value", "Per tensor", "ZClip", "AdaGC"])
        ('ZClip and AdaGC', '4 rules')
    """
    return names(titles) if len(titles) <= MOST_NAMES else f"{len(titles)} rules"

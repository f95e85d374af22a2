"""Names beside lines and points: how much room they take, and where they do not cover each other."""

import math
from collections.abc import Sequence

LABEL_HEIGHT = 17  # px of one line at the type size
LETTER = 7.2  # px of a letter, rather too wide than too narrow
POINT = 16  # px that a large marker takes
Box = tuple[float, float, float, float]  # left, bottom, right, top
SIDES = ("right", "left", "above", "below")


def label_width(labels: Sequence[str]) -> int:
    """Return the px that the longest label takes at the type size, with room on both sides."""
    longest = max((len(part) for label in labels for part in label.split("<br>")), default=0)
    return 20 + math.ceil(longest * 7.2)


def beside(
    points: Sequence[tuple[float, float]], labels: Sequence[str], right: float, crowded: str = "right"
) -> list[str]:
    """Return for each point (px) the side on which its name covers no other point or name; `crowded` if there is none.

    Example:
        >>> beside([(60, 0), (90, 0), (300, 0)], ["SGD", "Adam", "Lion"], right=330)
        ['left', 'right', 'left']
    """
    taken = [_around(point) for point in points]
    sides = []
    for own, (point, label) in enumerate(zip(points, labels, strict=True)):
        others = [box for index, box in enumerate(taken) if index != own]
        boxes = {side: _box(point, label, side) for side in SIDES}
        inside = {side: box for side, box in boxes.items() if box[0] >= 0 and box[2] <= right}
        free = [side for side, box in inside.items() if not any(_overlap(box, one) for one in others)]
        sides.append(free[0] if free else crowded)
        taken += [boxes[sides[-1]]] if sides[-1] else []
    return sides


def _around(point: tuple[float, float]) -> Box:
    x, y = point
    return x - POINT / 2, y - POINT / 2, x + POINT / 2, y + POINT / 2


def _box(point: tuple[float, float], label: str, side: str) -> Box:
    (x, y), width, half = point, len(label) * LETTER, LABEL_HEIGHT / 2
    if side in ("right", "left"):
        start = x + POINT * 0.7 if side == "right" else x - POINT * 0.7 - width
        return start, y - half, start + width, y + half
    middle = y + POINT if side == "above" else y - POINT
    return x - width / 2, middle - half, x + width / 2, middle + half


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def spread(places: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Return the places moved apart as little as possible, so that no two overlap and all stay between low and high.

    Example:
        >>> spread([1.0, 1.0, 5.0], [1.0, 1.0, 1.0], 0.0, 6.0)
        [0.5, 1.5, 5.0]
    """
    order = sorted(range(len(places)), key=lambda index: places[index])
    groups: list[list[int]] = []  # of touching labels, each centred on the mean of its places
    for index in order:
        groups.append([index])
        while len(groups) > 1 and _top(groups[-2], places, sizes, low, high) > _bottom(
            groups[-1], places, sizes, low, high
        ):
            last = groups.pop()
            groups[-1] += last
    moved = [0.0] * len(places)
    for group in groups:
        at = _bottom(group, places, sizes, low, high)
        for index in group:
            moved[index] = at + sizes[index] / 2
            at += sizes[index]
    return moved


def _bottom(group: list[int], places: Sequence[float], sizes: Sequence[float], low: float, high: float) -> float:
    """Return the lower edge of a group of touching labels that lies best: the mean of what each alone would want."""
    offset, wanted = 0.0, 0.0
    for index in group:
        wanted += places[index] - offset - sizes[index] / 2
        offset += sizes[index]
    return max(low, min(wanted / len(group), high - offset))


def _top(group: list[int], places: Sequence[float], sizes: Sequence[float], low: float, high: float) -> float:
    return _bottom(group, places, sizes, low, high) + sum(sizes[index] for index in group)

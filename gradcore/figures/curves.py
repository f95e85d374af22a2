"""Curves over steps: seeds to median and band, long runs thinned without losing a peak, end labels kept apart.

Shapes: T steps, S seeds, P points that are drawn (P <= T).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradcore.figures.theme import Style, styles
from gradcore.records import EntrantTrace, Floats

MOST_POINTS = 700  # of one line; more are thinned
BAND_POINTS = 300  # of each edge of a band
LEAST_SEEDS_FOR_A_BAND = 5
DIVERGED = 1000.0  # times the first loss, as in the ranking (contract of the race)
Steps = NDArray[np.int64]


@dataclass(frozen=True)
class Line:
    """Points to draw, in order of step; NaN is a gap."""

    steps: Steps  # (P,)
    values: Floats  # (P,)


@dataclass(frozen=True)
class Curve:
    """One entrant over the steps recorded so far."""

    label: str
    style: Style
    median: Floats  # (T,) NaN where it is not finite
    low: Floats  # (T,) 10 % of the seeds
    high: Floats  # (T,) 90 % of the seeds, Inf where seeds are lost
    seeds: Floats  # (T, S)
    diverged_at: int | None  # the first step at which the median loss has diverged
    lost: tuple[tuple[int, int], ...]  # (first step that is not finite, number of seeds lost there)
    zeros: tuple[int, ...]  # first step of each stretch whose median is 0

    @property
    def trusted(self) -> Floats:
        """The median before it diverged: what the axis must show."""
        return self.median if self.diverged_at is None else self.median[: self.diverged_at]

    @property
    def end(self) -> tuple[int, float] | None:
        """The last step with a finite median above 0, and that median."""
        drawn = np.flatnonzero(self.median > 0)
        return (int(drawn[-1]), float(self.median[drawn[-1]])) if drawn.size else None


def curves(entrants: Sequence[EntrantTrace], measure: str) -> tuple[Curve, ...]:
    """Return the curve of one measure ("loss", "gradient_norm") for every entrant that has steps."""
    found = zip(entrants, styles([entrant.optimizer for entrant in entrants]), strict=True)
    return tuple(_curve(entrant, style, measure) for entrant, style in found if entrant.steps)


def _curve(entrant: EntrantTrace, style: Style, measure: str) -> Curve:
    values: Floats = getattr(entrant, measure)
    finite = np.isfinite(values)
    ordered = np.sort(np.where(finite, values, np.inf), axis=1)
    median = quantile(ordered, 0.5)
    return Curve(
        label=entrant.label,
        style=style,
        median=np.where(np.isfinite(median), median, np.nan).astype(np.float32),
        low=quantile(ordered, 0.1),
        high=quantile(ordered, 0.9),
        seeds=values,
        diverged_at=diverged_at(entrant.loss),
        lost=_lost(finite),
        zeros=tuple(int(step) for step in _starts(median == 0)),
    )


def quantile(ordered: Floats, fraction: float) -> Floats:
    """Return a quantile over the seeds of values sorted along them; Inf stays Inf.

    Example:
        >>> quantile(np.array([[1.0, 2.0, np.inf]], dtype=np.float32), 0.5)
        array([2.], dtype=float32)
    """
    place = (ordered.shape[1] - 1) * fraction
    below = int(place)
    part = np.float32(place - below)
    if part == 0:
        return ordered[:, below]
    return ordered[:, below] * (1 - part) + ordered[:, below + 1] * part


def diverged_at(loss: Floats) -> int | None:
    """Return the first step at which the median seed is not finite or above 1,000 times its first loss, or None."""
    median = quantile(np.sort(np.where(np.isfinite(loss), loss, np.inf), axis=1), 0.5)
    gone = np.flatnonzero(~np.isfinite(median) | (median > DIVERGED * median[0]))
    return int(gone[0]) if gone.size else None


def _lost(finite: NDArray[np.bool_]) -> tuple[tuple[int, int], ...]:
    first = np.argmin(finite, axis=0)[~finite.all(axis=0)]
    steps, counts = np.unique(first, return_counts=True)
    return tuple((int(step), int(count)) for step, count in zip(steps, counts, strict=True))


def _starts(flags: NDArray[np.bool_]) -> Steps:
    return np.flatnonzero(flags & ~np.concatenate([[False], flags[:-1]]))


def thin(values: Floats, points: int = MOST_POINTS) -> Line:
    """Return the smallest and largest value of each of `points` / 2 stretches, so that no peak is lost.

    Example:
        >>> thin(np.array([1, 5, 1, 1, 0, 1], dtype=np.float32), points=4)
        Line(steps=array([0, 1, 3, 4, 5]), values=array([1., 5., 1., 0., 1.], dtype=float32))
    """
    steps = len(values)
    if steps <= points:
        return Line(np.arange(steps), values)
    bounds = np.linspace(0, steps, max(points // 2, 1) + 1).astype(int)
    kept = {0, steps - 1}
    for start, stop in zip(bounds[:-1], bounds[1:], strict=True):
        kept |= _extremes(values[start:stop], start)
    chosen = np.array(sorted(kept))
    return Line(chosen, values[chosen])


def _extremes(stretch: Floats, start: int) -> set[int]:
    """Return the places of the least, the greatest and the first missing value of a stretch."""
    missing = np.isnan(stretch)
    found = {start + int(missing.argmax())} if missing.any() else set()
    if not missing.all():
        found |= {start + int(np.nanargmin(stretch)), start + int(np.nanargmax(stretch))}
    return found


def band(curve: Curve, ceiling: float) -> Line:
    """Return the outline of the band, one closed polygon for each stretch, NaN between; lost seeds reach the ceiling."""
    outline: list[Line] = []
    drawn = np.isfinite(curve.low) & (curve.low > 0)
    for start in _starts(drawn):
        stop = start + int(np.argmin(np.append(drawn[start:], False)))
        upper = thin(np.minimum(curve.high[start:stop], np.float32(ceiling)), BAND_POINTS)
        lower = thin(curve.low[start:stop], BAND_POINTS)
        gap = Line(np.array([start]), np.array([np.nan], dtype=np.float32))
        outline += [
            *([gap] if outline else []),
            Line(upper.steps + start, upper.values),
            Line(lower.steps[::-1] + start, lower.values[::-1]),
        ]
    if not outline:
        return Line(np.array([], dtype=int), np.array([], dtype=np.float32))
    return Line(np.concatenate([part.steps for part in outline]), np.concatenate([part.values for part in outline]))


def reach(found: Sequence[Curve]) -> tuple[float, float]:
    """Return the least and greatest value above 0 that a logarithmic axis must show; (0.1, 1) while there is none."""
    with_band = [curve for curve in found if curve.seeds.shape[1] >= LEAST_SEEDS_FOR_A_BAND and not curve.lost]
    parts = [curve.trusted for curve in found]
    parts += [edge for curve in with_band if curve.diverged_at is None for edge in (curve.low, curve.high)]
    values = np.concatenate(parts) if parts else np.array([])
    values = values[np.isfinite(values) & (values > 0)]
    return (float(values.min()), float(values.max())) if values.size else (0.1, 1.0)


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

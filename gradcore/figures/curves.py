"""Curves over steps: seeds to median and band, long runs thinned without losing a peak, end labels kept apart.

Shapes: T steps, S seeds, P points that are drawn (P <= T).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradcore import ranking
from gradcore.figures.theme import Style, entrant_styles
from gradcore.records import EntrantTrace, Floats

MOST_POINTS = 700  # of one line while a race runs and is sent several times a second; more are thinned
ENDED_POINTS = 1600  # of one line of a race that has ended: two in each pixel column of a large screen's chart
BAND_POINTS = 150  # of each edge of a band, and of the thin line of a seed, while a race runs
ENDED_BAND_POINTS = 400  # when it has ended
LEAST_SEEDS_FOR_A_BAND = 5
LEAVING = 3.0  # times its first value: there a diverging curve leaves the frame, so that it does not flatten the others
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
    low: Floats  # (T,) 10 % of the finite seeds, NaN without any
    high: Floats  # (T,) 90 % of the finite seeds
    seeds: Floats  # (T, S)
    diverged_at: int | None  # the first step at which the median loss has diverged
    lost: tuple[tuple[int, int], ...]  # (first step that is not finite, number of seeds lost there)
    zeros: tuple[int, ...]  # first step of each stretch whose median is 0
    stops: tuple[tuple[int, int], ...] = ()  # (step of a warning, number of seeds stopped there)
    stopped_at: int | None = None  # the step after which there is no median any more, because seeds were stopped

    @property
    def sound(self) -> Floats:
        """The medians before it diverged."""
        return self.median[: self.diverged_at]

    @property
    def end(self) -> tuple[int, float] | None:
        """The last step with a finite median above 0, and that median."""
        drawn = np.flatnonzero(self.median > 0)
        return (int(drawn[-1]), float(self.median[drawn[-1]])) if drawn.size else None


def curves(entrants: Sequence[EntrantTrace], measure: str) -> tuple[Curve, ...]:
    """Return the curve of one measure ("loss", "gradient_norm") for every entrant that has steps."""
    looks = entrant_styles([entrant.label for entrant in entrants], [entrant.optimizer for entrant in entrants])
    found = zip(entrants, looks, strict=True)
    return tuple(_curve(entrant, style, measure) for entrant, style in found if entrant.steps)


def _curve(entrant: EntrantTrace, style: Style, measure: str) -> Curve:
    values: Floats = getattr(entrant, measure)
    finite = np.isfinite(values)
    ordered = np.sort(np.where(finite, values, np.inf), axis=1)
    median = quantile(ordered, 0.5)
    gone, stops = diverged_at(entrant.loss), _stops(entrant)
    stopped = None if gone is None or gone - 1 not in dict(stops) else gone - 1
    return Curve(
        label=entrant.label,
        style=style,
        median=np.where(np.isfinite(median), median, np.nan).astype(np.float32),
        low=finite_quantile(ordered, finite.sum(axis=1), 0.1),
        high=finite_quantile(ordered, finite.sum(axis=1), 0.9),
        seeds=values,
        diverged_at=gone if stopped is None else None,
        lost=_lost(finite | ~entrant.trained),
        zeros=tuple(int(step) for step in _starts(median == 0)),
        stops=stops,
        stopped_at=stopped,
    )


def _stops(entrant: EntrantTrace) -> tuple[tuple[int, int], ...]:
    """Return at which steps seeds were stopped, and how many at each."""
    steps = sorted(step for step in ranking.stops(entrant) if step is not None)
    return tuple((step, steps.count(step)) for step in dict.fromkeys(steps))


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


def finite_quantile(ordered: Floats, counts: Steps, fraction: float) -> Floats:
    """Return a quantile over the first `counts` seeds of each step, NaN where there are none.

    Example:
        >>> finite_quantile(np.array([[1.0, 3.0, np.inf]], dtype=np.float32), np.array([2]), 0.5)
        array([2.], dtype=float32)
    """
    place = np.maximum(counts - 1, 0) * fraction
    below = place.astype(int)[:, None]
    above = np.minimum(below + 1, np.maximum(counts - 1, 0)[:, None])
    low, high = (np.take_along_axis(ordered, index, axis=1)[:, 0] for index in (below, above))
    part = (place - below[:, 0]).astype(np.float32)
    with np.errstate(invalid="ignore"):
        return np.where(counts > 0, low * (1 - part) + high * part, np.float32(np.nan)).astype(np.float32)


def diverged_at(loss: Floats) -> int | None:
    """Return the first step at which the median seed is not finite or above 1,000 times its first loss, or None."""
    median = quantile(np.sort(np.where(np.isfinite(loss), loss, np.inf), axis=1), 0.5)
    return ranking.diverged_at(median[:, None])[0]


def _lost(finite: NDArray[np.bool_]) -> tuple[tuple[int, int], ...]:
    first = np.argmin(finite, axis=0)[~finite.all(axis=0)]
    steps, counts = np.unique(first, return_counts=True)
    return tuple((int(step), int(count)) for step, count in zip(steps, counts, strict=True))


def _starts(flags: NDArray[np.bool_]) -> Steps:
    return np.flatnonzero(flags & ~np.concatenate([[False], flags[:-1]]))


def thin(values: Floats, points: int = MOST_POINTS) -> Line:
    """Return the least, the greatest and the first missing value of each of `points` / 2 stretches: no peak is lost.

    Example:
        >>> thin(np.array([1, 5, 1, 1, 0, 1], dtype=np.float32), points=4)
        Line(steps=array([0, 1, 3, 4, 5]), values=array([1., 5., 1., 0., 1.], dtype=float32))
    """
    steps = len(values)
    if steps <= points:
        return Line(np.arange(steps), values)
    size = -(-steps // (points // 2))
    rows = np.pad(values, (0, -steps % size), mode="edge").reshape(-1, size)
    missing = np.isnan(rows)
    first_missing = missing.argmax(axis=1)[missing.any(axis=1)] + np.flatnonzero(missing.any(axis=1)) * size
    starts = np.arange(len(rows)) * size
    least = np.where(missing, np.inf, rows).argmin(axis=1) + starts
    greatest = np.where(missing, -np.inf, rows).argmax(axis=1) + starts
    kept = np.unique(np.concatenate([[0, steps - 1], least, greatest, first_missing]))
    chosen = kept[kept < steps]
    return Line(chosen, values[chosen])


def edge_of(values: Floats, points: int, *, upper: bool) -> Line:
    """Return the greatest value of each of `points` stretches, the least at a lower edge, and both ends.

    Example:
        >>> edge_of(np.array([1, 5, 1, 1, 0, 1], dtype=np.float32), points=2, upper=True)
        Line(steps=array([0, 1, 3, 5]), values=array([1., 5., 1., 1.], dtype=float32))
    """
    steps = len(values)
    if steps <= points:
        return Line(np.arange(steps), values)
    size = -(-steps // points)
    rows = np.pad(values, (0, -steps % size), mode="edge").reshape(-1, size)
    farthest = rows.argmax(axis=1) if upper else rows.argmin(axis=1)
    kept = np.unique(np.concatenate([[0, steps - 1], farthest + np.arange(len(rows)) * size]))
    chosen = kept[kept < steps]
    return Line(chosen, values[chosen])


def band(curve: Curve, points: int = BAND_POINTS) -> Line:
    """Return the outline of the band: one closed polygon for each stretch without a gap, NaN between them."""
    outline: list[Line] = []
    drawn = np.isfinite(curve.low) & (curve.low > 0)
    for start in _starts(drawn):
        stop = start + int(np.argmin(np.append(drawn[start:], False)))
        upper = edge_of(curve.high[start:stop], points, upper=True)
        lower = edge_of(curve.low[start:stop], points, upper=False)
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
    some_stay = any(curve.diverged_at is None for curve in found)
    parts = [
        curve.sound[curve.sound <= LEAVING * curve.median[0]] if some_stay and curve.diverged_at else curve.sound
        for curve in found
    ]
    whole = [curve for curve in found if curve.diverged_at is None and not curve.lost]
    parts += [
        edge for curve in whole if curve.seeds.shape[1] >= LEAST_SEEDS_FOR_A_BAND for edge in (curve.low, curve.high)
    ]
    values = np.concatenate(parts) if parts else np.array([])
    values = values[np.isfinite(values) & (values > 0)]
    return (float(values.min()), float(values.max())) if values.size else (0.1, 1.0)

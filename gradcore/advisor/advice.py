"""The threshold advisor: recorded gradient norms -> clip rate for every threshold, and one threshold to try.

Shapes: C thresholds.
"""

from dataclasses import dataclass

import numpy as np

from gradcore.advisor.effective import effective
from gradcore.advisor.interval import intervals
from gradcore.advisor.stream import NormStream
from gradcore.advisor.verdict import Verdict, verdict
from gradcore.records import Doubles
from gradcore.specs import Choice

POINTS = 40  # thresholds of the curve
WANTED = 0.05  # clip rate that is asked for unless another one is


@dataclass(frozen=True)
class Rates:
    """Clip rates of some thresholds, each with its interval where one can be given."""

    threshold: Doubles  # (C,) ascending
    rate: Doubles  # (C,) share of the finite steps above it
    low: Doubles  # (C,) lower end of the 95 % interval, NaN where none can be given
    high: Doubles  # (C,)
    steps: Doubles  # (C,) effective steps

    @property
    def events(self) -> Doubles:
        """Effective clip events expected, (C,)."""
        return self.rate * self.steps


@dataclass(frozen=True)
class Suggestion:
    """The threshold for a wanted clip rate."""

    wanted: float
    threshold: float
    rate: float  # of the recorded steps above it: the wanted one, less where norms repeat, more after a blow-up
    interval: tuple[float, float] | None
    steps: float  # effective steps
    events: float  # effective clip events
    verdict: Verdict

    @property
    def rule(self) -> Choice | None:
        """The rule to train with; None where the threshold is 0, which no rule takes."""
        return Choice.of("clip_by_global_norm", max_norm=self.threshold) if self.threshold > 0 else None


@dataclass(frozen=True)
class Advice:
    """What the norms of a stream say about clipping."""

    stream: NormStream
    curve: Rates
    suggestion: Suggestion


def advise(stream: NormStream, wanted: float = WANTED, optimizer: str = "") -> Advice:
    """Return the clip rate for every threshold and the threshold for a wanted rate.

    Args:
        stream: norms before clipping.
        wanted: clip rate, above 0 and below 1.
        optimizer: Keras' name where it is known; the verdict depends on it.

    Example:
        >>> norms = np.exp(np.random.default_rng(0).normal(size=1000))
        >>> found = advise(NormStream.of(norms), wanted=0.1).suggestion
        >>> round(found.threshold, 3), found.rate, [round(end, 3) for end in found.interval]
        (3.42, 0.1, [0.081, 0.121])
    """
    threshold = threshold_to_try(stream, wanted)
    found = rates(stream, np.append(grid(stream), threshold))
    curve = Rates(*(column[:-1] for column in (found.threshold, found.rate, found.low, found.high, found.steps)))
    return Advice(stream, curve, _suggestion(stream, wanted, found, optimizer))


def threshold_to_try(stream: NormStream, wanted: float) -> float:
    """Return the threshold for a wanted rate; where seeds blew up, at most what their ordinary norms allow.

    Example:
        >>> grown = [[5.0], [14.0], [133.0], [7e4], [2e6]]
        >>> threshold_to_try(NormStream.of(grown), 0.25), threshold_to_try(NormStream.of(grown, ends=[4]), 0.25)
        (70000.0, 5.0)
    """
    threshold = stream.threshold_for(wanted)
    held = stream.explosion.threshold_for(wanted) if stream.explosion else None
    return threshold if held is None else min(threshold, held)


def rates(stream: NormStream, thresholds: Doubles) -> Rates:
    """Return the clip rates of these thresholds with their intervals."""
    rate = stream.rates(thresholds)
    found = effective(stream, thresholds)
    low, high = intervals(rate, stream.counted, found)
    return Rates(thresholds, rate, low, high, found.steps)


def grid(stream: NormStream, points: int = POINTS) -> Doubles:
    """Return thresholds whose clip rates are spread evenly in log odds, ascending, each once.

    Example:
        >>> grid(NormStream.of([1.0, 2.0, 3.0, 4.0]), points=4)
        array([1., 2., 3., 4.])
    """
    most = np.log(2.0 * stream.counted + 1)
    shares = 1 / (1 + np.exp(-np.linspace(-most, most, points)))  # of the steps that are below
    places = np.round(shares * (stream.counted - 1)).astype(int)
    found = stream.ordered[places]
    each: Doubles = found[np.append(True, found[1:] > found[:-1])]  # `numpy.unique` sorts, and loads masked arrays
    return each


def _suggestion(stream: NormStream, wanted: float, found: Rates, optimizer: str) -> Suggestion:
    """Return what the last row of the rates says."""
    threshold = float(found.threshold[-1])
    interval = None if np.isnan(found.low[-1]) else (float(found.low[-1]), float(found.high[-1]))
    return Suggestion(
        wanted=wanted,
        threshold=threshold,
        rate=float(found.rate[-1]),
        interval=interval,
        steps=float(found.steps[-1]),
        events=float(found.events[-1]),
        verdict=verdict(stream, threshold, optimizer),
    )

"""What a threshold does to a stream, in a word and a sentence: seat belt, step-size limiter, never, in between."""

from dataclasses import dataclass

from gradcore.advisor.stream import NormStream
from gradcore.records import Doubles
from gradcore.titles import number

RARE, MOST = 0.1, 0.5  # of the steps: up to RARE a seat belt, from MOST on a limiter
LARGE = 2.0  # times the stream's median norm: what a seat belt is for
START, MOSTLY = 0.2, 0.8  # the part of the steps that is the start, and the share of the clipped ones that lie there
NEVER, SEAT_BELT, LIMITER, BETWEEN = "never", "seat belt", "step-size limiter", "in between"


@dataclass(frozen=True)
class Verdict:
    """What a threshold is for a stream."""

    name: str  # "never", "seat belt", "step-size limiter" or "in between"
    rate: float  # share of the steps that are clipped
    size: float  # median clipped norm / median norm of the stream; NaN where nothing is clipped
    scale: float  # median factor of the clipped steps; NaN where nothing is clipped
    sentence: str


def verdict(stream: NormStream, threshold: float, optimizer: str = "") -> Verdict:
    """Return what clipping the global norm at a threshold would be.

    Args:
        stream: the recorded norms.
        threshold: > 0.
        optimizer: Keras' name, "" where it is not known: it decides what always shortening means.

    Example:
        >>> verdict(NormStream.of([1.0] * 99 + [50.0]), 5.0).name
        'seat belt'
    """
    clipped = stream.ordered[stream.ordered > threshold]
    rate = clipped.size / stream.counted
    if not clipped.size:
        return Verdict(NEVER, 0.0, float("nan"), float("nan"), f"Never: no step is above {number(threshold)}.")
    usual, middle = _median(stream.ordered), _median(clipped)
    size, scale = middle / usual if usual > 0 else float("inf"), threshold / middle
    kind = _kind(stream, threshold, rate, size)
    name = LIMITER if rate >= MOST else BETWEEN if kind else SEAT_BELT
    return Verdict(name, rate, size, scale, _sentence(name, kind, rate, size, scale, optimizer))


def _median(ordered: Doubles) -> float:
    """Return the median of what is ordered already; `numpy.median` would sort it, and load masked arrays first."""
    return float(ordered[(ordered.size - 1) // 2] + ordered[ordered.size // 2]) / 2


def early_share(stream: NormStream, threshold: float) -> float:
    """Return how many of the clipped steps are among the first fifth; 0 where there are few steps.

    Example:
        >>> early_share(NormStream.of([9.0, 9.0, 9.0, 9.0, *[1.0] * 16]), 5.0)
        1.0
    """
    above = stream.finite & (stream.norms > threshold)
    if stream.steps < 10 or not above.any():
        return 0.0
    return float(above[: max(1, int(START * stream.steps))].sum() / above.sum())


def _kind(stream: NormStream, threshold: float, rate: float, size: float) -> str:
    """Return what speaks against a seat belt, an empty text where nothing does."""
    if rate > RARE:
        return "frequent"
    if stream.blown_up:
        return "rare, but the run blew up"
    if early_share(stream, threshold) >= MOSTLY:
        return "mostly at the start"
    return "" if size >= LARGE else "rare but ordinary"


def _sentence(name: str, kind: str, rate: float, size: float, scale: float, optimizer: str) -> str:
    acts = f"it acts on {100 * rate:.3g} % of the steps"
    if name == LIMITER:
        return (
            f"Step-size limiter: {acts} and leaves {scale:.2g} of the typical clipped gradient. {_meaning(optimizer)}"
        )
    if name == SEAT_BELT:
        return (
            f"Seat belt: {acts}, and those are large, typically {number(size, 3)} times the median norm. Every other "
            "step passes unchanged."
        )
    return (
        f"In between: {acts}, typically {number(size, 3)} times the median norm: {kind}. It is neither a seat belt "
        "(rare, large events) nor a step-size limiter (most steps)."
    )


def _meaning(optimizer: str) -> str:
    plain = "with SGD that is a smaller learning rate"
    adaptive = "it comes to training on normalised gradients, because it divides by their usual size anyway"
    if not optimizer:
        return f"Where most steps are clipped, {plain}; with Adam and its relatives {adaptive}."
    return f"Where most steps are clipped, {plain}." if optimizer == "SGD" else f"With {optimizer} {adaptive}."

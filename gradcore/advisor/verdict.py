"""What a threshold does to a stream, in a word and a sentence: seat belt, step-size limiter, never, in between."""

from dataclasses import dataclass

import numpy as np

from gradcore.advisor.stream import NormStream

RARE, MOST = 0.1, 0.5  # of the steps: up to RARE a seat belt, from MOST on a limiter
LARGE = 2.0  # times the stream's median norm: what a seat belt is for
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
        return Verdict(NEVER, 0.0, float("nan"), float("nan"), f"Never: no step is above {threshold:.4g}.")
    usual = float(np.median(stream.ordered))
    middle = float(np.median(clipped))
    size, scale = middle / usual if usual > 0 else float("inf"), threshold / middle
    name = LIMITER if rate >= MOST else SEAT_BELT if rate <= RARE and size >= LARGE else BETWEEN
    return Verdict(name, rate, size, scale, _sentence(name, rate, size, scale, optimizer))


def _sentence(name: str, rate: float, size: float, scale: float, optimizer: str) -> str:
    acts = f"it acts on {100 * rate:.3g} % of the steps"
    if name == LIMITER:
        return (
            f"Step-size limiter: {acts} and leaves {scale:.2g} of the typical clipped gradient. {_meaning(optimizer)}"
        )
    if name == SEAT_BELT:
        return (
            f"Seat belt: {acts}, and those are large, typically {size:.3g} times the median norm. Every other step "
            "passes unchanged."
        )
    kind = "frequent" if rate > RARE else "rare but ordinary"
    return (
        f"In between: {acts}, which are {kind}, typically {size:.3g} times the median norm. It is neither a seat belt "
        "(rare, large events) nor a step-size limiter (most steps)."
    )


def _meaning(optimizer: str) -> str:
    plain = "with SGD that is a smaller learning rate"
    adaptive = "it comes to training on normalised gradients, because it divides by their usual size anyway"
    if not optimizer:
        return f"Where most steps are clipped, {plain}; with Adam and its relatives {adaptive}."
    return f"Where most steps are clipped, {plain}." if optimizer == "SGD" else f"With {optimizer} {adaptive}."

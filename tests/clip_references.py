"""The papers' clip rules again, written for reading: one step after the other, histories in lists, everything float64.

Each is a generator function: it takes the tensors of every step and yields the clipped ones. Nothing here is shared
with `gradcore.clipping`.
"""

import math
from collections import deque
from collections.abc import Iterator

import numpy as np

Step = list[np.ndarray]


def length(step: Step) -> float:
    return math.sqrt(sum(float(entry) ** 2 for tensor in step for entry in tensor.ravel()))


def shortened(step: Step, limit: float) -> Step:
    norm = length(step)
    return [tensor * (limit / norm) for tensor in step] if norm > limit else step


def ten_percent(steps: list[Step], fraction: float = 0.1, low: float = 1.0, high: float = 10.0) -> Iterator[Step]:
    """The notebook: `tf.minimum(10.0, tf.maximum(1.0, total_norm * 0.1))`, then clipping by global norm."""
    for step in steps:
        yield shortened(step, min(high, max(low, length(step) * fraction)))


def notebook_class(
    steps: list[Step], percentile: float, history: int, min_clip: float = 0.1, max_clip: float = 10.0
) -> Iterator[Step]:
    """The notebook's `AdaptiveGradientClipper.adaptive_clip`."""
    seen: deque[float] = deque(maxlen=history)
    for step in steps:
        seen.append(length(step))
        if len(seen) >= 10:
            threshold = max(min_clip, min(max_clip, float(np.percentile(list(seen), percentile))))
        else:
            threshold = 1.0
        yield shortened(step, threshold)


def autoclip(steps: list[Step], percentile: float, include_current: bool = True) -> Iterator[Step]:
    """Seetharaman et al. 2020, algorithm 1 (`grad_history.append`, then `np.percentile`)."""
    seen: list[float] = []
    for step in steps:
        known = [*seen, length(step)] if include_current else seen
        seen = [*seen, length(step)]
        yield shortened(step, float(np.percentile(known, percentile))) if known else step


def zclip(
    steps: list[Step],
    alpha: float = 0.97,
    z_threshold: float = 2.5,
    warmup: int = 25,
    max_norm: float | None = None,
) -> Iterator[Step]:
    """Kumar et al. 2025, algorithm 1, as in the authors' `ZClip.step` with `adaptive_scaling`."""
    buffer: list[float] = []
    mean = variance = 0.0
    for step in steps:
        norm, limit = length(step), math.inf if max_norm is None else max_norm
        if len(buffer) < warmup:
            buffer.append(norm)
            if len(buffer) == warmup:
                mean = sum(buffer) / warmup
                variance = sum((x - mean) ** 2 for x in buffer) / warmup
            yield shortened(step, limit)
            continue
        deviation = variance**0.5
        z = (norm - mean) / (deviation + 1e-6)
        target = norm
        if z > z_threshold:
            eta = z / z_threshold
            target = mean + (z_threshold * deviation) / eta
        mean = alpha * mean + (1 - alpha) * target
        variance = alpha * variance + (1 - alpha) * (target - mean) ** 2
        yield shortened(step, min(target, limit))


def adagc(
    steps: list[Step], relative: float = 1.05, absolute: float = 1.0, beta: float = 0.98, warmup: int = 100
) -> Iterator[Step]:
    """Wang et al. 2025, algorithm 1."""
    usual: list[float] = []
    for t, step in enumerate(steps):
        if t < warmup:
            clipped = shortened(step, absolute)
            passed = [length([tensor]) for tensor in clipped]
            usual = [min(old, new) for old, new in zip(usual, passed, strict=True)] if usual else passed
        else:
            clipped = [shortened([g], relative * gamma)[0] for g, gamma in zip(step, usual, strict=True)]
            usual = [beta * old + (1 - beta) * length([g]) for old, g in zip(usual, clipped, strict=True)]
        yield clipped

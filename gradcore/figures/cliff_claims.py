"""What a descent did, in words: for titles and for the sentences under the picture."""

from collections.abc import Sequence

import numpy as np

from gradcore.cliffs import LANDSCAPES, Descent
from gradcore.clipping import CLIP_RULES
from gradcore.figures import theme
from gradcore.figures.theme import number
from gradcore.titles import counted

MOST_SENTENCES = 3
THROWN = 10.0  # times the median step before it: there a step is a throw


def outcome(path: Descent) -> str:
    """Return how a descent ended, as the rest of a sentence about it.

    Example:
        >>> from gradcore.cliffs import descend
        >>> outcome(descend("recurrent", (5.0, -2.2), learning_rate=0.4, steps=120))
        'is thrown 4.58 away at step 21'
    """
    if path.lost_at is not None:
        return f"overflows at step {path.lost_at}"
    thrown = throw(path)
    if path.settled_at is not None:
        return f"arrives at step {path.settled_at}" + (f" after a throw at step {thrown[0]}" if thrown else "")
    if thrown:
        return f"is thrown {number(thrown[1], 3)} away at step {thrown[0]}"
    return f"is at a loss of {number(path.loss[-1], 2)} after {counted(path.steps, 'step')}"


def throw(path: Descent) -> tuple[int, float] | None:
    """Return the longest step and its length, where it is ten times as long as the median of those before it."""
    step, length = path.longest
    finite = path.points[: step + 1]
    before = np.linalg.norm(np.diff(finite[:-1], axis=0), axis=1) if np.isfinite(finite).all() else np.array([])
    return (step, length) if before.size and length > THROWN * float(np.median(before)) else None


def title(paths: Sequence[Descent]) -> str:
    """Return what is seen of descents from the same start: without clipping against one rule, or who arrives."""
    if len(paths) == 1:
        return f"{_title(paths[0])}: the descent {outcome(paths[0])}"
    if len(paths) == 2 and paths[0].rule == "none":
        return _pair_title(*paths)
    arrived = sorted((path for path in paths if path.settled_at is not None), key=lambda path: path.settled_at or 0)
    if not arrived and all(path.lost_at is not None for path in paths):
        return f"No descent arrives: each overflows, the first at step {min(path.lost_at or 0 for path in paths)}"
    if not arrived:
        return f"No descent arrives within {counted(max(path.steps for path in paths), 'step')}"
    who = "Every descent arrives" if len(arrived) == len(paths) else f"{len(arrived)} of {len(paths)} descents arrive"
    if len(arrived) == 1 < len(paths):
        return f"1 of {len(paths)} descents arrives: {_title(arrived[0])}, at step {arrived[0].settled_at}"
    first = [_title(path) for path in arrived if path.settled_at == arrived[0].settled_at]
    return f"{who}, {theme.names(first)} first, at step {arrived[0].settled_at}"


def _pair_title(free: Descent, held: Descent) -> str:
    if not held.clipped.any():
        return f"{_title(held)} changes no gradient: the descent {outcome(free)} either way"
    if free.settled_at is not None and held.settled_at is not None and not throw(free):
        return f"The descent arrives without and with clipping: at step {free.settled_at} and at step {held.settled_at}"
    return f"Without clipping the descent {outcome(free)}; clipped, it {outcome(held)}"


def sentences(landscape: str, paths: Sequence[Descent]) -> list[str]:
    """Return what happened to the first descents, with their numbers, and where the others are."""
    others = len(paths) - MOST_SENTENCES
    rest = [] if others < 1 else [f"The table has {counted(others, 'more rule')}."]
    said = [
        text
        for path in paths[:MOST_SENTENCES]
        for text in (_of_free(landscape, path) if path.rule == "none" else _of_held(path))
    ]
    return said + rest


def _title(path: Descent) -> str:
    return CLIP_RULES[path.rule].title


def _of_free(landscape: str, path: Descent) -> list[str]:
    if path.lost_at is not None:
        last = path.loss[np.isfinite(path.loss)][-1]
        return [
            f"Without clipping the gradient norm is {number(path.norms[0], 3)} at the start, and each step makes the "
            f"next longer: the loss is {number(last, 2)} before step {path.lost_at} and not a finite number after it."
        ]
    found = throw(path)
    end = f"at the last step the loss is {number(path.loss[-1], 2)}"
    if found is None:
        step, length = path.longest
        return [f"Without clipping no step stands out: the longest, step {step}, is {number(length, 3)} long; {end}."]
    step, length = found
    names = LANDSCAPES[landscape].parameters
    place = ", ".join(f"{name} = {number(at, 3)}" for name, at in zip(names, path.points[step], strict=True))
    return [
        f"Without clipping step {step} meets a gradient of norm {number(path.norms[step - 1], 3)} and lands "
        f"{number(length, 3)} away, at {place} and a loss of {number(path.loss[step], 2)}; {end}."
    ]


def _of_held(path: Descent) -> list[str]:
    name, clipped = _title(path), int(path.clipped.sum())
    if not clipped:
        return [f"{name} changes no gradient: its path is the one without clipping."]
    largest = float(path.norms[:-1].max())
    acts = f"{name} changes {clipped} of {counted(path.steps, 'gradient')} (the largest norm is {number(largest, 3)})"
    if path.lost_at is not None:
        return [f"{acts}; the descent {outcome(path)} all the same."]
    end = (
        f"the loss stays below {number(path.target)} from step {path.settled_at} on"
        if path.settled_at is not None
        else f"the loss is {number(path.loss[-1], 2)} at the last step, not below {number(path.target)} for good"
    )
    return [f"{acts}; no step is longer than {number(path.longest[1], 3)}, and {end}."]

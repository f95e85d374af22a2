"""What a preset is to show: two sentences before the race, and two after it that are computed from its numbers.

Shapes: T steps, S seeds, L layers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from gradcore.documents import ranking
from gradcore.notebook_race import notebook_wins
from gradcore.presets import PRESETS
from gradcore.ranking import divergences, median, steps_to_target
from gradcore.records import Doubles, EntrantTrace, RaceTrace
from gradcore.specs import RaceSpec
from gradcore.story_races import LIMIT, MOMENTUM, STEEP, VALLEY
from gradcore.tasks import task_of
from gradcore.titles import counted, number

Sentences = tuple[str, str]


@dataclass(frozen=True)
class Story:
    """A preset with what to look for, and what was seen."""

    name: str  # of the preset
    title: str
    before: Sentences
    after: Callable[[RaceSpec, RaceTrace], Sentences]

    def told(self, spec: RaceSpec, trace: RaceTrace) -> Sentences | None:
        """Return the sentences after the race; None where it is another one, or did not end for every entrant."""
        ended = all(entrant.outcome is not None and entrant.steps == spec.steps for entrant in trace.entrants)
        return self.after(spec, trace) if spec == PRESETS[self.name] and ended else None


def story_of(spec: RaceSpec | None) -> Story | None:
    """Return the story of a race, None where it has none.

    Example:
        >>> story_of(PRESETS["why_momentum"]).title
        'Why momentum'
    """
    return next((story for story in STORIES.values() if PRESETS[story.name] == spec), None)


def _momentum(spec: RaceSpec, trace: RaceTrace) -> Sentences:
    plain, heavy = trace.entrants
    slow, fast = (_steps(spec, entrant) for entrant in (plain, heavy))
    best = ((VALLEY - 1) / (VALLEY + 1)) ** 2
    if slow is None or fast is None:
        missed = plain.label if slow is None else heavy.label
        first = f"{missed} does not reach {_target(spec):g} in {trace.steps} steps."
    else:
        times = f"{slow / fast:.1f} times" if fast else "many times"
        first = f"SGD reaches {_target(spec):g} after {slow:.0f} steps, with momentum after {fast:.0f}: {times} sooner."
    return (
        first,
        f"At each step SGD's loss is multiplied by {_rate(plain):.3f} (theory: {best:.3f}), with momentum by "
        f"{_rate(heavy):.3f} (theory: {MOMENTUM:.3f}).",
    )


def _scaled(spec: RaceSpec, trace: RaceTrace) -> Sentences:
    left = ", ".join(f"{_share(entrant)} with {entrant.label}" for entrant in trace.entrants)
    adam = _steps(spec, trace.entrants[-1])
    solved = f"after {adam:.0f} steps" if adam is not None else "not at all"
    others = sum(_steps(spec, entrant) is not None for entrant in trace.entrants[:-1])
    return (
        f"Of the first loss, {left} is left after {trace.steps} steps.",
        f"Adam reaches {_target(spec):g} {solved}, {_others(others)}; switch on Rotated in the task "
        "and run it again, to see how much of its help hangs on the axes.",
    )


def _first_step(spec: RaceSpec, trace: RaceTrace) -> Sentences:
    adam, large, small = (_first_update(entrant) for entrant in trace.entrants)
    losses = ", ".join(f"{entrant.label} {_loss(entrant)}" for entrant in trace.entrants)
    return (
        f"Measured over all weights, the first update of RMSprop is {large / adam:.2f} times as long as Adam's, with "
        f"the smaller rate {small / adam:.2f} times.",
        f"Validation loss after {trace.steps} steps: {losses}; {_verdict(spec, trace)}.",
    )


def _decay(spec: RaceSpec, trace: RaceTrace) -> Sentences:
    adam, *decayed = trace.entrants
    apart = abs(_last(decayed[0]) / _last(adam) - 1)
    times = ", ".join(f"{entrant.label} {_final(entrant) / _final(adam):.2f} times" for entrant in decayed)
    return (
        f"After {trace.steps} steps the median training losses of {adam.label} and {decayed[0].label} differ by "
        f"{100 * apart:.2g} %.",
        f"Validation loss against Adam's: {times}; {_verdict(spec, trace)}.",
    )


def _too_high(spec: RaceSpec, trace: RaceTrace) -> Sentences:
    wild = trace.entrants[-1]
    finite = np.isfinite(_median_loss(wild)).all()
    grown = f"{_rate(wild):.3f}" if finite else "more than the numbers hold"
    best = min(trace.entrants, key=lambda entrant: np.nan_to_num(_last(entrant), nan=np.inf))
    others = ", ".join(f"{number(_last(one), 3)} at {one.learning_rate:g}" for one in trace.entrants)
    lost = sum(step is not None for step in divergences(wild))
    return (
        f"At {wild.learning_rate:g} each step multiplies the loss by {grown} (theory: "
        f"{(1 - wild.learning_rate * STEEP) ** 2:.3f}); {lost} of {counted(trace.seeds, 'seed')} "
        f"{'counts' if lost == 1 else 'count'} as diverged after {trace.steps} steps.",
        f"Last median losses: {others}; the best of these rates, {best.learning_rate:g}, is "
        f"{100 * best.learning_rate / LIMIT:.0f} % of the limit.",
    )


def _notebook(spec: RaceSpec, trace: RaceTrace) -> Sentences:
    wins = notebook_wins(trace)
    first = max(wins, key=lambda label: wins[label])
    winners = sum(count > 0 for count in wins.values())
    return (
        f"Repeated from {counted(trace.seeds, 'seed')}, the notebook's score crowns {winners} different winners, most "
        f"often {first}: {wins[first]} times.",
        f"{_verdict(spec, trace).capitalize()}.",
    )


def _verdict(spec: RaceSpec, trace: RaceTrace) -> str:
    """Return how many pairs the paired tests tell apart."""
    ranked = ranking(spec, trace)
    pairs = len(ranked) * (len(ranked) - 1) // 2
    apart = pairs - sum(len(place.tied_with) for place in ranked) // 2
    if not apart:
        return f"paired over the seeds, no difference is detected in any of the {pairs} pairs"
    return f"paired over the seeds, {apart} of the {pairs} pairs are told apart"


def _target(spec: RaceSpec) -> float:
    target = task_of(spec.task).target
    assert target is not None  # every story that asks for it has one
    return target


def _steps(spec: RaceSpec, entrant: EntrantTrace) -> float | None:
    """Return the median steps to the target, None where half of the seeds or more miss it."""
    found = [np.inf if step is None else step for step in steps_to_target(entrant.loss, _target(spec))]
    middle = float(np.median(found))
    return middle if np.isfinite(middle) else None


def _median_loss(entrant: EntrantTrace) -> Doubles:
    return np.asarray(np.median(entrant.loss.astype(np.float64), axis=1))


def _last(entrant: EntrantTrace) -> float:
    return float(_median_loss(entrant)[-1])


def _rate(entrant: EntrantTrace) -> float:
    """Return by what a step multiplies the median loss, on average from step 20 until it is too small to tell."""
    loss = _median_loss(entrant)
    told = np.flatnonzero((loss > 1e-25) & np.isfinite(loss))
    first, last = min(20, int(told[-1]) - 1), int(told[-1])
    return float((loss[last] / loss[first]) ** (1 / (last - first)))


def _share(entrant: EntrantTrace) -> str:
    return number(float(_median_loss(entrant)[-1] / _median_loss(entrant)[0]), 2)


def _first_update(entrant: EntrantTrace) -> float:
    """Return the root mean square of the first update's length over layers, each relative to its weights."""
    return float(np.sqrt(np.median(np.square(entrant.update_ratio[0].astype(np.float64)).mean(axis=-1))))


def _final(entrant: EntrantTrace) -> float:
    assert entrant.outcome is not None  # told only when every entrant has ended
    return median(entrant.outcome.validation_loss)


def _loss(entrant: EntrantTrace) -> str:
    return number(_final(entrant), 3)


def _others(found: int) -> str:
    return {0: "none of the others does", 1: "one of the others does"}.get(found, f"{found} of the others do")


_ENTRIES = (
    Story(
        "why_momentum",
        "Why momentum",
        (
            "This valley is 100 times steeper across than along: a step that is safe across is a crawl along it.",
            "SGD takes the rate that theory calls best; momentum adds an average of the steps before.",
        ),
        _momentum,
    ),
    Story(
        "badly_scaled",
        "Why Adam, on a badly scaled problem",
        (
            "The curvature of this loss goes from 1 to 10,000 over its ten coordinates, as in a badly scaled network.",
            "SGD has one learning rate for all of them; Adam divides each coordinate by the size of its own gradients.",
        ),
        _scaled,
    ),
    Story(
        "first_step",
        "RMSprop's large first step",
        (
            "RMSprop starts its average of squared gradients at zero and, unlike Adam, does not correct for that.",
            "Its first step is 1 / √(1 − 0.9) = 3.16 learning rates where the gradient is clear, Adam's is one.",
        ),
        _first_step,
    ),
    Story(
        "weight_decay",
        "AdamW against Adam",
        (
            "AdamW is Adam that also shrinks each weight at each step, by learning rate × decay: one part in 100,000 "
            "at the notebook's decay of 0.01.",
            "Two more entrants decay a hundred and a thousand times as much: from where on does it show?",
        ),
        _decay,
    ),
    Story(
        "rate_too_high",
        "A learning rate too high",
        (
            "On a quadratic, gradient descent is stable below 2 / λ, where λ is the largest curvature: below 0.2 here.",
            "Just below the limit it zigzags across the valley; just above it every step is longer than the last.",
        ),
        _too_high,
    ),
    Story(
        "notebook",
        "The notebook's race",
        (
            "The labels are noise between 0 and 1: nothing can be learned, and the least loss to expect is 1/12.",
            "The notebook trains each optimizer once, from weights of its own, and hands out medals.",
        ),
        _notebook,
    ),
)
STORIES: Mapping[str, Story] = MappingProxyType({story.name: story for story in _ENTRIES})

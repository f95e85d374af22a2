"""What we would recommend for the notebook's scenarios, chosen from a measurement by a rule for each."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from gradcore.solutions.catalogue import SOLUTIONS
from gradcore.solutions.diseases import FEED_FORWARD
from gradcore.solutions.effects import Effect, effect_of, gain, mean_effect
from gradcore.solutions.measurement import Cost, Measurement, Stack
from gradcore.solutions.scenarios import CANDIDATES, MODERN_STACK, NEAR_BEST, SCENARIOS, STEP_BUDGET
from gradcore.solutions.stacks import parts_that_apply


@dataclass(frozen=True)
class Candidate:
    """A stack that was measured on all feed-forward diseases."""

    stack: Stack
    effect: Effect  # mean over the diseases; where nothing of it applies, that is 0
    decades: tuple[float, ...]  # of learning rates that work, on each disease
    cost: Cost | None

    @property
    def is_cheap(self) -> bool:
        """Whether it stays within the budget of time and memory."""
        return self.cost is not None and self.cost.step <= STEP_BUDGET and not self.cost.state


def candidates(measurement: Measurement) -> tuple[Candidate, ...]:
    """Return every stack that was measured on all feed-forward diseases."""
    found = {}
    for stack in _stacks():
        candidate = candidate_of(measurement, stack)
        if candidate is not None:
            found[stack] = candidate
    return tuple(found.values())


def candidate_of(measurement: Measurement, stack: Stack) -> Candidate | None:
    """Return what was measured of one stack, None where a disease is missing."""
    cells = measurement.on_every(stack)
    sick = measurement.on_every(())
    if cells is None or sick is None:
        return None
    effects = [effect_of(sick[name], cells[name], measurement.best[name]) for name in FEED_FORWARD]
    whole = mean_effect(effects)
    if whole is None:
        return None
    decades = tuple(cells[name].usable_decades for name in FEED_FORWARD)
    return Candidate(stack, whole, decades, measurement.cost(stack))


def recommended(found: tuple[Candidate, ...], scenario: str) -> Candidate | None:
    """Return the stack that does best by what counts in a scenario, of those that were measured; None of none."""
    return CHOICES[scenario](found) if found else None


def _stacks() -> Iterable[Stack]:
    for name in SOLUTIONS:
        if SOLUTIONS[name].treatment:
            yield (name,)
    yield from (scenario.stack for scenario in SCENARIOS.values())
    yield from CANDIDATES
    whole = tuple(name for name in MODERN_STACK if any(name in parts_that_apply(MODERN_STACK, d) for d in FEED_FORWARD))
    yield whole
    for left_out in whole:
        yield tuple(name for name in whole if name != left_out)


def _fewest(found: tuple[Candidate, ...]) -> Candidate:
    enough = NEAR_BEST * max(one.effect.value for one in found)
    near = [one for one in found if one.effect.value >= enough]
    return min(near, key=lambda one: (len(one.stack), -one.effect.value))


def _most_robust(found: tuple[Candidate, ...]) -> Candidate:
    return max(found, key=lambda one: (min(one.decades), float(np.mean(one.decades)), one.effect.value))


def level_with_best(found: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Return the stack with the largest effect and those that nothing separates from it, paired over the seeds."""
    best = max(found, key=lambda one: one.effect.value)
    return tuple(one for one in found if one is best or not gain(best.effect, one.effect).told_apart)


def _best(found: tuple[Candidate, ...]) -> Candidate:
    """Return the one with the fewest parts of those that are tied for the largest effect."""
    return min(level_with_best(found), key=lambda one: (len(one.stack), -one.effect.value))


def _best_within_budget(found: tuple[Candidate, ...]) -> Candidate | None:
    cheap = tuple(one for one in found if one.is_cheap)
    return _best(cheap) if cheap else None


CHOICES: Mapping[str, Callable[[tuple[Candidate, ...]], Candidate | None]] = MappingProxyType(
    {"beginner": _fewest, "production": _most_robust, "research": _best, "resource_constrained": _best_within_budget}
)

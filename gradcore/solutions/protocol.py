"""Which cells a measurement has: add one in, leave one out, pairs of the strongest, and stacks to recommend from.

Protocol: every cell is tried at the same number of learning rates around its optimizer's own, half a decade apart; the
rate is chosen on some seeds and scored on others; losses count at most as chance.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import combinations

import numpy as np

from gradcore.optimizers import learning_rate_of
from gradcore.records import Doubles
from gradcore.solutions.catalogue import SOLUTIONS
from gradcore.solutions.diseases import DISEASES, FEED_FORWARD
from gradcore.solutions.scenarios import CANDIDATES, MODERN_STACK, SCENARIOS
from gradcore.solutions.stacks import applies, parts_that_apply
from gradcore.specs import Cell, Choice, HealthSpec, SolutionsSpec

HALF_DECADE = 10**0.5
GROUP = 3  # cells that a worker trains before it looks for other work
STRONGEST = 4  # whose pairs are tried
QUICK_RATES = 5
_quick = partial(SolutionsSpec, rates=QUICK_RATES, tuning_seeds=2, seeds=4, steps=100)


def quick_measurement() -> SolutionsSpec:
    """Return what takes about three minutes on two cores: one solution at a time, and all of them together."""
    return _quick((*_alone(DISEASES), *_together(DISEASES)))


def full_measurement() -> SolutionsSpec:
    """Return the whole protocol."""
    cells = [*_alone(DISEASES), *_together(DISEASES), *_left_out(DISEASES), *_candidates(), *_pairs(DISEASES)]
    return SolutionsSpec(tuple(dict.fromkeys(cells)))


def trial_of(stacks: Iterable[Sequence[str]], task: Choice) -> SolutionsSpec:
    """Return the measurement of some stacks beside the untreated networks, on another task."""
    wanted = [(), *(tuple(stack) for stack in stacks)]
    cells = [Cell(disease, parts_that_apply(stack, disease)) for disease in FEED_FORWARD for stack in wanted]
    return _quick(tuple(dict.fromkeys(cells)), task=task, costs=False)


def cell_groups(spec: SolutionsSpec) -> list[range]:
    """Return the numbers of a measurement's cells in small groups, each of one disease; the costs stand alone.

    Example:
        >>> cell_groups(SolutionsSpec((Cell("deep_relu"),) * 4 + (Cell("glorot_relu"),)))
        [range(0, 3), range(3, 4), range(4, 5), range(5, 6)]
    """
    found: list[range] = []
    for number, cell in enumerate(spec.cells):
        last = found[-1] if found else range(0)
        if len(last) in range(1, GROUP) and spec.cells[last.start].disease == cell.disease:
            found[-1] = range(last.start, number + 1)
        else:
            found.append(range(number, number + 1))
    return found + ([range(len(spec.cells), len(spec.cells) + 1)] if spec.costs else [])


def rates_of(spec: HealthSpec, rates: int) -> Doubles:
    """Return the learning rates (R,) that are tried for a network, half a decade apart around its own.

    Example:
        >>> rates_of(DISEASES["deep_relu"].spec, 3).round(3).tolist()
        [0.032, 0.1, 0.316]
    """
    places = np.arange(rates) - rates // 2
    return learning_rate_of(spec.optimizer) * HALF_DECADE ** places.astype(np.float64)


def _alone(diseases: Iterable[str]) -> Iterator[Cell]:
    for disease in diseases:
        yield Cell(disease)
        for name in SOLUTIONS:
            if applies(name, disease):
                yield Cell(disease, (name,))


def _together(diseases: Iterable[str]) -> Iterator[Cell]:
    for disease in diseases:
        yield Cell(disease, parts_that_apply(MODERN_STACK, disease))


def _left_out(diseases: Iterable[str]) -> Iterator[Cell]:
    """Yield the whole stack without each of its parts; no stack of one."""
    for disease in diseases:
        whole = parts_that_apply(MODERN_STACK, disease)
        for name in whole:
            rest = tuple(other for other in whole if other != name)
            yield Cell(disease, parts_that_apply(rest, disease))


def _candidates() -> Iterator[Cell]:
    for disease in FEED_FORWARD:
        for stack in (*(scenario.stack for scenario in SCENARIOS.values()), *CANDIDATES):
            yield Cell(disease, parts_that_apply(stack, disease))


def _pairs(diseases: Iterable[str]) -> Iterator[Cell]:
    """Yield the pairs of the strongest, at the end: which these are is known by then."""
    for disease in diseases:
        for places in combinations(range(STRONGEST), 2):
            yield Cell(disease, strongest=places)

"""A measurement as it is read: cells by disease and stack, effects, costs, what leaving out and pairing does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from gradcore.records import JOINT, Doubles, TrialCell, TrialCosts
from gradcore.solutions.diseases import FEED_FORWARD, SICK
from gradcore.solutions.effects import Effect, best_of, effect_of, gain, mean_effect
from gradcore.solutions.scenarios import MODERN_STACK
from gradcore.solutions.stacks import parts_that_apply, sick, treated
from gradcore.specs import SolutionsSpec

Stack = tuple[str, ...]


@dataclass(frozen=True)
class Cost:
    """What a stack costs, as ratios to the untreated network, with the 95 % interval of the step's over the rounds."""

    step: float
    step_interval: tuple[float, float]
    predict: float
    parameters: float
    state: float  # numbers that the optimizer keeps for each weight
    rounds: int  # in which step and inference were timed


@dataclass(frozen=True)
class Measurement:
    """What is measured so far, and where, when and with what."""

    spec: SolutionsSpec
    cells: tuple[TrialCell, ...]
    costs: tuple[TrialCosts, ...]
    environment: Mapping[str, Any] = field(default_factory=dict)
    measured_at: str = ""  # ISO 8601
    run_id: str = ""

    @cached_property
    def by_place(self) -> Mapping[tuple[str, Stack], TrialCell]:
        """The cells by disease and stack."""
        return {(cell.disease, cell.solutions): cell for cell in self.cells}

    @cached_property
    def best(self) -> Mapping[str, TrialCell]:
        """The cell with the least mean loss of each disease; none where nothing could be trained."""
        found: dict[str, list[TrialCell]] = {}
        for cell in self.cells:
            if not cell.reason:
                found.setdefault(cell.disease, []).append(cell)
        return {disease: best_of(cells) for disease, cells in found.items()}

    @cached_property
    def stacks(self) -> tuple[Stack, ...]:
        """Every stack that was trained on some disease: those of one solution first, then as they were measured."""
        trained = dict.fromkeys(cell.solutions for cell in self.cells if cell.stack)
        return tuple(sorted(trained, key=lambda stack: len(stack) > 1))

    def is_sick(self, disease: str) -> bool | None:
        """Return whether the untreated network, tuned, stays above 0.85 of chance; None before it is measured."""
        cell = self.by_place.get((disease, ()))
        return None if cell is None or cell.reason else bool(cell.losses.mean() > SICK * cell.chance)

    def effect(self, disease: str, stack: Sequence[str]) -> Effect | None:
        """Return the effect of a stack on a disease, None where it was not measured or failed."""
        sick, treated = (self.by_place.get((disease, tuple(key))) for key in ((), stack))
        if sick is None or treated is None or sick.reason or treated.reason:
            return None
        return effect_of(sick, treated, self.best[disease])

    def effects(self, solution: str) -> Mapping[str, Effect]:
        """Return the effects of one solution alone, by the diseases on which it was measured."""
        found = {disease: self.effect(disease, (solution,)) for disease in self.spec.diseases}
        return {disease: effect for disease, effect in found.items() if effect is not None}

    def overall(self, solution: str) -> Effect | None:
        """Return the mean effect of one solution over the diseases to which it applies."""
        return mean_effect(list(self.effects(solution).values()))

    def failure(self, disease: str, stack: Sequence[str]) -> str:
        """Return why a stack could not be trained, "" where it could or was not tried."""
        cell = self.by_place.get((disease, tuple(stack)))
        return "" if cell is None else cell.reason

    def whole(self, disease: str) -> Stack:
        """Return what of the modern stack applies to a disease."""
        return parts_that_apply(MODERN_STACK, disease)

    def rest(self, solution: str, disease: str) -> Stack:
        """Return what of the modern stack applies to a disease when one of its parts is left out."""
        return parts_that_apply([name for name in self.whole(disease) if name != solution], disease)

    def left_out(self, solution: str, disease: str) -> Effect | None:
        """Return how much of its effect the whole modern stack loses on a disease without one of its parts."""
        whole = self.whole(disease)
        if solution not in whole:
            return None
        effects = self.effect(disease, whole), self.effect(disease, self.rest(solution, disease))
        return gain(effects[0], effects[1]) if effects[0] and effects[1] else None

    def pairs(self, disease: str) -> Mapping[Stack, Effect]:
        """Return what each pair of the strongest gains over the better one alone; not where one undoes the other."""
        asked = [c.entrant for c in self.cells if c.disease == disease and self.spec.cells[c.entrant].strongest]
        found = {}
        for cell in (cell for cell in self.cells if cell.entrant in asked and len(cell.solutions) == 2):
            if len(parts_that_apply(cell.solutions, disease)) < 2 or _overwrites(cell.solutions, disease):
                continue
            both = self.effect(disease, cell.solutions)
            alone = [effect for name in cell.solutions if (effect := self.effect(disease, (name,)))]
            if both is not None and len(alone) == 2:
                found[cell.solutions] = gain(both, max(alone, key=lambda effect: effect.value))
        return found

    def interaction(self, pair: Stack, disease: str) -> Effect | None:
        """Return the effect of both minus the sum of the effects of each alone; below 0 they do the same work."""
        both, *alone = (self.effect(disease, stack) for stack in (pair, *((name,) for name in pair)))
        known = [effect for effect in alone if effect is not None]
        if both is None or len(known) < len(pair):
            return None
        total = np.sum([effect.by_seed for effect in known], axis=0)
        return gain(both, Effect(float(total.mean()), None, total))

    def on_every(self, stack: Sequence[str], diseases: Sequence[str] = FEED_FORWARD) -> dict[str, TrialCell] | None:
        """Return a stack's cell on each of these diseases, by what of it applies there; None where one is missing."""
        found = {name: self.by_place.get((name, parts_that_apply(stack, name))) for name in diseases}
        complete = {name: cell for name, cell in found.items() if cell is not None and not cell.reason}
        return complete if len(complete) == len(found) else None

    def cost(self, stack: Sequence[str]) -> Cost | None:
        """Return what a stack costs on the first network on which that was measured."""
        for costs in self.costs:
            key = JOINT.join(parts_that_apply(stack, costs.disease))
            if key in costs.stacks[1:]:
                return _cost(costs, costs.stacks.index(key))
        return None

    @property
    def taken_over(self) -> tuple[str, ...]:
        """The runs from which cells were taken over."""
        return tuple(dict.fromkeys(cell.run_id for cell in self.cells if cell.run_id))


def _overwrites(pair: Stack, disease: str) -> bool:
    """Return whether the second solution undoes the first one, as of two initialisers only the last stands."""
    untreated = sick(disease)
    return treated(untreated, pair) in (treated(untreated, pair[:1]), treated(untreated, pair[1:]))


def _cost(costs: TrialCosts, place: int) -> Cost:
    step = costs.step_seconds[:, place] / costs.step_seconds[:, 0]
    predict = costs.predict_seconds[:, place] / costs.predict_seconds[:, 0]
    return Cost(
        step=float(np.median(step)),
        step_interval=_median_interval(step),
        predict=float(np.median(predict)),
        parameters=float(costs.parameters[place] / costs.parameters[0]),
        state=float(costs.state[place]),
        rounds=len(step),
    )


def _median_interval(ratios: Doubles) -> tuple[float, float]:
    """Return the 95 % interval of the median from order statistics (by the normal form of the sign test)."""
    ordered = np.sort(ratios)
    reach = 0.98 * np.sqrt(len(ordered))
    low = max(0, int(np.floor(len(ordered) / 2 - reach)))
    return float(ordered[low]), float(ordered[len(ordered) - 1 - low])

"""A measurement of solutions: each stack trained on its sick network at every rate, and what the stacks cost.

Protocol: `gradcore.solutions.protocol`. A cell that was measured before, equal in everything that determines its
numbers, is taken over and not trained again.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import tensorflow as tf

from gradcore.engine.grid import train_grid
from gradcore.engine.threads import use_one_thread
from gradcore.engine.updates import state_per_weight
from gradcore.errors import RefusedError, TrainingError
from gradcore.networks import count_parameters
from gradcore.records import JOINT, Floats, Record, TrialCell, TrialCosts
from gradcore.solutions import FEED_FORWARD, rates_of, sick, strongest, treated
from gradcore.specs import Cell, HealthSpec, SolutionsSpec
from gradcore.tasks import task_of
from gradcore.tuning import last_loss

Report = Callable[[Sequence[Record], float], None]
CURVE = 40  # points that a loss curve is thinned to
ROUNDS, ROUND_STEPS = 40, 5  # of timing
TIMED_STEPS = (ROUNDS + 1) * ROUND_STEPS
FAILURES = (TrainingError, RefusedError, ValueError, ArithmeticError, tf.errors.OpError)


def run_solutions(
    spec: SolutionsSpec, entrants: Sequence[int], report: Report, known: Mapping[str, TrialCell] | None = None
) -> None:
    """Measure some of the cells, and the costs where they are among the entrants.

    Args:
        spec: the measurement, admitted.
        entrants: numbers into `spec.cells`; the one after the last cell is the costs.
        report: called with new records and the progress, 0 to 1; raises to stop.
        known: cells that were measured before, by key.
    """
    use_one_thread()
    found = dict(known or {})
    for place, entrant in enumerate(entrants):

        def progress(part: float, before: int = place) -> None:
            report([], (before + part) / len(entrants))

        if entrant == len(spec.cells):
            report(_costs(spec, entrant, progress), (place + 1) / len(entrants))
            continue
        cell = _measured(spec, entrant, found, progress)
        found[cell.key] = cell
        report([cell], (place + 1) / len(entrants))


def _measured(
    spec: SolutionsSpec, entrant: int, known: dict[str, TrialCell], progress: Callable[[float], None]
) -> TrialCell:
    asked = spec.cells[entrant]
    stack = asked.stack if asked.strongest is None else _pair(spec, asked, known, progress)
    side = treated(sick(asked.disease, spec.task), stack)
    key = _key(spec, side)
    if key in known:
        return replace(known[key], entrant=entrant, stack=JOINT.join(stack), disease=asked.disease)
    blank = TrialCell(
        entrant=entrant,
        disease=asked.disease,
        stack=JOINT.join(stack),
        key=key,
        rates=rates_of(side, spec.rates),
        tuning=np.empty((0, 0)),
        scored=np.empty((0, 0)),
        curve=np.empty(0, np.float32),
        chance=task_of(side.task).chance_loss,
    )
    try:
        return _trained(spec, side, blank, progress)
    except FAILURES as error:
        return replace(blank, reason=str(error).strip().splitlines()[0][:300])


def _pair(
    spec: SolutionsSpec, asked: Cell, known: dict[str, TrialCell], progress: Callable[[float], None]
) -> tuple[str, ...]:
    """Return the pair of the strongest on a disease; what is not known of those that stand alone is measured first."""
    alone = []
    for number, cell in enumerate(spec.cells):
        if cell.disease == asked.disease and cell.strongest is None and len(cell.stack) <= 1:
            alone.append(_measured(spec, number, known, lambda _: progress(0.0)))
            known[alone[-1].key] = alone[-1]
    order = strongest(alone)
    first, second = asked.strongest or (0, 1)
    return tuple(order[place] for place in (first, second) if place < len(order))


def _key(spec: SolutionsSpec, side: HealthSpec) -> str:
    budget = (spec.rates, spec.tuning_seeds, spec.seeds, spec.steps, spec.first_seed)
    return hashlib.sha256(json.dumps([side.to_json(), budget], sort_keys=True).encode()).hexdigest()[:32]


def _trained(spec: SolutionsSpec, side: HealthSpec, cell: TrialCell, progress: Callable[[float], None]) -> TrialCell:
    seeds = range(spec.first_seed, spec.first_seed + spec.tuning_seeds + spec.seeds)
    grid = train_grid(replace(side, steps=spec.steps).as_race(len(seeds)), 0, cell.rates, seeds, progress)
    losses = last_loss(grid.loss).reshape(len(cell.rates), len(seeds))
    measured = replace(cell, tuning=losses[:, : spec.tuning_seeds], scored=losses[:, spec.tuning_seeds :])
    training = grid.loss.reshape(spec.steps, len(cell.rates), len(seeds))[:, measured.chosen, spec.tuning_seeds :]
    return replace(measured, curve=_thinned(training))


def _thinned(training: Floats) -> Floats:
    """Return the median over the seeds, (T, S) -> (P,)."""
    with np.errstate(all="ignore"):
        middle = np.median(training, axis=1)
    places = np.unique(np.linspace(0, len(middle) - 1, CURVE).round().astype(int))
    return np.asarray(middle[places], np.float32)


def _costs(spec: SolutionsSpec, entrant: int, progress: Callable[[float], None]) -> list[Record]:
    """Return what the stacks cost on the first feed-forward network and on the last recurrent one."""
    chosen = [name for name in spec.diseases if name in FEED_FORWARD][:1]
    chosen += [name for name in spec.diseases if name not in FEED_FORWARD][-1:]
    return [_costs_of(spec, entrant, disease, progress) for disease in chosen]


def _costs_of(spec: SolutionsSpec, entrant: int, disease: str, progress: Callable[[float], None]) -> TrialCosts:
    cells = [cell for cell in spec.cells if cell.disease == disease and cell.strongest is None]
    stacks = tuple(dict.fromkeys([(), *(cell.stack for cell in cells)]))
    sides = [treated(sick(disease, spec.task), stack) for stack in stacks]
    grids = []
    for side in sides:
        race = replace(side, steps=ROUND_STEPS).as_race(1)
        grids.append(
            train_grid(race, 0, rates_of(side, 1), [spec.first_seed], lambda _: progress(0.0), spare=TIMED_STEPS)
        )
        grids[-1].predict_seconds()  # traces it
    took, predicted = np.empty((ROUNDS, len(grids))), np.empty((ROUNDS, len(grids)))
    random = np.random.default_rng(spec.first_seed)
    for number in range(ROUNDS):
        for place in random.permutation(len(grids)):
            took[number, place] = grids[place].step_seconds(ROUND_STEPS)
            predicted[number, place] = grids[place].predict_seconds()
        progress(number / ROUNDS)
    return TrialCosts(
        entrant,
        disease,
        tuple(JOINT.join(stack) for stack in stacks),
        took,
        predicted,
        np.array([state_per_weight(side.optimizer.optimizer) for side in sides], np.float64),
        np.array([count_parameters(side.network, task_of(side.task)) for side in sides], np.float64),
    )

"""A treatment's proof: a sick and a treated network in pairs, from the same seeds, on the same batches.

For each of the two the same grid of learning rates is tried on other seeds (where they are to be tuned), and the
smallest that is as good as the best is taken; then all seeds train side by side, then the first one is checked layer
by layer: the sick network as it came, the treated one at the rate that was found for it. What does not change has the
same first weights in both, because weights follow from the seed and the layer's number.
"""

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gradcore.engine import checkup
from gradcore.engine.entrant import CHUNK_SECONDS
from gradcore.engine.race import Running
from gradcore.engine.threads import use_one_thread
from gradcore.engine.tuning import tune
from gradcore.optimizers import learning_rate_of
from gradcore.records import Record, StepTimes
from gradcore.specs import HealthSpec, TreatmentSpec
from gradcore.tasks import task_of
from gradcore.tuning import steady

ROUNDS, ROUND_STEPS = 30, 5  # of timing, alternating
TIMED_STEPS = ROUNDS * ROUND_STEPS
SHARES = (0.4, 0.8)  # of the work: done after the rates, after the pairs
Report = checkup.Report


def run_treatment(spec: TreatmentSpec, entrants: Sequence[int], report: Report) -> None:
    """Train both networks and measure them.

    Args:
        spec: the treatment, admitted.
        entrants: always (0, 1), both networks; they are never trained apart.
        report: called with new records and the progress, 0 to 1; raises to stop the training.
    """
    use_one_thread()
    sides = [replace(side, steps=spec.steps) for side in (spec.before, spec.after)]
    rates = [_rate(spec, side, number, report) for number, side in enumerate(sides)]
    seeds = range(spec.before.seed, spec.before.seed + spec.seeds)
    pairs = [
        Running(side.as_race(spec.seeds), 0, seeds, checkup.rows_of(side, seeds), rate, twin=number, spare=TIMED_STEPS)
        for number, (side, rate) in enumerate(zip(sides, rates, strict=True))
    ]
    _train(pairs, spec.steps, report)
    report([replace(pair.outcome(), entrant=number) for number, pair in enumerate(pairs)], SHARES[1])
    report([_step_times(pairs)], SHARES[1])
    looked_at = learning_rate_of(spec.before.optimizer), rates[1]  # the sick one as it came, at its own rate
    for number, (side, rate) in enumerate(zip(sides, looked_at, strict=True)):
        _look(replace(side, steps=spec.checked_steps), number, rate, report)


def _rate(spec: TreatmentSpec, side: HealthSpec, number: int, report: Report) -> float:
    """Return the learning rate of one network; rates are not tuned on a task that no rate can train."""
    if spec.learning_rates == "given" or side.missing_share:
        return learning_rate_of(side.optimizer)
    race = side.as_race(spec.seeds)

    def progress(part: float) -> None:
        report([], SHARES[0] * (number + part) / 2)

    tried = tune(replace(race, learning_rates="tuned"), 0, progress)
    found = replace(steady(tried, task_of(spec.before.task).chance_loss), entrant=number)
    report([found], SHARES[0] * (number + 1) / 2)
    return found.chosen


def _train(pairs: Sequence[Running], steps: int, report: Report) -> None:
    """Train both, the same steps of each in turn."""
    done, length = 0, 2
    while done < steps:
        started = time.perf_counter()
        length = min(length, steps - done)
        chunks = [replace(pair.train(done, length), entrant=number) for number, pair in enumerate(pairs)]
        done += length
        report(chunks, SHARES[0] + (SHARES[1] - SHARES[0]) * done / steps)
        seconds = (time.perf_counter() - started) / 2
        length = int(np.clip(length * CHUNK_SECONDS / max(seconds, 1e-6), 1, 2 * length))


def _step_times(pairs: Sequence[Running]) -> StepTimes:
    """Return seconds of a step of each, in rounds that follow one another, so that both meet the same machine."""
    took = np.empty((ROUNDS, 2))
    for number in range(ROUNDS):
        for place in (0, 1) if number % 2 else (1, 0):
            took[number, place] = pairs[place].timed(ROUND_STEPS)
    return StepTimes(took)


def _look(side: HealthSpec, number: int, rate: float, report: Report) -> None:
    """Check one network from the first seed."""
    share = (1 - SHARES[1]) / 2

    def measured(records: Sequence[Record], part: float) -> None:
        report(records, SHARES[1] + share * (number + part))

    checkup.watched(side, [side.seed], measured, entrant=number, learning_rate=rate, judged=False)

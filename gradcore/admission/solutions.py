"""Measurements of solutions against the catalogues and limits."""

from dataclasses import replace

from gradcore.admission.check import admit_check
from gradcore.admission.network import admit_task
from gradcore.admission.race import SEEDS_THERE_ARE
from gradcore.checks import refuse
from gradcore.costs import build_seconds, step_seconds
from gradcore.errors import RefusedError
from gradcore.race_memory import LARGEST_ACTIVATIONS
from gradcore.settings import Limits
from gradcore.solutions import FEED_FORWARD, sick, treated
from gradcore.specs import Cell, SolutionsSpec
from gradcore.tasks import task_of
from gradcore.titles import duration

PATIENCE = 9  # times as long as another run: it leaves its workers to others after every few cells
FITTED = 0.55  # of the estimates of races, whose replicas do not train side by side in such numbers
NORMALISED = 2.2  # times as long to build and to step through
COST_SECONDS = 2.0  # of one stack


def admit_solutions(spec: SolutionsSpec, limits: Limits) -> SolutionsSpec:
    """Return the spec with its task's arguments filled in, or refuse it in one sentence.

    Example:
        >>> admit_solutions(SolutionsSpec((Cell("deep_relu", ("adm",)),)), Limits())
        Traceback (most recent call last):
        gradcore.errors.RefusedError: unknown solution 'adm'; did you mean 'adam'?
    """
    spec = replace(spec, task=admit_task(spec.task) if spec.task else None)
    seeds = spec.tuning_seeds + spec.seeds
    for name, value, most in (("steps", spec.steps, limits.steps), ("seeds", seeds, limits.seeds)):
        if value > most:
            refuse(name, f"be at most {most}", value)
    if spec.first_seed + seeds > SEEDS_THERE_ARE:
        refuse("first_seed", f"be at most {SEEDS_THERE_ARE - seeds}", spec.first_seed)
    for cell in spec.cells:
        if spec.task and cell.disease not in FEED_FORWARD:
            refuse("disease", "be a feed-forward one where a task is given", cell.disease)
        side = admit_check(replace(treated(sick(cell.disease, spec.task), cell.stack), steps=spec.steps), limits)
        rows = side.batch_size or task_of(side.task).train_rows
        steps = 1 if side.network.cell is None else task_of(side.task).row_steps
        active = spec.rates * seeds * rows * sum(side.network.hidden) * steps
        if active > LARGEST_ACTIVATIONS:
            must = f"rates x seeds x batch size x hidden units must be at most {LARGEST_ACTIVATIONS:,}"
            raise RefusedError(f"{must}. Received: {active:,}")
    seconds = solutions_seconds(spec, workers=1)
    if seconds > 60 * limits.minutes * PATIENCE:
        allowed = f"a measurement must take at most {limits.minutes * PATIENCE:g} minutes on one worker"
        raise RefusedError(f"{allowed}. Received: an estimated {duration(seconds)}")
    return spec


def solutions_seconds(spec: SolutionsSpec, workers: int) -> float:
    """Return about how long an admitted measurement takes on warm workers."""
    seconds = sum(_cell_seconds(spec, cell) for cell in spec.cells)
    stacks = len({cell.stack for cell in spec.cells if cell.strongest is None})
    return (FITTED * seconds + spec.costs * COST_SECONDS * stacks) / max(workers, 1)


def _cell_seconds(spec: SolutionsSpec, cell: Cell) -> float:
    side = treated(sick(cell.disease, spec.task), cell.stack)
    task = task_of(side.task)
    replicas = spec.rates * (spec.tuning_seeds + spec.seeds)
    slower = NORMALISED if side.network.normalization else 1.0
    step = step_seconds(side.network, task, side.batch_size or task.train_rows, replicas)
    return slower * (2 * build_seconds(side.network, task) + spec.steps * step)

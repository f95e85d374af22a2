"""Health checks and treatments against the catalogues and limits."""

from dataclasses import replace

from gradcore.admission.fitting import too_large
from gradcore.admission.network import admit_network, admit_task
from gradcore.admission.race import SEEDS_THERE_ARE, admit_entrant
from gradcore.checks import refuse
from gradcore.costs import build_seconds, step_seconds
from gradcore.errors import RefusedError
from gradcore.network_plan import plan
from gradcore.networks import count_parameters
from gradcore.race_memory import LARGEST_ACTIVATIONS, LARGEST_STACK
from gradcore.settings import Limits
from gradcore.specs import HealthSpec, TreatmentSpec
from gradcore.tasks import task_of
from gradcore.tuning import SEEDS, grid

LARGEST_RECORD = 10_000_000  # steps x variables x seeds: three numbers each, 120 MB on the dashboard
BASE, LAYER = 0.8, 0.085  # seconds that a check's graph takes, and each layer of it; fitted on one core
MEASURED = 1.5  # times as long a step


def admit_check(spec: HealthSpec, limits: Limits) -> HealthSpec:
    """Return the spec with what it leaves to the catalogues filled in, or refuse it in one sentence.

    Example:
        >>> admit_check(HealthSpec.from_json({"task": "quadratic"}), Limits())
        Traceback (most recent call last):
        gradcore.errors.RefusedError: `task` must be one that trains a network. Received: task='quadratic'
    """
    task = admit_task(spec.task)
    entry = task_of(task)
    if not entry.has_network:
        refuse("task", "be one that trains a network", task.name)
    if not spec.network.hidden:
        refuse("hidden", "have at least one layer: a check looks for what layers do to a signal", [])
    network = admit_network(spec.network, entry)
    spec = replace(spec, task=task, network=network, optimizer=admit_entrant(spec.optimizer))
    if spec.batch_size is not None and spec.batch_size > entry.train_rows:
        refuse("batch_size", f"be at most {entry.train_rows}, the training rows of {entry.name}", spec.batch_size)
    if spec.batch_size == 1 and network.normalization == "batch":
        refuse("batch_size", "be at least 2 where batches are normalised: one row has no spread", 1)
    if spec.steps > limits.steps:
        refuse("steps", f"be at most {limits.steps}", spec.steps)
    if spec.seed >= SEEDS_THERE_ARE - limits.seeds:
        refuse("seed", f"be below {SEEDS_THERE_ARE - limits.seeds}", spec.seed)
    _admit_size(spec, limits, seeds=1, steps=spec.steps, seconds=check_seconds(spec))
    return spec


def admit_treatment(spec: TreatmentSpec, limits: Limits) -> TreatmentSpec:
    """Return the spec with both of its networks admitted, or refuse it in one sentence."""
    sides = {side: admit_check(getattr(spec, side), limits) for side in ("before", "after")}
    for name, value, most in (("steps", spec.steps, limits.steps), ("seeds", spec.seeds, limits.seeds)):
        if value > most:
            refuse(name, f"be at most {most}", value)
    admitted = replace(spec, before=sides["before"], after=sides["after"])
    together = max(spec.seeds, _replicas_tuned(spec))
    for check in sides.values():
        _admit_size(check, limits, seeds=together, steps=spec.steps, seconds=treatment_seconds(admitted))
    return admitted


def check_seconds(spec: HealthSpec) -> float:
    """Return about how long an admitted check takes on a warm worker, tracing included."""
    return _building(spec) + MEASURED * spec.steps * _step(spec, 1)


def treatment_seconds(spec: TreatmentSpec) -> float:
    """Return about how long an admitted treatment takes, both of its networks and their learning rates."""
    tried = _replicas_tuned(spec)
    sides = (spec.before, spec.after)
    return sum(_building(side) * 1.5 + spec.steps * (_step(side, spec.seeds) + _step(side, tried)) for side in sides)


def _replicas_tuned(spec: TreatmentSpec) -> int:
    """Return how many replicas of a network train side by side while its learning rate is chosen."""
    return len(grid(1.0)) * SEEDS if spec.learning_rates == "tuned" else 0


def _building(spec: HealthSpec) -> float:
    task = task_of(spec.task)
    if spec.network.cell is not None:
        return 2 * build_seconds(spec.network, task)
    return BASE + LAYER * len(plan(spec.network, task))


def _step(spec: HealthSpec, seeds: int) -> float:
    task = task_of(spec.task)
    return step_seconds(spec.network, task, spec.batch_size or task.train_rows, seeds) if seeds else 0.0


def _excess(spec: HealthSpec, limits: Limits, seeds: int) -> tuple[str, int] | None:
    """Return what a network's size must hold and does not, with what it is, None where it fits."""
    task = task_of(spec.task)
    parameters = count_parameters(spec.network, task)
    if parameters > limits.parameters:
        return f"the network must have at most {limits.parameters:,} parameters", parameters
    if parameters * seeds > LARGEST_STACK:
        most = LARGEST_STACK // seeds
        return f"{seeds} replicas train side by side: the network must have at most {most:,} parameters", parameters
    steps_of_row = 1 if spec.network.cell is None else task.row_steps
    active = seeds * (spec.batch_size or task.train_rows) * sum(spec.network.hidden) * steps_of_row
    if active > LARGEST_ACTIVATIONS:
        return f"seeds x batch size x hidden units x time steps must be at most {LARGEST_ACTIVATIONS:,}", active
    return None


def _admit_size(spec: HealthSpec, limits: Limits, *, seeds: int, steps: int, seconds: float) -> None:
    """Refuse what would not fit into memory, or take too long."""
    if excess := _excess(spec, limits, seeds):
        raise too_large(*excess, spec.network, lambda other: not _excess(replace(spec, network=other), limits, seeds))
    recorded = steps * seeds * 2 * (len(spec.network.hidden) + 1)
    if recorded > LARGEST_RECORD:
        raise RefusedError(f"steps x seeds x variables must be at most {LARGEST_RECORD:,}. Received: {recorded:,}")
    if seconds / 60 > limits.minutes:
        allowed = f"a check must take at most {limits.minutes:g} minutes"
        raise RefusedError(f"{allowed}. Received: an estimated {seconds / 60:.0f} minutes")

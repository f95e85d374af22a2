"""Races against the catalogues and limits."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from gradcore import checks
from gradcore.admission.network import admit_network, admit_task
from gradcore.checks import refuse
from gradcore.clipping import CLIP_RULES
from gradcore.costs import build_seconds, step_seconds
from gradcore.errors import RefusedError
from gradcore.optimizers import OPTIMIZERS, learning_rate_of
from gradcore.race_memory import admit_memory
from gradcore.schedules import SCHEDULES
from gradcore.settings import Limits
from gradcore.specs import EntrantSpec, RaceSpec
from gradcore.tasks import Task, task_of
from gradcore.titles import duration
from gradcore.tuning import SEEDS, replicas_tuned

SEEDS_THERE_ARE = 2**32  # NumPy's RandomState, which draws the notebook's rows, takes no larger one
AVERAGES = ("momentum", "rho", "beta_1", "beta_2", "adam_beta_1", "adam_beta_2", "ema_momentum")
COUNTS = ("ns_steps", "warmup_steps")  # of steps; Keras itself looks at the others that it takes


def admit_race(spec: RaceSpec, limits: Limits) -> RaceSpec:
    """Return the spec with what it leaves to the catalogues filled in, or refuse it in one sentence.

    Filled in are learning rates, a task's arguments, and the network: `{}` and a spec's default stand for the task's
    own. A task without rows takes no batch size: the default becomes null.

    Example:
        >>> admit_race(RaceSpec.from_json({"entrants": [{"optimizer": "Adm"}]}), Limits())
        Traceback (most recent call last):
        gradcore.errors.RefusedError: unknown optimizer 'Adm'; did you mean 'Adam'?
    """
    task = admit_task(spec.task)
    network = admit_network(spec.network, task_of(task))
    spec = replace(spec, task=task, network=network, batch_size=_admit_batch_size(spec.batch_size, task_of(task)))
    if len(spec.entrants) > limits.entrants:
        with _estimated(spec):
            refuse("entrants", f"hold at most {limits.entrants} optimizers", len(spec.entrants))
    entrants = tuple(admit_entrant(entrant) for entrant in spec.entrants)
    _admit_size(spec, limits)
    return replace(spec, entrants=entrants)


def race_seconds(spec: RaceSpec, workers: int) -> float:
    """Return about how long an admitted race takes on warm workers, tracing included."""
    task = task_of(spec.task)
    step = step_seconds(spec.network, task, spec.batch_size or task.train_rows, spec.seeds)
    parts = min(max(workers, 1), len(spec.entrants))
    seconds = build_seconds(spec.network, task) + spec.steps * step
    if tried := replicas_tuned(spec):
        rows = spec.batch_size or task.train_rows
        seconds += build_seconds(spec.network, task) + spec.steps * step_seconds(spec.network, task, rows, tried)
    return -(-len(spec.entrants) // parts) * seconds


def _admit_batch_size(batch_size: int | None, task: Task) -> int | None:
    """Return the batch size; null, and the default as null, where a task has no rows to take a part of."""
    if task.has_network:
        return batch_size
    if batch_size not in (None, RaceSpec.batch_size):
        refuse("batch_size", f"be null for the task {task.name}, which has no rows", batch_size)
    return None


def admit_entrant(entrant: EntrantSpec) -> EntrantSpec:
    """Return an entrant with its learning rate and its schedule's parameters, or refuse it in one sentence."""
    name, arguments = entrant.optimizer.name, dict(entrant.optimizer.arguments)
    checks.known_name("optimizer", name, OPTIMIZERS)
    checks.known_keys(f"the optimizer {name}", arguments, OPTIMIZERS[name].arguments)
    for argument, value in arguments.items():
        _admit_argument(argument, value, OPTIMIZERS[name].arguments[argument])
    checks.known_name("clip rule", entrant.clip.name, CLIP_RULES)
    CLIP_RULES[entrant.clip.name].checked(entrant.clip)
    checks.known_name("schedule", entrant.schedule.name, SCHEDULES)
    schedule = SCHEDULES[entrant.schedule.name].checked(entrant.schedule)
    return replace(entrant, learning_rate=learning_rate_of(entrant), schedule=schedule)


def _admit_argument(argument: str, value: object, default: object) -> None:
    """Refuse an optimizer's argument of the wrong type, a count that is none, or a weight of a running mean."""
    if isinstance(default, bool):
        if not isinstance(value, bool):
            refuse(argument, "be true or false", value)
    elif argument in COUNTS:
        checks.whole_number(argument, value, 0)
    elif value is not None or default is not None:
        number = checks.finite_number(argument, value)
        if argument in AVERAGES and not 0 <= number < 1:
            refuse(argument, "be at least 0 and below 1", value)


def _admit_size(spec: RaceSpec, limits: Limits) -> None:
    task = task_of(spec.task)
    with _estimated(spec):
        for name, value, most in (("steps", spec.steps, limits.steps), ("seeds", spec.seeds, limits.seeds)):
            if value > most:
                refuse(name, f"be at most {most}", value)
    seeds = spec.seeds + (SEEDS if spec.learning_rates == "tuned" else 0)
    if spec.first_seed + seeds > SEEDS_THERE_ARE:
        refuse("first_seed", f"be at most {SEEDS_THERE_ARE - seeds} for {spec.seeds} seeds", spec.first_seed)
    if spec.batch_size is not None and spec.batch_size > task.train_rows:
        refuse("batch_size", f"be at most {task.train_rows}, the training rows of {task.name}", spec.batch_size)
    with _estimated(spec):
        admit_memory(spec, task, limits.parameters)
    seconds = race_seconds(spec, workers=1)
    if seconds > 60 * limits.minutes:
        allowed = f"a race must take at most {limits.minutes:g} minutes on one worker"
        raise RefusedError(f"{allowed}. Received: an estimated {duration(seconds)}")


@contextmanager
def _estimated(spec: RaceSpec) -> Iterator[None]:
    """Add to the refusal of too much work how long it would take."""
    try:
        yield
    except RefusedError as error:
        seconds = race_seconds(spec, workers=1)
        raise RefusedError(f"{error}, an estimated {duration(seconds)} on one worker") from None

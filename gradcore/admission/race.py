"""Races against the catalogues and limits."""

from dataclasses import replace

from gradcore import checks
from gradcore.admission.network import admit_network, admit_task
from gradcore.checks import refuse
from gradcore.clipping import CLIP_RULES
from gradcore.costs import build_seconds, step_seconds
from gradcore.errors import RefusedError
from gradcore.networks import count_parameters
from gradcore.optimizers import OPTIMIZERS, learning_rate_of
from gradcore.schedules import SCHEDULES
from gradcore.settings import Limits
from gradcore.specs import EntrantSpec, RaceSpec
from gradcore.tasks import Task, task_of
from gradcore.tuning import SEEDS, replicas_tuned

SEEDS_THERE_ARE = 2**32  # NumPy's RandomState, which draws the notebook's rows, takes no larger one
AVERAGES = ("momentum", "rho", "beta_1", "beta_2", "adam_beta_1", "adam_beta_2", "ema_momentum")
COUNTS = ("ns_steps", "warmup_steps")  # of steps; Keras itself looks at the others that it takes
LARGEST_STACK = 20_000_000  # parameters x seeds: about 600 MB with an optimizer's two moments
LARGEST_RECORD = (
    10_000_000  # steps x seeds x entrants x layers: 3 numbers each, 120 MB on the dashboard (5 with points)
)
LARGEST_ROWS = 20_000_000  # numbers of all seeds' rows together, 80 MB, where each seed draws its own
LARGEST_ACTIVATIONS = 50_000_000  # seeds x batch x units x time steps: 200 MB, of which training keeps a few


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
    for name, value, most in (("steps", spec.steps, limits.steps), ("seeds", spec.seeds, limits.seeds)):
        if value > most:
            refuse(name, f"be at most {most}", value)
    seeds = spec.seeds + (SEEDS if spec.learning_rates == "tuned" else 0)
    if spec.first_seed + seeds > SEEDS_THERE_ARE:
        refuse("first_seed", f"be at most {SEEDS_THERE_ARE - seeds} for {spec.seeds} seeds", spec.first_seed)
    if spec.batch_size is not None and spec.batch_size > task.train_rows:
        refuse("batch_size", f"be at most {task.train_rows}, the training rows of {task.name}", spec.batch_size)
    _admit_memory(spec, task, limits)
    minutes = race_seconds(spec, workers=1) / 60
    if minutes > limits.minutes:
        allowed = f"a race must take at most {limits.minutes:g} minutes on one worker"
        raise RefusedError(f"{allowed}. Received: an estimated {minutes:.0f} minutes")


def _admit_memory(spec: RaceSpec, task: Task, limits: Limits) -> None:
    parameters = count_parameters(spec.network, task)
    if parameters > limits.parameters:
        raise RefusedError(f"the network must have at most {limits.parameters:,} parameters. Received: {parameters:,}")
    if parameters * spec.seeds > LARGEST_STACK:
        most = LARGEST_STACK // parameters
        raise RefusedError(
            f"`seeds` must be at most {most} for {parameters:,} parameters. Received: seeds={spec.seeds}"
        )
    together = max(spec.seeds, replicas_tuned(spec))
    if parameters * together > LARGEST_STACK:
        most, must = LARGEST_STACK // together, f"a tuned race trains {together} replicas of the network side by side"
        raise RefusedError(f"{must}: it must have at most {most:,} parameters. Received: {parameters:,}")
    _admit_rows(spec, task, together)
    rows = spec.batch_size or task.train_rows
    active = together * rows * sum(spec.network.hidden) * (1 if spec.network.cell is None else task.row_steps)
    if active > LARGEST_ACTIVATIONS:
        must = f"must be at most {LARGEST_ACTIVATIONS:,}"
        many = "seeds" if together == spec.seeds else "replicas tuned together"
        raise RefusedError(f"{many} x batch size x hidden units x time steps {must}. Received: {active:,}")
    recorded = spec.steps * spec.seeds * len(spec.entrants) * (len(spec.network.hidden) + 1)
    if recorded > LARGEST_RECORD:
        raise RefusedError(
            f"steps x seeds x entrants x layers must be at most {LARGEST_RECORD:,}. Received: {recorded:,}"
        )


def _admit_rows(spec: RaceSpec, task: Task, together: int) -> None:
    """Refuse more rows than fit, where each of the replicas that train together holds its own."""
    one = (task.train_rows + task.validation_rows) * task.row_size
    if one * (spec.seeds if task.per_seed else 1) > LARGEST_ROWS:
        refuse("seeds", f"be at most {LARGEST_ROWS // one} for rows of {task.row_size} numbers", spec.seeds)
    if one * (together if task.per_seed else 1) > LARGEST_ROWS:
        must = f"be 'given' for rows of {task.row_size} numbers: a tuned race holds those of {together} replicas"
        refuse("learning_rates", must, spec.learning_rates)

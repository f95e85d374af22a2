"""Admission: names against the catalogues, limits against the settings; once, when a run is submitted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from gradcore import checks
from gradcore.checks import refuse
from gradcore.clipping import CLIP_RULES
from gradcore.costs import build_seconds, step_seconds, unrolled_layers
from gradcore.errors import RefusedError
from gradcore.networks import (
    ACTIVATIONS,
    ALIGNED,
    CELLS,
    INITIALIZERS,
    LSUV,
    NORMALIZATIONS,
    POOLINGS,
    RESIDUALS,
    SCALED_NORMAL,
)
from gradcore.optimizers import OPTIMIZERS, learning_rate_of
from gradcore.race_memory import admit_memory
from gradcore.schedules import SCHEDULES
from gradcore.settings import Limits
from gradcore.specs import NO_NETWORK, Choice, EntrantSpec, NetworkSpec, RaceSpec
from gradcore.tasks import TASKS, Task, task_of
from gradcore.titles import duration
from gradcore.tuning import SEEDS, replicas_tuned

SEEDS_THERE_ARE = 2**32  # NumPy's RandomState, which draws the notebook's rows, takes no larger one
AVERAGES = ("momentum", "rho", "beta_1", "beta_2", "adam_beta_1", "adam_beta_2", "ema_momentum")
COUNTS = ("ns_steps", "warmup_steps")  # of steps; Keras itself looks at the others that it takes
DEEPEST_GRAPH = 400  # recurrent layers x time steps: 12 s of tracing


def admit(spec: RaceSpec, limits: Limits) -> RaceSpec:
    """Return the spec with what it leaves to the catalogues filled in, or refuse it in one sentence.

    Filled in are learning rates, a task's arguments, and the network: `{}` and a spec's default stand for the task's
    own. A task without rows takes no batch size: the default becomes null.

    Example:
        >>> admit(RaceSpec.from_json({"entrants": [{"optimizer": "Adm"}]}), Limits())
        Traceback (most recent call last):
        gradcore.errors.RefusedError: unknown optimizer 'Adm'; did you mean 'Adam'?
    """
    task = _admit_task(spec.task)
    network = _admit_network(spec.network, task_of(task))
    spec = replace(spec, task=task, network=network, batch_size=_admit_batch_size(spec.batch_size, task_of(task)))
    if len(spec.entrants) > limits.entrants:
        with _estimated(spec):
            refuse("entrants", f"hold at most {limits.entrants} optimizers", len(spec.entrants))
    entrants = tuple(admit_entrant(entrant) for entrant in spec.entrants)
    _admit_size(spec, limits)
    return replace(spec, entrants=entrants)


def estimate_seconds(spec: RaceSpec, workers: int) -> float:
    """Return about how long an admitted race takes on warm workers, tracing included."""
    task = task_of(spec.task)
    step = step_seconds(spec.network, task, spec.batch_size or task.train_rows, spec.seeds)
    parts = min(max(workers, 1), len(spec.entrants))
    seconds = build_seconds(spec.network, task) + spec.steps * step
    if tried := replicas_tuned(spec):
        rows = spec.batch_size or task.train_rows
        seconds += build_seconds(spec.network, task) + spec.steps * step_seconds(spec.network, task, rows, tried)
    return -(-len(spec.entrants) // parts) * seconds


def _admit_task(task: Choice) -> Choice:
    """Return the task with every argument that it takes."""
    checks.known_name("task", task.name, TASKS)
    known = TASKS[task.name].arguments
    checks.known_keys(f"the task {task.name}", dict(task.arguments), [argument.name for argument in known])
    given = {one.name: one.checked(task.get(one.name, one.default)) for one in known}
    return Choice.of(task.name, **given)


def _admit_network(network: NetworkSpec, task: Task) -> NetworkSpec:
    """Return the network, the task's own where none in particular is asked for."""
    if network in (NO_NETWORK, NetworkSpec()):
        network = task.network
    elif not task.has_network:
        refuse("network", f"be {{}} for the task {task.name}, which trains no network", network.to_json())
    if network == NO_NETWORK:
        return network
    checks.known_name("activation", network.activation, ACTIVATIONS)
    _admit_initializer("kernel_initializer", network.kernel_initializer)
    _admit_teacher(network, task)
    if network.cell is not None:
        _admit_recurrence(network, task)
    _admit_architecture(network, task)
    return network


def _admit_architecture(network: NetworkSpec, task: Task) -> None:
    """Refuse parts that no catalogue has, and those that do not go together."""
    if network.normalization is not None:
        checks.known_name("normalization", network.normalization, NORMALIZATIONS)
    if network.residual is not None:
        checks.known_name("residual", network.residual, RESIDUALS)
    if network.pooling is not None:
        checks.known_name("pooling", network.pooling, POOLINGS)
    if network.pooling is not None and not task.has_time:
        refuse("pooling", f"be null for the task {task.name}, whose rows have no time steps", network.pooling)
    if network.cell is not None and (network.residual or network.normalization or any(network.rates)):
        refuse("cell", "be null where layers are normalised, joined by shortcuts or thinned by dropout", network.cell)
    if network.head == "probabilities" and task.loss != "sparse_categorical_crossentropy":
        refuse("head", f"be 'logits' for the task {task.name}, which has no classes", network.head)
    if task.teacher is not None and not network.is_plain:
        raise RefusedError(f"the network must be a plain stack for the task {task.name}, whose theory holds for one.")


def _admit_teacher(network: NetworkSpec, task: Task) -> None:
    """Refuse what a linear teacher rules out, and weights along a teacher that is not there."""
    aligned = network.kernel_initializer.name == ALIGNED
    if task.teacher is None:
        if aligned:
            refuse("kernel_initializer", f"be another one for the task {task.name}, which has no teacher", ALIGNED)
        return
    if network.activation != "linear":
        refuse("activation", f"be 'linear' for the task {task.name}", network.activation)
    if not aligned:
        return
    checks.finite_number("strength", network.kernel_initializer.get("strength"), above=0)
    modes = len(task.teacher(0).singular_values)
    if network.hidden and min(network.hidden) < modes:
        refuse("hidden", f"hold widths >= {modes} to start aligned with {modes} modes", list(network.hidden))


def _admit_recurrence(network: NetworkSpec, task: Task) -> None:
    checks.known_name("cell", network.cell or "", CELLS)
    _admit_initializer("recurrent_initializer", network.recurrent_initializer)
    for name in ("kernel_initializer", "recurrent_initializer"):
        chosen = getattr(network, name).name
        if chosen == LSUV or (chosen == SCALED_NORMAL and name == "recurrent_initializer"):
            refuse(name, "be one of Keras' own for a recurrent network", chosen)
    if not task.has_time:
        refuse("cell", f"be null for the task {task.name}, whose rows have no time steps", network.cell)
    if (unrolled := unrolled_layers(network, task)) > DEEPEST_GRAPH:
        raise RefusedError(f"hidden layers x time steps must be at most {DEEPEST_GRAPH}. Received: {unrolled}")


def _admit_batch_size(batch_size: int | None, task: Task) -> int | None:
    """Return the batch size; null, and the default as null, where a task has no rows to take a part of."""
    if task.has_network:
        return batch_size
    if batch_size not in (None, RaceSpec.batch_size):
        refuse("batch_size", f"be null for the task {task.name}, which has no rows", batch_size)
    return None


def _admit_initializer(name: str, chosen: Choice) -> None:
    checks.known_name(name, chosen.name, INITIALIZERS)
    checks.known_keys(f"the {name} {chosen.name}", dict(chosen.arguments), INITIALIZERS[chosen.name])


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
    seconds = estimate_seconds(spec, workers=1)
    if seconds > 60 * limits.minutes:
        allowed = f"a race must take at most {limits.minutes:g} minutes on one worker"
        raise RefusedError(f"{allowed}. Received: an estimated {duration(seconds)}")


@contextmanager
def _estimated(spec: RaceSpec) -> Iterator[None]:
    """Add to the refusal of too much work how long it would take."""
    try:
        yield
    except RefusedError as error:
        seconds = estimate_seconds(spec, workers=1)
        raise RefusedError(f"{error}, an estimated {duration(seconds)} on one worker") from None

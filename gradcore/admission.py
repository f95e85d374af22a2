"""Admission: names against the catalogues, limits against the settings; once, when a run is submitted."""

from dataclasses import replace

from gradcore import checks
from gradcore.checks import refuse
from gradcore.clipping import CLIP_RULES
from gradcore.errors import RefusedError
from gradcore.networks import ACTIVATIONS, INITIALIZERS, count_parameters
from gradcore.optimizers import OPTIMIZERS
from gradcore.settings import Limits
from gradcore.specs import Choice, EntrantSpec, NetworkSpec, RaceSpec
from gradcore.tasks import TASKS

SEEDS_THERE_ARE = 2**32  # NumPy's RandomState, which draws the notebook's rows, takes no larger one
AVERAGES = ("momentum", "rho", "beta_1", "beta_2", "adam_beta_1", "adam_beta_2", "ema_momentum")
LARGEST_STACK = 20_000_000  # parameters x seeds: about 600 MB with an optimizer's two moments
LARGEST_RECORD = 10_000_000  # steps x seeds x entrants x layers: three numbers each, 120 MB on the dashboard


def admit(spec: RaceSpec, limits: Limits) -> RaceSpec:
    """Return the spec with default learning rates filled in, or refuse it in one sentence.

    Example:
        >>> admit(RaceSpec.from_json({"entrants": [{"optimizer": "Adm"}]}), Limits())
        Traceback (most recent call last):
        gradcore.errors.RefusedError: unknown optimizer 'Adm'; did you mean 'Adam'?
    """
    _admit_task(spec.task)
    _admit_network(spec.network)
    if len(spec.entrants) > limits.entrants:
        refuse("entrants", f"hold at most {limits.entrants} optimizers", len(spec.entrants))
    entrants = tuple(_admit_entrant(entrant) for entrant in spec.entrants)
    _admit_size(spec, limits)
    return replace(spec, entrants=entrants)


def estimate_seconds(spec: RaceSpec, workers: int) -> float:
    """Return about how long an admitted race takes on warm workers, tracing included.

    A step costs a fixed part and the arithmetic of its matrices; both were fitted on one core of a small server.
    """
    task = TASKS[spec.task.name]
    rows = spec.batch_size or task.train_rows
    parameters = count_parameters(spec.network, task)
    step = 1e-4 + 3e-5 * len(spec.network.hidden) + spec.seeds * (2e-5 + parameters * (6 * rows / 2e10 + 6e-9))
    parts = min(max(workers, 1), len(spec.entrants))
    return -(-len(spec.entrants) // parts) * (0.3 + 0.02 * len(spec.network.hidden) + spec.steps * step)


def _admit_task(task: Choice) -> None:
    checks.known_name("task", task.name, TASKS)
    checks.known_keys(f"the task {task.name}", dict(task.arguments), ())


def _admit_network(network: NetworkSpec) -> None:
    checks.known_name("activation", network.activation, ACTIVATIONS)
    initializer = network.kernel_initializer
    checks.known_name("kernel_initializer", initializer.name, INITIALIZERS)
    known = INITIALIZERS[initializer.name]
    checks.known_keys(f"the kernel_initializer {initializer.name}", dict(initializer.arguments), known)


def _admit_entrant(entrant: EntrantSpec) -> EntrantSpec:
    name, arguments = entrant.optimizer.name, dict(entrant.optimizer.arguments)
    checks.known_name("optimizer", name, OPTIMIZERS)
    checks.known_keys(f"the optimizer {name}", arguments, OPTIMIZERS[name].arguments)
    for argument, value in arguments.items():
        _admit_argument(argument, value, OPTIMIZERS[name].arguments[argument])
    checks.known_name("clip rule", entrant.clip.name, CLIP_RULES)
    parameters = CLIP_RULES[entrant.clip.name].parameters
    checks.known_keys(f"the clip rule {entrant.clip.name}", dict(entrant.clip.arguments), parameters)
    for parameter, value in entrant.clip.arguments:
        checks.finite_number(parameter, value, above=0)
    rate = OPTIMIZERS[name].learning_rate if entrant.learning_rate is None else entrant.learning_rate
    return replace(entrant, learning_rate=rate)


def _admit_argument(argument: str, value: object, default: object) -> None:
    """Refuse an optimizer's argument of the wrong type, or a weight of a running mean that is none."""
    if isinstance(default, bool):
        if not isinstance(value, bool):
            refuse(argument, "be true or false", value)
    elif value is not None or default is not None:
        number = checks.finite_number(argument, value)
        if argument in AVERAGES and not 0 <= number < 1:
            refuse(argument, "be at least 0 and below 1", value)


def _admit_size(spec: RaceSpec, limits: Limits) -> None:
    task = TASKS[spec.task.name]
    if spec.learning_rates != "given":
        refuse("learning_rates", "be 'given'", spec.learning_rates)
    for name, value, most in (("steps", spec.steps, limits.steps), ("seeds", spec.seeds, limits.seeds)):
        if value > most:
            refuse(name, f"be at most {most}", value)
    if spec.first_seed + spec.seeds > SEEDS_THERE_ARE:
        refuse("first_seed", f"be at most {SEEDS_THERE_ARE - spec.seeds} for {spec.seeds} seeds", spec.first_seed)
    if spec.batch_size is not None and spec.batch_size > task.train_rows:
        refuse("batch_size", f"be at most {task.train_rows}, the training rows of {task.name}", spec.batch_size)
    parameters = count_parameters(spec.network, task)
    if parameters > limits.parameters:
        raise RefusedError(f"the network must have at most {limits.parameters:,} parameters. Received: {parameters:,}")
    if parameters * spec.seeds > LARGEST_STACK:
        most = LARGEST_STACK // parameters
        raise RefusedError(
            f"`seeds` must be at most {most} for {parameters:,} parameters. Received: seeds={spec.seeds}"
        )
    recorded = spec.steps * spec.seeds * len(spec.entrants) * (len(spec.network.hidden) + 1)
    if recorded > LARGEST_RECORD:
        raise RefusedError(
            f"steps x seeds x entrants x layers must be at most {LARGEST_RECORD:,}. Received: {recorded:,}"
        )
    minutes = estimate_seconds(spec, workers=1) / 60
    if minutes > limits.minutes:
        allowed = f"a race must take at most {limits.minutes:g} minutes on one worker"
        raise RefusedError(f"{allowed}. Received: an estimated {minutes:.0f} minutes")

"""What a race keeps in memory at once: replicas of the network, rows, activations, records; each has a limit."""

from gradcore.checks import refuse
from gradcore.errors import RefusedError
from gradcore.networks import count_parameters
from gradcore.specs import RaceSpec
from gradcore.tasks import Task
from gradcore.tuning import replicas_tuned

LARGEST_STACK = 20_000_000  # parameters x seeds: about 600 MB with an optimizer's two moments
LARGEST_RECORD = (
    10_000_000  # steps x seeds x entrants x layers: 3 numbers each, 120 MB on the dashboard (5 with points)
)
LARGEST_ROWS = 20_000_000  # numbers of all seeds' rows together, 80 MB, where each seed draws its own
LARGEST_ACTIVATIONS = 50_000_000  # seeds x batch x units x time steps: 200 MB, of which training keeps a few


def admit_memory(spec: RaceSpec, task: Task, most_parameters: int) -> None:
    """Refuse a race whose networks, rows, activations or records would not fit.

    Args:
        spec: the race.
        task: its task.
        most_parameters: of one network.
    """
    parameters = count_parameters(spec.network, task)
    if parameters > most_parameters:
        raise RefusedError(f"the network must have at most {most_parameters:,} parameters. Received: {parameters:,}")
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

"""Theory: what is known in closed form of an entrant's loss, held against what was measured; nothing of the others.

It knows SGD with and without heavy-ball momentum on a quadratic, and plain SGD on a deep linear network with one
hidden layer. Pure NumPy.
"""

import numpy as np

from gradcore.networks import ALIGNED
from gradcore.records import Doubles, EntrantTrace, RaceTrace
from gradcore.schedules import SCHEDULES, factors
from gradcore.specs import EntrantSpec, RaceSpec
from gradcore.tasks import Task, known_task
from gradcore.tasks.quadratic import QUADRATIC, eigenvalues, start_along_axes
from gradcore.theory import deep_linear, quadratic
from gradcore.theory.found import HalfTime, Rate, Theory, momentum_of

__all__ = ["HalfTime", "Rate", "Theory", "theories"]


def theories(spec: RaceSpec, trace: RaceTrace) -> tuple[Theory, ...]:
    """Return what theory says of each entrant that it knows, over the steps recorded.

    Args:
        spec: the race, admitted.
        trace: what is recorded of it.

    Example:
        >>> from gradcore.assembly import Assembly
        >>> spec = RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}]})
        >>> theories(spec, Assembly(spec).trace())
        ()
    """
    task = known_task(spec.task)
    if task is None or spec.batch_size not in (None, task.train_rows):
        return ()
    found = [_theory(spec, task, place, one) for place, one in enumerate(trace.entrants) if one.steps]
    return tuple(one for one in found if one is not None)


def _theory(spec: RaceSpec, task: Task, place: int, entrant: EntrantTrace) -> Theory | None:
    asked = spec.entrants[place]
    momentum, rates = momentum_of(asked), _rates(spec, asked, entrant)
    if momentum is None or rates is None:
        return None
    if task.name == QUADRATIC.name:
        condition, dimension = (dict(spec.task.arguments)[name] for name in ("condition", "dimension"))
        seeds = range(spec.first_seed, spec.first_seed + spec.seeds)
        own = None if spec.shared_weights else place
        start = np.stack([start_along_axes(seed, own, int(dimension)) for seed in seeds])  # type: ignore[arg-type]
        values = eigenvalues(float(condition), int(dimension))  # type: ignore[arg-type]
        return quadratic.compare(entrant.label, entrant.loss, rates, momentum, values, start)
    network = spec.network
    aligned = network.kernel_initializer.name == ALIGNED and network.activation == "linear" and network.cell is None
    if task.teacher is None or not aligned or len(network.hidden) != 1 or momentum:
        return None
    values = task.teacher(spec.first_seed).singular_values.astype(np.float64)
    strength = float(network.kernel_initializer.get("strength"))  # type: ignore[arg-type]
    return deep_linear.compare(entrant.label, entrant.loss, rates, values, strength)


def _rates(spec: RaceSpec, asked: EntrantSpec, entrant: EntrantTrace) -> Doubles | None:
    """Return the learning rate of each recorded step, None where the schedule is no longer known."""
    if asked.schedule.name not in SCHEDULES:
        return None
    return factors(asked.schedule, spec.steps)[: entrant.steps] * entrant.learning_rate

"""What a step of training and the building of its graph cost, in seconds, before anything was trained.

A step costs a fixed part and the arithmetic of its matrices; all numbers were fitted on one core of a small server.
"""

from gradcore.networks import count_parameters
from gradcore.specs import NetworkSpec
from gradcore.tasks import Task


def step_seconds(network: NetworkSpec, task: Task, rows: int, seeds: int) -> float:
    """Return about how long one step of one entrant takes, all its seeds together.

    Args:
        network: what is trained.
        task: on what.
        rows: of a batch.
        seeds: trained side by side.
    """
    parameters = count_parameters(network, task)
    if network.cell is None:
        return 1e-4 + 3e-5 * len(network.hidden) + seeds * (2e-5 + parameters * (6 * rows / 2e10 + 6e-9))
    by_step = 1e-10 * parameters + 4e-9 * sum(network.hidden)  # of one row at one time step
    return 1e-4 + 3e-5 * unrolled_layers(network, task) + seeds * (2e-5 + task.row_steps * rows * by_step)


def build_seconds(network: NetworkSpec, task: Task) -> float:
    """Return about how long it takes to trace one entrant's graph; a recurrent layer is traced at every time step."""
    return 0.3 + (0.02 if network.cell is None else 0.028) * unrolled_layers(network, task)


def unrolled_layers(network: NetworkSpec, task: Task) -> int:
    """Return the hidden layers of the graph: a recurrent one counts once for every time step.

    Example:
        >>> from gradcore.tasks import task_of
        >>> unrolled_layers(NetworkSpec(hidden=(20, 20), cell="simple_rnn"), task_of("adding_problem"))
        40
    """
    return len(network.hidden) * (1 if network.cell is None else task.row_steps)


def memory_bytes(network: NetworkSpec, task: Task, rows: int) -> int:
    """Return about how much memory one network takes while it trains: four numbers a weight, two an activation.

    Of each weight there are its value, its gradient and an optimizer's two moments; of each activation its value and
    its gradient.

    Example:
        >>> from gradcore.tasks import task_of
        >>> memory_bytes(NetworkSpec((64,)), task_of("digits"), rows=64)
        114848
    """
    activations = rows * (sum(network.hidden) + task.outputs) * (1 if network.cell is None else task.row_steps)
    return 4 * (4 * count_parameters(network, task) + 2 * activations)

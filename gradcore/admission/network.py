"""Tasks and networks against the catalogues."""

from gradcore import checks
from gradcore.checks import refuse
from gradcore.costs import unrolled_layers
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
from gradcore.specs import NO_NETWORK, Choice, NetworkSpec
from gradcore.tasks import TASKS, Task

DEEPEST_GRAPH = 400  # recurrent layers x time steps: 12 s of tracing


def admit_task(task: Choice) -> Choice:
    """Return the task with every argument that it takes."""
    checks.known_name("task", task.name, TASKS)
    known = TASKS[task.name].arguments
    checks.known_keys(f"the task {task.name}", dict(task.arguments), [argument.name for argument in known])
    given = {one.name: one.checked(task.get(one.name, one.default)) for one in known}
    return Choice.of(task.name, **given)


def admit_network(network: NetworkSpec, task: Task) -> NetworkSpec:
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


def _admit_initializer(name: str, chosen: Choice) -> None:
    checks.known_name(name, chosen.name, INITIALIZERS)
    checks.known_keys(f"the {name} {chosen.name}", dict(chosen.arguments), INITIALIZERS[chosen.name])

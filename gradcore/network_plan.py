"""The layers of a network, one after the other: built, counted and printed as code from one description.

Shapes: T time steps, F features, of one row.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

from gradcore.network_steps import INPUT, Step
from gradcore.specs import NetworkSpec, Scalar
from gradcore.tasks import Task

CELLS: Mapping[str, str] = MappingProxyType({"simple_rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"})  # Keras' layers
NORMALIZATIONS: Mapping[str, str] = MappingProxyType(
    {"batch": "BatchNormalization", "layer": "LayerNormalization", "rms": "RMSNormalization"}
)


def plan(network: NetworkSpec, task: Task) -> tuple[Step, ...]:
    """Return the layers of a network with the head of a task, input side first.

    A dense network reads a sequence as one row. A block's shortcut is projected where its width changes. Attention
    pools the time steps by weights that one layer gives each of them.

    Example:
        >>> from gradcore.tasks import task_of
        >>> [step.name for step in plan(NetworkSpec((8,), normalization="batch"), task_of("digits"))]
        ['dense_1', 'norm_1', 'activation_1', 'output']
    """
    made = _Plan(network, task)
    if network.cell is None and task.has_time and network.pooling is None:
        made.add("Flatten", "row", (math.prod(task.shape),))
    for index in range(len(network.hidden)):
        _HIDDEN[made.kind(index)](made, index)
    if network.pooling is not None:
        made.pool()
    if network.unused_branch:
        made.cut_branch()
    activation = "softmax" if network.head == "probabilities" else task.head_activation
    made.dense("output", task.outputs, activation, hidden=False)
    return tuple(made.steps)


def is_chain(steps: Sequence[Step]) -> bool:
    """Return whether each layer reads the one before and no other."""
    return all(step.inputs == (before.name,) for before, step in pairwise(steps))


class _Plan:
    """A plan in the making: each step reads the one before, unless it is told otherwise."""

    def __init__(self, network: NetworkSpec, task: Task) -> None:
        self.network, self.steps, self._kernels = network, [], 0
        self._shapes = {INPUT: task.shape}
        self.last = INPUT

    steps: list[Step]

    @property
    def shape(self) -> tuple[int, ...]:
        """What comes out of the last step."""
        return self._shapes[self.last]

    def kind(self, index: int) -> str:
        """Return how a hidden layer is made; the first one is never a block, it makes the width."""
        network = self.network
        if network.cell is not None:
            return "recurrent"
        if network.residual is None or index == 0:
            return "stem" if network.residual == "notebook" else "layer"
        if network.residual == "notebook" and network.hidden[index] != self.shape[-1]:
            return "stem"
        return network.residual

    def add(
        self,
        layer: str,
        name: str,
        shape: tuple[int, ...] | None = None,
        inputs: tuple[str, ...] = (),
        **arguments: Scalar,
    ) -> str:
        """Add a step without a kernel, which keeps the shape where none is given; return its name."""
        return self._put(layer, name, shape or self.shape, inputs, arguments)

    def dense(
        self,
        name: str,
        units: int,
        activation: str,
        *,
        hidden: bool = True,
        inputs: tuple[str, ...] = (),
        bias: bool = True,
        number: int | None = None,
    ) -> str:
        """Add a dense layer, and return its name; its kernel has the next number, unless one is given."""
        arguments: dict[str, Scalar] = {"units": units, "activation": activation}
        arguments |= {} if bias else {"use_bias": False}
        shape = (*(self._shapes[inputs[0]] if inputs else self.shape)[:-1], units)
        return self._put("Dense", name, shape, inputs, arguments, hidden=hidden, kernel=number is None, number=number)

    def recurrent(self, index: int) -> None:
        """Add a recurrent layer; unrolled, because a loop in the graph is 3 to 5 times slower."""
        network, units = self.network, self.network.hidden[index]
        every = index + 1 < len(network.hidden) or network.pooling is not None
        shape = (self.shape[0], units) if every else (units,)
        arguments: dict[str, Scalar] = {"units": units, "activation": network.activation}
        arguments |= {"return_sequences": every, "unroll": True}
        layer = CELLS[network.cell or ""]
        self._put(layer, f"rnn_{index + 1}", shape, (), arguments, hidden=True, kernel=True)

    def norm(self, name: str) -> None:
        """Add the network's normalisation, where it has one."""
        if self.network.normalization is not None:
            self.add(NORMALIZATIONS[self.network.normalization], name)

    def activate(self, name: str) -> None:
        """Add the network's activation as a layer of its own."""
        if self.network.activation != "linear":
            self.add("Activation", name, activation=self.network.activation)

    def drop(self, index: int, name: str) -> None:
        """Add the dropout of a hidden layer, where it has one."""
        if rate := self.network.rates[index]:
            self.add("Dropout", name, rate=rate)

    def shortcut(self, index: int, since: str) -> None:
        """Add what went in before a block to what came out of it; projected, where the width changed."""
        if self._shapes[since] != self.shape:
            end = self.last
            since = self.dense(
                f"projection_{index + 1}", self.shape[-1], "linear", hidden=False, inputs=(since,), bias=False
            )
            self.last = end
        self.add("Add", f"add_{index + 1}", inputs=(since, self.last))

    def pool(self) -> None:
        """Add attention over the time steps: a weight for each from one layer, then the weighted sum."""
        features, states = self.shape[-1], self.last
        self.dense("attention_score", 1, "linear", hidden=False, bias=False)
        self.add("Softmax", "attention_weight", axis=1)
        self.add("Dot", "attention_sum", (1, features), (self.last, states), axes=1)
        self.add("Flatten", "attention_pooled", (features,))

    def cut_branch(self) -> None:
        """Add a layer beside the others through which no gradient goes back: what it holds is never trained.

        Its kernel is counted after the head's, so that without it the head starts from the same weights.
        """
        since = self.last
        self.dense("branch", self.shape[-1], "linear", number=self._kernels + 1)
        self.add("StopGradient", "branch_cut")
        self.add("Add", "branch_add", inputs=(since, self.last))

    def _put(
        self,
        layer: str,
        name: str,
        shape: tuple[int, ...],
        inputs: tuple[str, ...],
        arguments: dict[str, Scalar],
        *,
        hidden: bool = False,
        kernel: bool = False,
        number: int | None = None,
    ) -> str:
        read = inputs or (self.last,)
        number = self._kernels if kernel else number
        self._kernels += kernel
        step = Step(layer, name, read, tuple(arguments.items()), self._shapes[read[0]], shape, number, hidden)
        self.steps.append(step)
        self._shapes[name], self.last = shape, name
        return name


def _layer(made: _Plan, index: int) -> None:
    """Add weights, normalisation and activation in the asked order; in one layer where nothing stands between."""
    network, number = made.network, index + 1
    if network.normalization is None:
        made.dense(f"dense_{number}", network.hidden[index], network.activation)
    else:
        made.dense(f"dense_{number}", network.hidden[index], "linear")
        if network.normalization_place == "before":
            made.norm(f"norm_{number}")
        made.activate(f"activation_{number}")
        if network.normalization_place == "after":
            made.norm(f"norm_{number}")
    made.drop(index, f"dropout_{number}")


def _stem(made: _Plan, index: int) -> None:
    """Add a layer as the notebook has it outside of its blocks: activation, then normalisation, then dropout."""
    number = index + 1
    made.dense(f"dense_{number}", made.network.hidden[index], made.network.activation)
    made.norm(f"norm_{number}")
    made.drop(index, f"dropout_{number}")


def _plain(made: _Plan, index: int) -> None:
    since = made.last
    _layer(made, index)
    made.shortcut(index, since)


def _scaled(made: _Plan, index: int) -> None:
    since, blocks = made.last, len(made.network.hidden) - 1
    _layer(made, index)
    made.add("Rescaling", f"scale_{index + 1}", scale=1 / math.sqrt(blocks))
    made.shortcut(index, since)


def _preactivation(made: _Plan, index: int) -> None:
    since, number = made.last, index + 1
    made.norm(f"norm_{number}")
    made.activate(f"activation_{number}")
    made.dense(f"dense_{number}", made.network.hidden[index], "linear")
    made.drop(index, f"dropout_{number}")
    made.shortcut(index, since)


def _notebook(made: _Plan, index: int) -> None:
    """Add the notebook's block: its second activation and dropout stand on the sum, so the shortcut is no identity."""
    network, since, number = made.network, made.last, index + 1
    made.dense(f"dense_{number}a", network.hidden[index], network.activation)
    made.norm(f"norm_{number}a")
    made.activate(f"activation_{number}a")
    made.drop(index, f"dropout_{number}a")
    made.dense(f"dense_{number}b", network.hidden[index], "linear")
    made.norm(f"norm_{number}b")
    made.shortcut(index, since)
    made.activate(f"activation_{number}b")
    made.drop(index, f"dropout_{number}b")


_HIDDEN = {
    "layer": _layer,
    "stem": _stem,
    "recurrent": _Plan.recurrent,
    "plain": _plain,
    "scaled": _scaled,
    "preactivation": _preactivation,
    "notebook": _notebook,
}

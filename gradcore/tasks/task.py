"""What a task is: its data by seed, the head and loss that it fixes, its chance level, linear anchor and target."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from gradcore.records import Floats
from gradcore.specs.network import NO_NETWORK, NetworkSpec
from gradcore.tasks.argument import TaskArgument


@dataclass(frozen=True)
class Rows:
    """Training and validation rows of one seed; N, M rows of F features, or of T time steps with F each."""

    x_train: Floats  # (N, F) or (N, T, F)
    y_train: Floats  # (N, O) targets, or (N,) class numbers
    x_validation: Floats  # (M, F) or (M, T, F)
    y_validation: Floats  # (M, O) or (M,)


@dataclass(frozen=True)
class Teacher:
    """The linear map that a task's targets come from, by its K singular values and their directions."""

    outputs: Floats  # (O, K) orthonormal columns
    singular_values: Floats  # (K,)
    features: Floats  # (F, K) orthonormal columns


@dataclass(frozen=True)
class Task:
    """What is to be learned, and how it is judged."""

    name: str
    title: str
    summary: str
    rows: Callable[[int], Rows]  # by seed
    shape: tuple[int, ...]  # of one row: (F,), or (T, F) where it has time steps
    outputs: int
    train_rows: int
    validation_rows: int
    head_activation: str  # of the output layer
    loss: str  # "mse", "half_squared_error" or "sparse_categorical_crossentropy" (from logits)
    metric: str  # "accuracy", "r2", "mae" or "distance"
    chance_loss: float  # validation loss of the best constant answer
    linear_anchor: float | None  # validation loss of the best linear model; None = it says nothing here
    target: float | None  # training loss that counts as solved; None = nothing to learn
    loss_floor: float | None = 1e-4  # below it only over-confidence is measured
    per_seed: bool = False  # whether each seed draws rows of its own
    network: NetworkSpec = NetworkSpec()  # what is trained where a race asks for none in particular
    start: Callable[[int, int | None], Floats] | None = None  # (P,) by seed and entrant: trained in place of a network
    lift: Callable[[Any, Any], Any] | None = None  # (F,) of that vector, by `xp`: what rows are multiplied with
    numbers: int | None = None  # P, where it is not F
    optimum: tuple[float, ...] | float = 0.0  # of that vector; the metric "distance" is measured from here
    teacher: Callable[[int], Teacher] | None = None  # by seed: networks must be linear and may start aligned with it
    arguments: tuple[TaskArgument, ...] = ()
    variant: Callable[..., Self] | None = None  # the task with these arguments

    @property
    def has_network(self) -> bool:
        """Whether a network is trained; else it is one vector."""
        return self.network != NO_NETWORK

    @property
    def is_plane(self) -> bool:
        """Whether two numbers are trained without a network: each step is a point that can be drawn."""
        return not self.has_network and (self.numbers or self.row_size) == 2

    @property
    def has_time(self) -> bool:
        """Whether a row is a sequence."""
        return len(self.shape) > 1

    @property
    def row_steps(self) -> int:
        """T time steps of a row, 1 where it has no time."""
        return self.shape[0] if self.has_time else 1

    @property
    def row_size(self) -> int:
        """Numbers of one row."""
        return math.prod(self.shape)

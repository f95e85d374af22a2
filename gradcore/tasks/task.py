"""What a task is: its data by seed, the head and loss that it fixes, its chance level and its target."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from gradcore.records import Floats


@dataclass(frozen=True)
class Rows:
    """Training and validation rows of one seed; N, M rows of F features, or of T time steps with F each."""

    x_train: Floats  # (N, F) or (N, T, F)
    y_train: Floats  # (N, 1) targets, or (N,) class numbers
    x_validation: Floats  # (M, F) or (M, T, F)
    y_validation: Floats  # (M, 1) or (M,)


@dataclass(frozen=True)
class TaskArgument:
    """A whole number that a task takes."""

    name: str
    default: int
    least: int
    most: int
    meaning: str


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
    loss: str  # "mse" or "sparse_categorical_crossentropy" (from logits)
    metric: str  # "accuracy", "r2" or "mae"
    chance_loss: float  # validation loss of the best constant answer
    target: float | None  # training loss that counts as solved; None = nothing to learn
    loss_floor: float | None = 1e-4  # below it only over-confidence is measured
    per_seed: bool = False  # whether each seed draws rows of its own
    arguments: tuple[TaskArgument, ...] = ()
    variant: Callable[..., Self] | None = None  # the task with these arguments

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

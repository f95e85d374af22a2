"""The adding problem: two numbers of a long sequence are marked, their sum is asked for at its end.

What a recurrent network learns here it must carry over many steps, and so must the gradient, backwards.
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from gradcore.records import Floats
from gradcore.tasks.argument import TaskArgument
from gradcore.tasks.task import Rows, Task

TRAIN_ROWS, VALIDATION_ROWS = 2000, 1000
DRAWN = 1  # last word of the seed: rows share no random number with the batches, which have [seed, offset]
LENGTH = TaskArgument("length", 20, "time steps of a sequence", least=2, most=200)


def adding_problem(length: int = int(LENGTH.default)) -> Task:
    """Return the adding problem for sequences of one length.

    The best linear model weighs the values of each half alike, which takes 1/12 over the half's length off the loss.

    Example:
        >>> adding_problem(length=50).shape
        (50, 2)
    """
    return Task(
        name="adding_problem",
        title="Adding problem",
        summary="Add the two marked numbers of a sequence, told at its end; a constant answer has loss 1/6.",
        rows=partial(adding_rows, length=length),
        shape=(length, 2),
        outputs=1,
        train_rows=TRAIN_ROWS,
        validation_rows=VALIDATION_ROWS,
        head_activation="linear",
        loss="mse",
        metric="mae",
        chance_loss=1 / 6,  # the variance of the sum of two uniform numbers
        linear_anchor=1 / 6 - sum(1 / (12 * half) for half in (length // 2, length - length // 2)),
        target=0.01,
        per_seed=True,
        arguments=(LENGTH,),
        variant=adding_problem,
    )


def adding_rows(seed: int, length: int) -> Rows:
    """Return 2,000 training and 1,000 validation sequences of `length` pairs (value, marker).

    Values are uniform on [0, 1); one marker stands in each half; the target is the sum of the two marked values.
    Drawn by `numpy.random.default_rng([seed, 0, 1])`: for the training rows, then for the validation rows, the
    values, the places in the first half, the places in the second half.

    Example:
        >>> adding_rows(0, length=20).x_train.shape
        (2000, 20, 2)

    Reference: Hochreiter & Schmidhuber 1997, experiment 4, https://doi.org/10.1162/neco.1997.9.8.1735; in the form
    (fixed length, [0, 1), chance 1/6) of Le, Jaitly & Hinton 2015, https://arxiv.org/abs/1504.00941
    """
    draw = np.random.default_rng([seed, 0, DRAWN])
    x_train, y_train = _sequences(draw, TRAIN_ROWS, length)
    x_validation, y_validation = _sequences(draw, VALIDATION_ROWS, length)
    return Rows(x_train, y_train, x_validation, y_validation)


def _sequences(draw: np.random.Generator, rows: int, length: int) -> tuple[Floats, Floats]:
    """Return sequences (rows, length, 2) and their targets (rows, 1)."""
    values = draw.random((rows, length), dtype=np.float32)
    marked = np.zeros((rows, length), np.float32)
    for low, high in ((0, length // 2), (length // 2, length)):
        places: NDArray[np.int64] = draw.integers(low, high, rows)
        marked[np.arange(rows), places] = 1.0
    targets: Floats = (values * marked).sum(axis=1, keepdims=True)
    return np.stack([values, marked], axis=2), targets


ADDING = adding_problem()

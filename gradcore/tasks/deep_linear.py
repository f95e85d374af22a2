"""A linear teacher for deep linear networks: how fast each of its modes is learned is known in closed form.

Its features are white and its targets free of noise, so that the full batch's loss is half the squared distance of
the network's map from the teacher's. A network with one hidden layer that starts aligned (`kernel_initializer`
"aligned", strength u0) learns the mode of singular value s as u(t) = s e^2st / (e^2st - 1 + s / u0), half of it at
t = ln(s / u0 - 1) / 2s, where t = learning rate x steps.
"""

import numpy as np

from gradcore.records import Doubles, Floats
from gradcore.specs import Choice, NetworkSpec
from gradcore.tasks.task import Rows, Task, Teacher

FEATURES, OUTPUTS = 10, 3
SINGULAR_VALUES = (3.0, 2.0, 1.0)
TRAIN_ROWS, VALIDATION_ROWS = 200, 200
TEACHER, DRAWN = 2, 1  # last words of the seeds


def linear_teacher(seed: int) -> Teacher:
    """Return the teacher of a seed: its singular values are 3, 2 and 1, its directions are drawn.

    Example:
        >>> linear_teacher(0).features.shape
        (10, 3)
    """
    draw = np.random.default_rng([seed, 0, TEACHER])
    outputs, features = (_orthonormal(draw, size, len(SINGULAR_VALUES)) for size in (OUTPUTS, FEATURES))
    return Teacher(outputs.astype(np.float32), np.array(SINGULAR_VALUES, np.float32), features.astype(np.float32))


def deep_linear_rows(seed: int) -> Rows:
    """Return 200 training and 200 validation rows: mean 0 and covariance 1 exactly, targets of the teacher.

    Example:
        >>> x = deep_linear_rows(0).x_train
        >>> bool(np.allclose(x.T @ x / 200, np.eye(10), atol=1e-5))
        True

    Reference: Saxe, McClelland & Ganguli 2014, section 1, https://arxiv.org/abs/1312.6120
    """
    teacher, draw = linear_teacher(seed), np.random.default_rng([seed, 0, DRAWN])
    matrix = (teacher.outputs * teacher.singular_values) @ teacher.features.T  # (O, F)
    x_train, x_validation = (_white(draw, rows) for rows in (TRAIN_ROWS, VALIDATION_ROWS))
    y_train, y_validation = ((x @ matrix.T).astype(np.float32) for x in (x_train, x_validation))
    return Rows(x_train, y_train, x_validation, y_validation)


def _white(draw: np.random.Generator, rows: int) -> Floats:
    """Return rows (rows, F) whose columns have mean 0, variance 1 and no correlation."""
    drawn = draw.normal(size=(rows, FEATURES))
    white: Floats = (np.sqrt(rows) * np.linalg.qr(drawn - drawn.mean(axis=0))[0]).astype(np.float32)
    return white


def _orthonormal(draw: np.random.Generator, rows: int, columns: int) -> Doubles:
    return np.asarray(np.linalg.qr(draw.normal(size=(rows, columns)))[0])


DEEP_LINEAR = Task(
    name="deep_linear",
    title="Deep linear network",
    summary="Learn a linear map of singular values 3, 2 and 1 with linear layers: one mode after the other, in jumps.",
    rows=deep_linear_rows,
    shape=(FEATURES,),
    outputs=OUTPUTS,
    train_rows=TRAIN_ROWS,
    validation_rows=VALIDATION_ROWS,
    head_activation="linear",
    loss="half_squared_error",
    metric="r2",
    chance_loss=7.0,  # half the sum of the squared singular values
    linear_anchor=None,  # the network is a linear model itself
    target=0.01,
    loss_floor=None,
    per_seed=True,
    network=NetworkSpec((16,), "linear", Choice.of("aligned", strength=0.001)),
    teacher=linear_teacher,
)

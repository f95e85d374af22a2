import numpy as np
import pytest

from gradcore.networks import count_parameters
from gradcore.specs import Choice, NetworkSpec
from gradcore.tasks import TASKS, task_of

RECURRENT = NetworkSpec(hidden=(20,), activation="tanh", cell="simple_rnn")


@pytest.mark.parametrize("name", TASKS)
def test_every_task_draws_rows_of_the_shape_that_it_says(name):
    task = TASKS[name]
    rows = task.rows(0)
    assert rows.x_train.shape == (task.train_rows, *task.shape)
    assert rows.x_validation.shape == (task.validation_rows, *task.shape)
    assert {part.dtype.name for part in (rows.x_train, rows.y_train, rows.x_validation, rows.y_validation)} == {
        "float32"
    }
    assert (task.rows(1) is rows) != task.per_seed


def test_the_adding_problem_marks_one_number_in_each_half_and_asks_for_their_sum():
    rows = task_of(Choice.of("adding_problem", length=11)).rows(3)
    values, markers = rows.x_train[..., 0], rows.x_train[..., 1]
    assert set(np.unique(markers)) == {0.0, 1.0}
    assert (markers[:, :5].sum(axis=1) == 1).all()
    assert (markers[:, 5:].sum(axis=1) == 1).all()
    assert 0 <= values.min() < 0.001
    assert 0.999 < values.max() < 1
    np.testing.assert_allclose(rows.y_train[:, 0], (values * markers).sum(axis=1), rtol=1e-6)


def test_every_place_is_marked_about_as_often():
    markers = task_of("adding_problem").rows(0).x_train[..., 1]
    assert np.abs(markers.mean(axis=0) - 0.1).max() < 0.03  # 2,000 rows: four standard errors


def test_a_constant_answer_to_the_adding_problem_has_the_chance_loss():
    found = [np.var(task_of("adding_problem").rows(seed).y_train) for seed in range(10)]
    assert abs(np.mean(found) - 1 / 6) < 0.003
    assert TASKS["adding_problem"].chance_loss == 1 / 6


def test_rows_of_the_adding_problem_follow_from_the_seed_and_from_nothing_else():
    draw = np.random.default_rng([5, 0, 1])
    values = draw.random((2000, 4), dtype=np.float32)
    early, late = draw.integers(0, 2, 2000), draw.integers(2, 4, 2000)
    rows = task_of(Choice.of("adding_problem", length=4)).rows(5)
    assert np.array_equal(rows.x_train[..., 0], values)
    assert np.array_equal(rows.x_train[..., 1].argmax(axis=1), early)
    assert np.array_equal(3 - rows.x_train[:, ::-1, 1].argmax(axis=1), late)


def test_a_task_of_a_name_alone_has_its_defaults():
    assert task_of("adding_problem") is TASKS["adding_problem"]
    assert task_of(Choice("adding_problem")).shape == (20, 2)
    assert task_of(Choice.of("adding_problem", length=50)).shape == (50, 2)
    assert task_of(Choice.of("adding_problem", length=50)) is task_of(Choice.of("adding_problem", length=50))
    assert task_of("digits").shape == (64,)


def test_a_recurrent_layer_has_as_many_parameters_at_every_length_and_a_dense_one_reads_the_whole_row():
    short, long = task_of("adding_problem"), task_of(Choice.of("adding_problem", length=50))
    assert count_parameters(RECURRENT, short) == (2 + 20 + 1) * 20 + 21 == 481
    assert count_parameters(RECURRENT, long) == 481
    assert count_parameters(NetworkSpec(hidden=(20,)), short) == (40 + 1) * 20 + 21
    assert count_parameters(NetworkSpec(hidden=(20,)), long) == (100 + 1) * 20 + 21

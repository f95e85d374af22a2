import numpy as np
import pytest

from gradcore.networks import count_parameters
from gradcore.specs import NO_NETWORK, Choice, NetworkSpec
from gradcore.tasks import TASKS, task_of
from gradcore.titles import levels_text
from tests.linear_anchor import linear_anchor

RECURRENT = NetworkSpec(hidden=(20,), activation="tanh", cell="simple_rnn")


@pytest.mark.parametrize("name", TASKS)
def test_every_task_draws_rows_of_the_shape_that_it_says(name):
    task = TASKS[name]
    rows = task.rows(0)
    assert rows.x_train.shape == (task.train_rows, *task.shape)
    assert rows.x_validation.shape == (task.validation_rows, *task.shape)
    target = (task.outputs,) if task.metric != "accuracy" else ()
    assert rows.y_train.shape == (task.train_rows, *target)
    assert rows.y_validation.shape == (task.validation_rows, *target)
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


BUNDLED = {"digits": 1797, "breast_cancer": 569, "wine": 178, "diabetes": 442}


@pytest.mark.parametrize("name", BUNDLED)
def test_real_rows_have_one_split_and_are_standardised_on_its_training_part(name):
    task = TASKS[name]
    rows = task.rows(0)
    assert task.rows(9) is rows
    assert len(rows.x_train) + len(rows.x_validation) == BUNDLED[name]
    varies = rows.x_train.std(axis=0) > 0
    assert varies.sum() == (60 if name == "digits" else task.row_size)  # four pixels are white in every one
    np.testing.assert_allclose(rows.x_train.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(rows.x_train.std(axis=0)[varies], 1, rtol=1e-5)
    if name == "diabetes":
        assert rows.y_train.std() == pytest.approx(1, rel=1e-5)


@pytest.mark.parametrize("name", ["digits", "breast_cancer", "wine"])
def test_classes_are_as_frequent_in_both_parts_of_the_split(name):
    rows = TASKS[name].rows(0)
    shares = [np.bincount(part.astype(int)) / len(part) for part in (rows.y_train, rows.y_validation)]
    assert len(shares[0]) == TASKS[name].outputs
    assert np.abs(shares[0] - shares[1]).max() < 0.01


@pytest.mark.parametrize("name", ["digits", "breast_cancer", "wine", "two_spirals"])
def test_the_chance_level_is_the_loss_of_the_training_rows_shares(name):
    rows = TASKS[name].rows(0)
    shares = np.bincount(rows.y_train.astype(int)) / len(rows.y_train)
    found = -np.mean(np.log(shares[rows.y_validation.astype(int)]))
    assert TASKS[name].chance_loss == pytest.approx(found, abs=1e-3)


@pytest.mark.parametrize(("name", "level"), [("diabetes", 0.794), ("deep_linear", 7.0)])
def test_the_chance_level_of_a_regression_is_the_loss_of_the_training_rows_mean(name, level):
    rows = TASKS[name].rows(0)
    half = 0.5 if TASKS[name].loss == "half_squared_error" else 1.0
    found = half * np.mean(np.sum((rows.y_validation - rows.y_train.mean(axis=0)) ** 2, axis=1))
    assert found == pytest.approx(level, abs=1e-3)
    assert TASKS[name].chance_loss == level


@pytest.mark.parametrize("name", [name for name, task in TASKS.items() if task.linear_anchor is not None])
def test_the_linear_anchor_is_the_validation_loss_of_the_best_linear_model_measured_again(name):
    task = TASKS[name]
    drawn = name in ("noise_regression", "adding_problem")  # theirs is exact, and measured on rows that are drawn
    assert task.linear_anchor == pytest.approx(linear_anchor(task), rel=0.05 if drawn else 0.01)
    assert task.linear_anchor <= task.chance_loss


def test_tasks_whose_model_is_linear_or_none_have_no_linear_anchor():
    assert [name for name, task in TASKS.items() if task.linear_anchor is None] == [
        "noise_classification", "quadratic", "rosenbrock", "deep_linear",
    ]  # fmt: skip


def test_the_spirals_wind_one_and_a_half_times_and_mirror_each_other():
    rows = task_of("two_spirals").rows(0)
    radius, angle = np.hypot(*rows.x_train.T), np.arctan2(*rows.x_train.T[::-1])
    unwound = np.mod(angle - 3 * np.pi * radius - np.pi * rows.y_train + np.pi, 2 * np.pi) - np.pi
    far = radius > 0.3  # near the centre the noise turns an angle far
    assert np.abs(unwound[far]).max() < 0.9
    assert radius.max() == pytest.approx(1, abs=0.08)
    assert np.bincount(rows.y_train.astype(int)).tolist() == [200, 200]


def test_the_quadratic_takes_its_condition_its_dimension_and_a_rotation():
    task = task_of(Choice.of("quadratic", condition=4.0, dimension=3, rotated=False))
    np.testing.assert_allclose(task.rows(5).x_train, np.diag(np.sqrt([3.0, 6.0, 12.0])), rtol=1e-6)
    assert task.chance_loss == pytest.approx((1 + 2 + 4) / 2)
    assert task.network == NO_NETWORK
    assert count_parameters(NO_NETWORK, task) == 3


def test_the_teacher_has_singular_values_3_2_and_1_in_directions_of_the_seed():
    task = TASKS["deep_linear"]
    rows = task.rows(4)
    matrix = np.linalg.lstsq(rows.x_train.astype(float), rows.y_train.astype(float), rcond=None)[0].T
    np.testing.assert_allclose(np.linalg.svd(matrix, compute_uv=False), [3, 2, 1], rtol=1e-5)
    np.testing.assert_allclose(rows.x_train.T @ rows.x_train / 200, np.eye(10), atol=1e-5)
    np.testing.assert_allclose(rows.x_train.mean(axis=0), 0, atol=1e-6)
    assert not np.allclose(task.teacher(4).features, task.teacher(5).features)


def test_what_losses_are_to_be_held_against_is_said_in_one_line():
    assert levels_text(TASKS["digits"]) == (
        "Loss of a constant answer 2.3, of the best linear model 0.114; solved at 0.1."
    )
    assert levels_text(TASKS["noise_regression"]).endswith("of the best linear model 0.0833; nothing can be learned.")
    assert levels_text(TASKS["deep_linear"]) == "Loss of a constant answer 7; solved at 0.01."

"""Rosenbrock's valley in the engine: its loss, its gradient and its optimum, against the formula."""

import numpy as np
import pytest

from gradcore.admission import admit
from gradcore.assembly import Assembly
from gradcore.records import RaceTrace
from gradcore.settings import Limits
from gradcore.specs import Choice, RaceSpec
from gradcore.tasks import task_of
from tests.races import records


def raced(*entrants: dict, steps: int = 300, seeds: int = 3, spread: float = 0.1) -> RaceTrace:
    task = {"name": "rosenbrock", "spread": spread}
    asked = {"task": task, "network": {}, "entrants": list(entrants), "steps": steps, "seeds": seeds}
    spec = admit(RaceSpec.from_json(asked), Limits())
    assembly = Assembly(spec)
    assembly.add(records(spec))
    return assembly.trace()


def valley(points: np.ndarray) -> np.ndarray:
    x, y = np.moveaxis(points.astype(float), -1, 0)
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def test_the_loss_is_the_formula_wherever_a_path_leads_and_the_first_step_is_the_gradients():
    (found,) = raced({"optimizer": "SGD", "learning_rate": 1e-3}, seeds=1, spread=0.0).entrants
    assert found.loss[0, 0] == pytest.approx(24.2, rel=1e-6)  # at (-1.2, 1)
    np.testing.assert_allclose(found.points[0, 0], [-1.2, 1.0], rtol=1e-6)
    np.testing.assert_allclose(found.points[1, 0], [-1.2 + 0.2156, 1.0 + 0.088], rtol=1e-5)  # gradient (-215.6, -88)
    np.testing.assert_allclose(found.loss, valley(found.points), rtol=1e-4, atol=1e-6)
    assert found.loss[-1, 0] < 4.2


def test_validation_is_the_loss_and_the_distance_is_that_from_the_optimum():
    trace = raced({"optimizer": "Adam", "learning_rate": 0.05}, steps=1500)
    (found,) = trace.entrants
    assert (trace.metric, trace.parameters) == ("distance", 2)
    last = found.points[-1].astype(float)
    np.testing.assert_allclose(found.outcome.validation_metric, np.linalg.norm(last - 1, axis=1), rtol=0.1)
    assert (found.outcome.validation_loss < 0.01).all()
    assert (found.outcome.validation_metric < 0.2).all()


def test_a_learning_rate_beyond_the_curvature_at_the_start_diverges():
    (found,) = raced({"optimizer": "SGD", "learning_rate": 0.01}, steps=20).entrants
    assert not np.isfinite(found.loss[-1]).any()


def test_the_curvature_at_the_optimum_is_the_known_one():
    task, step = task_of("rosenbrock"), 1e-3
    rows = task.rows(0)

    def loss(x: float, y: float) -> float:
        outputs = task.lift(np.array([x, y]), np) @ rows.x_train.T.astype(float)
        return float(np.mean((outputs - rows.y_train[:, 0]) ** 2) / 2)

    def second(a: tuple[float, float], b: tuple[float, float]) -> float:
        at = [(1 + step * (i * a[0] + j * b[0]), 1 + step * (i * a[1] + j * b[1])) for i in (1, -1) for j in (1, -1)]
        return (loss(*at[0]) - loss(*at[1]) - loss(*at[2]) + loss(*at[3])) / (4 * step**2)

    x, y = (1.0, 0.0), (0.0, 1.0)
    hessian = np.array([[second(x, x), second(x, y)], [second(y, x), second(y, y)]])
    assert np.linalg.eigvalsh(hessian) == pytest.approx([0.39936, 1001.60], rel=1e-3)


def test_the_starts_lie_around_the_usual_one_as_far_as_asked():
    starts = np.stack([task_of("rosenbrock").start(seed, None) for seed in range(400)])
    np.testing.assert_allclose(starts.mean(axis=0), [-1.2, 1.0], atol=0.02)
    np.testing.assert_allclose(starts.std(axis=0), [0.1, 0.1], atol=0.01)
    assert np.mean(valley(starts)) == pytest.approx(task_of("rosenbrock").chance_loss, rel=0.15)
    fixed = task_of(Choice.of("rosenbrock", spread=0.0))
    assert np.array_equal(fixed.start(0, None), fixed.start(1, 3))
    assert fixed.chance_loss == pytest.approx(24.2)

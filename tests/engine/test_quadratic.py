"""The quadratic in the engine, against what is known of it in closed form."""

import numpy as np
import pytest

from gradcore.admission import admit
from gradcore.assembly import Assembly
from gradcore.clipping import CLIP_RULES
from gradcore.optimizers import OPTIMIZERS
from gradcore.records import Outcome, Setup
from gradcore.settings import Limits
from gradcore.specs import RaceSpec
from gradcore.tasks import task_of
from gradcore.tasks.quadratic import eigenvalues
from gradcore.theory import Theory, theories
from tests.races import records

SGD = {"optimizer": "SGD", "learning_rate": 0.015}
LAMBDA = eigenvalues(100.0, 10)


def raced(*entrants: dict, seeds: int = 3, steps: int = 120, first_seed: int = 0, **task: object) -> dict:
    """Return the losses (E, T, S), the outcomes, the layers and the trace of a race on the quadratic."""
    asked = {"task": {"name": "quadratic", **task}, "network": {}, "entrants": list(entrants), "batch_size": None}
    spec = admit(RaceSpec.from_json({**asked, "seeds": seeds, "steps": steps, "first_seed": first_seed}), Limits())
    found, assembly = records(spec), Assembly(spec)
    assembly.add(found)
    return {
        "spec": spec,
        "trace": assembly.trace(),
        "outcomes": [record for record in found if isinstance(record, Outcome)],
        "setup": next(record for record in found if isinstance(record, Setup)),
        "loss": np.stack([entrant.loss for entrant in assembly.trace().entrants]),
    }


def start(seed: int) -> np.ndarray:
    return np.random.default_rng([seed, 0, 1]).normal(size=10)


def momentum_losses(x: np.ndarray, rate: float, momentum: float, steps: int) -> np.ndarray:
    """x_{t+1} = x_t - rate lambda x_t + momentum (x_t - x_{t-1}), in float64; returns the loss of each step."""
    before, losses = x, []
    for _ in range(steps):
        losses.append(0.5 * np.sum(LAMBDA * x**2))
        x, before = x - rate * LAMBDA * x + momentum * (x - before), x
    return np.array(losses)


def test_gradient_descent_has_the_losses_of_the_closed_form_from_the_seeds_start():
    found = raced(SGD)
    steps = np.arange(120)[:, None]
    for seed in range(3):
        exact = (1 - 0.015 * LAMBDA) ** steps * start(seed)  # x_i(t) = (1 - lr lambda_i)^t x_i(0)
        np.testing.assert_allclose(found["loss"][0, :, seed], 0.5 * np.sum(LAMBDA * exact**2, axis=1), rtol=1e-5)
        last = (1 - 0.015 * LAMBDA) ** 120 * start(seed)
        np.testing.assert_allclose(
            found["outcomes"][0].validation_loss[seed], 0.5 * np.sum(LAMBDA * last**2), rtol=1e-5
        )
        np.testing.assert_allclose(found["outcomes"][0].validation_metric[seed], np.linalg.norm(last), rtol=1e-5)


def test_it_trains_one_point_called_x():
    assert raced(SGD, steps=2)["setup"] == Setup(("x",), 10)
    assert raced(SGD, steps=2, dimension=3)["setup"] == Setup(("x",), 3)


def test_where_every_seed_stood_is_recorded_of_two_numbers_and_of_no_others():
    found = raced(SGD, {"optimizer": "Adam", "clip": {"rule": "clip_by_global_norm", "max_norm": 1}}, dimension=2)
    sgd, adam = found["trace"].entrants
    values = eigenvalues(100.0, 2)
    for seed in range(3):
        start = np.random.default_rng([seed, 0, 1]).normal(size=2)
        exact = (1 - 0.015 * values) ** np.arange(120)[:, None] * start
        np.testing.assert_allclose(sgd.points[:, seed], exact, rtol=1e-4, atol=1e-12)
        np.testing.assert_allclose(adam.points[0, seed], start, rtol=1e-6)
    assert sgd.points.dtype == adam.points.dtype == np.float32
    assert (adam.clip.clipped.shape, adam.points.shape) == ((120, 3), (120, 3, 2))
    np.testing.assert_allclose(adam.loss, 0.5 * (adam.points.astype(float) ** 2) @ values, rtol=1e-5)
    assert all(entrant.points is None for entrant in raced(SGD, steps=2, dimension=3)["trace"].entrants)


def of(found: dict) -> tuple[Theory, ...]:
    return theories(found["spec"], found["trace"])


def test_the_loss_is_the_one_that_theory_predicts_to_the_accuracy_of_float32():
    momentum = {**SGD, "momentum": 0.8}
    entrants = (SGD, momentum, {**momentum, "schedule": "cosine"}, {**SGD, "learning_rate": 0.0202})
    for rotated in (False, True):
        found = raced(*entrants, rotated=rotated)
        deviations = [one.deviation for one in of(found)]
        assert deviations == pytest.approx([0, 0, 0, 0], abs=1e-4)
        for one, measured in zip(of(found), found["loss"], strict=True):
            np.testing.assert_allclose(np.median(measured, axis=1), one.loss, rtol=1e-3)


def test_theory_and_engine_agree_from_starts_that_each_entrant_has_of_its_own():
    spec = {"task": {"name": "quadratic"}, "network": {}, "entrants": [SGD, SGD], "shared_weights": False, "steps": 50}
    admitted = admit(RaceSpec.from_json(spec), Limits())
    assembly = Assembly(admitted)
    assembly.add(records(admitted))
    first, second = theories(admitted, assembly.trace())
    assert first.loss[0] != second.loss[0]
    assert max(first.deviation, second.deviation) < 1e-5


def test_the_measured_rates_are_those_of_theory():
    best = {"optimizer": "SGD", "learning_rate": 2 / 11}
    (found,) = of(raced(best, condition=10.0, steps=80))
    assert found.rate.predicted == pytest.approx(0.818182, abs=1e-6)
    assert found.rate.measured == pytest.approx(0.818182, rel=1e-4)
    heavy = {"optimizer": "SGD", "learning_rate": (2 / 11) ** 2, "momentum": (9 / 11) ** 2}
    (found,) = of(raced(heavy, condition=100.0))
    assert found.rate.double_root
    assert found.rate.predicted == pytest.approx(0.8182, abs=1e-4)
    assert found.rate.measured == pytest.approx(0.8182, rel=5e-3)


def test_gradient_descent_converges_at_the_rate_of_the_condition_number_and_diverges_beyond_its_limit():
    best = {"optimizer": "SGD", "learning_rate": 2 / 101}
    below, above = ({"optimizer": "SGD", "learning_rate": 0.02 * side} for side in (0.99, 1.01))
    loss = raced(best, below, above, seeds=2, steps=400)["loss"]
    assert np.sqrt(loss[0, 399] / loss[0, 299]) ** 0.01 == pytest.approx(np.full(2, 99 / 101), rel=1e-4)  # 0.980198
    assert (loss[1, -1] < loss[1, 0]).all()
    assert (loss[2, -1] > loss[2, 0]).all()


def test_the_heavy_ball_converges_at_the_rate_of_the_root_of_the_condition_number():
    rate, momentum = (2 / 11) ** 2, (9 / 11) ** 2  # for eigenvalues 1 to 100
    loss = raced({"optimizer": "SGD", "learning_rate": rate, "momentum": momentum})["loss"][0]
    for seed in range(3):
        np.testing.assert_allclose(loss[:90, seed], momentum_losses(start(seed), rate, momentum, 90), rtol=1e-3)
    # a double root: the error goes as t rho^t
    found = (np.sqrt(loss[110] / loss[55]) / 2) ** (1 / 55)
    assert found == pytest.approx(np.full(3, 9 / 11), rel=5e-3)  # 0.8182


def test_the_heavy_ball_diverges_beyond_a_limit_that_momentum_moves_out():
    limit = 2 * (1 + 0.5) / 100
    below, above = ({"optimizer": "SGD", "learning_rate": limit * side, "momentum": 0.5} for side in (0.99, 1.01))
    found = raced(below, above, seeds=2, steps=600)
    assert (found["loss"][0, -1] < found["loss"][0, 0]).all()
    assert (found["loss"][1, -1] > found["loss"][1, 0]).all()
    assert [one.rate.limit for one in of(found)] == pytest.approx([0.03, 0.03])
    assert of(found)[0].rate.predicted < 1 < of(found)[1].rate.predicted


def test_a_rotation_changes_nothing_for_gradient_descent_and_momentum_and_slows_adam():
    adam = {"optimizer": "Adam", "learning_rate": 0.05}
    entrants = (SGD, {**SGD, "momentum": 0.8}, adam)
    along, turned = (raced(*entrants, seeds=2, steps=300, rotated=rotated)["loss"] for rotated in (False, True))
    np.testing.assert_allclose(turned[:2, :100], along[:2, :100], rtol=1e-3)
    np.testing.assert_allclose(turned[2, 0], along[2, 0], rtol=1e-5)
    assert (turned[2, -1] > 10 * along[2, -1]).all()


def test_seeds_side_by_side_are_the_seeds_alone():
    adam = {"optimizer": "Adam", "learning_rate": 0.1}
    for rotated in (False, True):
        together = raced(SGD, adam, rotated=rotated)
        for seed in range(3):
            alone = raced(SGD, adam, seeds=1, first_seed=seed, rotated=rotated)
            np.testing.assert_allclose(alone["loss"][:, :, 0], together["loss"][:, :, seed], rtol=1e-4)


def test_the_start_is_normal_and_the_rows_are_those_of_the_quadratic():
    starts = np.stack([task_of("quadratic").start(seed, None) for seed in range(400)])
    assert abs(starts.mean()) < 0.05
    assert abs(starts.std() - 1) < 0.05
    task = task_of("quadratic").variant(condition=100.0, dimension=10, rotated=True)
    x, rows = task.start(7, None).astype(np.float64), task.rows(7)
    hessian = rows.x_train.T.astype(np.float64) @ rows.x_train / 10
    np.testing.assert_allclose(np.linalg.eigvalsh(hessian), LAMBDA, rtol=1e-5)
    assert np.abs(hessian - np.diag(np.diag(hessian))).max() > 5
    assert 0.5 * x @ hessian @ x == pytest.approx(0.5 * np.sum(LAMBDA * start(7) ** 2), rel=1e-5)


def test_entrants_that_share_no_weights_start_from_points_of_their_own():
    task = task_of("quadratic")
    points = [task.start(0, entrant) for entrant in (None, 0, 1)]
    assert len({tuple(point) for point in points}) == 3


def test_every_optimizer_and_every_clip_rule_moves_the_point():
    optimizers = [{"optimizer": name, "learning_rate": 0.01} for name in OPTIMIZERS]
    needed = [{name: p.start for name, p in rule.parameters.items() if p.required} for rule in CLIP_RULES.values()]
    rules = [{**SGD, "clip": {"rule": name, **more}} for name, more in zip(CLIP_RULES, needed, strict=True)]
    for entrants in (optimizers, rules):
        found = raced(*entrants, seeds=2, steps=3)
        losses = np.stack([outcome.validation_loss for outcome in found["outcomes"]])
        assert np.isfinite(losses).all()
        assert (losses < found["loss"][:, 0]).all()

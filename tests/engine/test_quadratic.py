"""The quadratic in the engine, against what is known of it in closed form."""

import numpy as np
import pytest

from gradcore.admission import admit
from gradcore.clipping import CLIP_RULES
from gradcore.engine.race import run_race
from gradcore.optimizers import OPTIMIZERS
from gradcore.records import Outcome, Setup, TraceChunk
from gradcore.settings import Limits
from gradcore.specs import RaceSpec
from gradcore.tasks import task_of
from gradcore.tasks.quadratic import eigenvalues

SGD = {"optimizer": "SGD", "learning_rate": 0.015}
LAMBDA = eigenvalues(100.0, 10)


def raced(*entrants: dict, seeds: int = 3, steps: int = 120, first_seed: int = 0, **task: object) -> dict:
    """Return the losses (E, T, S), the outcomes and the layers of a race on the quadratic, as an admitted spec."""
    spec = {"task": {"name": "quadratic", **task}, "network": {}, "entrants": list(entrants), "batch_size": None}
    race = RaceSpec.from_json({**spec, "seeds": seeds, "steps": steps, "first_seed": first_seed})
    losses: list[list[np.ndarray]] = [[] for _ in entrants]
    found: dict = {"outcomes": []}

    def keep(records, progress):
        for record in records:
            if isinstance(record, TraceChunk):
                losses[record.entrant].append(record.loss)
            elif isinstance(record, Outcome):
                found["outcomes"].append(record)
            elif isinstance(record, Setup):
                found["setup"] = record

    run_race(admit(race, Limits()), range(len(entrants)), keep)
    return {**found, "loss": np.stack([np.concatenate(chunks) for chunks in losses])}


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

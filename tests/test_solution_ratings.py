"""Solutions on the notebook's scales: counts, scores, order and front; literal numbers."""

import pytest

from gradcore.solution_complexity import complexity_of
from gradcore.solution_ratings import Weights, front, measured, opinions, ranked, score
from gradcore.trial_result import compared, scenario_of, trial_sentences
from tests.trial_cells import make_costs, make_measurement


def found():
    cells = {
        ("sigmoid_stack", ""): [2.0, 2.0],
        ("sigmoid_stack", "relu"): [0.0, 0.2],
        ("sigmoid_stack", "batch_norm"): [0.4, 0.4],
        ("sigmoid_stack", "clipping"): [2.0, 2.0],
    }
    costs = make_costs("sigmoid_stack", {"relu": 1.0, "batch_norm": 2.0, "clipping": 1.5})
    return measured(make_measurement(cells, [costs]))


def test_complexity_is_counted_and_never_judged():
    assert vars(complexity_of("batch_norm")) == {
        "parameters": 2, "state": 4, "couplings": 2, "differs": 1, "coupled": 1, "data": 0, "lines": 2,
    }  # fmt: skip
    assert [complexity_of(name).score for name in ("relu", "he_init", "adam", "lsuv")] == [1, 1, 6, 11]
    assert complexity_of("health_monitoring") is None


def test_effectiveness_and_complexity_are_on_scales_of_ten():
    ratings = found()
    assert [round(ratings[name].effectiveness, 2) for name in ("relu", "batch_norm", "clipping")] == [10.0, 8.42, 0.0]
    assert max(rating.complexity for rating in ratings.values()) <= 10
    assert [ratings[name].cheapness for name in ("relu", "batch_norm", "clipping")] == [1.0, 0.0, 0.5]


def test_weights_decide_the_order():
    ratings = found()
    assert [one.solution for one in ranked(ratings, Weights(1, 0, 0))] == ["relu", "batch_norm", "clipping"]
    assert [one.solution for one in ranked(ratings, Weights(0, 0, 1))] == ["relu", "clipping", "batch_norm"]
    assert score(ratings["clipping"], Weights(0, 0, 2)) == pytest.approx(0.5)
    assert score(ratings["relu"], Weights(0, 0, 0)) == 0.0


def test_the_front_holds_what_nothing_as_simple_beats():
    assert [one.solution for one in front(opinions())] == ["relu"]
    assert [one.solution for one in front(found())] == ["relu"]


def test_a_trial_says_on_how_many_diseases_ours_is_better():
    cells = {("deep_relu", ""): [2.0, 2.0], ("deep_relu", "adam"): [1.0, 1.02]}
    cells[("deep_relu", "residual_scaled+adam")] = [0.5, 0.53]
    cells |= {("glorot_relu", ""): [2.0, 2.0], ("glorot_relu", "he_init+adam"): [0.5, 1.0]}
    cells[("glorot_relu", "residual_scaled+adam")] = [0.6, 0.9]
    trial = make_measurement(cells)
    assert scenario_of(trial) == "beginner"
    shown = compared(trial, "beginner")
    assert [one.disease for one in shown] == ["deep_relu", "glorot_relu"]
    assert trial_sentences(shown)[0] == (
        "Of 2 diseases the measured stack does better on 1, worse on 0, not told apart on 1."
    )

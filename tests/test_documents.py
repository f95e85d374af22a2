"""The race document: every key of the contract, strict JSON, and the way back to a trace."""

import json
import math
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from gradcore import strict_json
from gradcore.documents import example_document, race_document, trace_from_document
from gradcore.notebook_race import notebook_table, notebook_wins
from gradcore.presets import NOTEBOOK, PRESETS
from gradcore.records import EntrantTrace, Outcome, RaceTrace, RunInfo, RunStatus
from gradcore.specs import RaceSpec
from tests.traces import make_entrant, make_trace

SPEC = RaceSpec.from_json(
    {
        "entrants": [
            {"optimizer": "SGD", "learning_rate": 0.01},
            {"optimizer": "Adam", "learning_rate": 0.001, "clip": {"rule": "clip_by_norm", "max_norm": 1.0}},
        ],
        "seeds": 2,
        "steps": 3,
    }
)


def entrant(index, label, loss, norm, validation_loss):
    loss, norm = np.array(loss, np.float32), np.array(norm, np.float32)  # (T, S)
    layers = np.stack([norm / 2, norm], axis=-1)  # (T, S, 2)
    final = None
    if validation_loss is not None:
        final = Outcome(index, np.array(validation_loss), np.array([0.9] * loss.shape[1]), 1.5)
    return EntrantTrace(label, label, 0.01, loss, norm, norm / 4, layers, layers, layers, final)


def race(second_final=(math.nan, math.inf)):
    sgd = entrant(0, "SGD", [[2.0, 2.0], [0.1, 1.0], [0.05, 0.5]], [[1.0, 3.0], [2.0, 3.0], [3.0, 3.0]], [0.1, 0.7])
    broken = [[2.0, 2.0], [math.nan, 1.0], [math.nan, math.inf]]
    adam = entrant(1, "Adam", broken, broken, second_final)
    return RaceTrace("digits", 3, 2, "accuracy", ("dense", "head"), 99, (sgd, adam))


def stored(status=RunStatus.FINISHED):
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 2, 500_000, tzinfo=UTC)
    return RunInfo(
        "abc", "race", status, SPEC.to_json(), "f", "guest", "", "", "", (), start, start, end, end, 1.0, 1, "", {}, ()
    )


def test_the_document_has_the_contracts_keys_and_the_seeds_first():
    document = race_document(stored(), SPEC, race())
    assert {"run_id", "status", "steps", "seeds", "layers", "parameters", "entrants", "ranking", "seconds"} <= set(
        document
    )
    assert (document["run_id"], document["status"], document["seconds"]) == ("abc", "finished", 2.5)
    assert (document["layers"], document["parameters"]) == (["dense", "head"], 99)
    sgd = document["entrants"][0]
    assert sgd["loss"] == [[2.0, 0.1, 0.05], [2.0, 1.0, 0.5]]
    assert sgd["gradient_norm"] == [[1.0, 2.0, 3.0], [3.0, 3.0, 3.0]]
    assert (sgd["validation_loss"], sgd["validation_metric"], sgd["metric"]) == ([0.1, 0.7], [0.9, 0.9], "accuracy")
    assert (sgd["diverged_at"], sgd["steps_to_target"]) == ([None, None], [1, None])
    assert sgd["mean_norm"] == 2.5  # of 2 and 3
    assert sgd["std_norm"] == pytest.approx(math.sqrt(2 / 3) / 2)  # of sqrt(2/3) and 0


def test_non_finite_values_are_the_strings_of_the_contract():
    document = race_document(stored(), SPEC, race())
    adam = document["entrants"][1]
    assert adam["loss"] == [[2.0, "NaN", "NaN"], [2.0, 1.0, "Infinity"]]
    assert adam["validation_loss"] == ["NaN", "Infinity"]
    assert adam["diverged_at"] == [1, 2]
    assert document["ranking"][1] == {
        "label": "Adam",
        "rank": 2,
        "median": "Infinity",
        "interval": None,
        "tied_with": [],
    }
    assert strict_json.loads(json.dumps(document, allow_nan=False)) == document


def test_layer_norms_are_there_only_on_request():
    assert "layer_norms" not in race_document(stored(), SPEC, race())["entrants"][0]
    sgd = race_document(stored(), SPEC, race(), layer_norms=True)["entrants"][0]
    assert sgd["layer_norms"][0] == [[0.5, 1.0], [1.0, 2.0], [1.5, 3.0]]  # first seed, [L] per step


def test_norms_after_clipping_are_there_for_entrants_that_clip():
    sgd, adam = race_document(stored(), SPEC, race())["entrants"]
    assert "clipped_norm" not in sgd
    assert adam["clipped_norm"][1] == [0.5, 0.25, "Infinity"]


def test_an_entrant_without_outcome_has_nulls_and_no_rank():
    document = race_document(stored(RunStatus.CANCELLED), SPEC, race(second_final=None))
    assert document["entrants"][1]["validation_loss"] == [None, None]
    assert [place["label"] for place in document["ranking"]] == ["SGD"]


def test_nothing_recorded_yet_is_a_document_too():
    empty = np.zeros((0, 2), np.float32)
    layers = np.zeros((0, 2, 0), np.float32)
    entrants = tuple(
        EntrantTrace(label, label, 0.01, empty, empty, empty, layers, layers, layers, None) for label in SPEC.labels
    )
    document = race_document(None, SPEC, RaceTrace("digits", 3, 2, "accuracy", (), 0, entrants))
    assert (document["run_id"], document["status"], document["ranking"]) == (None, None, [])
    assert document["entrants"][0]["loss"] == [[], []]
    assert document["entrants"][0]["mean_norm"] is None
    assert trace_from_document(document).entrants[0].loss.shape == (0, 2)


def test_a_trace_comes_back_from_its_document_bit_for_bit():
    trace = race()
    back = trace_from_document(strict_json.loads(strict_json.dumps(race_document(stored(), SPEC, trace))))
    assert (back.task, back.steps, back.seeds, back.metric) == ("digits", 3, 2, "accuracy")
    assert back.layers == trace.layers
    for before, after in zip(trace.entrants, back.entrants, strict=True):
        assert after.loss.dtype == np.float32
        np.testing.assert_array_equal(after.loss, before.loss)
        np.testing.assert_array_equal(after.gradient_norm, before.gradient_norm)
        np.testing.assert_array_equal(after.outcome.validation_loss, before.outcome.validation_loss)
    np.testing.assert_array_equal(back.entrants[1].clipped_norm, trace.entrants[1].clipped_norm)
    assert back.entrants[0].layer_norms.shape == (3, 2, 0)
    assert race_document(stored(), SPEC, back) == race_document(stored(), SPEC, trace)


def test_layer_norms_come_back_where_the_document_has_them():
    document = race_document(stored(), SPEC, race(), layer_norms=True)
    np.testing.assert_array_equal(trace_from_document(document).entrants[0].layer_norms, race().entrants[0].layer_norms)


def test_points_and_theory_are_there_where_they_are_known():
    spec = RaceSpec.from_json(
        {
            "task": {"name": "quadratic", "condition": 4.0, "dimension": 2, "rotated": False},
            "network": {}, "batch_size": None, "seeds": 1, "steps": 2,
            "entrants": [{"optimizer": "SGD", "learning_rate": 0.5}],
        }
    )  # fmt: skip
    start = np.random.default_rng([0, 0, 1]).normal(size=2)
    points = np.stack([start, [0.5 * start[0], -start[1]]])[:, None].astype(np.float32)  # (T, 1, 2)
    loss = (points.astype(float) ** 2 @ [1.0, 4.0] / 2).astype(np.float32)
    trace = make_trace([replace(make_entrant(loss, label="SGD", learning_rate=0.5), points=points)], task="quadratic")
    document = strict_json.loads(strict_json.dumps(race_document(None, spec, trace)))
    assert document["entrants"][0]["points"] == [pytest.approx(points[:, 0])]
    (theory,) = document["theory"]
    assert (theory["label"], theory["compared"], theory["rate"]["predicted"]) == ("SGD", 2, 1.0)
    assert theory["loss"] == pytest.approx(loss[:, 0])
    np.testing.assert_array_equal(trace_from_document(document).entrants[0].points, points)
    plain = race_document(stored(), SPEC, race())
    assert "theory" not in plain
    assert "points" not in plain["entrants"][0]
    assert trace_from_document(plain).entrants[0].points is None


def test_a_task_that_is_no_longer_known_still_opens():
    retired = RaceSpec.from_json({**SPEC.to_json(), "task": {"name": "retired"}})
    document = race_document(stored(), retired, race())
    assert [place["label"] for place in document["ranking"]] == ["SGD", "Adam"]
    assert document["entrants"][0]["steps_to_target"] == [None, None]


def test_the_notebooks_table_is_its_formula_on_the_first_seed():
    rows = notebook_table(race())
    sgd = rows[0]
    assert (sgd["label"], sgd["rank"]) == ("SGD", 1)
    assert sgd["final_loss"] == 0.1
    assert sgd["avg_gradient_norm"] == 2.0
    assert sgd["gradient_stability"] == pytest.approx(np.std([1.0, 2.0, 3.0]))
    assert sgd["convergence_speed"] == pytest.approx(2.0 - 0.05)
    assert sgd["score"] == pytest.approx(0.1 + math.sqrt(2 / 3) - 1.95)
    assert math.isnan(rows[1]["score"])  # a diverged entrant comes last, not first


def test_the_winner_of_each_seed_is_counted_and_a_dead_seed_has_none():
    flat, falling = [[1.0, 1.0], [1.0, 1.0]], [[1.0, 1.0], [0.5, math.nan]]
    steady = make_entrant(flat, label="SGD", validation_loss=[0.1, math.nan])
    learns = make_entrant(falling, label="Adam", validation_loss=[0.1, math.nan])
    assert notebook_wins(make_trace([steady, learns])) == {"SGD": 0, "Adam": 1}
    equal = make_trace([steady, make_entrant(flat, label="Lion", validation_loss=[0.1, 0.2])])
    assert notebook_wins(equal) == {"SGD": 1, "Lion": 1}


def test_only_the_notebooks_race_has_its_table():
    assert "notebook" not in race_document(stored(), SPEC, race())
    spec = RaceSpec.from_json({**NOTEBOOK.to_json(), "entrants": SPEC.to_json()["entrants"], "first_seed": 7})
    assert [row["rank"] for row in race_document(stored(), spec, race())["notebook"]] == [1, 2]


def test_the_bundled_example_is_the_default_race_with_every_step():
    document = example_document()
    assert RaceSpec.from_json(document["spec"]) == PRESETS["default"]
    assert (document["status"], len(document["ranking"])) == ("finished", 6)
    trace = trace_from_document(document)
    assert [entrant.loss.shape for entrant in trace.entrants] == [(200, 5)] * 6
    assert all(np.isfinite(entrant.outcome.validation_loss).all() for entrant in trace.entrants)


def test_the_steady_example_keeps_its_clip_rate_over_its_second_half():
    document = example_document("steady")
    assert RaceSpec.from_json(document["spec"]) == PRESETS["steady"]
    norms = trace_from_document(document).entrants[0].gradient_norm[2500:]  # (2500, 2)
    threshold = np.quantile(norms, 0.95)
    fifths = np.array([np.count_nonzero(part > threshold) for part in np.split(norms, 5)])
    assert fifths.tolist() == [42, 47, 57, 49, 55]
    assert ((fifths - 50) ** 2 / 50).sum() < 9.49  # chi-squared, 4 degrees of freedom, 5 %

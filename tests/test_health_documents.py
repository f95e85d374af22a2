"""The document of a health check: every key of the contract, strict JSON, whatever the numbers are."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from gradcore import strict_json
from gradcore.health_documents import diagnosis_of, health_document
from gradcore.records import Outcome, RunInfo, RunStatus
from gradcore.specs import NO_NETWORK, Choice, HealthSpec, NetworkSpec, Thresholds
from gradcore.ward import WARD
from tests.check_traces import make_check, make_setup

SPEC = HealthSpec(network=NetworkSpec((8, 8)), steps=4)
CONTRACT = {
    "run_id", "status", "layers", "parameters", "summary", "loss", "metric", "layer_norms", "variable_norms",
    "backprop_ratio", "update_ratio", "dead_fraction", "findings", "verdict", "structural_zeros", "notebook",
    "prescriptions",
}  # fmt: skip


def stored(status=RunStatus.FINISHED):
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 2, 500_000, tzinfo=UTC)
    return RunInfo(
        "abc",
        "health",
        status,
        SPEC.to_json(),
        "f",
        "guest",
        "",
        "",
        "",
        (),
        start,
        start,
        end,
        end,
        1.0,
        1,
        "",
        {},
        (),
    )


def test_the_document_has_the_contracts_keys():
    document = health_document(stored(), SPEC, make_check())
    assert set(document) >= CONTRACT
    assert (document["run_id"], document["status"], document["seconds"]) == ("abc", "finished", 2.5)
    assert (document["layers"], document["parameters"]) == (["dense_1", "dense_2", "output"], 100)
    assert (document["verdict"], document["prescriptions"]) == ("healthy", [])
    assert set(document["notebook"]) == {"steps", "vanished", "weak", "exploding", "range_ratio", "verdict", "why"}
    assert HealthSpec.from_json(document["spec"]) == SPEC


def test_series_have_a_row_for_each_step():
    trace = make_check(
        sampled=[0, 2],
        loss=np.geomspace(2, 1, 4),
        signal=[0.25, 0.5, 1],
        dead_units=[0.5, 0.25, 0],
        gradient_norm=[3, 4, 0, 2, 1, 0],
    )
    document = health_document(None, SPEC, trace)
    assert document["loss"] == pytest.approx([2.0, 1.587401, 1.259921, 1.0])
    assert len(document["metric"]) == 4
    assert document["layer_norms"] == [[5.0, 2.0, 1.0]] * 4
    assert document["variable_norms"]["dense_1/bias"] == [4.0] * 4
    assert document["backprop_ratio"] == [[0.25, 0.5, 1.0], [None] * 3, [0.25, 0.5, 1.0], [None] * 3]
    assert np.array(document["update_ratio"]) == pytest.approx(np.full((4, 3), 0.002))
    assert document["dead_fraction"] == [0.5, 0.25, 0.0]


def test_a_layer_without_a_kernel_or_without_a_gradient_has_no_ratio():
    setup = make_setup(("dense_1", "branch", "output"), cut=["branch/kernel", "branch/bias"])
    assert health_document(None, SPEC, make_check(setup))["backprop_ratio"][0] == [1.0, None, 1.0]
    normalised = replace(make_setup(), kernels=np.array([0, 2], np.int32), activations=("relu", "linear"))
    trace = make_check(normalised, signal=[0.5, 1.0])
    document = health_document(None, SPEC, trace)
    assert (document["backprop_ratio"][0], document["dead_fraction"]) == ([0.5, None, 1.0], [0.0, None, 0.0])


def test_the_summary_is_that_of_the_network():
    spec = WARD["notebook"].spec
    summary = health_document(None, spec, make_check())["summary"]
    assert summary[0] == {"layer": "dense_1", "kind": "Dense", "shape": [128], "parameters": 12928}
    assert sum(layer["parameters"] for layer in summary) == 124746
    without = replace(SPEC, task=Choice("retired"))
    assert health_document(None, without, make_check())["summary"] == []
    assert health_document(None, replace(SPEC, network=NO_NETWORK), make_check())["summary"] == []


def test_findings_and_prescriptions_are_written_out():
    spec = WARD["glorot_relu_30"].spec
    document = health_document(None, spec, make_check(signal=[1e-6, 1e-3, 1]))
    finding, first = document["findings"][0], document["prescriptions"][0]
    assert {"rule", "severity", "layer", "step", "value", "threshold", "evidence", "advice"} <= set(finding)
    assert (document["verdict"], finding["rule"], finding["layer"], finding["step"]) == (
        "vanishing",
        "vanishing",
        "dense_1",
        0,
    )
    assert first["solution"] == "residual_scaled"
    assert first["changes"] == [{"field": "network.residual", "before": None, "after": "scaled"}]
    assert first["expected"].startswith("Measured on 22 ReLU layers, Glorot: it gave back")
    assert HealthSpec.from_json(first["spec"]).network.residual == "scaled"


def test_the_first_loss_is_judged_by_the_classes_of_the_task():
    trace = make_check(loss=[4, 3, 3, 3])
    assert [finding.rule for finding in diagnosis_of(SPEC, trace).findings] == ["loss_at_start"]
    assert diagnosis_of(replace(SPEC, task=Choice("diabetes")), trace).findings == ()


def test_a_check_that_was_stored_with_a_threshold_of_a_former_rule_still_opens():
    former = HealthSpec.from_json({**SPEC.to_json(), "thresholds": {"grows": 2.0, "vanishing": 0.01}})
    assert former.thresholds == Thresholds(vanishing=0.01)


def test_the_thresholds_of_the_spec_decide():
    strict = HealthSpec.from_json({**SPEC.to_json(), "thresholds": {"vanishing": 0.01}})
    trace = make_check(signal=[7e-3, 1, 1])
    assert (diagnosis_of(SPEC, trace).verdict, diagnosis_of(strict, trace).verdict) == ("healthy", "vanishing")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_broken_numbers_are_strict_json(value):
    broken = make_check(
        loss=[value] * 4, error=[value] * 4, gradient_norm=value, weight_norm=0, update_norm=value, signal=value,
        dead_units=value, signal_square=value, noise_trace=value,
    )  # fmt: skip
    document = health_document(None, SPEC, broken)
    assert strict_json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["loss"] == ["NaN" if np.isnan(value) else "Infinity"] * 4
    assert document["verdict"] == "non_finite"


def test_a_check_that_has_not_begun_is_pending():
    document = health_document(stored(RunStatus.RUNNING), SPEC, make_check(steps=0))
    assert (document["verdict"], document["loss"], document["backprop_ratio"]) == ("pending", [], [])
    assert document["dead_fraction"] == [None] * 3


def test_a_check_that_may_be_stopped_by_its_warning_says_whether_it_was():
    may_stop, trace = replace(SPEC, stop_at_warning=True, steps=50), replace(make_check(), steps=50)
    assert "stopped_at" not in health_document(None, SPEC, make_check())
    assert health_document(None, may_stop, trace)["stopped_at"] is None  # it goes on
    ended = replace(trace, outcome=Outcome(0, 1.0, 1.0, 0.5))
    assert health_document(None, may_stop, ended)["stopped_at"] == 3

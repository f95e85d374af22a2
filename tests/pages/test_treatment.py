"""A treatment on the page: one click from a prescription, both networks side by side, and the way back."""

from dataclasses import replace

import pytest

from gradcore.specs import Choice, EntrantSpec, HealthSpec, NetworkSpec, TreatmentSpec
from tests.pages.conftest import shown
from tests.waiting import wait_until

HEALTH = "pages/3_Health_Check.py"
SICK = HealthSpec(
    network=NetworkSpec((12, 12, 12), "relu", bias=-20.0), optimizer=EntrantSpec(Choice("SGD"), 0.1), steps=5
)


@pytest.fixture(scope="module")
def checked(lab):
    run_id = lab.submit(SICK)
    wait_until(lambda: lab.info(run_id).status.ended, 120, "the check has ended")
    return run_id


def words(app):
    return " ".join(shown(str(one.value)) for one in (*app.markdown, *app.caption, *app.subheader))


def test_the_first_view_is_an_example_with_its_findings(open_page):
    app = open_page(HEALTH)
    assert "An example that ships with Gradient Clinic" in words(app)
    assert "Verdict: Vanishing gradient" in words(app)


def test_a_prescription_is_tried_with_one_click_and_its_result_stands_in_large_type(open_page, lab, finish, checked):
    app = open_page(HEALTH, run=checked)
    assert "Biases" in words(app)
    button = next(one for one in app.button if one.label.startswith("Treat · about"))
    button.click().run(timeout=60)
    (run_id,) = app.query_params["run"] if isinstance(app.query_params["run"], list) else [app.query_params["run"]]
    assert lab.info(run_id).kind == "treatment"
    finish(run_id)
    app = open_page(HEALTH, run=run_id)
    assert [metric.label for metric in app.metric] == [
        "Verdict",
        "Validation loss, treated − untreated",
        "Time of a step",
    ]
    assert app.metric[0].value == "Healthy"
    assert "The verdict changed from 'Dead or saturated units' to 'Healthy'." in words(app)
    assert len(app.get("bidi_component")) == 4  # two pictures, the loss, the final loss


def test_the_controls_of_a_treatment_stand_at_the_treated_network_the_next_patient(open_page, lab):
    proof = next(run for run in lab.runs(kind="treatment") if run.spec["solution"] == "zero_bias")
    app = open_page(HEALTH, run=proof.id)
    assert app.session_state["bias"] == 0.0


def test_a_change_of_ones_own_can_be_tried_too(open_page, checked):
    app = open_page(HEALTH, run=checked)
    app.selectbox(key="activation").set_value("leaky_relu").run()
    assert [one.label for one in app.button if one.label.startswith("Treat with the controls' change")]


def test_a_treatment_that_is_cancelled_says_so(open_page, lab, finish):
    run_id = lab.submit(TreatmentSpec(SICK, replace(SICK, network=NetworkSpec((16, 16, 16))), steps=20_000))
    lab.cancel(run_id)
    finish(run_id)
    app = open_page(HEALTH, run=run_id)
    assert shown(app.warning[0].value) == "This treatment was cancelled; what it recorded is shown."


def test_the_race_page_says_that_a_check_is_none(open_page, checked):
    app = open_page("pages/2_Optimizer_Race.py", run=checked)
    assert f"Run {checked} is a health check, and not shown on this page." in shown(app.warning[0].value)


def test_whoever_starts_from_a_treatment_of_somebody_else_finds_the_way_back(open_page, lab, finish, checked):
    sicker = replace(SICK, network=replace(SICK.network, activation="tanh"))
    first = lab.submit(TreatmentSpec(sicker, SICK, steps=5), visitor="somebody else")
    proof = next(run for run in lab.runs(kind="treatment") if run.spec["solution"] == "zero_bias")
    app = open_page(HEALTH, run=proof.id)
    app.button(key="start").click().run(timeout=60)
    (run_id,) = app.query_params["run"] if isinstance(app.query_params["run"], list) else [app.query_params["run"]]
    finish(run_id)
    finish(first)
    told = next(shown(one.value) for one in open_page(HEALTH, run=run_id).markdown if "Treated before" in one.value)
    assert told == f"Treated before: [tanh to ReLU](?run={first}) → [Biases from 0](?run={proof.id})"

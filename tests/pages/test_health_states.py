"""States of the health check's page besides a finished check: refused, under way, stopped, diverged, not finite."""

from dataclasses import replace

import pytest

from gradcore.lab import Lab
from gradcore.presets import PRESETS
from gradcore.records import RunStatus
from gradcore.specs import HealthSpec, NetworkSpec
from gradcore.ward import WARD
from tests.pages.conftest import charts, shown, texts
from tests.waiting import wait_until

HEALTH = "pages/3_Health_Check.py"
LONG = HealthSpec(network=NetworkSpec((64,) * 6), steps=20_000)


def verdict(app) -> str:
    (found,) = (shown(heading.value) for heading in app.subheader if "Verdict" in heading.value)
    return found.partition(": Verdict: ")[2] or found


def test_a_network_beyond_the_limit_is_refused_with_its_number_of_parameters(open_page):
    app = open_page(HEALTH, width="1024", depth="20")
    assert app.button(key="start").disabled
    assert any(text.startswith("20,019,210 parameters, about ") for text in texts(app))
    assert shown(app.error[0].value).startswith("The network must have at most 2,000,000 parameters. Received: ")


def test_a_check_under_way_has_its_picture_its_progress_and_a_way_to_stop_it(open_page, lab: Lab, finish):
    run_id = lab.submit(LONG)
    wait_until(lambda: lab.checks(run_id)[0].networks, 120, "the first steps are recorded")
    app = open_page(HEALTH, run=run_id)
    labels = [chart["label"] for chart in charts(app)]
    assert labels[0] == "Gradient norm of each layer at each step, and the loss"
    assert len(labels) == 3
    app.button(key="cancel").click().run()
    finish(run_id)
    assert lab.info(run_id).status is RunStatus.CANCELLED

    app = open_page(HEALTH, run=run_id)
    assert any("cancelled" in shown(warning.value) for warning in app.warning)
    assert len(charts(app)) == 5  # what was recorded stays
    assert app.button(key="start").label.startswith("Run again")


def test_a_queued_check_says_where_it_stands(open_page, lab: Lab, finish):
    first, second = lab.submit(LONG, again=True), lab.submit(replace(LONG, seed=1))
    app = open_page(HEALTH, run=second)
    assert charts(app) == []
    assert app.button(key="cancel").label == "Cancel"
    for run_id in (second, first):
        lab.cancel(run_id)
        finish(run_id)
    app = open_page(HEALTH, run=second)
    assert "No step was recorded." in texts(app)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("high_learning_rate", "Diverged"),
        ("nan_in_data", "Not finite"),
        ("unused_branch", "Cut off from the loss"),
        ("healthy_mlp", "Healthy"),
        ("vanishing_rnn", "Vanishing gradient"),
    ],
)
def test_every_kind_of_outcome_is_drawn(open_page, lab: Lab, finish, name, said):
    run_id = lab.submit(WARD[name].spec)
    finish(run_id)
    app = open_page(HEALTH, run=run_id)
    assert verdict(app).endswith(said)
    assert len(charts(app)) == 5
    assert app.session_state["patient"] == name


def test_a_race_is_no_health_check(open_page, lab: Lab, finish):
    run_id = lab.submit(replace(PRESETS["default"], steps=2, seeds=1))
    finish(run_id)
    app = open_page(HEALTH, run=run_id)
    told = f"Run {run_id} is a race, and not shown on this page. Your latest check is shown instead, or an example."
    assert shown(app.warning[0].value) == told


def test_reception_lists_a_check_beside_the_races(open_page, lab: Lab, finish):
    run_id = lab.submit(replace(WARD["healthy_mlp"].spec, seed=5))
    finish(run_id)
    rows = open_page("app.py").dataframe[0].value
    row = rows[rows["Id"] == run_id].iloc[0]
    assert row["Run"] == "Health check: Digits · 3 × 64 relu · SGD at 0.1 · 50 steps"

"""The page of solutions: full at the first visit, re-ranked by weights, with measurements that stop and go on."""

import json
import re
from dataclasses import replace

import pytest

from gradcore.solutions import FULL, shipped, trial_of
from gradcore.specs import Cell, Choice, SolutionsSpec
from tests.pages.conftest import charts, shown
from tests.waiting import wait_until
from ui.solutions_details import _document
from ui.solutions_source import Source, other_versions

PAGE = "pages/4_Solutions.py"
NUMBER = re.compile(r"\*\*([\d.−-]+)\*\*")
SMALL = SolutionsSpec(
    (Cell("sigmoid_stack"), Cell("sigmoid_stack", ("relu",)), Cell("sigmoid_stack", ("clipping",))),
    rates=2,
    tuning_seeds=1,
    seeds=2,
    steps=12,
    costs=False,
)


def words(app):
    return " ".join(shown(str(one.value)) for one in (*app.markdown, *app.caption, *app.subheader))


def titles(app):
    return [chart["figure"]["layout"]["title"]["text"] for chart in charts(app)]


def order(app):
    return [shown(name) for name in app.table[0].value["Solution"]]


def test_the_first_visit_shows_the_measurement_that_ships(open_page):
    app = open_page(PAGE)
    assert titles(app)[0] == "Measured, 7 of 8 solutions do less than the notebook says"
    assert len(order(app)) == 8
    assert "Measured 2026-" in words(app)
    assert [one.label for one in app.button if one.label.startswith("Try it")] != []


def test_weights_rank_anew(open_page):
    app = open_page(PAGE, effectiveness="10", complexity="0", cost="0")
    effects = [float(NUMBER.search(shown(value))[1]) for value in app.table[0].value["Effect, of 10"]]
    assert effects == sorted(effects, reverse=True)
    app.slider(key="effectiveness").set_value(0)
    app.slider(key="cost").set_value(10).run()
    steps = [float(value.rstrip("×")) for value in app.table[0].value["Step time"]]
    assert max(steps) == steps[-1] > 1.5


@pytest.mark.parametrize(
    ("view", "title"), [("opinion", "By opinion all 8 are worth 7 to 9 of 10"), ("measured", "gives back")]
)
def test_each_view_is_drawn(open_page, view, title):
    assert title in titles(open_page(PAGE, view=view))[0]


@pytest.mark.parametrize(
    ("view", "bars"),
    [
        ("both", "7 of the notebook's 8 scores are higher than what is measured"),
        ("measured", "2 of 8 solutions give back more than half of what is lost"),
        ("opinion", "By opinion effectiveness goes from 7 to 9 of 10"),
    ],
)
def test_the_bars_follow_the_view(open_page, view, bars):
    assert bars in titles(open_page(PAGE, view=view))


def test_a_disease_leaves_out_what_does_not_apply_to_it(open_page):
    app = open_page(PAGE, disease="vanishing_rnn")
    assert sorted(order(app)) == ["Adam", "Attention", "Clipping"]
    assert "ReLU Activation: it changes nothing in this network." in words(app)


def test_what_stands_without_a_score_can_be_shown_too(open_page):
    app = open_page(PAGE, ours="true")
    assert "Scaled residual" in order(app)
    assert "Gradient Health Monitoring: It changes nothing in training: it shows what to treat." in words(app)


def test_the_evidence_behind_a_number_is_linked(open_page):
    app = open_page(PAGE, disease="deep_relu", solution="residual")
    assert "No learning rate brings every seed of Residual below half of chance" in titles(app)
    assert list(app.table[-1].value["Stack"])[:2] == ["Residual", "untreated"]


def test_the_effects_in_the_ranking_open_their_evidence_and_keep_the_settings(open_page):
    app = open_page(PAGE, effectiveness="10", complexity="0", cost="0", disease="deep_relu")
    first = app.table[0].value["Effect, of 10"].iloc[0]
    assert "effectiveness=10" in first
    assert first.endswith("&solution=adam&on=deep_relu)")


def test_a_mean_over_diseases_opens_every_disease(open_page):
    app = open_page(PAGE, solution="residual_scaled", on="all")
    assert "Mean effect over 4 of 6 diseases: 0.85 (0.76 to 0.93)." in words(app)
    evidence = app.table[-1].value
    assert list(evidence["Disease"])[:2] == ["6 sigmoid layers", "22 ReLU layers, Glorot"]
    assert [shown(text) for text in evidence["Effect E"]][-1] == "it changes nothing here"
    assert "Cost: step 1.04× (" in words(app)
    assert "medians of 40 rounds" in words(app)
    assert "Complexity, counted: 10 = rules to keep 1 + kinds of lines of code 9." in words(app)


def test_a_stack_and_what_applies_of_it_have_evidence_too(open_page):
    app = open_page(PAGE, solution="relu,he_init,adam", on="deep_relu")
    assert "Of it Adam changes this network." in words(app)
    assert shown(app.table[-1].value["Stack"].iloc[0]) == "Adam"


def test_the_evidence_can_be_asked_for_without_a_click_on_a_chart(open_page):
    app = open_page(PAGE)
    app.button(key="evidence").click().run()
    assert [box.label for box in app.selectbox][-2:] == ["Evidence for", "On"]
    assert "Mean effect over 1 of 6 diseases" in words(app)


def test_all_numbers_can_be_saved(open_page):
    document = json.loads(_document("test", shipped(FULL)))
    assert len(document["solutions"]) == 21
    assert len(document["measurement"]["cells"]) == len(shipped(FULL).cells)


def test_what_the_address_gets_wrong_is_named(open_page):
    app = open_page(PAGE, view="chart", disease="flu", cost="11", colour="red")
    said = " ".join(shown(one.value) for one in app.warning)
    for part in (
        "`view` must be one of",
        "`disease` must be one of",
        "`cost` must be a number from 0 to 10",
        "'colour'",
    ):
        assert part in said


def test_a_run_of_another_kind_is_refused_in_a_sentence(open_page, lab):
    app = open_page(PAGE, run="aaaaaaaaaa")
    assert "No run has the id 'aaaaaaaaaa'" in shown(app.warning[0].value)
    assert len(order(app)) == 8


def test_a_measurement_of_ones_own_is_shown_while_it_runs_and_afterwards(open_page, lab, finish):
    run_id = lab.submit(SMALL)
    app = open_page(PAGE, run=run_id)
    finish(run_id)
    app = open_page(PAGE, run=run_id)
    assert sorted(order(app)) == ["Clipping", "ReLU"]
    assert f"run={run_id}" in app.code[0].value


def test_a_measurement_that_was_cancelled_can_go_on(open_page, lab, finish):
    run_id = lab.submit(replace(SMALL, steps=3000, first_seed=3))
    wait_until(lambda: lab.info(run_id).status != "queued", 60, "the measurement has begun")
    lab.cancel(run_id)
    finish(run_id)
    app = open_page(PAGE, run=run_id)
    assert "cancelled" in shown(app.warning[0].value)
    button = next(one for one in app.button if one.label == "Go on where it stopped")
    button.click().run(timeout=60)
    again = app.query_params["run"]
    again = again[0] if isinstance(again, list) else again
    assert again != run_id
    lab.cancel(again)
    finish(again)


def test_a_measurement_from_other_versions_is_marked_as_such():
    older = replace(shipped(), environment={**shipped().environment, "keras": "3.0.0"})
    assert other_versions(Source(shipped())) == ""
    assert other_versions(Source(older)).startswith("An older measurement, made with keras 3.0.0 (now 3.")


def test_a_trial_says_what_it_came_to(open_page, lab, finish):
    spec = trial_of([("relu", "he_init", "adam"), ("residual_scaled",)], Choice("wine"))
    small = replace(spec, rates=1, tuning_seeds=1, seeds=2, steps=10)
    run_id = lab.submit(replace(small, cells=tuple(cell for cell in small.cells if cell.disease == "sigmoid_stack")))
    finish(run_id)
    app = open_page(PAGE, run=run_id)
    assert "Beginner project, tried on Wine" in words(app)
    assert "Of 1 disease the measured stack does" in words(app)
    assert "1 disease" in titles(app)[0]
    assert "Measured 2026-" in words(app)
    assert app.table[0].value["Disease"].tolist() == ["6 sigmoid layers"]

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gradcore.presets import exploding_rnn
from gradcore.specs import RaceSpec
from tests.pages.conftest import charts, shown, texts

CLIPPING = "pages/1_Clipping_Lab.py"
SMALL = {"entrants": [{"optimizer": "SGD"}, {"optimizer": "Adam"}], "network": {"hidden": [8]}, "seeds": 2, "steps": 40}


@pytest.fixture
def open_advisor(open_page):
    return lambda **address: open_page(CLIPPING, part="Advisor", **address)


@pytest.fixture
def stored(lab, finish):
    """A finished race of nobody who looks here."""
    run_id = lab.submit(RaceSpec.from_json(SMALL), visitor="somebody else")
    finish(run_id)
    return run_id


def address(app: AppTest, key: str) -> str:
    value = app.query_params[key]
    return value[0] if isinstance(value, list) else value


def titles(app: AppTest) -> list[str]:
    return [chart["figure"]["layout"]["title"]["text"] for chart in charts(app)]


def test_the_first_view_advises_on_the_example(open_advisor):
    app = open_advisor()
    assert app.selectbox(key="advisor_pick").value == "example"
    assert any(shown(text).startswith("An example that ships with Gradient Clinic") for text in texts(app))
    assert titles(app)[0] == "5 % of the steps are above 3.98"
    assert any("(95 % interval 4.39 % to 5.67 %; 5,000 correlated steps" in shown(text) for text in texts(app))
    assert any("Seat belt: it acts on 5 % of the steps" in shown(text) for text in texts(app))
    assert len(charts(app)) == 2
    rules = [shown(title) for title in app.table[0].value["Rule"]]
    assert rules == ["Global norm", "Recent percentile", "AutoClip", "ZClip"]
    assert list(app.table[0].value["Threshold from"]) == [
        "a fixed norm",
        "a percentile",
        "a percentile",
        "a z-score",
    ]
    assert app.button(key="advisor_prove").label.startswith("Prove it · about ")


def test_a_second_example_has_norms_that_fall_and_says_that_the_interval_is_missing(open_advisor):
    app = open_advisor()
    app.selectbox(key="advisor_pick").set_value("example_race").run()
    assert titles(app)[0] == "5 % of the steps are above 0.6394"
    assert app.number_input(key="advisor_first_step").value == 100
    assert any("; no interval: 500 correlated steps are worth" in shown(text) for text in texts(app))


def test_the_address_always_names_what_is_shown(open_advisor, stored):
    assert address(open_advisor(), "advisor_run") == "example"
    app = open_advisor(advisor_run=stored)
    assert address(app, "advisor_run") == stored
    app.selectbox(key="advisor_pick").set_value("example_race").run()
    assert address(app, "advisor_run") == "example_race"


def test_a_visitor_without_a_run_comes_back_to_the_run_that_was_shown_last(open_advisor, stored):
    app = open_advisor(advisor_run=stored)
    for name in list(app.query_params):
        if name.startswith("advisor_"):
            del app.query_params[name]
    app.run()
    assert address(app, "advisor_run") == stored


def test_a_first_step_of_the_address_wins_over_the_one_an_example_begins_at(open_advisor):
    assert open_advisor().number_input(key="advisor_first_step").value == 2500
    app = open_advisor(advisor_first="0")
    assert app.number_input(key="advisor_first_step").value == 0
    app.number_input(key="advisor_first_step").set_value(40).run()
    assert address(app, "advisor_first") == "40"
    assert app.number_input(key="advisor_first_step").value == 40


def test_the_address_sets_run_optimizer_rate_and_first_step(open_advisor, stored):
    app = open_advisor(advisor_run=stored, advisor_entrant="Adam", advisor_rate="50", advisor_first="10")
    assert any(f"Adam of run {stored}" in shown(text) for text in texts(app))
    assert titles(app)[0].startswith("50 % of the steps are above ")
    assert titles(app)[1].startswith("30 of 60 steps are above ")


def test_another_wanted_rate_moves_the_threshold(open_advisor):
    app = open_advisor()
    app.number_input(key="advisor_rate").set_value(50.0).run()
    assert titles(app)[0].startswith("50 % of the steps are above ")
    assert any("Step-size limiter" in shown(text) for text in texts(app))


def test_a_run_that_is_not_there_is_said_and_the_example_shown(open_advisor):
    app = open_advisor(advisor_run="nosuchrun0")
    assert "Your latest run is shown instead, or an example." in shown(app.warning[0].value)
    assert len(charts(app)) == 2


def test_a_file_of_norms_is_advised_on_and_cannot_be_proved(open_advisor):
    app = open_advisor()
    norms = np.exp(np.random.default_rng(0).normal(size=2000))
    text = "norm\n" + "\n".join(f"{norm:.5f}" for norm in [*norms, np.nan])
    app.file_uploader(key="advisor_csv").upload("own.csv", text.encode(), "text/csv").run()
    assert any("own.csv: 2,001 steps" in shown(text) for text in texts(app))
    assert any("1 step is not finite" in shown(text) for text in texts(app))
    assert app.number_input(key="advisor_first_step").value == 0
    assert app.button(key="advisor_prove").disabled
    assert any("A file of norms cannot be trained again" in shown(text) for text in texts(app))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"1.0\n-2.0\n", "own.csv must have a norm from 0 to 1e150 in line 2, column 1. Received: '-2.0'"),
        (b"1.0\nmuch\n", "own.csv must have a number in line 2, column 1. Received: 'much'"),
        (b"\n", "own.csv must hold at least one number. Received: an empty file"),
        (b"nan\nnan\n", "The stream must hold a finite norm. Received: none"),
    ],
)
def test_a_file_that_is_no_stream_of_norms_is_refused_in_one_sentence(open_advisor, content, sentence):
    app = open_advisor()
    app.file_uploader(key="advisor_csv").upload("own.csv", content, "text/csv").run()
    assert not app.exception
    assert [shown(error.value) for error in app.error] == [f"{sentence}. The run above is shown instead."]
    assert titles(app)[0] == "5 % of the steps are above 3.98"  # the run stays, with its controls
    assert app.selectbox(key="advisor_pick").value == "example"
    assert app.number_input(key="advisor_rate").value == 5.0


def test_a_file_with_another_suffix_is_refused_in_a_sentence(open_advisor):
    app = open_advisor()
    app.file_uploader(key="advisor_csv").upload("norms.xlsx", b"PK", "application/zip").run()
    assert [shown(error.value) for error in app.error] == [
        "norms.xlsx must end in .csv. Received: .xlsx. The run above is shown instead."
    ]


def test_a_click_trains_the_pair_and_shows_predicted_and_realised_rate(open_advisor, lab, finish, stored):
    app = open_advisor(advisor_run=stored, advisor_entrant="Adam", advisor_rate="20")
    app.button(key="advisor_prove").click().run()
    proof = address(app, "advisor_proof")
    assert address(app, "advisor_run") == stored
    finish(proof)
    spec = RaceSpec.from_json(lab.info(proof).spec)
    assert [entrant.optimizer.name for entrant in spec.entrants] == ["Adam", "Adam"]
    assert (spec.seeds, spec.steps, spec.network.hidden) == (2, 40, (8,))
    again = open_advisor(advisor_run=stored, advisor_entrant="Adam", advisor_rate="20", advisor_proof=proof)
    shown_metrics = {metric.label: metric.value for metric in again.metric}
    assert shown_metrics["Predicted clip rate"] == "20 %"
    assert "Realised clip rate" in shown_metrics
    assert shown_metrics["Blown up"] == "0 → 0 of 2"
    assert any("Clipping changes the path" in shown(text) for text in texts(again))
    assert titles(again)[2].endswith(" of the steps were clipped, 20 % were predicted")
    assert titles(again)[3].startswith("The loss ends near ")
    assert not any("of another run or threshold" in shown(text) for text in texts(again))
    other = open_advisor(advisor_run=stored, advisor_entrant="Adam", advisor_rate="30", advisor_proof=proof)
    assert any("The pair below is of another run or threshold: clipped at" in shown(text) for text in texts(other))


def test_a_run_that_explodes_gets_a_threshold_that_cures_it(open_advisor, lab, finish):
    run_id = lab.submit(exploding_rnn(learning_rate=0.3, seeds=3, steps=30), visitor="somebody else")
    finish(run_id)
    app = open_advisor(advisor_run=run_id)
    assert app.number_input(key="advisor_rate").disabled
    assert app.selectbox(key="advisor_pick").format_func(run_id).startswith(f"2 × SGD at 0.3 · {run_id} · ")
    app.button(key="advisor_prove").click().run()
    proof = address(app, "advisor_proof")
    finish(proof)
    again = open_advisor(advisor_run=run_id, advisor_proof=proof)
    assert {metric.label: metric.value for metric in again.metric}["Blown up"] == "3 → 0 of 3"


def test_a_first_step_after_every_explosion_is_said_and_all_steps_counted(open_advisor, lab, finish):
    run_id = lab.submit(exploding_rnn(learning_rate=0.3, seeds=2, steps=20), visitor="somebody else")
    finish(run_id)
    app = open_advisor(advisor_run=run_id, advisor_first="19")
    assert shown(app.error[0].value).endswith("none before it blew up. Every step is counted instead.")
    assert len(charts(app)) == 2


def test_a_file_of_one_norm_is_told_in_the_singular(open_advisor):
    app = open_advisor()
    app.file_uploader(key="advisor_csv").upload("n_one.csv", b"2.5\n", "text/csv").run()
    assert any("n_one.csv: 1 step" in shown(text) for text in texts(app))
    assert any("Over the last recorded step of one seed" in shown(text) for text in texts(app))
    assert not any("1 steps" in shown(text) for text in texts(app))


def test_a_proof_that_is_none_is_said(open_advisor, stored):
    app = open_advisor(advisor_run=stored, advisor_proof=stored)
    assert "is no pair with and without clipping" in shown(app.warning[0].value)
    app = open_advisor(advisor_run=stored, advisor_proof="nosuchrun0")
    assert "nosuchrun0" in shown(app.warning[0].value)


def test_a_first_step_beyond_the_run_is_named_and_the_default_used(open_advisor, stored):
    app = open_advisor(advisor_run=stored, advisor_first="4000")
    assert app.number_input(key="advisor_first_step").value == 0
    assert [shown(warning.value) for warning in app.warning] == [
        "`advisor_first` must be a whole number from 0 to 39. Received: advisor_first=4000. The default is used."
    ]

import pytest
from streamlit.testing.v1 import AppTest

from gradcore.lab import Lab
from gradcore.presets import PRESETS
from gradcore.specs import RaceSpec
from tests.pages.conftest import RACE, charts, shown, texts

SMALL = {"steps": 3, "seeds": 2, "network": {"hidden": [4]}}


def raced(lab: Lab, finish, **changes: object) -> str:
    run_id = lab.submit(RaceSpec.from_json({**PRESETS["default"].to_json(), **SMALL, **changes}))
    finish(run_id)
    return run_id


def names(app: AppTest) -> set[str]:
    return {trace.get("meta") for trace in charts(app)[0]["figure"]["data"]}


@pytest.fixture
def two(lab, finish):
    return raced(lab, finish), raced(lab, finish, steps=5, learning_rates="tuned")


def test_the_address_lays_a_second_race_over_the_charts_and_says_how_it_differs(open_page, two):
    first, second = two
    app = open_page(RACE, run=first, **{"with": second})
    assert not app.warning
    assert {"SGD", "SGD · B", "Adam", "Adam · B"} <= names(app)
    assert charts(app)[0]["about"] == f"{first}+{second}"
    assert app.code[0].value.endswith(f"?run={first}&with={second}")
    assert any(shown(text).startswith("B: learning rates tuned, 5 steps (run " + second) for text in texts(app))
    table = app.table[0].value
    assert [shown(text) for text in table["Entrant"]] == [
        "SGD", "SGD + Momentum", "Adam", "AdamW", "RMSprop", "Adagrad",
    ]  # fmt: skip
    assert set(table["What that says"]) <= {"lower in B", "higher in B", "no difference detected"}
    assert not any("cannot express" in text or "ask for another race" in text for text in texts(app))


def test_the_control_offers_finished_races_and_writes_the_address(open_page, two):
    first, second = two
    app = open_page(RACE, run=first)
    control = app.selectbox(key="compare")
    assert control.value == "none"
    assert len(app.table) == 0
    control.set_value(second).run()
    assert app.query_params["with"] == second
    assert "Adam · B" in names(app)
    app.selectbox(key="compare").set_value("none").run()
    assert "with" not in app.query_params
    assert "Adam · B" not in names(app)


def test_the_example_can_be_compared_and_a_link_is_taken_for_the_run_that_it_names(open_page, two):
    app = open_page(RACE, **{"with": f"http://localhost:8501/Optimizer_Race?run={two[1]}&projector=true"})
    assert not app.warning
    assert app.selectbox(key="compare").value == two[1]
    assert "Adam · B" in names(app)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("zzz", "A run's id must be 10 letters and digits. Received: 'zzz'. Nothing is laid over this race."),
        ("abcdefghij", "No run has the id 'abcdefghij'. Nothing is laid over this race."),
        ("[x](http://evil.example)", "A run's id must be 10 letters and digits."),
    ],
)
def test_a_race_that_nobody_knows_gets_one_sentence_and_the_charts_stay(open_page, asked, says):
    app = open_page(RACE, **{"with": asked})
    assert [shown(warning.value).startswith(says) for warning in app.warning] == [True]
    assert "](http" not in app.warning[0].value
    assert "Adam" in names(app)


def test_what_cannot_share_the_axes_is_refused_in_one_sentence(open_page, lab: Lab, finish, two):
    first, _ = two
    points = raced(lab, finish, task="diabetes")
    stopped = lab.submit(RaceSpec.from_json({**PRESETS["default"].to_json(), "steps": 19_999}))
    lab.cancel(stopped)
    finish(stopped)
    said = {asked: shown(open_page(RACE, run=first, **{"with": asked}).warning[0].value) for asked in (first, points)}
    assert said[first] == "A race is not compared with itself. Nothing is laid over this race."
    assert said[points].startswith("Race B's losses are of another kind (mean squared error) than this race's")
    assert not lab.race(stopped)[0].entrants[0].steps
    assert "recorded nothing" in open_page(RACE, run=first, **{"with": stopped}).warning[0].value

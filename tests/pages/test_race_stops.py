"""A race that stops at early warnings, on the page: asked for in the address, marked, and never shown as a finish."""

from gradcore.lab import Lab
from gradcore.specs import RaceSpec
from tests.engine.test_race_stops import SPEC
from tests.pages.conftest import RACE, charts, shown, texts


def test_the_wish_stands_in_the_address_and_a_bad_one_is_named(open_page):
    assert open_page(RACE).session_state["stop_at_warning"] is False
    app = open_page(RACE, stop_at_warning="true")
    assert app.session_state["stop_at_warning"] is True
    assert app.session_state["preset"] == ""
    app = open_page(RACE, stop_at_warning="maybe")
    assert [shown(warning.value) for warning in app.warning] == [
        "`stop_at_warning` must be one of true, false. Received: stop_at_warning=maybe. The default is used."
    ]


def test_stopped_seeds_stand_in_the_sentence_the_table_and_the_charts(open_page, lab: Lab, finish):
    run_id = lab.submit(RaceSpec.from_json({**SPEC.to_json(), "stop_at_warning": True}))
    finish(run_id)
    app = open_page(RACE, run=run_id)
    assert app.session_state["stop_at_warning"] is True
    said = texts(app)
    assert any(text.find("Stopped at an early warning, as asked: rising on 5 of 5 seeds") >= 0 for text in said)
    table = app.dataframe[0].value
    assert list(table)[:3] == ["Rank", "Optimizer", "Stopped at a warning"]
    stopped = dict(zip(table["Optimizer"], table["Stopped at a warning"], strict=True))
    assert stopped["calm"] == ""
    assert stopped["rising"] == "5 of 5, step 11"
    assert "Diverged" not in table
    assert dict(zip(table["Optimizer"], table["Median validation loss"], strict=True))["rising"] == "not judged"
    loss = charts(app)[0]["figure"]
    assert "rising stopped at a warning" in loss["layout"]["title"]["text"]
    assert "rising<br>stopped at step" in str(loss["layout"]["annotations"])

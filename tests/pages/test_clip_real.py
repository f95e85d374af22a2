import pytest

from gradcore.presets import exploding_rnn
from gradcore.specs import RaceSpec
from tests.pages.conftest import RACE, charts, shown, texts
from ui.clip_real_controls import settings_of

LAB = "pages/1_Clipping_Lab.py"
SMALL = exploding_rnn(radius=1.6, learning_rate=0.3, seeds=2, steps=12, length=8)


@pytest.fixture
def open_part(open_page):
    """Open the part as a new visitor."""
    return lambda **address: open_page(LAB, part="Real run", **address)


def values(app) -> dict[str, object]:
    return {
        key: app.session_state[key] for key in ("rho", "real_rate", "real_norm", "real_steps", "real_seeds", "length")
    }


def test_before_anything_was_run_an_example_is_shown_and_labelled_as_one(open_part):
    app = open_part()
    said = texts(app)
    assert any(text.startswith("An example that ships with Gradient Clinic.") for text in said)
    assert any("10 of 10 seeds blew up only without clipping and 0 only with it" in text for text in said)
    assert [chart["key"] for chart in charts(app)] == ["real_share", "real_losses", "real_norms", "real_rates"]
    assert app.button(key="real_start").label == "Train both · about 3 s"  # one worker, both one after the other


def test_the_address_sets_the_controls_and_names_what_it_could_not(open_part):
    app = open_part(rho="1.2", real_rate="0.3", real_norm="5", real_steps="50", real_seeds="3", length="30")
    assert values(app) == {
        "rho": 1.2, "real_rate": 0.3, "real_norm": 5.0, "real_steps": 50, "real_seeds": 3, "length": 30,
    }  # fmt: skip
    app = open_part(rho="9", length="much", real_norm="0")
    assert values(app) == {
        "rho": 1.5, "real_rate": 0.1, "real_norm": 1.0, "real_steps": 300, "real_seeds": 10, "length": 20,
    }  # fmt: skip
    assert [shown(warning.value) for warning in app.warning] == [
        "`rho` must be a number from 0.5 to 2.5. Received: rho=9. The default is used.",
        "`real_norm` must be a number from 0.001 to 1e6. Received: real_norm=0. The default is used.",
        "`length` must be a number from 2 to 200. Received: length=much. The default is used.",
    ]


def test_a_click_trains_both_and_shows_who_blew_up(open_part, lab, finish):
    app = open_part(rho="1.6", real_rate="0.3", real_steps="12", real_seeds="2", length="8")
    app.button(key="real_start").click().run()
    run_id = app.query_params["run"]
    assert RaceSpec.from_json(lab.info(run_id).spec) == SMALL
    finish(run_id)
    app.run()
    assert app.button(key="real_start").label.startswith("Train both again · about ")
    assert list(app.table[0].value["Training"]) == ["without clipping", "clipped at 1"]
    assert len(app.dataframe[0].value) == 2
    assert any(f"run {run_id}" in text for text in texts(app))


def test_a_link_opens_a_pair_with_its_settings_for_somebody_else(open_part, lab, finish):
    run_id = lab.submit(SMALL, visitor="somebody else")
    finish(run_id)
    app = open_part(run=run_id)
    assert values(app)["rho"] == 1.6
    assert values(app)["length"] == 8
    assert any(f"run {run_id}" in text for text in texts(app))
    assert any("An example" in text for text in texts(open_part()))


def test_a_setting_beside_a_run_in_the_address_leaves_the_runs_others(open_part, lab, finish):
    run_id = lab.submit(SMALL, visitor="somebody else")
    finish(run_id)
    app = open_part(run=run_id, real_rate="0.25")
    assert (values(app)["rho"], values(app)["length"], values(app)["real_rate"]) == (1.6, 8, 0.25)
    assert any("The controls ask for another pair; train both to see it." in text for text in texts(app))


def test_the_race_page_shows_a_pair_too_and_leads_back(open_page, lab, finish):
    run_id = lab.submit(SMALL, visitor="somebody else")
    finish(run_id)
    app = open_page(RACE, run=run_id)
    assert any(f"run {run_id}" in text for text in texts(app))
    assert any("The controls cannot express this race" in text for text in texts(app))
    assert app.session_state["task"] == "adding_problem"
    assert not app.error


def test_a_race_that_is_no_pair_and_a_run_that_does_not_exist_get_one_sentence_and_the_example(open_part, lab):
    other = lab.submit(RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}], "steps": 1, "seeds": 1}))
    app = open_part(run=other)
    assert shown(app.warning[0].value) == f"Run {other} is no training with and without clipping; it opens as a race."
    app = open_part(run="[x](http://evil.example)")
    assert "](http" not in app.warning[0].value
    assert len(charts(app)) == 4


def test_a_pair_beyond_the_limits_is_refused_before_the_click(open_part):
    app = open_part(length="200", real_seeds="100", real_steps="20000")
    assert app.button(key="real_start").disabled
    assert shown(app.error[0].value) == (
        "`seeds` must be at most 16 for rows of 400 numbers. Received: seeds=100, "
        "an estimated 115 minutes on one worker"
    )


def test_a_cancelled_pair_keeps_what_it_recorded(open_part, lab, finish):
    run_id = lab.submit(exploding_rnn(steps=20_000), visitor="somebody else")
    lab.cancel(run_id)
    finish(run_id)
    app = open_part(run=run_id)
    assert "cancelled" in app.warning[0].value
    assert len(charts(app)) == 4


def test_settings_are_read_back_from_what_they_made_and_from_nothing_else():
    assert settings_of(SMALL) == {
        "radius": 1.6, "learning_rate": 0.3, "max_norm": 1.0, "seeds": 2, "steps": 12, "length": 8,
    }  # fmt: skip
    assert settings_of(RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}]})) is None
    assert settings_of(RaceSpec.from_json({**SMALL.to_json(), "batch_size": 32})) is None

from gradcore.lab import Lab
from gradcore.presets import PRESETS
from gradcore.specs import RaceSpec
from tests.pages.conftest import RACE, charts, shown, texts
from tests.waiting import wait_until

SMALL = {"network": {"hidden": [4]}, "steps": 3, "seeds": 2}


def test_a_race_in_which_every_entrant_diverges_says_so_and_ranks_by_the_step(open_page, lab: Lab, finish):
    wild = [{"optimizer": "SGD", "learning_rate": rate, "label": name} for name, rate in (("b", 1e6), ("a", 2.2))]
    linear = {"hidden": [], "activation": "linear"}
    run_id = lab.submit(RaceSpec.from_json({"entrants": wild, "task": "diabetes", "network": linear, "steps": 12}))
    finish(run_id)
    app = open_page(RACE, run=run_id)
    said = texts(app)
    assert any("Every entrant diverged from every seed: nothing was learned." in text for text in said)
    assert any(text.startswith("Rank: by the step at which an entrant diverged") for text in said)
    assert list(app.dataframe[0].value["Optimizer"]) == ["a", "b"]
    titles = [chart["figure"]["layout"]["title"]["text"] for chart in charts(app)]
    assert titles[:2] == ["Every entrant diverged"] * 2
    assert titles[4] == "Every entrant diverged; a held out longest"
    assert not any(chart["key"] == "beats" for chart in charts(app))


def test_one_seed_says_under_the_table_that_it_ranks_nothing(open_page, lab: Lab, finish):
    run_id = lab.submit(RaceSpec.from_json({**PRESETS["default"].to_json(), **SMALL, "seeds": 1}))
    finish(run_id)
    app = open_page(RACE, run=run_id)
    assert any(text.startswith("One seed gives no test and no interval") for text in texts(app))
    assert set(app.dataframe[0].value["Times the best (95 %)"]) == {"no interval"}


def test_a_stop_in_the_middle_of_tuning_shows_what_was_tuned(open_page, lab: Lab, finish):
    asked = {**PRESETS["default"].to_json(), **SMALL, "steps": 2_000, "learning_rates": "tuned"}
    run_id = lab.submit(RaceSpec.from_json(asked))
    wait_until(lambda: lab.race(run_id)[0].entrants[0].tuning, 120, "a learning rate is chosen")
    lab.cancel(run_id)
    finish(run_id)
    entrants = lab.race(run_id)[0].entrants
    tuned = sum(entrant.tuning is not None for entrant in entrants)
    assert 1 <= tuned < 6
    app = open_page(RACE, run=run_id)
    assert any(f"It was stopped while learning rates were tried: {tuned} of 6" in text for text in texts(app))
    assert "No step of the race was recorded." in texts(app)
    assert [chart["key"] for chart in charts(app)] == ["rates"]
    assert app.button(key="start").label.startswith("Run again")


def test_more_work_than_the_limits_allow_is_refused_with_an_estimate_of_its_time(open_page):
    app = open_page(RACE, steps="20000", seeds="5", width="1024")
    assert app.button(key="start").disabled
    said = shown(app.error[0].value)
    assert said == "A race must take at most 10 minutes on one worker. Received: an estimated 3 hours"

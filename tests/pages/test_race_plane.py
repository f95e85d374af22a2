"""A race in two numbers on the page: its paths, and what theory says of it and of a deep linear network."""

import pytest
from streamlit.testing.v1 import AppTest

from gradcore.lab import Lab
from gradcore.specs import RaceSpec
from tests.pages.conftest import RACE, charts, shown, texts

SGD = {"optimizer": "SGD", "learning_rate": 0.03}
QUADRATIC = {"task": {"name": "quadratic", "condition": 30.0, "dimension": 2}, "network": {}, "batch_size": None}


@pytest.fixture
def raced(lab: Lab, finish):
    """Train a race and return its run."""

    def raced(*entrants: dict, **changes: object) -> str:
        asked = {**QUADRATIC, "seeds": 3, "steps": 40, "entrants": list(entrants), **changes}
        run_id = lab.submit(RaceSpec.from_json(asked))
        finish(run_id)
        assert lab.info(run_id).status == "finished"
        return run_id

    return raced


def chart(app: AppTest, key: str) -> dict:
    return next(found for found in charts(app) if found["key"] == key)


def subtitle(app: AppTest, key: str) -> str:
    return chart(app, key)["figure"]["layout"]["title"]["subtitle"]["text"]


def test_a_race_in_two_numbers_shows_its_paths_and_the_seed_is_chosen_by_the_address(open_page, raced):
    run_id = raced(SGD, {"optimizer": "Adam", "learning_rate": 0.05})
    app = open_page(RACE, run=run_id)
    figure = chart(app, "paths")["figure"]
    assert {"SGD", "Adam"} <= {trace.get("meta") for trace in figure["data"]}
    assert figure["layout"]["meta"]["frames"]["steps"] == 39
    assert app.selectbox(key="path_seed").value == "median"
    second = open_page(RACE, run=run_id, path_seed="2")
    assert subtitle(second, "paths").startswith("Seed 2: ")
    assert not second.warning
    second.selectbox(key="path_seed").set_value("0").run()
    assert subtitle(second, "paths").startswith("Seed 0: ")
    wrong = open_page(RACE, run=run_id, path_seed="7")
    assert [shown(warning.value) for warning in wrong.warning] == [
        "`path_seed` must be one of median, 0, 1, 2. Received: path_seed=7. The default is used."
    ]


def test_one_seed_needs_no_choice_and_more_numbers_have_no_paths(open_page, raced):
    alone = open_page(RACE, run=raced(SGD, seeds=1, first_seed=4))
    assert subtitle(alone, "paths").startswith("Seed 4: ")
    assert not [box for box in alone.selectbox if box.key == "path_seed"]
    three = {"name": "quadratic", "condition": 30.0, "dimension": 3}
    more = open_page(RACE, run=raced(SGD, task=three))
    assert "paths" not in [found["key"] for found in charts(more)]


def test_theory_stands_over_the_losses_and_in_a_table(open_page, raced):
    app = open_page(RACE, run=raced(SGD, {**SGD, "momentum": 0.8, "label": "Heavy ball"}, {"optimizer": "Adam"}))
    dotted = [line for line in chart(app, "loss")["figure"]["data"] if line.get("name") == "Theory"]
    assert len(dotted) == 2
    assert any(text.startswith("Largest deviation from theory: 0.0") for text in texts(app))
    table = app.table[0].value
    assert [shown(name) for name in table["Optimizer"]] == ["SGD", "Heavy ball"]
    assert list(table["Factor, theory"]) == ["0.97", "0.894427"]
    assert list(table["Learning rate limit"]) == ["0.06667", "0.12"]


def test_half_times_stand_in_a_table(open_page, raced):
    app = open_page(RACE, run=raced({**SGD, "learning_rate": 0.05}, task="deep_linear", steps=50, seeds=1))
    table = app.table[0].value
    assert list(table["Mode"]) == ["3", "2", "1"]
    assert list(table["Half learned, theory"]) == ["1.334", "1.900", "3.453"]
    assert [text[:4] for text in table["Measured"]] == ["1.40", "1.96", "not "]
    assert any("in parts of the first loss" in text for text in texts(app))


def test_a_race_without_a_closed_form_says_nothing_of_theory(open_page, raced):
    app = open_page(RACE, run=raced({"optimizer": "Adam"}))
    assert not [box for box in app.expander if box.label == "Theory"]
    assert "theory" not in subtitle(app, "loss")


def old_race() -> None:
    from dataclasses import replace

    import numpy as np

    from gradcore.specs import RaceSpec
    from tests.traces import make_entrant, make_trace
    from ui.race_paths import paths_row

    asked = {"task": {"name": "quadratic", "dimension": 2}, "seeds": 1, "steps": 2, "entrants": [{"optimizer": "SGD"}]}
    entrant = replace(make_entrant(np.ones((2, 1)), label="SGD"), points=None)
    paths_row("old", 0, RaceSpec.from_json(asked), make_trace([entrant], task="quadratic"))


def test_a_race_from_before_points_were_recorded_says_so():
    app = AppTest.from_function(old_race).run()
    assert not app.exception
    assert [shown(caption.value) for caption in app.caption] == [
        "This race ran before the paths in the plane were recorded; run it again to see them."
    ]

"""The entrants' table of the race page: add, duplicate, remove, change; a bad cell stops the start, and says why."""

import json

import pytest

from gradcore.lab import Lab
from gradcore.specs import RaceSpec
from tests.pages.conftest import RACE, shown, texts


@pytest.fixture
def table(open_page):
    """Open the race page with its table unfolded."""

    def table(**address):
        app = open_page(RACE, **address)
        app.session_state["entrants_open"] = True
        return app.run()

    return table


def named(app) -> str:
    return next(text for text in texts(app) if text.startswith("Entrants: ")).removeprefix("Entrants: ")


def rows(app) -> list[int]:
    return list(app.session_state["entrant_rows"])


def test_the_table_begins_with_the_notebooks_six_and_nothing_in_the_address(table):
    app = table()
    assert named(app) == "SGD, SGD + Momentum, Adam, AdamW, RMSprop, Adagrad"
    assert [app.text_input(key=f"entrant_learning_rate_{row}").value for row in rows(app)] == [
        "0.01", "0.01", "0.001", "0.001", "0.001", "0.01",
    ]  # fmt: skip
    assert "entrants" not in app.query_params


def test_a_duplicate_with_another_rate_is_an_entrant_of_its_own_and_lives_in_the_address(table, open_page):
    app = table(optimizers="Adam")
    (first,) = rows(app)
    app.button(key=f"entrant_content_copy_{first}").click().run()
    _, copy = rows(app)
    app.text_input(key=f"entrant_learning_rate_{copy}").set_value("0.01").run()
    assert named(app) == "Adam 0.001, Adam 0.01"
    packed = app.query_params["entrants"]
    assert json.loads(packed[0] if isinstance(packed, list) else packed) == [
        {"optimizer": "Adam", "learning_rate": 0.001}, {"optimizer": "Adam", "learning_rate": 0.01},
    ]  # fmt: skip
    assert "optimizers" not in app.query_params
    again = open_page(RACE, entrants=packed)
    assert named(again) == "Adam 0.001, Adam 0.01"


def test_rows_are_added_removed_and_brought_back(table):
    app = table(optimizers=["SGD", "Adam"])
    app.selectbox(key="entrant_add").set_value("Lion").run()
    assert named(app) == "SGD, Adam, Lion"
    app.button(key=f"entrant_close_{rows(app)[1]}").click().run()
    assert named(app) == "SGD, Lion"
    app.button(key="entrant_reset").click().run()
    assert named(app) == "SGD, SGD + Momentum, Adam, AdamW, RMSprop, Adagrad"


def test_another_optimizer_takes_its_own_default_rate_and_settings(table):
    app = table()
    second = rows(app)[1]
    app.selectbox(key=f"entrant_optimizer_{second}").set_value("Lion").run()
    assert app.text_input(key=f"entrant_learning_rate_{second}").value == "0.001"
    assert app.text_input(key=f"entrant_arguments_{second}").value == ""
    assert named(app) == "SGD, Lion, Adam, AdamW, RMSprop, Adagrad"


def test_a_bad_cell_is_told_in_its_row_and_stops_the_start_until_it_is_mended(table):
    app = table(optimizers=["SGD", "Adam"])
    second = rows(app)[1]
    app.text_input(key=f"entrant_arguments_{second}").set_value("beta1=0.5").run()
    assert app.button(key="start").disabled
    assert shown(app.error[0].value).startswith("Entrant 2: unknown key 'beta1' in the optimizer Adam; did you mean")
    assert any("Unknown key 'beta1' in the optimizer Adam" in text for text in texts(app))
    app.text_input(key=f"entrant_arguments_{second}").set_value("beta_1=0.5").run()
    assert not app.error
    assert not app.button(key="start").disabled


def test_an_own_schedule_and_clip_rule_are_asked_for_and_train(table, lab: Lab, finish):
    app = table(optimizers=["SGD", "Adam"], steps="4", seeds="2", width="8")
    first, _ = rows(app)
    app.button(key=f"entrant_tune_{first}").click().run()
    app.selectbox(key=f"entrant_clip_{first}").set_value("clip_by_global_norm").run()
    assert app.text_input(key=f"entrant_clip_arguments_{first}").value == "max_norm=1.0"
    app.text_input(key=f"entrant_clip_arguments_{first}").set_value("max_norm=0.5").run()
    app.selectbox(key=f"entrant_schedule_{first}").set_value("cosine").run()
    app.button(key="start").click().run()
    run_id = app.query_params["run"]
    run_id = run_id[0] if isinstance(run_id, list) else run_id
    finish(run_id)
    spec = RaceSpec.from_json(lab.info(run_id).spec)
    assert spec.entrants[0].clip.get("max_norm") == 0.5
    assert spec.entrants[0].schedule.name == "cosine"
    assert spec.entrants[1].clip.name == "none"
    assert not any("cannot express" in text for text in texts(app.run()))


def test_a_race_whose_entrants_differ_in_their_clip_rule_opens_with_the_same_rows(table, lab: Lab, finish):
    entrants = [{"optimizer": "SGD", "clip": {"rule": "normalized"}}, {"optimizer": "SGD", "label": "free"}]
    run_id = lab.submit(RaceSpec.from_json({"steps": 2, "seeds": 1, "network": {"hidden": [8]}, "entrants": entrants}))
    finish(run_id)
    app = table(run=run_id)
    assert named(app) == "SGD, free"
    assert app.selectbox(key=f"entrant_clip_{rows(app)[0]}").value == "normalized"
    assert app.session_state["clip"] == "none"


@pytest.mark.parametrize(
    ("packed", "sentence"),
    [
        ("nonsense", "entrants: "),
        ('{"optimizer": "SGD"}', "must be a list of at most 100 optimizers"),
        ('[{"optimizer": "Adm"}]', "Unknown optimizer 'Adm'; did you mean 'Adam'? The default is used."),
        ('[{"optimizer": "SGD", "learning_rate": -1}]', "`learning_rate` must be a finite number > 0"),
        ('[{"optimizer": "<b>SGD</b>"}]', "Unknown optimizer '<b>SGD</b>'"),
    ],
)
def test_a_packed_table_that_cannot_be_read_is_named_and_the_default_used(open_page, packed, sentence):
    app = open_page(RACE, entrants=packed)
    assert sentence in shown(app.warning[0].value)
    assert named(app) == "SGD, SGD + Momentum, Adam, AdamW, RMSprop, Adagrad"

from streamlit.testing.v1 import AppTest

from gradcore.lab import Lab
from gradcore.specs import RaceSpec
from tests.pages.conftest import RACE, shown, texts


def scripts(app: AppTest) -> list[str]:
    return [code.value for code in app.code if code.language == "python"]


def test_the_quadratic_and_the_deep_linear_network_are_copied_too(open_page, lab: Lab, finish):
    entrants = [{"optimizer": "SGD"}]
    quadratic = {"entrants": entrants, "task": "quadratic", "steps": 3, "seeds": 1, "batch_size": None}
    point = lab.submit(RaceSpec.from_json(quadratic))
    linear = lab.submit(RaceSpec.from_json({"entrants": entrants, "task": "deep_linear", "steps": 3, "seeds": 1}))
    finish(point)
    finish(linear)
    assert "class Point(keras.layers.Layer):" in scripts(open_page(RACE, run=point))[0]
    assert "kernel_initializer=given(0)" in scripts(open_page(RACE, run=linear))[0]


def test_an_entrant_whose_rate_was_not_chosen_before_the_stop_has_no_script(open_page, lab: Lab, finish):
    asked = {"entrants": [{"optimizer": "SGD"}], "learning_rates": "tuned", "steps": 20_000, "seeds": 1}
    run_id = lab.submit(RaceSpec.from_json({**asked, "network": {"hidden": [4]}}))
    lab.cancel(run_id)
    finish(run_id)
    app = open_page(RACE, run=run_id)
    assert not scripts(app)
    assert any("stopped before a learning rate was chosen" in shown(text) for text in texts(app))

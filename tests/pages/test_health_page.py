from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from gradcore.admission import admit
from gradcore.lab import Lab
from gradcore.settings import Limits
from gradcore.specs import Choice, EntrantSpec, HealthSpec, NetworkSpec, Thresholds
from gradcore.ward import WARD
from tests.pages.conftest import charts, shown, texts
from ui.health_controls import LAYER, STEP, control_state

HEALTH = "pages/3_Health_Check.py"
SMALL = HealthSpec(network=NetworkSpec((8, 8), "sigmoid", Choice("glorot_uniform")), steps=12)
LABELS = [
    "Gradient norm of each layer at each step, and the loss",
    "Back-propagated signal by depth",
    "Share of dead or saturated units by depth",
    "Least, mean and greatest gradient of the variables over steps",
    "Update to weight ratio of each layer over steps",
]


@pytest.fixture(scope="module")
def run_id(lab: Lab) -> str:
    """A small check that has finished."""
    return lab.submit(SMALL)


def said(app: AppTest) -> list[str]:
    return [shown(warning.value) for warning in app.warning]


def headings(app: AppTest) -> list[str]:
    return [shown(heading.value) for heading in app.subheader]


def test_the_first_view_offers_a_check_and_shows_an_example(open_page):
    app = open_page(HEALTH)
    assert app.button(key="start").label.startswith("Start check · about ")
    assert any(
        text.startswith("An example that ships with Gradient Clinic: eight sigmoid layers.") for text in texts(app)
    )
    assert len(charts(app)) == 5
    assert any(text.endswith(" parameters, about 1 MB while it trains.") for text in texts(app))
    assert not app.warning


@pytest.mark.parametrize("name", WARD)
def test_the_controls_can_express_every_patient_of_the_ward(open_page, name):
    app = open_page(HEALTH, preset=name)
    assert app.session_state["patient"] == name
    assert shown(WARD[name].complaint) in texts(app)
    assert app.query_params["preset"] in (name, [name])  # so that the address opens it again
    assert not app.warning
    assert not app.error


def test_an_unknown_preset_is_named_with_the_nearest_one(open_page):
    app = open_page(HEALTH, preset="sigmoid_stak")
    assert said(app)[0].endswith("Received: preset=sigmoid_stak; did you mean 'sigmoid_stack'? The default is used.")


def test_the_address_sets_the_controls_by_their_place_in_the_json(open_page):
    address = {
        "shape": "list", "hidden": "32, 16", "activation": "tanh", "kernel_initializer": "scaled_normal",
        "kernel_initializer_gain": "2", "normalization": "layer", "normalization_place": "after", "residual": "scaled",
        "dropout": "0.2", "optimizer": "Adam", "learning_rate": "0.01", "settings": "beta_1=0.8", "steps": "7",
        "seed": "3", "batch_size": "full", "thresholds_vanishing": "0.0001", "loss_scale": "1000",
        "clip": "clip_by_global_norm", "clip_clip_by_global_norm_max_norm": "2",
    }  # fmt: skip
    app = open_page(HEALTH, **address)
    assert not app.warning
    assert not app.error
    network = NetworkSpec(
        (32, 16), "tanh", Choice.of("scaled_normal", gain=2.0), normalization="layer", normalization_place="after",
        residual="scaled", dropout=0.2,
    )  # fmt: skip
    clip = Choice.of("clip_by_global_norm", max_norm=2.0)
    optimizer = EntrantSpec(Choice.of("Adam", beta_1=0.8), 0.01, clip)
    spec = HealthSpec(
        network=network, optimizer=optimizer, steps=7, seed=3, batch_size=None, loss_scale=1000.0,
        thresholds=Thresholds(vanishing=1e-4),
    )  # fmt: skip
    expected = control_state(admit(spec, Limits()))
    not_drawn = ("shape", "width", "depth", "cell", "recurrent", "pooling")  # 32, 16 is a funnel, too
    drawn = {key: value for key, value in expected.items() if not key.startswith(not_drawn)}
    assert {key: app.session_state[key] for key in drawn} == drawn


def test_what_the_address_got_wrong_is_named_in_one_sentence_each(open_page):
    app = open_page(
        HEALTH, depth="0", activation="rellu", dropout="2", task="quadratic", thresholds_dead="much", stepps="3"
    )
    found = said(app)
    assert found[0].startswith("`task` must be one of digits, ")
    assert found[1:4] == [
        "`depth` must be a whole number from 1 to 50. Received: depth=0. The default is used.",
        "`dropout` must be a number from 0 to 0.95. Received: dropout=2. The default is used.",
        "`activation` must be one of relu, leaky_relu, elu, selu, gelu, silu, tanh, sigmoid, softplus, linear. "
        "Received: activation=rellu; did you mean 'relu'? The default is used.",
    ]
    assert found[4] == (
        "`thresholds_dead` must be a number from 1e−12 to 1e12. Received: thresholds_dead=much. The default is used."
    )
    assert found[5] == "Unknown setting 'stepps' in the address; did you mean 'steps'? It is ignored."
    assert len(found) == 6


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ({"cell": "lstm"}, "'cell' of the address has no control for this task and network. It is ignored."),
        ({"dropout_rates": "0.1"}, "'dropout_rates' of the address has no control for this task and network. "),
        ({"thresholds_dread": "3"}, "Unknown setting 'thresholds_dread' in the address; did you mean "),
    ],
)
def test_what_has_no_control_is_named_when_the_page_is_opened_and_no_longer(open_page, address, sentence):
    app = open_page(HEALTH, **address)
    (found,) = said(app)
    assert found.startswith(sentence)
    if "cell" in address:
        app.number_input(key="steps").set_value(20).run()
        assert not app.warning


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ({"shape": "list", "hidden": "64, x"}, "`hidden` must be 1 to 50 widths, such as 128, 64. Received: "),
        ({"shape": "list", "dropout_rates": "0.1"}, "`dropout` must be one rate, or one for each of the 2 hidden "),
        ({"settings": "momentum"}, "`settings` must be a list such as momentum=0.9, nesterov=true. Received: "),
        ({"thresholds_vanishing": "1"}, "`vanishing` must rise with vanishing_warn, exploding_warn and exploding."),
    ],
)
def test_what_cannot_be_checked_is_refused_in_one_sentence_and_the_button_rests(open_page, address, sentence):
    app = open_page(HEALTH, **address)
    assert [shown(error.value)[: len(sentence)] for error in app.error] == [sentence]
    assert app.button(key="start").disabled


def test_another_optimizer_starts_from_its_own_learning_rate(open_page):
    app = open_page(HEALTH)
    assert app.session_state["learning_rate"] == 0.1
    app.selectbox(key="optimizer").set_value("Adam").run()
    assert app.session_state["learning_rate"] == 0.001


def test_a_task_with_time_offers_cells_and_pooling_and_one_without_classes_no_softmax(open_page):
    app = open_page(HEALTH, task="adding_problem", cell="lstm")
    keys = {one.key for one in app.selectbox}
    assert {"cell", "pooling", "recurrent_initializer"} <= keys
    assert not {"normalization", "residual", "head"} & keys
    assert not {"cell", "pooling"} & {one.key for one in open_page(HEALTH).selectbox}


def test_a_finished_check_shows_picture_verdict_findings_and_charts(open_page, finish, run_id):
    finish(run_id)
    app = open_page(HEALTH, run=run_id)
    assert [chart["label"] for chart in charts(app)] == LABELS
    assert any(heading.startswith(":material/") and "Verdict: " in heading for heading in headings(app))
    assert app.session_state["activation"] == "sigmoid"
    assert app.button(key="start").label.startswith("Run again · about ")
    assert any(text.startswith("Digits · 8 – 8 sigmoid · SGD at 0.1 · 12 steps · finished in ") for text in texts(app))


def test_a_layer_of_the_address_is_marked_and_has_curves_and_a_histogram(open_page, finish, run_id):
    finish(run_id)
    app = open_page(HEALTH, run=run_id, layer="dense_2", step="3")
    drawn = {chart["label"]: chart["figure"] for chart in charts(app)}
    assert len(drawn[LABELS[0]]["layout"]["shapes"]) == 4
    assert {"Layer dense_2: curves", "Layer dense_2: sizes"} <= set(drawn)
    assert "at step 3" in drawn["Layer dense_2: sizes"]["layout"]["title"]["subtitle"]["text"]
    assert (app.session_state[LAYER], app.session_state[STEP]) == ("dense_2", 3)


def test_a_layer_that_the_network_has_not_is_named_and_ignored(open_page, finish, run_id):
    finish(run_id)
    app = open_page(HEALTH, run=run_id, layer="dense_99", step="1000000")
    assert [chart["label"] for chart in charts(app)] == LABELS
    assert app.session_state[LAYER] is None
    assert said(app) == [
        "This network has no layer 'dense_99'; did you mean 'dense_2'?",
        "`step` must be a whole number from 0 to 11. Received: step=1000000. The default is used.",
    ]


def test_other_thresholds_read_the_same_record_again(open_page, finish, run_id):
    finish(run_id)
    strict = {
        "thresholds_dead": "1",
        "thresholds_active": "1e-12",
        "thresholds_learns": "1e-12",
        "thresholds_moves": "1e9",
    }
    lax = {"thresholds_vanishing": "1e-12", "thresholds_vanishing_warn": "1e-12", **strict}
    harsh = {"thresholds_vanishing": "5", "thresholds_vanishing_warn": "6", **strict}
    verdicts = []
    for thresholds in (lax, harsh):
        app = open_page(HEALTH, run=run_id, **thresholds)
        (line,) = [text for text in texts(app) if text.startswith("Read with the thresholds of the controls")]
        assert f": vanished below {thresholds['thresholds_vanishing'].replace('-', '−')} instead of 0.005; " in line
        assert line.endswith("; and 3 more.")
        verdicts += [heading for heading in headings(app) if "Verdict" in heading]
    assert verdicts[1].endswith("Verdict: Vanishing gradient")
    assert verdicts[0] != verdicts[1]
    app.button(key="set_back").click().run()
    assert not [text for text in texts(app) if text.startswith("Read with the thresholds")]
    assert (app.session_state["thresholds_vanishing"], app.session_state["thresholds_moves"]) == (0.005, 3e-4)
    assert not {name for name in app.query_params if name.startswith("thresholds_")}


def test_show_on_a_finding_marks_its_place(open_page, finish, run_id):
    finish(run_id)
    harsh = {"thresholds_vanishing": "5", "thresholds_vanishing_warn": "6"}
    harsh |= {"thresholds_learns": "1e-12", "thresholds_moves": "1e9"}
    app = open_page(HEALTH, run=run_id, thresholds_dead="1", **harsh)
    app.button(key="show_finding_0").click().run()
    assert app.session_state[LAYER] in ("dense_1", "dense_2")
    assert len(charts(app)[0]["figure"]["layout"]["shapes"]) >= 2


def test_the_notebooks_verdict_stands_beside_ours_with_its_table(open_page, finish, run_id):
    finish(run_id)
    app = open_page(HEALTH, run=run_id)
    assert any(text.startswith("The notebook: ") or text.startswith("**The notebook:**") for text in texts(app))
    table = next(one.value for one in app.dataframe if "Vanished" in one.value.columns)
    assert list(table["Step"]) == [str(step) for step in range(1, 13)]


def test_the_layers_are_told_as_the_notebook_prints_them(open_page, finish, run_id):
    finish(run_id)
    table = next(one.value for one in open_page(HEALTH, run=run_id).dataframe if "Kind" in one.value.columns)
    assert table.to_dict("records")[0] == {
        "Layer": "dense_1", "Kind": "Dense", "Output shape": "(batch, 8)", "Parameters": "520", "Reads": "input",
    }  # fmt: skip


def test_start_submits_the_check_of_the_controls(open_page, lab):
    app = open_page(HEALTH, steps="3", depth="1", width="4")
    app.button(key="start").click().run()
    started = app.query_params["run"]
    spec = HealthSpec.from_json(lab.info(started).spec)
    assert (spec.network.hidden, spec.steps) == ((4,), 3)


def test_an_address_that_names_no_check_is_said(open_page):
    app = open_page(HEALTH, run="nothinghere")
    assert said(app)[0].endswith("Your latest check is shown instead, or an example.")


def test_a_cancelled_check_shows_what_it_recorded_and_offers_to_run_again(open_page, lab, finish):
    run = lab.submit(replace(SMALL, steps=15_000, network=NetworkSpec((64,) * 10)))
    lab.cancel(run)
    finish(run)
    app = open_page(HEALTH, run=run, steps="5")
    assert "cancelled" in said(app)[0]
    assert app.button(key="rerun").label == "Run it again"

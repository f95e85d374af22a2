import pytest
from streamlit.testing.v1 import AppTest

from gradcore.clipping import CLIP_RULES
from gradcore.lab import Lab
from gradcore.presets import PRESETS
from gradcore.specs import RaceSpec
from gradcore.tasks import TASKS
from gradcore.titles import levels_text
from tests.pages.conftest import RACE, charts, shown, texts
from ui import controls


def controls_of(app: AppTest) -> dict[str, object]:
    return {key: app.session_state[key] for key in ("task", "shape", "width", "depth", "steps", "seeds", "batch_size")}


def test_the_first_view_shows_an_example_that_is_labelled_as_one(open_page):
    app = open_page(RACE)
    assert any("An example that ships with Gradient Clinic" in text for text in texts(app))
    assert [chart["label"].split(" ")[0] for chart in charts(app)] == [
        "Training", "Gradient", "Final", "Mean", "Loss", "Steps", "Seconds", "Share",
    ]  # fmt: skip
    assert app.button(key="start").label.startswith("Start race · about ")


def test_the_defaults_of_the_controls_are_the_default_race(open_page):
    app = open_page(RACE)
    assert controls_of(app) == {
        "task": "digits", "shape": "funnel", "width": 128, "depth": 2, "steps": 200, "seeds": 5, "batch_size": "64",
    }  # fmt: skip
    assert app.session_state["preset"] == "default"


def test_the_address_sets_the_controls_and_what_is_invalid_is_ignored(open_page):
    address = {"task": "noise_regression", "shape": "even", "depth": "7", "seeds": "3", "steps": "much", "width": "-5"}
    app = open_page(RACE, **address)
    assert controls_of(app) == {
        "task": "noise_regression", "shape": "even", "width": 128, "depth": 7, "steps": 200, "seeds": 3,
        "batch_size": "64",
    }  # fmt: skip
    assert app.session_state["preset"] == ""
    said = [shown(warning.value) for warning in app.warning]
    assert said == [
        "`steps` must be a whole number from 1 to 20000. Received: steps=much. The default is used.",
        "`width` must be a whole number from 1 to 1024. Received: width=-5. The default is used.",
    ]


def test_every_other_parameter_that_no_control_can_take_is_named_too(open_page):
    app = open_page(RACE, optimizers=["Adam", "Foo"], first_seed="x", shared_weights="maybe")
    assert "Entrants: Adam" in texts(app)
    assert [shown(warning.value) for warning in app.warning] == [
        "`optimizers` must be one of SGD, SGD + Momentum, Adam, AdamW, RMSprop, Adagrad, Nadam, Lion, Adamax, "
        "Adadelta, Ftrl, ScheduleFreeAdamW, Adafactor, Lamb, Muon. Received: optimizers=Foo. "
        "It is left out.",
        "`first_seed` must be a whole number from 0 to 1000000. Received: first_seed=x. The default is used.",
        "`shared_weights` must be one of true, false. Received: shared_weights=maybe. The default is used.",
    ]


def test_names_that_nobody_knows_get_the_nearest_one(open_page):
    app = open_page(RACE, stepps="4", task="digit", clip_by="2")
    said = [shown(warning.value) for warning in app.warning]
    assert said[0].endswith("Received: task=digit; did you mean 'digits'? The default is used.")
    assert said[1] == "Unknown setting 'stepps' in the address; did you mean 'steps'? It is ignored."
    assert said[2] == "Unknown setting 'clip_by' in the address; did you mean 'clip'? It is ignored."
    assert len(said) == 3
    assert [shown(warning.value) for warning in open_page("pages/1_Clipping_Lab.py", pert="Stream").warning] == [
        "Unknown setting 'pert' in the address; did you mean 'part'? It is ignored."
    ]


def test_a_typing_error_in_the_name_of_a_clip_setting_is_named(open_page):
    app = open_page(RACE, clip="clip_by_global_norm", clip_clip_by_global_norm_maxnorm="1")
    assert [shown(warning.value) for warning in app.warning] == [
        "Unknown setting 'clip_clip_by_global_norm_maxnorm' in the address; did you mean "
        "'clip_clip_by_global_norm_max_norm'? It is ignored."
    ]


def test_a_refusal_stands_on_the_page_as_a_sentence(open_page):
    app = open_page(RACE, run="zzz", width="1024", depth="50", shape="even", optimizers="")
    assert shown(app.warning[0].value).startswith("A run's id must be 10 letters and digits. Received: 'zzz'. Your ")
    assert shown(app.error[0].value) == "At least one optimizer must be chosen."
    assert len(app.warning) == 1


def test_the_notebooks_preset_sets_every_control(open_page):
    app = open_page(RACE)
    app.selectbox(key="preset").set_value("notebook").run()
    assert controls_of(app) == {
        "task": "noise_regression", "shape": "funnel", "width": 128, "depth": 4, "steps": 5, "seeds": 10,
        "batch_size": "full",
    }  # fmt: skip
    assert app.session_state["preset"] == "notebook"
    app.selectbox(key="preset").set_value("default").run()
    assert app.session_state["preset"] == "default"


def test_a_click_trains_shows_progress_and_then_the_ranking(open_page, finish):
    app = open_page(RACE, steps="4", seeds="2", width="8")
    app.button(key="start").click().run()
    run_id = app.query_params["run"]
    finish(run_id)
    app.run()
    table = app.dataframe[0].value
    assert len(table) == 6
    assert set(table.columns) >= {"Rank", "Optimizer", "Median validation loss", "Accuracy"}
    assert app.button(key="start").label.startswith("Run again")
    assert any(f"run {run_id}" in text for text in texts(app))


def test_a_link_opens_a_run_with_its_settings_and_another_visitor_sees_the_example(open_page, lab, finish):
    spec = RaceSpec.from_json({**PRESETS["default"].to_json(), "steps": 3, "seeds": 2, "network": {"hidden": [16, 8]}})
    run_id = lab.submit(spec, visitor="somebody else")
    finish(run_id)
    app = open_page(RACE, run=run_id)
    assert controls_of(app)["steps"] == 3
    assert controls_of(app)["width"] == 16
    assert any(f"run {run_id}" in text for text in texts(app))
    other = open_page(RACE)
    assert any("An example" in text for text in texts(other))


def test_a_visitor_who_asks_for_a_race_that_is_there_already_finds_it_again(open_page, lab, finish):
    address = {"steps": "3", "seeds": "2", "width": "12"}
    first = open_page(RACE, **address)
    first.button(key="start").click().run()
    finish(first.query_params["run"])
    second = open_page(RACE, **address)
    second.button(key="start").click().run()
    assert second.query_params["run"] == first.query_params["run"]
    del second.query_params["run"]
    second.run()
    assert any(f"run {first.query_params['run']}" in text for text in texts(second))


def test_a_setting_beside_a_run_in_the_address_leaves_the_runs_others(open_page, lab, finish):
    spec = RaceSpec.from_json({**PRESETS["default"].to_json(), "steps": 3, "seeds": 2, "network": {"hidden": [14, 7]}})
    run_id = lab.submit(spec)
    finish(run_id)
    app = open_page(RACE, run=run_id, seeds="4")
    assert (controls_of(app)["width"], controls_of(app)["steps"], controls_of(app)["seeds"]) == (14, 3, 4)
    assert any("The controls ask for another race than the one below" in text for text in texts(app))


@pytest.mark.parametrize(
    "run", ["", "[x](http://evil.example)", "abcdefghij", "not an id", "../../etc", "1' OR '1'='1", "<script>"]
)
def test_a_run_that_does_not_exist_gets_one_sentence_and_the_example(open_page, run):
    app = open_page(RACE, run=run)
    assert len(app.warning) == 1
    assert "Your latest race is shown instead, or an example." in app.warning[0].value
    assert "](http" not in app.warning[0].value
    assert len(charts(app)) == 8


def test_a_cancelled_run_keeps_what_it_recorded_and_can_be_run_again(open_page, lab: Lab, finish):
    spec = RaceSpec.from_json({**PRESETS["default"].to_json(), "steps": 20_000})
    run_id = lab.submit(spec)
    lab.cancel(run_id)
    finish(run_id)
    app = open_page(RACE, run=run_id)
    assert "cancelled" in app.warning[0].value
    assert app.button(key="start").label.startswith("Run again")


def test_a_run_that_failed_says_why_in_one_sentence_and_runs_again(open_page, lab: Lab, finish):
    entrant = {"optimizer": "SGD", "use_ema": True, "ema_overwrite_frequency": -1}  # Keras refuses it, in the worker
    run_id = lab.submit(RaceSpec.from_json({"entrants": [entrant], "steps": 2, "seeds": 1}), again=True)
    finish(run_id)
    app = open_page(RACE, run=run_id)
    assert lab.info(run_id).status == "failed"
    assert shown(app.error[0].value).startswith("The optimizer SGD was refused by Keras: ")
    assert "Traceback" not in app.error[0].value
    app.button(key="rerun").click().run()
    assert app.query_params["run"] != run_id
    finish(app.query_params["run"])


def test_a_run_whose_loss_becomes_infinite_is_drawn_and_ranked_last(open_page, lab: Lab, finish):
    wild = {"optimizer": "SGD", "learning_rate": 1e6, "label": "wild"}
    network = {"hidden": [8, 8], "activation": "linear"}
    spec = {"entrants": [wild, {"optimizer": "Adam"}], "network": network, "steps": 30, "seeds": 2}
    run_id = lab.submit(RaceSpec.from_json(spec), again=True)
    finish(run_id)
    app = open_page(RACE, run=run_id)
    assert lab.info(run_id).status == "finished"
    assert list(app.dataframe[0].value["Optimizer"]) == ["Adam", "wild"]
    assert any("Diverged, which is a result too: wild on 2 of 2 seeds." in text for text in texts(app))


def test_a_race_beyond_the_limits_is_refused_before_the_click(open_page):
    app = open_page(RACE, steps="20000", seeds="100", width="1024", depth="50", shape="even")
    assert app.button(key="start").disabled
    assert "The network must have at most 2,000,000 parameters. Received: 51," in shown(app.error[0].value)


def test_no_optimizer_at_all_is_refused_in_one_sentence(open_page):
    app = open_page(RACE, optimizers="")
    assert "At least one optimizer must be chosen." in shown(app.error[0].value)


def test_a_network_that_the_controls_cannot_express_leaves_them_at_the_nearest():
    assert controls.shape_of((128, 64, 32, 16)) == "funnel"
    assert controls.shape_of((64, 64)) == "even"
    assert controls.shape_of((64, 10, 90)) == ""


def test_the_chart_that_is_drawn_holds_every_entrant(open_page):
    app = open_page(RACE)
    figure = charts(app)[0]["figure"]
    assert {"SGD", "SGD + Momentum", "Adam", "AdamW", "RMSprop", "Adagrad"} <= {
        trace.get("name") for trace in figure["data"]
    }


def test_every_clip_rule_can_be_chosen_and_its_parameters_live_in_the_address(open_page):
    app = open_page(RACE, clip="zclip", clip_zclip_alpha="0.9", steps="4", seeds="1", width="8")
    assert app.selectbox(key="clip").options == list(CLIP_RULES)
    assert app.number_input(key="clip_zclip_alpha").value == 0.9
    for name in CLIP_RULES:
        app.selectbox(key="clip").set_value(name).run()
        assert not app.exception
        assert not app.button(key="start").disabled, name


def test_a_clipped_race_shows_how_often_and_opens_with_its_rule(open_page, lab: Lab, finish):
    clip = {"rule": "clip_by_global_norm", "max_norm": 0.5}
    spec = {**PRESETS["default"].to_json(), "steps": 4, "seeds": 2, "entrants": [{"optimizer": "Adam", "clip": clip}]}
    run_id = lab.submit(RaceSpec.from_json(spec))
    finish(run_id)
    app = open_page(RACE, run=run_id)
    assert app.dataframe[0].value["Clipped steps"][0] == "100.0 %"
    assert app.dataframe[0].value["Skipped steps"][0] == "0"
    assert app.session_state["clip"] == "clip_by_global_norm"
    assert app.number_input(key="clip_clip_by_global_norm_max_norm").value == 0.5
    assert any("clip_by_global_norm (max_norm 0.5)" in text for text in texts(app))


def test_bounds_of_a_rule_that_cross_are_refused_in_one_sentence(open_page):
    app = open_page(RACE, clip="adaptive_percentile", clip_adaptive_percentile_min_clip="20")
    assert "`min_clip` must be at most `max_clip` = 10. Received: min_clip=20.0" in shown(app.error[0].value)
    assert app.button(key="start").disabled


def test_a_race_that_the_controls_cannot_express_says_so_and_runs_again_as_it_is(open_page, lab: Lab, finish):
    optimizers = [{"optimizer": "Lion"}, {"optimizer": "SGD", "clip": {"rule": "normalized"}}]
    spec = RaceSpec.from_json({"steps": 3, "seeds": 1, "network": {"hidden": [8, 2, 9]}, "entrants": optimizers})
    run_id = lab.submit(spec)
    finish(run_id)
    app = open_page(RACE, run=run_id)
    assert any("The controls cannot express this race" in text for text in texts(app))
    app.button(key="repeat").click().run()
    again = app.query_params["run"]
    assert again != run_id
    assert lab.info(again).spec == lab.info(run_id).spec
    finish(again)


def test_a_race_that_the_controls_express_says_nothing_of_the_kind(open_page, lab: Lab, finish):
    run_id = lab.submit(RaceSpec.from_json({**PRESETS["default"].to_json(), "steps": 3, "seeds": 1}))
    finish(run_id)
    assert not any("cannot express" in text for text in texts(open_page(RACE, run=run_id)))


def test_the_notebooks_race_shows_what_the_notebook_would_print_and_how_often_each_wins(open_page, lab: Lab, finish):
    spec = {**PRESETS["notebook"].to_json(), "seeds": 4, "network": {"hidden": [8]}}
    run_id = lab.submit(RaceSpec.from_json(spec))
    finish(run_id)
    app = open_page(RACE, run=run_id)
    table = app.table[0].value
    assert list(table["Medal"])[:4] == ["gold", "silver", "bronze", "4"]
    assert sum(int(text) for text in table["Wins in 4 seeds"]) == 4
    assert len(open_page(RACE).table) == 0


def test_one_click_repeats_the_notebook_for_30_seeds_with_own_and_with_shared_weights(open_page, lab: Lab, finish):
    spec = {**PRESETS["notebook"].to_json(), "seeds": 2, "network": {"hidden": [8]}}
    run_id = lab.submit(RaceSpec.from_json(spec))
    finish(run_id)
    app = open_page(RACE, run=run_id)
    assert not any("Seeds that each optimizer wins" in chart["label"] for chart in charts(app))
    app.button(key="repeat_notebook").click().run()
    twins = [RaceSpec.from_json({**spec, "seeds": 30, "shared_weights": shared}) for shared in (False, True)]
    runs = [lab.find(twin) for twin in twins]
    for run in runs:
        finish(run.id)
    app.run()
    drawn = next(chart for chart in charts(app) if "Seeds that each optimizer wins" in chart["label"])
    for bars in drawn["figure"]["data"]:
        assert sum(bars["x"]) == 30
    assert app.query_params["run"] in (run_id, [run_id])


def test_a_story_says_what_to_look_for_and_then_what_was_seen(open_page, lab: Lab, finish):
    app = open_page(RACE, preset="rate_too_high")
    assert app.session_state["preset"] == "rate_too_high"
    assert any("gradient descent is stable below 2 / λ" in text for text in texts(app))
    assert not app.info
    app.button(key="start").click().run()
    run_id = app.query_params["run"]
    finish(run_id if isinstance(run_id, str) else run_id[0])
    app.run()
    assert "the best of these rates, 0.18, is 90 % of the limit." in shown(app.info[0].value)


def test_a_preset_in_the_address_that_nobody_knows_is_named(open_page):
    app = open_page(RACE, preset="why_momentun")
    assert "did you mean 'why_momentum'? The default is used." in shown(app.warning[0].value)


def test_an_entrant_is_copied_as_python_with_its_clip_rule(open_page, lab: Lab, finish):
    app = open_page(RACE)
    assert "keras.optimizers.SGD(learning_rate=0.01)" in app.code[0].value
    app.selectbox(key="script_of").set_value("Adam").run()
    assert "keras.optimizers.Adam(learning_rate=0.001)" in app.code[0].value
    entrants = [{"optimizer": "SGD", "clip": "zclip"}]
    run_id = lab.submit(RaceSpec.from_json({"entrants": entrants, "steps": 3, "seeds": 1, "network": {"hidden": [4]}}))
    finish(run_id)
    clipped = open_page(RACE, run=run_id)
    (script,) = (one.value for one in clipped.code if one.language == "python")
    assert "seen, mean, variance = 0, 0.0, 0.0" in script


def test_tuned_learning_rates_are_shown_with_what_they_came_to(open_page, lab: Lab, finish):
    app = open_page(
        RACE, steps="4", seeds="2", width="8", learning_rates="tuned", schedule="cosine", optimizers=["SGD", "Adam"]
    )
    app.button(key="start").click().run()
    run_id = app.query_params["run"]
    finish(run_id)
    app.run()
    assert len(charts(app)) == 7
    assert any("cosine schedule · tuned rates · 2 seeds × 4 steps" in text for text in texts(app))
    tuned = {entrant.label: entrant.tuning.chosen for entrant in lab.race(run_id)[0].entrants}
    assert list(app.dataframe[0].value["Learning rate"]) == [
        f"{tuned[label]:.3g}" for label in app.dataframe[0].value["Optimizer"]
    ]


@pytest.mark.parametrize("name", TASKS)
def test_every_task_can_be_chosen_and_says_what_its_losses_are_to_be_held_against(open_page, name):
    app = open_page(RACE, task=name, steps="4", seeds="1")
    assert app.selectbox(key="task").options == list(TASKS)
    assert levels_text(TASKS[name]) in texts(app)
    assert not app.warning
    assert not app.button(key="start").disabled


def test_the_quadratic_has_controls_of_its_own_and_none_of_a_network_and_trains(open_page, lab: Lab, finish):
    address = {"task_condition": "40", "task_dimension": "5", "task_rotated": "true", "width": "16"}
    app = open_page(RACE, task="quadratic", steps="5", seeds="2", **address)
    drawn = {element.key for kind in ("number_input", "selectbox") for element in app.get(kind)}
    assert {"task_condition", "task_dimension", "steps", "seeds", "clip"} <= drawn
    assert not drawn & {"width", "depth", "activation", "kernel_initializer", "batch_size"}
    assert any("No network" in text for text in texts(app))
    app.button(key="start").click().run()
    run_id = app.query_params["run"]
    finish(run_id)
    app.run()
    spec = lab.info(run_id).spec
    assert spec["task"] == {"name": "quadratic", "condition": 40.0, "dimension": 5, "rotated": True}
    assert (spec["network"], spec["batch_size"]) == ({}, None)
    assert "Distance to the optimum" in set(app.dataframe[0].value.columns)
    assert app.button(key="start").label.startswith("Run again")
    again = open_page(RACE, run=run_id)
    assert again.number_input(key="task_condition").value == 40.0
    assert again.toggle(key="task_rotated").value
    assert not any("cannot express" in text for text in texts(again))


def test_a_deep_linear_race_takes_widths_only(open_page, lab: Lab, finish):
    app = open_page(RACE, task="deep_linear", width="8", depth="1", steps="3", seeds="1")
    drawn = {element.key for element in app.get("selectbox")}
    assert not drawn & {"activation", "kernel_initializer"}
    app.button(key="start").click().run()
    run_id = app.query_params["run"]
    finish(run_id)
    network = {"hidden": [8], "activation": "linear", "kernel_initializer": {"name": "aligned", "strength": 0.001}}
    assert lab.info(run_id).spec["network"] == network
    opened = open_page(RACE, run=run_id)
    assert not any("cannot express" in text for text in texts(opened))
    opened.selectbox(key="task").set_value("digits").run()
    assert not opened.exception
    assert opened.selectbox(key="kernel_initializer").value == "he_uniform"


def test_an_argument_that_its_control_cannot_take_is_named(open_page):
    app = open_page(RACE, task="quadratic", task_condition="0.5", task_dimension="x")
    assert [shown(warning.value) for warning in app.warning] == [
        "task_condition: `condition` must be at least 1. Received: condition=0.5. The default is used.",
        "task_dimension: `dimension` must be a whole number. The default is used.",
    ]

import pytest

from tests.pages.conftest import charts, shown, texts

CLIPPING = "pages/1_Clipping_Lab.py"
QUARTIC = "x to the fourth"


@pytest.fixture
def open_cliff(open_page):
    return lambda **address: open_page(CLIPPING, part="Cliff", **address)


def titles(app):
    return [chart["figure"]["layout"]["title"]["text"] for chart in charts(app)]


def table(app):
    rows = app.table[0].value.to_dict("records")
    return [{name: shown(value) for name, value in row.items()} for row in rows]


def test_the_first_view_shows_a_throw_and_who_arrives(open_cliff):
    app = open_cliff()
    assert titles(app)[0].startswith("Without clipping the descent is thrown 4.58 away at step 21; clipped, it arrives")
    assert [chart["key"] for chart in charts(app)] == ["cliff_surface", "cliff_loss"]
    assert any("lands 4.58 away, at w = 2.51, b = −6.37 and a loss of 0.49" in text for text in texts(app))


def test_the_table_has_a_row_for_each_rule(open_cliff):
    none, held = table(open_cliff())
    assert (none["Rule"], none["Steps until below 0.01 for good"], none["Steps clipped"]) == (
        "No clipping",
        "not by step 120",
        "0 of 120",
    )
    assert (held["Rule"], held["Longest step"][:4]) == ("Global norm", "0.08")


def test_x4_shows_the_step_at_which_the_unclipped_descent_is_lost_and_the_learning_rates(open_cliff):
    app = open_cliff(landscape=QUARTIC)
    assert titles(app) == [
        "Without clipping the descent overflows at step 4; clipped, it arrives at step 283",
        "Loss at the end: no clipping lost at step 4; global norm 8.8e-7",
        "x⁴: 283 steps with clipping at a learning rate of 0.5; 101,003 just below the limit without",
    ]
    assert table(app)[0]["Loss at the last step"] == "not finite at step 4"
    assert any("takes 101,003 steps, at 1.01 times the limit it has diverged by step 8" in text for text in texts(app))
    assert any("takes 283 steps, 357 times fewer" in text for text in texts(app))


def test_the_address_sets_every_control_of_a_landscape(open_cliff):
    address = {
        "cliff_rate": "0.1",
        "cliff_clip_by_global_norm_max_norm": "3",
        "cliff_w": "4.5",
        "cliff_b": "-2",
        "cliff_steps": "7",
    }
    app = open_cliff(**address)
    assert {key: app.session_state[key] for key in address} == {
        "cliff_rate": 0.1, "cliff_clip_by_global_norm_max_norm": 3.0, "cliff_w": 4.5, "cliff_b": -2.0, "cliff_steps": 7,
    }  # fmt: skip
    assert charts(app)[0]["figure"]["layout"]["meta"]["frames"]["steps"] == 7


def test_each_landscape_keeps_its_own_settings(open_cliff):
    app = open_cliff(cliff_rate="0.1")
    app.segmented_control(key="landscape").set_value(QUARTIC).run()
    assert app.session_state["cliff_x4_rate"] == 0.5
    assert titles(app)[0].endswith("clipped, it arrives at step 283")


def test_a_changed_threshold_redraws_at_once(open_cliff):
    app = open_cliff()
    app.number_input(key="cliff_clip_by_global_norm_max_norm").set_value(20.0).run()
    assert titles(app)[0].startswith("Global norm changes no gradient")


def test_what_the_address_got_wrong_is_named(open_cliff):
    app = open_cliff(cliff_rate="-1", cliff_w="much", cliff_steps="1000000")
    assert [shown(warning.value) for warning in app.warning] == [
        "`cliff_rate` must be a number from 1e−6 to 100. Received: cliff_rate=-1. The default is used.",
        "`cliff_w` must be a number from −20 to 20. Received: cliff_w=much. The default is used.",
        "`cliff_steps` must be a whole number from 1 to 500. Received: cliff_steps=1000000. The default is used.",
    ]
    assert app.session_state["cliff_rate"] == 0.4


def test_a_name_that_no_control_of_the_cliff_has_is_named(open_cliff):
    app = open_cliff(cliff_start_w="1", cliff_x4_rate="0.4", cliff_x4_normalized_norm="2", cliff_adagc_warmup="5")
    assert [shown(warning.value) for warning in app.warning] == [
        "Unknown setting 'cliff_start_w' in the address; did you mean 'cliff_w'? It is ignored."
    ]


def test_a_start_at_the_target_draws_no_learning_rates(open_cliff):
    app = open_cliff(landscape=QUARTIC, cliff_x4_x="0")
    assert [chart["key"] for chart in charts(app)] == ["cliff_surface", "cliff_loss"]
    assert titles(app)[0].endswith("the descent arrives at step 0 either way")


def test_every_rule_but_those_that_repeat_another_can_be_followed(open_cliff):
    offered = open_cliff().button_group(key="cliff_rules").options
    assert offered == [
        "No clipping", "By value", "Global norm", "Ten percent", "Recent percentile", "AutoClip", "Adaptive (AGC)",
        "ZClip", "AdaGC", "Normalized",
    ]  # fmt: skip
    app = open_cliff(cliff_rules=offered)
    assert [row["Rule"] for row in table(app)] == offered
    assert titles(app)[0].startswith("4 of 10 descents arrive, Ten percent first, at step 54")
    one_number = open_cliff(landscape=QUARTIC).button_group(key="cliff_x4_rules").options
    assert sorted(set(offered) - set(one_number)) == ["By value"]


def test_without_the_global_norm_there_are_no_learning_rates_to_compare(open_cliff):
    app = open_cliff(landscape=QUARTIC, cliff_x4_rules=["No clipping", "Normalized"])
    assert [chart["key"] for chart in charts(app)] == ["cliff_surface", "cliff_loss"]


def test_without_a_rule_the_page_asks_for_one(open_cliff):
    app = open_cliff(cliff_rules="")
    assert not charts(app)
    assert "Choose a rule to see its descent." in texts(app)


def test_another_part_of_the_lab_draws_none_of_this(open_page):
    assert all(not chart["key"].startswith("cliff") for chart in charts(open_page(CLIPPING)))

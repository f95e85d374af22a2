import pytest

from gradcore.specs import StreamSpec
from tests.pages.conftest import charts, shown, texts
from tests.pages.test_clip_step_page import CLIPPING, table, titles
from ui.clip_stream_controls import PRESETS


def said(app, part):
    return any(part in text for text in texts(app))


def hover(app, name):
    """What one trace of the first chart says at each step."""
    return next(trace["text"] for trace in charts(app)[0]["figure"]["data"] if trace["name"] == name)


def preset(app, name):
    app.selectbox(key="stream_preset").set_value(name).run()
    assert not app.exception


def test_the_stream_opens_on_the_notebooks_with_its_statistics_corrected(open_page):
    app = open_page(CLIPPING, part="Stream")
    assert titles(app) == [
        "Global norm clips 5 of 20 steps, Recent percentile 8",
        "The threshold of Recent percentile moves between 1 and 10",
    ]
    assert app.session_state["stream_preset"] == "The notebook's stream"
    assert table(app, 0)["Clip rate"] == ["**25 %**", "**40 %**"]
    found = table(app, 1)
    assert found["As it was"] == ["20", "8", "40.0 %", "40.0 %", "4.528", "10.295"]
    assert found["Corrected"] == ["20", "8", "40.0 %", "40.0 %", "4.528", "**10.000**"]


def test_the_notebooks_messages_come_on_hover_and_are_corrected(open_page):
    app = open_page(CLIPPING, part="Stream")
    ours, theirs = hover(app, "Recent percentile"), hover(app, "Before clipping")
    assert ours[0] == "not clipped: 0.4139 (threshold 1)"
    assert ours[10].startswith("clipped 8.")
    assert ours[10].endswith("→ 3.343 (threshold 3.343)")
    assert theirs[10].startswith("before clipping 8.")
    printed = theirs[10].partition("“Clipped! ")[2].split(" ")
    assert printed[0] == printed[2]


def test_a_lasting_explosion_becomes_the_percentile_rules_new_normal(open_page):
    app = open_page(CLIPPING, part="Stream")
    preset(app, "A lasting explosion")
    assert app.session_state["stream_preset"] == "A lasting explosion"
    assert said(app, "The explosion becomes the new normal of Recent percentile: at its start 1 % of the norm passes")


def test_a_spike_lifts_its_own_threshold(open_page):
    app = open_page(CLIPPING, part="Stream")
    preset(app, "A spike")
    assert said(app, "lifts its own threshold under Recent percentile from 2.39 to 952")


def test_one_nan_blinds_the_notebooks_class_and_not_ours(open_page):
    app = open_page(CLIPPING, part="Stream")
    preset(app, "One NaN")
    assert said(app, "holds its threshold at the upper clamp for 49 further steps, while a NaN is in its window; 10 ")
    assert hover(app, "Global norm")[20] == "skipped: the norm is NaN"
    assert table(app, 0)["Skipped"] == ["1", "1"]
    assert table(app, 1)["Why"][1] == "a NaN in the history holds the threshold up"
    preset(app, "The notebook's stream")
    assert app.session_state["stream_preset"] == "The notebook's stream"


def test_the_address_sets_phases_seed_tail_and_nan(open_page):
    app = open_page(CLIPPING, part="Stream", stream_normal_steps="1", stream_rise_steps="0", stream_explosion_steps="0",
                    stream_recovery_steps="0", stream_seed="7", stream_tail="cauchy")  # fmt: skip
    assert titles(app)[0] == "Global norm clips 1 of 1 step, Recent percentile 1"
    assert app.session_state["stream_preset"] == "Your own settings"


def test_a_stream_without_steps_is_refused_in_one_sentence(open_page):
    empty = {f"stream_{name}_steps": "0" for name in ("normal", "rise", "explosion", "recovery")}
    app = open_page(CLIPPING, part="Stream", **empty)
    assert [shown(error.value) for error in app.error] == [
        "`phases` must have 1 to 20000 steps in all. Received: phases=0"
    ]


@pytest.mark.parametrize("address", [{"stream_nan_at": "0", "stream_nan_steps": "20"}, {"stream_nan_at": "700"}])
def test_a_stream_that_is_never_finite_or_a_nan_after_its_end_is_drawn(open_page, address):
    app = open_page(CLIPPING, part="Stream", **address)
    assert len(charts(app)) == 2
    assert said(app, "The stream has 20 steps") == ("700" in address.values())


def test_percentile_101_and_history_0_are_named_and_the_defaults_used(open_page):
    app = open_page(CLIPPING, part="Stream", stream_adaptive_percentile_percentile="101",
                    stream_adaptive_percentile_history="0")  # fmt: skip
    found = [shown(warning.value) for warning in app.warning]
    assert found[0].startswith(
        "stream_adaptive_percentile_percentile: `percentile` must be at least 0 and at most 100."
    )
    assert found[1].startswith("stream_adaptive_percentile_history: `history` must be a whole number >= 1.")
    assert table(app, 0)["Clip rate"] == ["**25 %**", "**40 %**"]


@pytest.mark.parametrize(
    ("key", "given", "must"),
    [
        ("stream_nan_at", "-3", "a whole number from 0 to 800"),
        ("stream_nan_steps", "0", "a whole number from 1 to 100"),
        ("stream_normal_steps", "9999", "a whole number from 0 to 200"),
        ("stream_explosion_scale", "nan", "a number from 0 to 1e6"),
        ("stream_explosion_exponential", "x", "a number from 0 to 1e6"),
        ("stream_rise_from", "-1", "a number from 0 to 1e6"),
    ],
)
def test_every_number_of_the_stream_that_no_control_takes_is_named(open_page, key, given, must):
    app = open_page(CLIPPING, part="Stream", **{key: given})
    assert [shown(warning.value) for warning in app.warning] == [
        f"`{key}` must be {must}. Received: {key}={given}. The default is used."
    ]


def test_what_is_beyond_a_rules_control_is_named_outside_its_fold(open_page):
    app = open_page(CLIPPING, part="Stream", stream_rules="AutoClip", stream_autoclip_include_current="maybe",
                    stream_autoclip_percentile="101")  # fmt: skip
    assert len(app.warning) == 2
    assert not any(fold.warning for fold in app.expander)
    app = open_page(CLIPPING, part="Stream", stream_adaptive_percentile_history="1000000", stream_nan_a="1")
    assert [shown(warning.value) for warning in app.warning] == [
        "`stream_adaptive_percentile_history` must be a whole number from 1 to 100000. "
        "Received: stream_adaptive_percentile_history=1000000. The default is used.",
        "Unknown setting 'stream_nan_a' in the address; did you mean 'stream_nan_at'? It is ignored.",
    ]


def test_past_its_warm_up_adagc_has_no_single_threshold(open_page):
    steps = {f"stream_{phase}_steps": "0" for phase in ("rise", "explosion", "recovery")}
    app = open_page(CLIPPING, part="Stream", stream_rules="AdaGC", stream_normal_steps="120", **steps)
    assert table(app, 0)["Final threshold"] == ["one per tensor"]
    assert titles(app)[1] == "After its warm-up AdaGC has a threshold for each tensor"
    app = open_page(CLIPPING, part="Stream", stream_rules="AdaGC", stream_normal_steps="90", **steps)
    assert table(app, 0)["Final threshold"] == ["1"]


def test_a_short_history_is_given_its_true_reason(open_page):
    app = open_page(CLIPPING, part="Stream", stream_adaptive_percentile_history="5")
    assert table(app, 1)["Why"][1] == "a history below 10 never ends its warm-up, whose threshold is 1"
    assert table(app, 1)["Why"][5] == "a history below 10 never ends its warm-up, whose threshold is 1"
    assert said(app, "Recent percentile at percentile 90 of 5 norms clips about 20 % of a steady stream")


def test_the_button_repeats_the_stream_for_200_seeds(open_page):
    app = open_page(CLIPPING, part="Stream")
    assert len(charts(app)) == 2
    app.button(key="stream_repeat").click().run(timeout=60)
    assert titles(app)[2].startswith("By luck alone Recent percentile clips 25 to 65 % of the steps")
    assert said(
        app, "Recent percentile: clip rate 44.7 % ± 7.4 % (standard deviation over the seeds), from 25 % to 65 %."
    )
    assert said(app, "seeds the notebook prints a final threshold above its own upper clamp of 10.")
    app.number_input(key="stream_seed").set_value(3).run()
    assert len(charts(app)) == 2


def test_a_rule_that_looks_at_weights_is_repeated_too(open_page):
    app = open_page(CLIPPING, part="Stream", stream_rules="Adaptive (AGC)")
    app.button(key="stream_repeat").click().run(timeout=60)
    assert said(app, "Adaptive (AGC): clip rate ")


def test_every_preset_stays_within_what_the_button_repeats(open_page):
    assert all(sum(values.get(f"{phase}_steps", 5) for phase in ("normal", "rise", "explosion", "recovery")) <= 200
               for values in PRESETS.values())  # fmt: skip
    assert StreamSpec().steps == 20

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gradcore.specs import Choice
from tests.pages.conftest import charts, shown, texts
from ui import clip_own, clip_step

CLIPPING = "pages/1_Clipping_Lab.py"
RULE_TABLE, NOTEBOOK_TABLE = 0, 1


def table(app: AppTest, place: int) -> dict[str, list[str]]:
    found = app.table[place].value
    return {column: [shown(str(cell)) for cell in found[column]] for column in found.columns}


def titles(app: AppTest) -> list[str]:
    return [chart["figure"]["layout"]["title"]["text"] for chart in charts(app)]


def test_the_lab_opens_on_one_step_with_the_notebooks_rules(open_page):
    app = open_page(CLIPPING)
    assert app.session_state["part"] == "One step"
    assert app.session_state["gradient"] == "Explosive"
    found = table(app, RULE_TABLE)
    assert found["Rule"] == ["By value", "Per tensor", "Global norm", "Ten percent"]
    assert found["Norm after"] == ["**22.36**", "**7.071**", "**5**", "**10**"]
    assert found["Turned by"] == ["19.5°", "10.4°", "0.0°", "0.0°"]
    assert titles(app) == [
        "The largest entry, 300, becomes 3.162 (Global norm) to 10 (By value)",
        "By value turns the gradient by 19.5°; Global norm and Ten percent keep its direction",
        "Every rule bends long gradients down, short ones pass",
    ]


@pytest.mark.parametrize(
    ("gradient", "printed", "true", "wrong"),
    [
        ("Normal", ["0.3905"] * 4, ["0.3905"] * 4, "No line is wrong here."),
        ("Large", ["29.2916", "29.2916", "19.7231", "29.2916"],
         ["29.2916", "**5.0000**", "19.7231", "**2.9292**"], "2 lines are wrong here."),
        ("Explosive", ["474.3416", "474.3416", "22.3607", "474.3416"],
         ["474.3416", "**5.0000**", "22.3607", "**10.0000**"], "2 lines are wrong here."),
        ("Mixed", ["111.8035", "111.8035", "14.1426", "111.8035"],
         ["111.8035", "**5.0000**", "14.1426", "**10.0000**"], "2 lines are wrong here."),
    ],
)  # fmt: skip
def test_beside_each_of_its_scenarios_stands_what_the_notebook_printed(open_page, gradient, printed, true, wrong):
    app = open_page(CLIPPING, gradient=gradient)
    found = table(app, NOTEBOOK_TABLE)
    assert found["Printed"] == printed
    assert found["True"] == true
    assert any(text.startswith(wrong) for text in texts(app))


def test_a_gradient_that_is_not_finite_is_shown_and_never_hidden(open_page):
    app = open_page(CLIPPING, gradient="Non-finite")
    found = table(app, RULE_TABLE)
    assert found["Norm after"][2] == "**NaN**"
    assert found["Not finite"][2] == "5, step skipped in training"
    assert titles(app)[0].startswith("One entry is not finite; Global norm and Ten percent make that 5")
    assert titles(app)[1] == "Without a direction there is no angle"
    assert len(app.table) == 1


def test_the_address_sets_rules_and_parameters(open_page):
    app = open_page(CLIPPING, gradient="Large", step_rules="Global norm", step_clip_by_global_norm_max_norm="2.5")
    assert table(app, RULE_TABLE)["Norm after"] == ["**2.5**"]


def test_what_the_address_got_wrong_is_named(open_page):
    app = open_page(CLIPPING, step_rules="Global norm", step_clip_by_global_norm_max_norm="-1")
    said = [shown(warning.value) for warning in app.warning]
    assert said == [
        "step_clip_by_global_norm_max_norm: `max_norm` must be a finite number > 0. Received: max_norm=-1.0. "
        "The default is used."
    ]
    assert table(app, RULE_TABLE)["Norm after"] == ["**5**"]


def test_a_part_a_gradient_and_a_rule_that_do_not_exist_are_named(open_page):
    app = open_page(CLIPPING, part="Nowhere", gradient="Tiny", step_rules=["Global norm", "Foo"])
    said = [shown(warning.value) for warning in app.warning]
    assert [text[: text.index(" must")] for text in said] == ["`part`", "`gradient`", "`step_rules`"]
    assert [text[text.index("Received") :] for text in said] == [
        "Received: part=Nowhere. The default is used.",
        "Received: gradient=Tiny. The default is used.",
        "Received: step_rules=Foo. It is left out.",
    ]
    assert len(table(app, RULE_TABLE)["Norm after"]) == 1


def test_at_matched_strength_all_rules_leave_the_same_norm(open_page):
    app = open_page(CLIPPING, step_match="true")
    assert table(app, RULE_TABLE)["Norm after"] == ["**5**"] * 4
    assert any(text.startswith("Matched with By value: max value 2.236;") for text in texts(app))
    app = open_page(CLIPPING, step_match="true", step_norm="100")
    assert any("Ten percent cannot leave a norm of 100 here." in text for text in texts(app))
    assert not any("different norms" in text for text in texts(app))
    open_page(CLIPPING, step_match="true", gradient="Non-finite")


def test_what_the_matched_strength_sets_cannot_be_set_by_hand(open_page):
    value = "step_clip_by_value_max_value"
    assert not open_page(CLIPPING).number_input(key=value).disabled
    app = open_page(CLIPPING, step_match="true")
    assert app.number_input(key=value).disabled
    assert app.number_input(key="step_ten_percent_fraction").disabled
    assert not app.number_input(key="step_ten_percent_max_norm").disabled
    assert not open_page(CLIPPING, step_match="true", gradient="Non-finite").number_input(key=value).disabled


def test_a_rule_that_cannot_be_matched_is_not_in_the_title(open_page):
    app = open_page(CLIPPING, step_match="true", step_rules=["Global norm", "AutoClip"])
    assert titles(app)[0] == "The largest entry, 300, becomes 3.162 (Global norm)"


def test_numbers_of_the_address_that_no_control_takes_are_named(open_page):
    app = open_page(CLIPPING, step_match="maybe", step_norm="-1", step_weight="abc", step_rules="Adaptive (AGC)")
    assert [shown(warning.value) for warning in app.warning] == [
        "`step_match` must be true or false. Received: step_match=maybe. The default is used.",
        "`step_norm` must be a number from 1e−30 to 1e30. Received: step_norm=-1. The default is used.",
        "`step_weight` must be a number from 1e−30 to 1e30. Received: step_weight=abc. The default is used.",
    ]


def test_rules_that_do_the_same_are_counted_and_every_norm_of_the_table_too(open_page):
    app = open_page(CLIPPING, step_rules=["By value", "Global norm", "ZClip", "AdaGC", "AutoClip"])
    assert titles(app)[0] == "The largest entry, 300, becomes 0.6325 (AdaGC) to 300 (2 rules)"
    assert len(set(table(app, RULE_TABLE)["Norm after"])) == 4
    assert any(text.startswith("The rules leave 4 different norms") or "leave 4 different norms" in text
               for text in texts(app))  # fmt: skip


def test_small_numbers_of_the_table_hold_no_hyphen_to_break_at(open_page):
    found = table(open_page(CLIPPING, gradient="Vanishing"), RULE_TABLE)
    assert found["Norm after"][0] == "**3.905e−7**"
    assert "-" not in found["Norms of the tensors"][0]


def test_two_clamps_in_the_wrong_order_are_refused_in_one_sentence_and_the_others_stay(open_page):
    app = open_page(CLIPPING, step_ten_percent_min_norm="20")
    assert [shown(error.value) for error in app.error] == [
        "Ten percent: `min_norm` must be at most `max_norm` = 10. Received: min_norm=20.0"
    ]
    assert table(app, RULE_TABLE)["Rule"] == ["By value", "Per tensor", "Global norm"]


def test_no_rule_and_every_rule_are_drawn(open_page):
    app = open_page(CLIPPING)
    app.session_state["step_rules"] = []
    app.run()
    assert not app.exception
    assert titles(app)[0] == "The gradient, not clipped"
    app.session_state["step_rules"] = [
        "No clipping", "By value", "Per tensor", "Global norm", "Ten percent", "Recent percentile", "AutoClip",
        "Adaptive (AGC)", "ZClip", "AdaGC", "Normalized"]  # fmt: skip
    app.run()
    assert not app.exception
    assert len(table(app, RULE_TABLE)["Rule"]) == 11


def test_the_own_table_lives_in_the_address(open_page):
    app = open_page(CLIPPING, gradient="Your own", own="3, 4;;0.5")
    assert not app.warning
    assert [row["Entries"] for row in app.session_state[clip_own.ROWS]] == ["3, 4", "", "0.5"]
    app.session_state[clip_own.TABLE] = {"edited_rows": {0: {"Entries": "6, 8"}}}
    app.run()
    assert app.query_params["own"] == "6, 8;;0.5"
    assert "own" not in open_page(CLIPPING, gradient="Your own").query_params


def test_an_uploaded_file_outlives_a_visit_to_another_part(open_page):
    app = open_page(CLIPPING, gradient="Your own")
    app.file_uploader[0].set_value(("own.csv", b"3,4\n", "text/csv")).run()
    app.segmented_control(key="part").set_value("Stream").run()
    app.segmented_control(key="part").set_value("One step").run()
    assert any(text == "own.csv: 1 tensor of 2, as it was read before." for text in texts(app))
    next(button for button in app.button if button.label == "Use the table instead").click().run()
    assert not any("own.csv" in text for text in texts(app))


def test_own_tensors_come_from_the_table_and_mistakes_name_row_and_number(open_page):
    app = open_page(CLIPPING, gradient="Your own")
    assert table(app, RULE_TABLE)["Norms of the tensors"][2] == "50 → 2.236, 100 → 4.472"
    app.session_state[clip_own.TABLE] = {"edited_rows": {0: {"Entries": "3, 4"}, 1: {"Entries": ""}}}
    app.run()
    assert table(app, RULE_TABLE)["Norms of the tensors"][2] == "5 → 5, no gradient"
    app.session_state[clip_own.TABLE] = {"edited_rows": {0: {"Entries": "3, four"}}}
    app.run()
    assert [shown(error.value) for error in app.error] == [
        "Number 2 in row 1 must be a number. Received: 'four'. Shown instead: what was read before."
    ]
    assert table(app, RULE_TABLE)["Norms of the tensors"][2] == "5 → 5, no gradient"
    app.session_state[clip_own.TABLE] = {"edited_rows": {0: {"Entries": ""}, 1: {"Entries": ""}}}
    app.run()  # all None
    assert not app.exception
    assert table(app, RULE_TABLE)["Clipped"] == ["no"] * 4


def test_a_refused_upload_leaves_the_controls_with_their_values_and_what_was_read_before(open_page):
    app = open_page(CLIPPING, gradient="Your own", step_clip_by_value_max_value="7", step_match="false")
    app.file_uploader[0].set_value(("own.csv", b"3,4\n", "text/csv")).run()
    before = table(app, RULE_TABLE)
    app.file_uploader[0].set_value(("own.csv", b"3,x\n", "text/csv")).run()
    assert len(app.error) == 1
    assert table(app, RULE_TABLE) == before
    assert app.number_input(key="step_clip_by_value_max_value").value == 7.0
    assert [chart["key"] for chart in charts(app)] == ["step_entries", "step_angles", "step_shapes"]


def test_the_first_upload_may_be_refused(open_page):
    app = open_page(CLIPPING, gradient="Your own")
    app.file_uploader[0].set_value(("own.csv", b"", "text/csv")).run()
    assert len(app.error) == 1
    assert table(app, RULE_TABLE)["Norms of the tensors"][2] == "50 → 2.236, 100 → 4.472"


def test_an_upload_is_read_described_and_refused_by_line(open_page):
    app = open_page(CLIPPING, gradient="Your own")
    app.file_uploader[0].set_value(("own.csv", b"3,4\n\n0.5\n", "text/csv")).run()
    assert "own.csv: 2 tensors of 2, 1. Remove the file to use the table." in texts(app)
    assert table(app, RULE_TABLE)["Norms of the tensors"][1] == "5 → 5, 0.5 → 0.5"
    app.file_uploader[0].set_value(("own.csv", b"3,4\n5,x\n", "text/csv")).run()
    assert [shown(error.value) for error in app.error] == [
        "own.csv must have a number in line 2, column 2. Received: 'x'. Shown instead: what was read before."
    ]
    app.file_uploader[0].set_value(("[x](http://evil).npz", b"PK", "application/zip")).run()
    assert "](http" not in app.error[0].value


def test_a_file_with_another_suffix_is_refused_in_a_sentence(open_page):
    app = open_page(CLIPPING, gradient="Your own")
    app.file_uploader[0].set_value(("weights.pkl", b"anything", "application/octet-stream")).run()
    assert shown(app.error[0].value) == (
        "weights.pkl must end in .csv or .npz. Received: .pkl. Shown instead: what was read before."
    )


def test_extreme_gradients_are_drawn():
    for entries in ((1e38, -2e38), (1e-38, 1e-45), (0.0, 0.0), (float("nan"), 1.0)):
        gradients = [np.array(entries, np.float32), None]
        asked = clip_step.Asked.of(gradients, (Choice.of("clip_by_value", max_value=1.0),), None)
        assert asked == clip_step.Asked.of(gradients, asked.rules, None)  # NaN too: nothing is drawn twice
        step, drawn = clip_step._drawn(asked)
        assert len(drawn) == 3
        assert clip_step.row(step.results[0], step)

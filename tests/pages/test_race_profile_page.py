"""The part of the race page that races over several tasks, as a visitor uses it."""

import re
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from gradcore import strict_json
from gradcore.cli import main
from gradcore.lab import Lab
from gradcore.settings import read_settings
from gradcore.several_tasks import DEFAULT_TASKS, RACEABLE, admit_races
from gradcore.specs import RaceSpec
from tests.pages.conftest import RACE, charts, shown, texts
from tests.waiting import wait_until

SEVERAL = {"view": "Several tasks"}
SMALL = {**SEVERAL, "steps": "40", "seeds": "2", "width": "16", "tasks": ["wine", "quadratic"]}
SPEC = RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}, {"optimizer": "Adam"}], "steps": 3, "seeds": 2})


def start(app: AppTest) -> AppTest:
    return app.button(key="profile_start").click().run()


def runs_of(app: AppTest) -> list[str]:
    return app.query_params["runs"].split(",")


@pytest.fixture(scope="module")
def trained(lab: Lab):
    """Ids of two races that have finished."""
    ids = [
        lab.submit(race, visitor="somebody") for race in admit_races(SPEC, ["wine", "diabetes"], read_settings().limits)
    ]
    for run_id in ids:
        wait_until(lambda run_id=run_id: lab.info(run_id).status.ended, 120, f"run {run_id} ends")
    return ids


def test_the_first_view_shows_the_bundled_example_and_the_cost_of_ones_own(open_page):
    app = open_page(RACE, **SEVERAL)
    assert any("An example that ships with Gradient Clinic" in text for text in texts(app))
    (chart,) = charts(app)
    assert chart["key"] == "profile"
    assert "SGD + Momentum is significantly ahead" in chart["figure"]["layout"]["title"]["text"]
    assert re.fullmatch(r"Start · 6 races · about \d+ s", app.button(key="profile_start").label)
    assert app.session_state["tasks"] == list(DEFAULT_TASKS)
    assert len(app.dataframe[0].value) == 6
    assert list(app.table[0].value["Task"])[:2] == ["Digits", "Breast cancer"]  # no links: this store has no such runs
    assert any("SGD + Momentum has the highest score, 0.9" in text for text in texts(app))
    assert not app.warning


def test_one_task_stays_what_the_page_shows_first(open_page):
    app = open_page(RACE)
    assert app.button(key="start").label.startswith("Start race")
    assert len(charts(app)) == 6


def test_a_click_trains_every_task_shows_each_and_then_the_profile(open_page, lab: Lab, finish):
    app = start(open_page(RACE, **SMALL))
    ids = runs_of(app)
    assert [lab.info(run_id).spec["task"]["name"] for run_id in ids] == ["wine", "quadratic"]
    lines = [text for text in texts(app) if text.startswith("- **Wine** · ")]
    assert len(lines) == 1
    assert "- **Quadratic (condition 100, dimension 10)** · " in lines[0]
    assert app.button(key="profile_cancel").label == "Cancel all"
    for run_id in ids:
        finish(run_id)
    app.run()
    assert len(charts(app)) == 1
    assert app.button(key="profile_start").label.startswith("Run again · 2 races")
    assert list(app.table[0].value["Task"]) == [
        f"[Wine](?run={ids[0]})", f"[Quadratic (condition 100, dimension 10)](?run={ids[1]})".replace("(c", "\\(c")
        .replace("10)]", "10\\)]"),
    ]  # fmt: skip
    assert any(text == "2 tasks · 6 optimizers · 2 seeds × 40 steps" for text in texts(app))


def test_the_page_and_the_command_line_give_the_same_numbers(open_page, trained, capsys):
    app = open_page(RACE, **SEVERAL, runs=",".join(trained))
    assert main(["profile", "--runs", ",".join(trained), "--json", "--db", read_settings().database]) == 0
    document = strict_json.loads(capsys.readouterr().out)
    for measure, opened in (
        ("steps", app),
        ("seconds", open_page(RACE, **SEVERAL, runs=",".join(trained), time="seconds")),
    ):
        found = document[f"by_{measure}"]
        assert [(row["Optimizer"], row["Score"]) for _, row in opened.dataframe[0].value.iterrows()] == [
            (place["label"], f"{place['score']:.2f}") for place in found["scores"]
        ]
        assert set(found["sentences"]) <= {
            line.removeprefix("- ") for text in texts(opened) for line in text.split("\n")
        }
        (chart,) = charts(opened)
        assert [trace["name"] for trace in chart["figure"]["data"]] == [place["label"] for place in found["scores"]]


def test_by_seconds_there_are_times_with_their_unit_and_no_ranks(open_page, trained):
    app = open_page(RACE, **SEVERAL, time="seconds")
    assert "Rank" not in app.dataframe[0].value.columns
    assert app.table[0].value["SGD"].str.contains("\xa0s|not").all()
    assert "There are no ranks by seconds" in " ".join(texts(app))


def test_the_link_alone_brings_settings_and_profile_back(open_page, lab: Lab, finish):
    first = start(open_page(RACE, **{**SMALL, "tasks": ["wine", "diabetes"]}))
    for run_id in runs_of(first):
        finish(run_id)
    first.run()
    address = f"?view=Several+tasks&runs={','.join(runs_of(first))}"
    assert address in first.code[0].value
    second = open_page(RACE, **SEVERAL, runs=",".join(runs_of(first)))
    state = second.session_state
    assert (state["steps"], state["seeds"], state["width"], state["tasks"]) == (40, 2, 16, ["wine", "diabetes"])
    assert second.button(key="profile_start").label.startswith("Run again · 2 races")
    assert not second.warning


def test_a_race_that_is_there_already_is_found_again_and_only_the_rest_is_trained(open_page, lab: Lab, finish):
    first = start(open_page(RACE, **{**SMALL, "tasks": ["wine"], "width": "15"}))
    for run_id in runs_of(first):
        finish(run_id)
    both = start(open_page(RACE, **{**SMALL, "width": "15"}))
    assert runs_of(both)[0] == runs_of(first)[0]
    for run_id in runs_of(both):
        finish(run_id)


def cancelled(lab: Lab, finish, first_seed: int) -> str:
    """Id of a race on the digits that was cancelled, otherwise like the trained ones but for its seeds."""
    (digits,) = admit_races(replace(SPEC, first_seed=first_seed), ["digits"], read_settings().limits)
    run_id = lab.submit(digits, again=True)
    lab.cancel(run_id)
    finish(run_id)
    return run_id


def test_cancelled_races_alone_make_no_profile_and_say_so(open_page, lab: Lab, finish):
    app = open_page(RACE, **SEVERAL, runs=cancelled(lab, finish, first_seed=900))
    assert shown(app.warning[0].value) == "Digits cancelled: there is no profile. What they recorded is kept."
    assert not charts(app)
    assert not app.exception


def test_the_profile_of_those_that_finished_is_shown_and_what_is_missing_can_be_run(
    open_page, lab: Lab, finish, trained
):
    gone = cancelled(lab, finish, first_seed=0)
    app = open_page(RACE, **SEVERAL, runs=",".join([gone, *trained]))
    assert "Digits cancelled: the profile is of the other tasks." in shown(app.warning[0].value)
    assert [cell.split("]")[0] for cell in app.table[0].value["Task"]] == ["[Wine", "[Diabetes"]
    assert app.button(key="profile_rest").label.startswith("Run what is missing · 1 race · about ")
    app.button(key="profile_rest").click().run()
    assert runs_of(app)[1:] == trained
    assert runs_of(app)[0] != gone
    finish(runs_of(app)[0])
    app.run()
    assert len(app.table[0].value) == 3
    assert not app.warning


def test_cancel_all_stops_every_race(open_page, lab: Lab, finish):
    app = start(open_page(RACE, **{**SMALL, "steps": "20000", "tasks": ["digits", "wine"]}))
    app.button(key="profile_cancel").click().run()
    for run_id in runs_of(app):
        finish(run_id)
    assert {lab.info(run_id).status.value for run_id in runs_of(app)} == {"cancelled"}


# ---- what the address got wrong


@pytest.mark.parametrize(
    ("runs", "sentence"),
    [
        ("zzz", "1 run of the address is not stored here: zzz. An example is shown instead."),
        (
            "abcdefghij,[x](http://evil.example)",
            "2 runs of the address are not stored here: abcdefghij and [x](http://evil.",
        ),
        (
            ",".join(f"unknown{number:03}" for number in range(30)),
            "30 runs of the address are not stored here: unknown000, ",
        ),
    ],
)
def test_runs_that_are_not_stored_get_one_sentence_and_the_example(open_page, runs, sentence):
    app = open_page(RACE, **SEVERAL, runs=runs)
    assert [shown(warning.value)[: len(sentence)] for warning in app.warning] == [sentence]
    assert "](http" not in app.warning[0].value
    assert any("An example that ships" in text for text in texts(app))


def test_an_unknown_run_among_others_leaves_their_profile(open_page, trained):
    app = open_page(RACE, **SEVERAL, runs=",".join([*trained, "abcdefghij"]))
    assert shown(app.warning[0].value) == (
        "1 run of the address is not stored here: abcdefghij. The profile is of the other runs."
    )
    assert len(app.table[0].value) == 2


def test_races_that_do_not_fit_together_or_have_no_target_get_one_sentence(open_page, lab: Lab, trained, finish):
    other = lab.submit(RaceSpec.from_json({**SPEC.to_json(), "steps": 4}))
    noise = lab.submit(RaceSpec.from_json({**SPEC.to_json(), "task": {"name": "noise_regression"}}))
    for run_id in (other, noise):
        finish(run_id)
    app = open_page(RACE, **SEVERAL, runs=f"{trained[0]},{other}")
    assert shown(app.warning[0].value) == (
        "The races of a profile must have the same steps. Received: Digits with others than Wine. "
        "An example is shown instead."
    )
    app = open_page(RACE, **SEVERAL, runs=noise)
    assert shown(app.warning[0].value).startswith("A task of a profile must have a target. Received: Noise")


def test_what_no_control_can_take_is_named(open_page):
    app = open_page(RACE, view="Many", time="hours")
    assert [shown(warning.value) for warning in app.warning][:1] == [
        "`view` must be one of One task, Several tasks. Received: view=Many. The default is used."
    ]
    app = open_page(RACE, **SEVERAL, time="hours", tasks=["wine", "noise_regression"], stepps="3")
    said = [shown(warning.value) for warning in app.warning]
    assert f"`tasks` must be one of {', '.join(RACEABLE)}. Received: tasks=noise_regression. It is left out." in said
    assert "`time` must be one of steps, seconds. Received: time=hours. The default is used." in said
    assert any(text.startswith("Unknown setting 'stepps' in the address") for text in said)
    assert len(said) == 3


def test_no_task_and_too_much_work_are_refused_before_the_click(open_page):
    app = open_page(RACE, **SEVERAL)
    app.session_state["tasks"] = []
    app.run()
    assert app.button(key="profile_start").disabled
    assert "`tasks` must name at least one task" in shown(app.error[0].value)
    app = open_page(RACE, **SEVERAL, steps="20000", seeds="20")
    assert app.button(key="profile_start").disabled
    assert re.search(r"must take at most 10 minutes .*Received: an estimated \d+ minutes", shown(app.error[0].value))

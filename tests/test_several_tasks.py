"""Races over several tasks: what each one is, what they come to together, and which make no profile."""

import dataclasses

import numpy as np
import pytest

from gradcore.errors import RefusedError
from gradcore.presets import DEFAULT
from gradcore.settings import Limits
from gradcore.several_tasks import DEFAULT_TASKS, RACEABLE, admit_races, estimate_races, races
from gradcore.specs import Choice, RaceSpec
from gradcore.task_times import profile_by, task_times
from gradcore.tasks import TASKS
from tests.traces import make_entrant, make_trace

SPEC = RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}, {"optimizer": "Adam"}], "seeds": 2, "steps": 3})
INF = float("inf")


def on(task, spec=SPEC, **changes):
    return dataclasses.replace(spec, task=Choice(task), **changes)


def raced(sgd, adam, seconds=(1.0, 1.0)):
    """A finished race of SPEC from the losses of its two entrants, (T, S)."""
    entrants = []
    for label, losses, took in zip(("SGD", "Adam"), (sgd, adam), seconds, strict=True):
        entrant = make_entrant(losses, label=label, validation_loss=losses[-1])
        entrants.append(dataclasses.replace(entrant, outcome=dataclasses.replace(entrant.outcome, seconds=took)))
    return make_trace(entrants)


# ---- the races


def test_each_task_gets_a_race_with_the_same_everything_else():
    found = races(SPEC, ["wine", "diabetes"])
    assert [race.task.name for race in found] == ["wine", "diabetes"]
    assert [dataclasses.replace(race, task=SPEC.task) for race in found] == [SPEC, SPEC]


def test_a_task_without_network_gets_none_and_a_teachers_task_the_widths_alone():
    quadratic, linear = races(dataclasses.replace(SPEC, network=dataclasses.replace(SPEC.network, hidden=(32, 8))),
                              ["quadratic", "deep_linear"])  # fmt: skip
    assert (quadratic.network.to_json(), quadratic.batch_size) == ({}, None)
    assert linear.network.hidden == (32, 8)
    assert (linear.network.activation, linear.network.kernel_initializer.name) == ("linear", "aligned")


def test_a_task_that_the_spec_names_keeps_its_arguments():
    spec = dataclasses.replace(SPEC, task=Choice.of("adding_problem", length=7))
    assert [dict(race.task.arguments) for race in races(spec, ["adding_problem", "wine"])] == [{"length": 7}, {}]


def test_every_task_with_a_target_can_be_raced_and_noise_cannot():
    assert "noise_regression" not in RACEABLE
    assert {name for name, task in TASKS.items() if task.target is not None} == set(RACEABLE)
    admitted = admit_races(dataclasses.replace(DEFAULT, seeds=2), RACEABLE, Limits())
    assert [race.task.name for race in admitted] == list(RACEABLE)
    assert set(DEFAULT_TASKS) <= set(RACEABLE)


def test_the_default_tasks_take_well_under_a_minute_on_two_workers():
    admitted = admit_races(DEFAULT, DEFAULT_TASKS, Limits())
    assert 5 < estimate_races(admitted, workers=2) < 20
    assert estimate_races(admitted, workers=1) > estimate_races(admitted, workers=2)


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ([], r"`tasks` must name at least one task"),
        (["wine", "digit"], "unknown task 'digit'; did you mean 'digits'"),
        (["wine", "noise_regression"], r"a task of a profile must have a target. Received: Noise \(the notebook's\)"),
        (["wine", "digits", "wine"], "the races of a profile must have different tasks. Received: Wine twice"),
    ],
)
def test_tasks_that_make_no_profile_are_refused(names, sentence):
    with pytest.raises(RefusedError, match=sentence):
        admit_races(SPEC, names, Limits())


def test_a_limit_holds_for_each_race_and_for_all_together():
    with pytest.raises(RefusedError, match="`batch_size` must be at most 133, the training rows of wine"):
        admit_races(dataclasses.replace(SPEC, batch_size=256), ["digits", "wine"], Limits())
    long = dataclasses.replace(DEFAULT, steps=4000)
    names = ["digits", "breast_cancer", "wine", "diabetes"]
    assert all(admit_races(long, [name], Limits(minutes=2)) for name in names)
    with pytest.raises(RefusedError, match=r"at most 2 minutes together on one worker. Received: an estimated \d min"):
        admit_races(long, names, Limits(minutes=2))


# ---- what they come to


def test_times_are_read_from_the_losses_of_every_seed():
    wine = raced([[1.0, 1.0], [0.05, 1.0], [0.01, 1.0]], [[1.0, 0.9], [0.5, 0.04], [0.05, 0.2]])
    found = task_times([("w", on("wine"), wine)])
    assert found.steps.tolist() == [[[1, INF]], [[2, 1]]]
    assert (found.labels, found.optimizers, found.seeds, found.budget) == (("SGD", "Adam"), ("SGD", "Adam"), 2, 3)
    assert [(one.run_id, one.title, one.target) for one in found.problems] == [("w", "Wine", 0.05)]


def test_a_target_that_holds_from_the_start_takes_one_step():
    solved = raced([[0.01, 0.01]] * 3, [[0.01, 0.01]] * 3)
    assert task_times([("w", on("wine"), solved)]).steps.tolist() == [[[1, 1]], [[1, 1]]]


def test_seconds_are_steps_times_what_a_step_took_and_give_no_ranks():
    losses = [[1.0, 1.0], [1.0, 1.0], [0.01, 0.01]]
    found = task_times([("w", on("wine"), raced(losses, losses, seconds=(3.0, 6.0)))])
    assert found.of("seconds").tolist() == [[[2, 2]], [[4, 4]]]
    assert [(place.label, place.rank) for place in profile_by(found, "seconds").standings] == [
        ("SGD", None),
        ("Adam", None),
    ]
    assert profile_by(found, "seconds").standings[1].score == pytest.approx(2 / 3)
    assert [place.rank for place in profile_by(found).standings] == [1, 1]


def test_a_loss_that_is_not_finite_reaches_nothing():
    lost = raced([[1.0, 1.0], [np.nan, INF], [np.nan, np.nan]], [[1.0, 1.0], [INF, INF], [0.01, INF]])
    assert task_times([("w", on("wine"), lost)]).steps.tolist() == [[[INF, INF]], [[2, INF]]]


@pytest.mark.parametrize(
    ("specs", "sentence"),
    [
        ([], "a profile must have at least one finished race. Received: none"),
        ([on("wine"), on("digits", seeds=3)], "must have the same seeds. Received: Digits with others than Wine"),
        ([on("wine"), on("digits", steps=9)], "must have the same steps"),
        ([on("wine"), on("digits", entrants=SPEC.entrants[:1])], "must have the same entrants"),
        ([on("wine"), on("wine", batch_size=None)], "must have different tasks. Received: Wine twice"),
        ([on("noise_regression")], "must have a target"),
        ([on("retired")], "must have a target. Received: retired, which has none"),
    ],
)
def test_races_that_do_not_fit_together_are_refused(specs, sentence):
    trace = raced([[1.0, 1.0]] * 3, [[1.0, 1.0]] * 3)
    with pytest.raises(RefusedError, match=sentence):
        task_times([("run", spec, trace) for spec in specs])


def test_the_same_task_with_other_arguments_is_another_problem():
    trace = raced([[1.0, 1.0], [1.0, 1.0], [1e-4, 1.0]], [[1.0, 1.0]] * 3)
    mild, steep = (dataclasses.replace(SPEC, task=Choice.of("quadratic", condition=kappa)) for kappa in (10.0, 1e4))
    found = task_times([("m", mild, trace), ("s", steep, trace)])
    assert [one.title for one in found.problems] == ["Quadratic (condition 10)", "Quadratic (condition 10000)"]

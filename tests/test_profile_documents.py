"""The profile's document and sentences: what they hold, the way back, and the bundled example."""

import json

import numpy as np
import pytest

from gradcore import strict_json
from gradcore.presets import DEFAULT
from gradcore.profile_documents import example_times, profile_document, times_from_document
from gradcore.profile_reading import meaning, profile_sentences
from gradcore.several_tasks import DEFAULT_TASKS
from gradcore.specs import Choice
from gradcore.task_times import Problem, TaskTimes, profile_by

INF = float("inf")
TITLES = {"wine": "Wine", "digits": "Digits", "diabetes": "Diabetes"}


def made(times, labels=("SGD", "Adam"), seeds=5):
    """Times (E, P), the same for every seed."""
    steps = np.repeat(np.array(times, dtype=float)[:, :, None], seeds, axis=2)
    names = list(TITLES)[: steps.shape[1]]
    problems = tuple(Problem(f"run{number}", Choice(name), 0.1) for number, name in enumerate(names))
    return TaskTimes(tuple(labels), tuple(labels), problems, 200, steps, np.full(steps.shape[:2], 0.01))


def sentences(times, measure="steps"):
    return profile_sentences(times, profile_by(times, measure))


# ---- the document


def test_the_document_holds_times_profiles_and_scores_by_steps_and_by_seconds():
    document = profile_document(made([[10, 40], [25, 20]], seeds=2))
    assert (document["kind"], document["r_max"], document["seeds"], document["steps"]) == ("profile", 4, 2, 200)
    assert document["entrants"] == [{"label": "SGD", "optimizer": "SGD"}, {"label": "Adam", "optimizer": "Adam"}]
    assert document["tasks"][1] == {
        "run_id": "run1", "task": {"name": "digits"}, "title": "Digits", "target": 0.1,
        "steps_to_target": [[40, 40], [20, 20]], "step_seconds": [0.01, 0.01],
    }  # fmt: skip
    assert document["by_steps"]["median_times"] == [[10, 25], [40, 20]]
    assert document["by_seconds"]["median_times"] == [[0.1, 0.25], [0.4, 0.2]]
    assert document["by_steps"]["profile"][0] == {"label": "SGD", "tau": [1, 2, 4], "share": [0.5, 1, 1]}
    assert document["by_steps"]["scores"][0] == {
        "label": "SGD", "rank": 1, "score": pytest.approx(5 / 6), "interval": None,
        "by_seed": [pytest.approx(5 / 6)] * 2, "best_on": 1, "reached_on": 2, "tied_with": ["Adam"],
    }  # fmt: skip
    assert document["by_seconds"]["scores"][0]["rank"] is None


def test_a_missed_target_is_null_and_the_document_is_strict_json_both_ways():
    times = made([[10, INF], [INF, INF]])
    document = strict_json.loads(strict_json.dumps(profile_document(times)))
    assert document["tasks"][0]["steps_to_target"] == [[10] * 5, [None] * 5]
    assert document["by_steps"]["median_times"] == [[10, None], [None, None]]
    back = times_from_document(document)
    assert back.steps.tolist() == times.steps.tolist()
    assert json.dumps(profile_document(back)) == json.dumps(document)


def test_the_bundled_example_is_the_default_race_on_the_default_tasks():
    times = example_times()
    assert times.labels == DEFAULT.labels
    assert [problem.task.name for problem in times.problems] == list(DEFAULT_TASKS)
    assert (times.budget, times.seeds) == (DEFAULT.steps, DEFAULT.seeds)
    assert all(0 <= place.score <= 1 for place in profile_by(times).standings)
    assert np.isfinite(times.step_seconds).all()


# ---- sentences


def test_a_clear_lead_says_over_how_many_seeds():
    assert sentences(made([[10, 10, 10], [30, 20, 40]])) == [
        "SGD has the highest score, 1.00: it is best on 3 of 3 tasks and reaches the target on 3; over 5 seeds that is "
        "significantly more than every other.",
        "Whichever single task is left out, SGD keeps the highest score.",
    ]


def test_a_shared_lead_and_a_task_that_decides_are_named():
    found = sentences(made([[10, 40], [40, 10]]))
    assert found[0] == (
        "SGD and Adam share the highest score, 0.50; over 5 seeds no difference is detected between SGD and Adam."
    )
    decided = sentences(made([[10, 15, 15], [60, 10, 10]]))
    assert decided[1] == "The choice of tasks decides: without Wine, Adam would lead."


def test_a_task_that_nobody_solves_is_named_with_the_score_that_it_leaves():
    found = sentences(made([[10, 10, INF], [30, 20, INF]]))
    assert found[1] == (
        "Nobody reaches the target of Diabetes within 200 steps: as in AlgoPerf it still counts as a task, missed by "
        "all, so that no score exceeds 0.67."
    )
    assert sentences(made([[INF, INF], [INF, INF]])) == ["Nobody reaches a target within 200 steps: every score is 0."]


def test_few_seeds_seconds_and_a_single_entrant_say_why_nothing_is_told_apart():
    assert "2 seeds cannot tell entrants apart, 5 might" in sentences(made([[1, 1], [9, 9]], seeds=2))[0]
    assert "1 seed cannot" in sentences(made([[1, 1], [9, 9]], seeds=1))[0]
    assert "seconds are measured once, for all seeds together" in sentences(made([[1, 1], [9, 9]]), "seconds")[0]
    assert sentences(made([[1, INF]], labels=["Adam"])) == [
        "Adam reaches the target on 1 of 2 tasks; there is nobody to compare it with.",
        "Nobody reaches the target of Digits within 200 steps: as in AlgoPerf it still counts as a task, missed by "
        "all, so that no score exceeds 0.50.",
    ]


def test_how_to_read_it_says_that_there_are_no_ranks_by_seconds():
    assert "Rank: 1 and one more" in meaning(tested=True)
    assert "There are no ranks by seconds" in meaning(tested=False)


def test_many_names_are_cut():
    times = made([[10]] * 9, labels=[f"o{number}" for number in range(9)])
    assert sentences(times)[0] == (
        "o0, o1, o2, o3 and 5 others share the highest score, 1.00; over 5 seeds no difference is detected between o0 "
        "and o1, o2, o3, o4 and 4 others."
    )

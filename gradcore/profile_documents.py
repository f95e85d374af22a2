"""The JSON document of a performance profile: what the command line prints, and the way back for the bundled example.

Shapes: E entrants, P tasks, S seeds; a document lists the tasks first, then the entrants.
"""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import numpy as np

from gradcore import strict_json
from gradcore.profile import R_MAX, Profile, Standing, share_within
from gradcore.profile_reading import profile_sentences
from gradcore.records import RunInfo
from gradcore.specs import Choice, RaceSpec
from gradcore.task_times import MEASURES, Problem, TaskTimes, profile_by
from gradcore.titles import task_text

EXAMPLE = "profile.json"


def profile_document(times: TaskTimes, left_out: Sequence[RunInfo] = ()) -> dict[str, Any]:
    """Return the document that `gradcore profile --json` prints.

    Args:
        times: what the finished races came to.
        left_out: runs of the same set that did not finish, and are no part of the profile.
    """
    document = {
        "kind": "profile",
        "r_max": R_MAX,
        "seeds": times.seeds,
        "steps": times.budget,
        "entrants": [
            {"label": label, "optimizer": name} for label, name in zip(times.labels, times.optimizers, strict=True)
        ],
        "tasks": [_task(times, number) for number in range(len(times.problems))],
        "left_out": [_left_out(info) for info in left_out],
        **{f"by_{measure}": _by(times, measure) for measure in MEASURES},
    }
    return strict_json.plain(document)  # type: ignore[no-any-return]


def times_from_document(document: dict[str, Any]) -> TaskTimes:
    """Return what the races of a profile document came to."""
    tasks = document["tasks"]
    steps = strict_json.floats([task["steps_to_target"] for task in tasks])  # (P, E, S), missed is NaN
    return TaskTimes(
        labels=tuple(entrant["label"] for entrant in document["entrants"]),
        optimizers=tuple(entrant["optimizer"] for entrant in document["entrants"]),
        problems=tuple(
            Problem(task["run_id"], Choice.from_json(task["task"], "name", "task"), task["target"]) for task in tasks
        ),
        budget=document["steps"],
        steps=np.where(np.isnan(steps), np.inf, steps).swapaxes(0, 1),
        step_seconds=strict_json.floats([task["step_seconds"] for task in tasks]).T,
    )


def example_times() -> TaskTimes:
    """Return the bundled example: what `gradcore profile --preset default --json` printed when it was made."""
    text = files("gradcore").joinpath("examples", EXAMPLE).read_text(encoding="utf-8")
    return times_from_document(strict_json.loads(text))


def _task(times: TaskTimes, number: int) -> dict[str, Any]:
    problem = times.problems[number]
    return {
        "run_id": problem.run_id,
        "task": problem.task.to_json("name"),
        "title": problem.title,
        "target": problem.target,
        "steps_to_target": [_steps(seeds) for seeds in times.steps[:, number]],
        "step_seconds": times.step_seconds[:, number],
    }


def _steps(seeds: Any) -> list[int | None]:
    """Return whole numbers, None where the target is missed."""
    return [int(step) if np.isfinite(step) else None for step in seeds]


def _left_out(info: RunInfo) -> dict[str, Any]:
    task = RaceSpec.from_json(info.spec).task
    return {
        "run_id": info.id,
        "task": task.to_json("name"),
        "title": task_text(task),
        "status": str(info.status),
        "message": info.message,
    }


def _by(times: TaskTimes, measure: str) -> dict[str, Any]:
    """Return the profile by one measure: median times, the steps of each line, the scores and what they say."""
    found = profile_by(times, measure)
    return {
        "median_times": [[None if np.isinf(time) else time for time in task] for task in found.times.T.tolist()],
        "profile": [_line(found, number) for number in range(len(found.labels))],
        "scores": [_score(place) for place in found.standings],
        "sentences": profile_sentences(times, found),
    }


def _line(found: Profile, number: int) -> dict[str, Any]:
    """Return where one entrant's share of tasks rises, from 1 to r_max times the best."""
    own = found.ratios[number : number + 1]
    tau = np.unique(np.append(own[own <= R_MAX], [1.0, R_MAX]))
    return {"label": found.labels[number], "tau": tau, "share": share_within(own, tau)[0]}


def _score(place: Standing) -> dict[str, Any]:
    return {
        "label": place.label,
        "rank": place.rank,
        "score": place.score,
        "interval": place.interval,
        "by_seed": place.by_seed,
        "best_on": place.best_on,
        "reached_on": place.reached_on,
        "tied_with": place.tied_with,
    }

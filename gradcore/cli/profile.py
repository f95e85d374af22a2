"""`gradcore profile`: race over several tasks in this process, one by one, and print the performance profile."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, TextIO

from gradcore.cli.race import asked_to_stop, follow, quiet, submit
from gradcore.cli.session import open_lab, open_stored
from gradcore.cli.source import read_race
from gradcore.cli.text import Progress, number, print_json, table
from gradcore.errors import RefusedError
from gradcore.lab import Lab
from gradcore.profile_documents import profile_document
from gradcore.profile_reading import meaning
from gradcore.records import RunInfo, RunStatus
from gradcore.settings import read_settings
from gradcore.several_tasks import DEFAULT_TASKS, admit_races
from gradcore.specs import RaceSpec
from gradcore.task_times import times_of_runs
from gradcore.titles import task_text


def profile(arguments: argparse.Namespace) -> int:
    """Race on every task, or open stored races, and print their profile; returns the exit status."""
    if arguments.runs is not None:
        return _stored(arguments)
    names = DEFAULT_TASKS if arguments.tasks is None else _words(arguments.tasks)
    races = admit_races(read_race(arguments), names, read_settings().limits)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with open_lab(arguments.db) as lab, asked_to_stop() as stopped:
        with quiet(arguments.verbose) as stderr:
            runs = _train(lab, races, arguments.again, stderr, stopped)
        if stopped():
            return stopped()
        lost = [run for run in runs if run.status != RunStatus.FINISHED]
        for run in lost:
            reason = run.message or f"it was {run.status}."
            print(f"gradcore: run {run.id} ({_title(run)}): {reason}", file=sys.stderr)
        if len(lost) < len(runs):
            _print(lab, runs, arguments.json)
        return int(bool(lost))


def _stored(arguments: argparse.Namespace) -> int:
    """Print the profile of stored races."""
    for name in ("tasks", "again"):
        if getattr(arguments, name):
            raise RefusedError(f"--{name} must come with --spec or --preset. Received: --runs")
    with open_stored(arguments.db) as lab:
        _print(lab, [lab.info(run_id) for run_id in _words(arguments.runs)], arguments.json)
    return 0


def _train(
    lab: Lab, races: Sequence[RaceSpec], again: bool, stderr: TextIO, stopped: Callable[[], int]
) -> list[RunInfo]:
    """Train one race after the other, until all have ended or a signal came."""
    runs: list[RunInfo] = []
    for place, race in enumerate(races, start=1):
        if stopped():
            break
        info, mine = submit(lab, race, again)
        found = "" if mine else f": opened run {info.id}"
        stderr.write(f"{task_text(race.task)} ({place} of {len(races)}){found}\n")
        runs.append(follow(lab, info, Progress(stderr), stopped))
    return runs


def _print(lab: Lab, runs: Sequence[RunInfo], as_json: bool) -> None:
    times, left_out = times_of_runs(runs, lambda run_id: lab.race(run_id)[0])
    document = profile_document(times, left_out)
    if as_json:
        print_json(document)
    else:
        print(describe(document))


def describe(document: dict[str, Any]) -> str:
    """Return a profile document as text: what it says by steps, the scores, and the times they come from."""
    by_steps, by_seconds = document["by_steps"], document["by_seconds"]
    lost = [f"{run['title']} is left out (run {run['run_id']}, {run['status']})." for run in document["left_out"]]
    return "\n\n".join(
        [
            "\n".join([*by_steps["sentences"], *lost]),
            _scores(by_steps["scores"], by_seconds["scores"]),
            "Median steps to target:",
            _times(document, by_steps["median_times"]),
            meaning(tested=True),
        ]
    )


def _scores(by_steps: Sequence[dict[str, Any]], by_seconds: Sequence[dict[str, Any]]) -> str:
    """Return a row for each entrant; the score by seconds beside that by steps."""
    seconds = {place["label"]: place["score"] for place in by_seconds}
    header = ["rank", "entrant", "score", "95 %", "best on", "reached on", "score by seconds", "tied with"]
    rows = [
        [
            str(place["rank"]),
            place["label"],
            f"{place['score']:.3f}",
            "-" if place["interval"] is None else "{:.2f} to {:.2f}".format(*place["interval"]),
            str(place["best_on"]),
            str(place["reached_on"]),
            f"{seconds[place['label']]:.3f}",
            ", ".join(place["tied_with"]),
        ]
        for place in by_steps
    ]
    return table(header, rows, left=["entrant", "tied with"])


def _times(document: dict[str, Any], medians: Sequence[Sequence[float | None]]) -> str:
    header = ["task", "run", *(entrant["label"] for entrant in document["entrants"])]
    rows = [
        [task["title"], str(task["run_id"]), *("missed" if time is None else number(time) for time in times)]
        for task, times in zip(document["tasks"], medians, strict=True)
    ]
    return table(header, rows, left=["task"])


def _title(run: RunInfo) -> str:
    return task_text(RaceSpec.from_json(run.spec).task)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]

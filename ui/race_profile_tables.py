"""The numbers of a profile: a row of scores for each entrant, and the time to target for each task and entrant."""

from urllib.parse import quote

import numpy as np

from gradcore.figures import theme
from gradcore.profile import Profile, Standing
from gradcore.task_times import TaskTimes
from ui.words import escaped, unbroken

MISSED = "not reached"


def score_rows(times: TaskTimes, found: Profile) -> list[dict[str, str]]:
    """Return a row for each entrant, the highest score first."""
    return [_score_row(place, len(times.problems)) for place in found.standings]


def _score_row(place: Standing, tasks: int) -> dict[str, str]:
    rank = {} if place.rank is None else {"Rank": f"{place.rank}{' (tied)' if place.tied_with else ''}"}
    level = {} if place.rank is None else {"No difference from": ", ".join(place.tied_with) or "none"}
    return {
        **rank,
        "Optimizer": place.label,
        "Score": f"{place.score:.2f}",
        "Interval (95 %)": "no interval" if place.interval is None else "{:.2f} to {:.2f}".format(*place.interval),
        "Best on": f"{place.best_on} of {tasks}",
        "Reached on": f"{place.reached_on} of {tasks}",
        **level,
    }


def time_rows(times: TaskTimes, found: Profile, measure: str, *, linked: bool) -> list[dict[str, str]]:
    """Return a row for each task as Markdown: each entrant's median time, the best one bold, others with their ratio.

    `linked` is whether the task leads to its race.
    """
    return [
        {"Task": _task(times, number, linked=linked), **_row(found, number, measure)}
        for number in range(len(times.problems))
    ]


def _task(times: TaskTimes, number: int, *, linked: bool) -> str:
    problem = times.problems[number]
    title = escaped(problem.title)
    return f"[{title}](?run={quote(problem.run_id)})" if linked else title


def _row(found: Profile, number: int, measure: str) -> dict[str, str]:
    cells = zip(found.labels, found.times[:, number], found.ratios[:, number], strict=True)
    return {unbroken(label): _cell(float(time), float(ratio), measure) for label, time, ratio in cells}


def _cell(time: float, ratio: float, measure: str) -> str:
    if not np.isfinite(time):
        return unbroken(MISSED)
    shown = f"{time:.10g}" if measure == "steps" else f"{theme.number(time, 3)}\u00a0s"
    return f"**{shown}**" if ratio == 1 else f"{shown}\u00a0({theme.number(ratio, 3)}\u00a0×)"

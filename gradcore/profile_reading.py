"""What a reader sees in a performance profile, in sentences that are computed from its numbers."""

from gradcore.profile import LEAST_SEEDS, R_MAX, Profile, Standing, leaders, leaders_without
from gradcore.task_times import TaskTimes
from gradcore.titles import counted, listed

MOST_NAMES = 6  # in one sentence


def profile_sentences(times: TaskTimes, found: Profile) -> list[str]:
    """Return who leads and how surely, which tasks nobody solves, and whether one task alone decides.

    Args:
        times: what the races came to.
        found: their profile, by steps or by seconds.
    """
    if found.missed_by_all.all():
        return [f"Nobody reaches a target within {counted(times.budget, 'step')}: every score is 0."]
    return [_lead(times, found), *_missed(times, found), *_decided(times, found)]


def _lead(times: TaskTimes, found: Profile) -> str:
    first, tasks = found.standings[0], counted(len(times.problems), "task")
    if len(found.labels) == 1:
        return f"{first.label} reaches the target on {first.reached_on} of {tasks}; there is nobody to compare it with."
    top = leaders(found)
    if len(top) > 1:
        lead = f"{_names(top)} share the highest score, {first.score:.2f}"
    else:
        lead = (
            f"{first.label} has the highest score, {first.score:.2f}: it is best on {first.best_on} of {tasks} and "
            f"reaches the target on {first.reached_on}"
        )
    return f"{lead}; {_certainty(times, first)}."


def _certainty(times: TaskTimes, first: Standing) -> str:
    """Return whether the lead would hold for other seeds."""
    if first.rank is None:
        return "seconds are measured once, for all seeds together, and tell nobody apart"
    if times.seeds < LEAST_SEEDS:
        return f"{counted(times.seeds, 'seed')} cannot tell entrants apart, {LEAST_SEEDS} might"
    if first.tied_with:
        return f"over {times.seeds} seeds no difference is detected between {first.label} and {_names(first.tied_with)}"
    return f"over {times.seeds} seeds that is significantly more than every other"


def _missed(times: TaskTimes, found: Profile) -> list[str]:
    """Return the tasks that nobody solves."""
    lost = [problem.title for problem, gone in zip(times.problems, found.missed_by_all, strict=True) if gone]
    if not lost:
        return []
    verb = "counts as a task" if len(lost) == 1 else "count as tasks"
    return [
        f"Nobody reaches the target of {_names(lost)} within {counted(times.budget, 'step')}: as in AlgoPerf it still "
        f"{verb}, missed by all, so that no score exceeds {1 - len(lost) / len(times.problems):.2f}."
    ]


def _decided(times: TaskTimes, found: Profile) -> list[str]:
    """Return whether the lead hangs on a single task."""
    if len(times.problems) < 2 or len(found.labels) < 2:
        return []
    top = leaders(found)
    without = leaders_without(found)
    changed: dict[tuple[str, ...], list[str]] = {}  # who would lead -> without which task
    for problem, others in zip(times.problems, without, strict=True):
        if not set(top) & set(others):
            changed.setdefault(others, []).append(problem.title)
    if changed:
        parts = [f"without {' or '.join(tasks)}, {_names(others)} would lead" for others, tasks in changed.items()]
        return [f"The choice of tasks decides: {'; '.join(parts)}."]
    lasting = [label for label in top if all(label in others for others in without)]
    verb = "keeps" if len(lasting) == 1 else "keep"
    return [f"Whichever single task is left out, {_names(lasting)} {verb} the highest score."] if lasting else []


def meaning(tested: bool) -> str:
    """Return how a score, its interval and a rank are to be read; `tested` is whether there are ranks."""
    score = (
        f"Score: the mean height of the line from 1 to {R_MAX:g} times the best: 1 is best on every task, 0 is never "
        f"within {R_MAX:g} times. It depends on the tasks and on who takes part. Interval: the middle 95 % of the "
        "scores over seeds drawn again from these, task by task; with few seeds it is rather narrow."
    )
    if not tested:
        return f"{score} There are no ranks by seconds: they are measured once, for all seeds side by side."
    return (
        f"{score} Rank: 1 and one more for each entrant whose scores are significantly higher, by paired tests over "
        "the seeds with Holm's correction; it says nothing of other tasks."
    )


def _names(found: tuple[str, ...] | list[str]) -> str:
    return listed(found, MOST_NAMES)

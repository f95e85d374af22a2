"""What is said of seeds that were stopped at an early warning, so that nobody takes one for a finish."""

from collections.abc import Iterable, Sequence

from gradcore.ranking import divergences, nobody_left, stops
from gradcore.records import EntrantTrace, RaceTrace
from gradcore.titles import counted, listed

MOST_NAMES = 6  # in one sentence
NOT_JUDGED = "A stopped seed is not judged, and counts as a guess in the ranking."


def count_stopped(entrant: EntrantTrace) -> int:
    """Return how many seeds of an entrant were stopped before they diverged."""
    return sum(step is not None for step in stops(entrant))


def fell_text(diverged: int, stopped: int) -> str:
    """Return what became of those that did not come to their end, by how many seeds diverged and were stopped.

    Example:
        >>> fell_text(3, 0), fell_text(0, 3), fell_text(1, 2)
        ('diverged', 'was stopped at a warning', 'diverged or was stopped')
    """
    return "diverged or was stopped" if diverged and stopped else "was stopped at a warning" if stopped else "diverged"


def fell_words(entrants: Iterable[EntrantTrace]) -> str:
    """Return `fell_text` of the seeds of some entrants."""
    found = tuple(entrants)
    diverged = sum(step is not None for one in found for step in divergences(one))
    return fell_text(diverged, sum(map(count_stopped, found)))


def stopped_sentence(found: Sequence[tuple[str, Sequence[int | None]]]) -> str:
    """Return who was stopped, on how many seeds and from which step on, "" where nobody was.

    Args:
        found: the label of each entrant, and the step at which each of its seeds was stopped (S,), or None.

    Example:
        >>> stopped_sentence([("SGD", [43, None]), ("Adam", [None, None])])
        'Stopped at an early warning, as asked: SGD on 1 of 2 seeds (step 43). \
A stopped seed is not judged, and counts as a guess in the ranking.'
    """
    told = [_who(label, [step for step in steps if step is not None], len(steps)) for label, steps in found]
    named = [one for one in told if one]
    return f"Stopped at an early warning, as asked: {listed(named, MOST_NAMES)}. {NOT_JUDGED}" if named else ""


def stop_sentences(trace: RaceTrace) -> list[str]:
    """Return that sentence for a race, nothing where everybody fell: then the race's first sentence says so."""
    if nobody_left(trace):
        return []
    sentence = stopped_sentence([(one.label, stops(one)) for one in trace.entrants])
    return [sentence] if sentence else []


def _who(label: str, steps: Sequence[int], seeds: int) -> str:
    if not steps:
        return ""
    at = f"step {steps[0]}" if len(set(steps)) == 1 else f"the first at step {min(steps)}"
    return f"{label} on {len(steps)} of {counted(seeds, 'seed')} ({at})"

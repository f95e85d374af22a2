"""What became of the paths of one seed, in words: for the chart's title and its legend."""

from collections.abc import Sequence

from gradcore.figures import theme
from gradcore.ranking import diverged_at, steps_to_target
from gradcore.records import EntrantTrace


def lost_at(entrant: EntrantTrace, place: int) -> int | None:
    """Return the step at which an entrant diverged from the seed at a place, None where it did not."""
    here = slice(place, place + 1)
    return diverged_at(entrant.loss[:, here], entrant.trained[:, here])[0]


def fate(entrant: EntrantTrace, place: int, target: float | None) -> str:
    """Return what became of an entrant from one seed, in a few words."""
    if (lost := lost_at(entrant, place)) is not None:
        return f"diverged at step {lost}"
    if (stop := entrant.stopped_at[place]) is not None:
        return f"stopped at a warning at step {stop}"
    if target is None:
        return f"loss {theme.number(float(entrant.loss[-1, place]), 2)} at the end"
    reached = steps_to_target(entrant.loss, target)[place]
    return "target not reached" if reached is None else f"target at step {reached}"


def title(shown: Sequence[EntrantTrace], place: int, target: float | None) -> str:
    """Return what is seen of one seed: who reaches the target first, and how many diverge."""
    lost = [entrant.label for entrant in shown if lost_at(entrant, place) is not None]
    tail = f"; {theme.names(lost)} diverged" if 0 < len(lost) <= 2 else f"; {len(lost)} diverged" if lost else ""
    if not shown:
        return "Nothing was recorded"
    if len(lost) == len(shown):
        return "Every path diverges"
    reached = {
        entrant.label: step
        for entrant in shown
        if entrant.label not in lost and (step := steps_to_target(entrant.loss, target)[place]) is not None
    }
    if not reached:
        return f"No path reaches the target{tail}"
    first = min(reached.values())
    who = [label for label, step in reached.items() if step == first]
    names = theme.names(who) if len(who) <= 3 else f"{len(who)} of {len(shown)}"
    return f"{names} {'reaches' if len(who) == 1 else 'reach'} the target first, at step {first}{tail}"

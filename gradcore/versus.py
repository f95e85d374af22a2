"""One entrant against another: on how many seeds it is better, and how many would tell the first two apart.

Shapes: E entrants, S seeds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradcore.paired_tests import LEVEL, ROUNDING, paired_p_values, seeds_to_tell
from gradcore.ranking import log_losses
from gradcore.records import Doubles, RaceTrace, Ranked

POWER = 0.8  # the test finds the difference in four of five repetitions
MANY = 1000  # seeds: beyond, the number means "never in practice"


@dataclass(frozen=True)
class Versus:
    """Every entrant against every other, the best ranked first."""

    labels: tuple[str, ...]
    beats: Doubles  # (E, E) share of the seeds on which the row's loss is lower than the column's, ties half
    seeds: int
    needed: int | None  # seeds that would separate the first from the next that it is tied with; None without one
    rival: str  # that next one, "" without one


def versus(trace: RaceTrace, ranked: Sequence[Ranked], chance_loss: float, floor: float | None) -> Versus:
    """Return how the ranked entrants of a race do against each other.

    Args:
        trace: the race.
        ranked: its ranking.
        chance_loss, floor: of its task, as for the ranking.
    """
    entrants = {entrant.label: entrant for entrant in trace.entrants}
    labels = tuple(place.label for place in ranked)
    losses = np.stack([log_losses(entrants[label], chance_loss, floor) for label in labels])  # (E, S)
    tied = [label for label in labels[1:] if label in ranked[0].tied_with]
    needed = _needed(losses, labels.index(tied[0])) if tied else None
    return Versus(labels, beats(losses), trace.seeds, needed, tied[0] if tied and needed is not None else "")


def _needed(losses: Doubles, rival: int) -> int | None:
    """Return how many seeds would separate the first from its rival, as the ranking does: more than there are."""
    seeds = losses.shape[1]
    if seeds < 2:
        return None
    pairs = np.concatenate([losses[row + 1 :] - losses[row] for row in range(len(losses) - 1)])  # (pairs, S)
    p_values = paired_p_values(np.where(np.isfinite(pairs), pairs, 0.0))
    harder = int((p_values >= p_values[rival - 1]).sum())  # Holm tests it at the level over so many
    found = seeds_needed(losses[rival] - losses[0], LEVEL / harder)
    return None if found is None else max(found, seeds + 1)


def beats(losses: Doubles) -> Doubles:
    """Return the share of seeds on which each entrant's loss is lower than each other's, (E, E); ties count half.

    Example:
        >>> beats(np.array([[1.0, 1.0], [2.0, 1.0]])).tolist()
        [[0.5, 0.75], [0.25, 0.5]]
    """
    row, column = losses[:, None, :], losses[None, :, :]
    with np.errstate(invalid="ignore"):
        return np.asarray(((row < column) + 0.5 * ~((row < column) | (row > column))).mean(axis=2))


def seeds_needed(differences: Doubles, level: float = LEVEL) -> int | None:
    """Return how many seeds would show a difference as large as this one in four of five repetitions.

    None where the seeds show no difference at all, or where one seed gives no spread.

    Args:
        differences: seed by seed, (S,).
        level: of the two-sided paired t-test.

    Example:
        >>> seeds_needed(np.array([0.1, 0.3, -0.1])), seeds_needed(np.array([0.1, 0.3, -0.1]), level=0.01)
        (34, 50)
    """
    if len(differences) < 2 or not np.isfinite(differences).all():
        return None
    mean, spread = float(differences.mean()), float(differences.std(ddof=1))
    if abs(mean) <= ROUNDING:
        return None
    return seeds_to_tell(spread / abs(mean), level, POWER)


def needed_sentence(found: Versus, first: str) -> str:
    """Return how many more seeds would separate the first two, "" where there is nothing to say."""
    if found.needed is None:
        return ""
    more = found.needed - found.seeds
    many = f"more than {MANY:,} seeds" if found.needed > MANY else f"about {found.needed} seeds ({more} more)"
    return (
        f"If {first} and {found.rival} really differ by as much as these {found.seeds} seeds show, {many} would tell "
        "them apart in four of five races."
    )

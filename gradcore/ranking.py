"""Who won a race, soundly: paired t-tests over the seeds, Holm over the pairs, intervals and ties.

The metric is the log of the final validation loss. Only differences that hold over the seeds separate two
entrants; what nothing separates shares a rank. Steps are 0-based: step t is the state after t updates.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gradcore.paired_tests import LEVEL, holm, paired_p_values, ratio_interval
from gradcore.records import Doubles, EntrantTrace, RaceTrace, Ranked

BLOWN_UP = 1_000.0  # times the first loss
HIGHER_IS_BETTER = ("accuracy", "r2")  # of the validation metrics
SMALLEST_LOSS = float(np.finfo(np.float32).tiny)  # stands for an exact 0, whose log is no number


def rank(trace: RaceTrace, chance_loss: float, floor: float | None) -> tuple[Ranked, ...]:
    """Return the place of every entrant that has its outcome, the best first.

    Rank = 1 + the number of entrants that are significantly better. Entrants whose every seed diverged, or was
    stopped at a warning, come last, the later the better, and have no interval. With one seed nothing separates
    those that did not.

    Args:
        trace: the race; an entrant without outcome is left out.
        chance_loss: the loss of a guess, which a diverged seed is counted with where it ended above it, and one that
            was stopped at a warning in any case: it did not finish.
        floor: smallest validation loss that counts (1e-4 for data tasks, None for closed-form ones).

    Reference: Holm, 1979, A simple sequentially rejective multiple test procedure.
    """
    ended = [entrant for entrant in trace.entrants if entrant.outcome is not None]
    fallen = [all_fell(entrant) for entrant in ended]
    living = [entrant for entrant, fell in zip(ended, fallen, strict=True) if not fell]
    lost = [entrant for entrant, fell in zip(ended, fallen, strict=True) if fell]
    ranked = _rank_living(living, chance_loss, floor) + _rank_lost(lost, len(living))
    return tuple(sorted(ranked, key=lambda place: (place.rank, place.median)))


def diverged_at(loss: NDArray[np.floating], trained: NDArray[np.bool_] | None = None) -> list[int | None]:
    """Return for each seed the first step whose loss is non-finite or above 1,000 times its first loss.

    Args:
        loss: training loss, (T, S).
        trained: which of it was trained, (T, S), by default all: what comes after a stop is not looked at.

    Example:
        >>> diverged_at(np.array([[1.0, 1.0, 1.0], [0.5, np.nan, 1001.0]]))
        [None, 1, 1]
    """
    values = np.asarray(loss, dtype=np.float64)  # (T, S)
    bad = ~np.isfinite(values)
    if len(values):
        first = values[0]
        bad |= (first > 0) & (values > BLOWN_UP * first)
    return _first_true(bad if trained is None else bad & trained)


def divergences(entrant: EntrantTrace) -> list[int | None]:
    """Return `diverged_at` of an entrant; a non-finite validation loss counts as diverged at the last step.

    A seed that was stopped at a warning before it diverged is none of them.
    """
    found = diverged_at(entrant.loss, entrant.trained)
    if entrant.outcome is None:
        return found
    last = max(entrant.steps - 1, 0)
    sound = np.isfinite(entrant.outcome.validation_loss) | np.array([step is not None for step in entrant.stopped_at])
    return [last if step is None and not fine else step for step, fine in zip(found, sound, strict=True)]


def stops(entrant: EntrantTrace) -> list[int | None]:
    """Return the step at whose warning each seed was stopped, None also where it had diverged by then."""
    pairs = zip(entrant.stopped_at, divergences(entrant), strict=True)
    return [stop if diverged is None else None for stop, diverged in pairs]


def falls(entrant: EntrantTrace) -> list[int | None]:
    """Return the step at which each seed diverged or was stopped at a warning, whichever came first."""
    pairs = zip(divergences(entrant), entrant.stopped_at, strict=True)
    return [diverged if diverged is not None else stop for diverged, stop in pairs]


def all_fell(entrant: EntrantTrace) -> bool:
    """Return whether every seed of an entrant diverged or was stopped: there is no loss to judge it by."""
    return all(step is not None for step in falls(entrant))


def nobody_left(trace: RaceTrace) -> bool:
    """Return whether every entrant has ended, and every seed fell: the ranking is by the step of it."""
    ended = all(entrant.outcome is not None for entrant in trace.entrants)
    return ended and all(all_fell(entrant) for entrant in trace.entrants)


def steps_to_target(loss: NDArray[np.floating], target: float | None) -> list[int | None]:
    """Return for each seed the first step whose training loss is at most the target; None = not reached.

    Example:
        >>> steps_to_target(np.array([[1.0, 1.0], [0.4, 0.8]]), target=0.5)
        [1, None]
    """
    if target is None:
        return [None] * loss.shape[1]
    return _first_true(loss <= target)


def median(values: NDArray[np.floating]) -> float:
    """Return the median, NaN counted as infinitely bad, so that a minority of diverged seeds leaves a number.

    Example:
        >>> median(np.array([0.1, np.nan, 0.3]))
        0.3
    """
    exact = np.asarray(values, dtype=np.float64)
    ordered = np.sort(np.where(np.isnan(exact), np.inf, exact))
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return float(low if low == high else low / 2 + high / 2)


def median_metric(metric: str, values: NDArray[np.floating]) -> float:
    """Return the median of a validation metric, NaN counted as infinitely bad.

    Example:
        >>> median_metric("accuracy", np.array([0.9, np.nan, 0.8])), median_metric("mae", np.array([0.1, np.nan, 0.3]))
        (0.8, 0.3)
    """
    return -median(-values) if metric in HIGHER_IS_BETTER else median(values)


def _rank_living(entrants: Sequence[EntrantTrace], chance_loss: float, floor: float | None) -> list[Ranked]:
    """Rank the entrants that have at least one seed that neither diverged nor was stopped."""
    if not entrants:
        return []
    metric = np.stack([log_losses(entrant, chance_loss, floor) for entrant in entrants])  # (E, S)
    medians = [median(_validation_loss(entrant)) for entrant in entrants]
    best = min(range(len(entrants)), key=lambda index: (medians[index], metric[index].mean()))
    better = significantly_better(metric)
    separated = better | better.T
    return [
        Ranked(
            label=entrant.label,
            rank=1 + int(better[:, index].sum()),
            median=medians[index],
            interval=ratio_interval(metric[index] - metric[best]),
            tied_with=tuple(
                one.label
                for one, apart in zip(entrants, separated[index], strict=True)
                if not apart and one is not entrant
            ),
        )
        for index, entrant in enumerate(entrants)
    ]


def _rank_lost(entrants: Sequence[EntrantTrace], ahead: int) -> list[Ranked]:
    """Rank the entrants whose every seed fell by the median step at which that happened."""
    fell = [median(np.array(falls(entrant), dtype=np.float64)) for entrant in entrants]
    return [
        Ranked(
            label=entrant.label,
            rank=1 + ahead + sum(other > fell[index] for other in fell),
            median=median(_validation_loss(entrant)),
            interval=None,
            tied_with=tuple(
                one.label for one, at in zip(entrants, fell, strict=True) if at == fell[index] and one is not entrant
            ),
        )
        for index, entrant in enumerate(entrants)
    ]


def log_losses(entrant: EntrantTrace, chance_loss: float, floor: float | None) -> Doubles:
    """Return the log of each seed's final validation loss, at most that of chance where the seed fell, (S,)."""
    loss = np.maximum(_validation_loss(entrant), SMALLEST_LOSS if floor is None else floor)  # NaN stays NaN
    fell = np.array([step is not None for step in falls(entrant)])
    return np.log(np.where(fell, np.fmin(loss, chance_loss), loss))


def significantly_better(metric: Doubles) -> NDArray[np.bool_]:
    """Return a table whose entry (i, j) says whether entrant i is significantly better (lower) than j, (E, E).

    Paired t-tests over the seeds, Holm over the pairs; one seed tells nobody apart.

    Args:
        metric: (E, S).
    """
    entrants, seeds = metric.shape
    better = np.zeros((entrants, entrants), dtype=bool)
    first, second = np.triu_indices(entrants, k=1)
    if seeds < 2 or not len(first):
        return better
    differences = metric[first] - metric[second]  # (pairs, S)
    separated = holm(paired_p_values(differences)) <= LEVEL
    first_wins = differences.mean(axis=1) < 0
    better[first, second] = separated & first_wins
    better[second, first] = separated & ~first_wins
    return better


def _validation_loss(entrant: EntrantTrace) -> Doubles:
    assert entrant.outcome is not None  # callers have left out entrants without one
    return np.asarray(entrant.outcome.validation_loss, dtype=np.float64)


def _first_true(flags: NDArray[np.bool_]) -> list[int | None]:
    """Index of the first true row of each column, None where there is none."""
    if not len(flags):
        return [None] * flags.shape[1]
    return [int(column.argmax()) if column.any() else None for column in flags.T]

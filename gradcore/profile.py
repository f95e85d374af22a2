"""Performance profiles: how far each entrant is from the best on each of several tasks, and the score that sums it up.

A time is what an entrant needs to reach a task's target: steps or seconds, above 0, Inf where it misses it. A profile
is relative to its pool: another task, or another entrant that is best somewhere, changes everybody's score.

Shapes: E entrants, P tasks, S seeds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradcore import checks
from gradcore.checks import refuse
from gradcore.ranking import significantly_better
from gradcore.records import Doubles, Flags

R_MAX = 4.0  # times the best: later counts as missed, as in AlgoPerf
LEAST_SEEDS = 5  # with fewer, a target missed by chance on every seed passes for a sure difference
RESAMPLES = 1000  # of the seeds, for an interval
ROUNDING = 1e-12  # scores that are the same number


@dataclass(frozen=True)
class Standing:
    """What one entrant comes to over all tasks."""

    label: str
    score: float  # 0 to 1: 1 is best on every task
    by_seed: Doubles  # (S,) the score that each seed alone would give; the tests compare these
    interval: tuple[float, float] | None  # of the score, 95 %; None with fewer than five seeds
    best_on: int  # tasks on which nobody is faster
    reached_on: int  # tasks whose target it reaches at all
    rank: int | None  # 1 + the number of entrants that are significantly better; None where nothing is tested
    tied_with: tuple[str, ...]  # those from which nothing separates it


@dataclass(frozen=True)
class Profile:
    """Several entrants on several tasks."""

    labels: tuple[str, ...]  # E
    times: Doubles  # (E, P) median over the seeds, Inf where the target is missed
    ratios: Doubles  # (E, P) to the best of the task, Inf where the target is missed
    standings: tuple[Standing, ...]  # the highest score first

    @property
    def missed_by_all(self) -> Flags:
        """Which tasks nobody solves, (P,)."""
        return np.asarray(np.isinf(self.times).all(axis=0))


def profile_of(labels: Sequence[str], times: Doubles, *, tested: bool = True) -> Profile:
    """Return the performance profile of entrants whose times to target are known for every task and seed.

    A task counts once, with each entrant's median time over the seeds; missed is Inf, so that an entrant which misses
    on half of the seeds or more misses the task. Scores are told apart by paired t-tests of the scores that the seeds
    give alone, with Holm's correction, as a race is ranked; with fewer than five seeds nothing is told apart.

    Args:
        labels: a name for each entrant.
        times: (E, P, S), > 0 or Inf.
        tested: whether the times of two seeds are independent measurements, so that a test means something.

    Example:
        >>> times = np.array([[[10.0], [40.0]], [[20.0], [np.inf]]])
        >>> [(place.label, place.score) for place in profile_of(["Adam", "SGD"], times).standings]
        [('Adam', 1.0), ('SGD', 0.3333333333333333)]

    Reference: Dolan & Moré 2002, https://doi.org/10.1007/s101070100263; score and r_max: Dahl et al. 2023,
    https://arxiv.org/abs/2306.07179
    """
    if times.ndim != 3 or not times.size or len(labels) != len(times):
        refuse("times", f"have the shape ({len(labels)} entrants, tasks, seeds)", times.shape)
    if not (times > 0).all():  # NaN is not above 0 either
        refuse("times", "be > 0, infinite where a target is missed", float(times[~(times > 0)][0]))
    medians = np.median(times, axis=2)
    found = ratios(medians)
    by_seed = np.stack([scores(ratios(times[:, :, seed])) for seed in range(times.shape[2])], axis=1)  # (E, S)
    better = _told_apart(by_seed) if tested else None
    ends = intervals(times) if times.shape[2] >= LEAST_SEEDS else None
    places = [_standing(entrant, labels, by_seed, found, ends, better) for entrant in range(len(labels))]
    ordered = sorted(places, key=lambda place: (-round(place.score, 12), -place.by_seed.mean()))
    return Profile(tuple(labels), medians, found, tuple(ordered))


def ratios(times: Doubles) -> Doubles:
    """Return each time as a multiple of the best of its task, (E, P); Inf where the target is missed, also by all.

    Example:
        >>> ratios(np.array([[10.0, np.inf], [25.0, np.inf]]))
        array([[1. , inf],
               [2.5, inf]])
    """
    best = times.min(axis=0)
    with np.errstate(invalid="ignore"):  # Inf / Inf: missed by all
        return np.where(np.isfinite(times), times / best, np.inf)


def share_within(found: Doubles, tau: Doubles) -> Doubles:
    """Return rho(tau), the share of all tasks that each entrant solves within tau times the best, (E, len(tau)).

    A task that nobody solves stays in the denominator.

    Args:
        found: ratios to the best, (E, P).
        tau: multiples, >= 1.

    Example:
        >>> share_within(np.array([[1.0, 3.0, np.inf, np.inf]]), np.array([1.0, 2.9, 3.0]))
        array([[0.25, 0.25, 0.5 ]])
    """
    within: Doubles = (found[:, :, None] <= np.asarray(tau)).mean(axis=1)
    return within


def scores(found: Doubles, r_max: float = R_MAX) -> Doubles:
    """Return the mean of rho over [1, r_max], (E,): exact, because a task with ratio r adds r_max - r to the integral.

    Args:
        found: ratios to the best, (E, P).
        r_max: the largest multiple that counts, > 1.

    Example:
        >>> scores(np.array([[1.0, 2.5], [4.0, np.inf]]))
        array([0.75, 0.  ])
    """
    if checks.finite_number("r_max", r_max) <= 1:
        refuse("r_max", "be > 1", r_max)
    mean: Doubles = (np.maximum(r_max - found, 0.0) / (r_max - 1)).mean(axis=1)
    return mean


def intervals(times: Doubles, resamples: int = RESAMPLES) -> Doubles:
    """Return the middle 95 % of the scores over seeds drawn again from those there are, (E, 2).

    For each task anew, because what a seed draws for one task says nothing of another; the same for all entrants. With
    few seeds, or entrants that hardly differ, it is rather narrow: entrants are told apart by tests, not by it.

    Args:
        times: (E, P, S), > 0 or Inf.
        resamples: how often seeds are drawn.

    Example:
        >>> intervals(np.array([[[10.0, 10.0]], [[20.0, 40.0]]])).round(3).tolist()
        [[1.0, 1.0], [0.0, 0.667]]

    Reference: Efron 1979, https://doi.org/10.1214/aos/1176344552
    """
    draw = np.random.default_rng(0)
    entrants, tasks, seeds = times.shape
    total = np.zeros((entrants, resamples))
    for task in range(tasks):
        drawn = draw.integers(0, seeds, (resamples, seeds))
        medians = np.median(times[:, task][:, drawn], axis=2)  # (E, resamples)
        total += np.maximum(R_MAX - ratios(medians), 0.0) / (R_MAX - 1) / tasks
    ends: Doubles = np.percentile(total, [2.5, 97.5], axis=1).T
    return ends


def leaders(found: Profile) -> tuple[str, ...]:
    """Return who has the highest score, several where they share it."""
    return tuple(place.label for place in found.standings if place.score >= found.standings[0].score - ROUNDING)


def leaders_without(found: Profile) -> tuple[tuple[str, ...], ...]:
    """Return for each task who has the highest score when that task is left out; () where none would be left.

    Example:
        >>> times = np.array([[[1.0], [9.0], [9.0]], [[3.0], [6.0], [9.0]]])
        >>> leaders_without(profile_of(["Adam", "SGD"], times))
        (('SGD',), ('Adam',), ('Adam',))
    """
    tasks = len(found.times[0])
    if tasks < 2:
        return ((),) * tasks
    rest: list[list[float]] = [scores(np.delete(found.ratios, task, axis=1)).tolist() for task in range(tasks)]
    return tuple(
        tuple([label for label, score in zip(found.labels, one, strict=True) if score >= max(one) - ROUNDING])
        for one in rest
    )


def _standing(
    entrant: int, labels: Sequence[str], by_seed: Doubles, found: Doubles, ends: Doubles | None, better: Flags | None
) -> Standing:
    tied: tuple[str, ...] = ()
    if better is not None:
        apart = better[entrant] | better[:, entrant]
        tied = tuple(label for other, label in enumerate(labels) if other != entrant and not apart[other])
    return Standing(
        label=labels[entrant],
        score=float(scores(found[[entrant]])[0]),
        by_seed=by_seed[entrant],
        interval=None if ends is None else (float(ends[entrant, 0]), float(ends[entrant, 1])),
        best_on=int((found[entrant] == 1).sum()),
        reached_on=int(np.isfinite(found[entrant]).sum()),
        rank=None if better is None else 1 + int(better[:, entrant].sum()),
        tied_with=tied,
    )


def _told_apart(by_seed: Doubles) -> Flags:
    """Return a table whose entry (i, j) says whether entrant i has significantly higher scores than j, (E, E)."""
    entrants, seeds = by_seed.shape
    return np.zeros((entrants, entrants), dtype=bool) if seeds < LEAST_SEEDS else significantly_better(-by_seed)

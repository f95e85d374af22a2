"""Fair learning rates: the same budget of half decades for every entrant, on seeds that the race does not use.

Reference: Choi et al. 2019, On empirical comparisons of optimizers for deep learning, https://arxiv.org/abs/1910.05446
(the ranking follows from how the learning rates are tuned); Dahl et al. 2023, https://arxiv.org/abs/2306.07179
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gradcore.ranking import diverged_at
from gradcore.records import Doubles, Floats, Tuning
from gradcore.specs import RaceSpec

SEEDS = 3
HALF_DECADE = 10**0.5
AROUND = 3  # half decades tried on each side of the rate that was given
FURTHER = 3  # more of them beyond an edge on which the best lies
EXTENSIONS = 2  # at most so often
TAIL = 0.1  # the part of the steps by which a rate is judged: one batch is too noisy
TRAINS = 0.85  # of chance: a rate below it has learned something
ALIKE = 0.01  # of chance: rates whose losses differ by less are equally good


def grid(given: float) -> Doubles:
    """Return the learning rates that are tried first, half a decade apart.

    Example:
        >>> grid(0.01).round(5).tolist()
        [0.00032, 0.001, 0.00316, 0.01, 0.03162, 0.1, 0.31623]
    """
    return given * HALF_DECADE ** np.arange(-AROUND, AROUND + 1, dtype=np.float64)


def beyond(tried: Tuning) -> Doubles:
    """Return further rates beyond the edge on which the best lies, ascending; none where it lies inside.

    Example:
        >>> beyond(chosen(0, np.array([0.1, 1.0]), np.array([[2.0], [1.0]]))).round(2).tolist()
        [3.16, 10.0, 31.62]
    """
    steps = HALF_DECADE ** np.arange(1, FURTHER + 1, dtype=np.float64)
    if tried.chosen == tried.learning_rates[0]:
        return (tried.chosen / steps)[::-1]
    return tried.chosen * steps if tried.on_edge else np.empty(0)


def seeds_of(first_seed: int, seeds: int) -> range:
    """Return the seeds on which learning rates are chosen: those after the race's own.

    Example:
        >>> seeds_of(first_seed=0, seeds=10)
        range(10, 13)
    """
    return range(first_seed + seeds, first_seed + seeds + SEEDS)


def replicas_tuned(spec: RaceSpec) -> int:
    """Return how many replicas of the network are trained side by side to choose one entrant's learning rate.

    Example:
        >>> replicas_tuned(RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}], "learning_rates": "tuned"}))
        21
    """
    return (2 * AROUND + 1) * SEEDS if spec.learning_rates == "tuned" else 0


def last_loss(loss: Floats) -> Doubles:
    """Return what each row came to: its median loss over the last tenth of the steps, Inf where it diverged.

    Args:
        loss: training loss (T, rows).

    Example:
        >>> last_loss(np.array([[1.0, 1.0], [0.5, np.nan]], dtype=np.float32)).tolist()
        [0.5, inf]
    """
    steps = max(1, int(len(loss) * TAIL))
    fell = np.array([step is not None for step in diverged_at(loss)])
    with np.errstate(invalid="ignore"):
        return np.where(fell, np.inf, np.median(loss[-steps:].astype(np.float64), axis=0))


def chosen(entrant: int, rates: Doubles, loss: Doubles) -> Tuning:
    """Return the record of rates (R,) with their losses (R, S): the rate with the least geometric mean is chosen.

    A rate at which a seed diverged is out; where that is every one, the smallest stands.
    """
    order = np.argsort(rates, kind="stable")
    tried = Tuning(entrant, rates[order], loss[order], float(rates[order][0]))
    return Tuning(entrant, tried.learning_rates, tried.loss, float(tried.learning_rates[np.argmin(tried.score)]))


def steady(tried: Tuning, chance_loss: float) -> Tuning:
    """Return the record with the smallest rate chosen that is as good as the best and trains every tuning seed.

    The best rate is often the last one before training breaks, so that another seed breaks at it: with He's
    initialiser and three layers one seed in three does, and three tuning seeds miss that one time in three. As good =
    a mean loss within 1 % of chance of the least. Where no rate trains every seed, the choice stays.

    Args:
        tried: the rates and their losses.
        chance_loss: of the task.

    Example:
        >>> tried = chosen(0, np.array([0.1, 0.3, 1.0, 3.0]), np.array([[0.04], [0.005], [0.004], [np.inf]]))
        >>> tried.chosen, steady(tried, 2.3).chosen
        (1.0, 0.3)

    Reference: Bengio 2012, section 3.1.1: below the largest rate that does not diverge. https://arxiv.org/abs/1206.5533
    """
    mean = np.where((tried.loss < TRAINS * chance_loss).all(axis=1), tried.loss.mean(axis=1), np.inf)
    if not np.isfinite(mean.min()):
        return tried
    smallest = np.argmax(mean <= mean.min() + ALIKE * chance_loss)  # the first that is as good
    return replace(tried, chosen=float(tried.learning_rates[smallest]))


def decades_that_train(tuning: Tuning, chance_loss: float) -> float:
    """Return how many decades of learning rates in a row, the chosen one among them, get below 85 % of chance.

    Each rate stands for half a decade; 0 where not even the chosen one trains.

    Example:
        >>> decades_that_train(chosen(0, grid(0.1), np.array([[2.2], [1.0], [0.2], [0.1], [0.3], [9.0], [0.1]])), 2.3)
        2.0
    """
    trains: Sequence[bool] = (tuning.score < TRAINS * chance_loss).tolist()
    low = high = int(np.flatnonzero(tuning.learning_rates == tuning.chosen)[0])
    if not trains[low]:
        return 0.0
    while low > 0 and trains[low - 1]:
        low -= 1
    while high + 1 < len(trains) and trains[high + 1]:
        high += 1
    return (high - low + 1) / 2

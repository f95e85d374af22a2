"""Paired tests over the seeds: who is told apart, and by how much, with Holm's correction over the pairs.

Shapes: N pairs, S seeds.
"""

import numpy as np

from gradcore.records import Doubles

LEVEL = 0.05  # family-wise, over all pairs of one race
ROUNDING = 1e-12  # differences of logs that are the same number


def holm(p_values: Doubles) -> Doubles:
    """Return Holm's adjusted p-values: the family-wise error stays at the level whatever the dependence.

    Example:
        >>> holm(np.array([0.01, 0.04, 0.03]))
        array([0.03, 0.06, 0.06])
    """
    order = np.argsort(p_values, kind="stable")
    stepped = p_values[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return adjusted


def paired_p_values(differences: Doubles) -> Doubles:
    """Return the two-sided p-value of the paired t-test of each row.

    Differences that do not vary need no test: all zero gives 1, the same non-zero number gives 0.

    Args:
        differences: one row a pair, one column a seed, (N, S) with S >= 2.

    Example:
        >>> paired_p_values(np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0], [2.0, 2.0, 2.0]])).round(4)
        array([0.0742, 1.    , 0.    ])
    """
    mean, error = _mean_and_error(differences)
    constant = error <= ROUNDING * np.maximum(1.0, np.abs(mean))
    t = np.abs(mean) / np.where(constant, 1.0, error)
    from scipy.special import stdtr  # 0.5 s to load: the first page's curves do not wait for it

    tested = 2 * stdtr(differences.shape[1] - 1, -t)
    return np.where(constant, np.where(np.abs(mean) <= ROUNDING, 1.0, 0.0), tested)


def difference_interval(differences: Doubles) -> tuple[float, float] | None:
    """Return the 95 % paired-t interval of the mean of one difference for each seed, (S,); None of one.

    Example:
        >>> [round(end, 3) for end in difference_interval(np.array([-1.0, -2.0, -3.0])) or ()]
        [-4.484, 0.484]
    """
    if len(differences) < 2:
        return None
    mean, error = _mean_and_error(differences)
    from scipy.special import stdtrit

    reach = float(stdtrit(len(differences) - 1, 1 - LEVEL / 2)) * float(error)
    return float(mean) - reach, float(mean) + reach


def seeds_to_tell(ratio: float, level: float, power: float) -> int:
    """Return how many seeds let a paired t-test find a mean difference with the given power, to 1 % beyond a hundred.

    Args:
        ratio: the standard deviation of the differences over their mean.
        level: of the two-sided test.
        power: share of repetitions that find it.

    Example:
        >>> seeds_to_tell(2.0, 0.05, 0.8), seeds_to_tell(0.0, 0.05, 0.8)
        (34, 2)

    Reference: Cohen 1988, Statistical power analysis for the behavioral sciences, section 2.4, with the quantiles of t
    """
    from scipy.special import stdtrit

    seeds = 2
    while seeds < (ratio * float(stdtrit(seeds - 1, 1 - level / 2) + stdtrit(seeds - 1, power))) ** 2:
        seeds += 1 if seeds < 100 else seeds // 100
    return seeds


def ratio_interval(differences: Doubles) -> tuple[float, float] | None:
    """Return the 95 % paired-t interval of the ratio whose log differs by so much on each seed, (S,); None of one.

    Example:
        >>> [round(end, 3) for end in ratio_interval(np.log([0.5, 0.6, 0.4])) or ()]
        [0.298, 0.817]
    """
    seeds = len(differences)
    if seeds < 2:
        return None
    mean, error = _mean_and_error(differences)
    from scipy.special import stdtrit

    reach = float(stdtrit(seeds - 1, 1 - LEVEL / 2)) * error
    with np.errstate(over="ignore"):  # two seeds that differ wildly end at infinity
        return float(np.exp(mean - reach)), float(np.exp(mean + reach))


def share_interval(part: Doubles, whole: Doubles) -> tuple[float, float] | None:
    """Return the 95 % interval of mean(part) / mean(whole), one of each for a seed, (S,) and (S,).

    It holds every share r for which a paired t-test does not tell part from r times whole. None of one seed, and
    where whole is not told from 0, so that every share would do.

    Example:
        >>> [round(end, 3) for end in share_interval(np.array([0.5, 0.6, 0.7]), np.array([1.0, 1.2, 1.1])) or ()]
        [0.347, 0.749]

    Reference: Fieller 1954, Some problems in interval estimation, JRSS B 16(2), https://www.jstor.org/stable/2984043
    """
    seeds = len(part)
    if seeds < 2:
        return None
    from scipy.special import stdtrit

    scale = float(stdtrit(seeds - 1, 1 - LEVEL / 2)) ** 2 / seeds
    (spread, both), (_, wide) = scale * np.cov(part, whole)
    a, b, c = whole.mean() ** 2 - wide, part.mean() * whole.mean() - both, part.mean() ** 2 - spread
    if a <= 0:
        return None
    reach = float(np.sqrt(max(b * b - a * c, 0.0)))
    return float((b - reach) / a), float((b + reach) / a)


def _mean_and_error(differences: Doubles) -> tuple[Doubles, Doubles]:
    """Mean over the seeds (last axis) and its standard error."""
    error = differences.std(axis=-1, ddof=1) / np.sqrt(differences.shape[-1])
    return differences.mean(axis=-1), error

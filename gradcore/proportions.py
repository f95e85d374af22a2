"""Shares of runs, honestly: Wilson's interval for one share, McNemar's exact test for two shares of the same seeds."""

import math

Z = 1.959963984540054  # 97.5 % quantile of the normal distribution


def wilson(events: int, trials: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of independent trials; it stays inside 0 to 1, also at 0 and at 1.

    Example:
        >>> [round(end, 4) for end in wilson(10, 10)]
        [0.7225, 1.0]

    Reference: Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953
    """
    share, unit = events / trials, Z * Z / trials
    middle = (share + unit / 2) / (1 + unit)
    reach = math.sqrt(unit * share * (1 - share) + unit * unit / 4) / (1 + unit)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the two-sided exact p-value that pairs in which one side alone had the event fall evenly on both sides.

    Args:
        only_first: pairs with the event on the first side alone.
        only_second: pairs with the event on the second side alone.

    Example:
        >>> mcnemar(10, 0), mcnemar(3, 3)
        (0.001953125, 1.0)

    Reference: McNemar 1947, https://doi.org/10.1007/BF02295996, with the binomial distribution itself.
    """
    discordant = only_first + only_second
    tail = sum(math.comb(discordant, count) for count in range(min(only_first, only_second) + 1))
    return float(min(1.0, 2 * tail / 2**discordant))

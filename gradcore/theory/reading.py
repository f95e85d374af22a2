"""What theory and measurement say of each other, in words."""

from collections.abc import Sequence

import numpy as np

from gradcore.theory.found import Theory
from gradcore.titles import counted

MOST_NAMES = 4  # of entrants in one sentence; the table has them all
OF_QUADRATIC = (
    "The dotted line is exact. Deviations are relative to the loss, to its crests where it swings; they end where "
    "float32 rounding takes over: where its last digit in learning rate and momentum would change the prediction by "
    "0.1 %. The factor is that of the error per step, in the end, when the slowest mode is left; the loss goes as "
    "its square. It is measured over the second half of the compared steps (Polyak 1964)."
)
DOUBLE = "At a double root the error goes as t factor^t, the loss as t² factor^(2t): that is what was fitted."
OF_DEEP_LINEAR = (
    "The dotted line is the gradient flow's, to which small learning rates come near. A mode of strength s is half "
    "learned at ln(s / u₀ − 1) / 2s, as learning rate × steps, from the strength u₀ at the start; measured is when the "
    "loss falls to what the solution has then, the median of the seeds (Saxe, McClelland & Ganguli 2014)."
)


def theory_sentence(found: Sequence[Theory], seeds: int) -> str:
    """Return how far the entrants are from theory at most; an empty text where nothing could be compared.

    Example:
        >>> one = Theory("SGD", np.ones(100), 3.4e-6, 66, of_start=False)
        >>> theory_sentence([one], 5)
        'Largest deviation from theory: 0.00034 % (SGD), over the first 66 of 100 steps and 5 seeds.'
    """
    said = [f"{percent(one.deviation)} ({one.label})" for one in found if one.deviation is not None][:MOST_NAMES]
    if not said:
        return ""
    what = ", in parts of the first loss" if found[0].of_start else ""
    return f"Largest deviation from theory{what}: {', '.join(said)}, over {_over(found)} and {counted(seeds, 'seed')}."


def percent(part: float | None) -> str:
    """Return a part in per cent with two digits, without powers of ten; "-" for none.

    Example:
        >>> percent(3.4e-6), percent(-0.0123), percent(None)
        ('0.00034 %', '-1.2 %', '-')
    """
    if part is None:
        return "-"
    if not np.isfinite(part):
        return "not finite"
    return f"{np.format_float_positional(100 * part, precision=2, unique=False, fractional=False, trim='-')} %"


def how_compared(found: Sequence[Theory]) -> str:
    """Return what the dotted lines are, and what the numbers beside them mean."""
    if any(one.half_times for one in found):
        return OF_DEEP_LINEAR
    double = any(one.rate and one.rate.double_root for one in found)
    return f"{OF_QUADRATIC} {DOUBLE}" if double else OF_QUADRATIC


def _over(found: Sequence[Theory]) -> str:
    """Return over which steps entrants are compared, from the fewest to the most."""
    compared, steps = sorted({one.compared for one in found}), max(len(one.loss) for one in found)
    if compared == [steps]:
        return counted(steps, "step")
    some = f"{compared[0]:,}" if len(compared) == 1 else f"{compared[0]:,} to {compared[-1]:,}"
    return f"the first {some} of {counted(steps, 'step')}"

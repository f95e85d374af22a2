"""The rule that looks ahead: from which step on a divergence could be seen coming; it informs, and never decides.

Shapes as in `gradcore.records.check`.
"""

import math

import numpy as np

from gradcore.early_warning import START, first_warning
from gradcore.health.measures import blown_up
from gradcore.health.rule import INFO, Found
from gradcore.records import CheckChunk, CheckTrace, Doubles, Finding
from gradcore.specs import Thresholds
from gradcore.titles import number

AHEAD = "norm of the whole gradient / median of its first 10 steps, where it rises beyond its noise"


def early_warning(trace: CheckTrace, thresholds: Thresholds) -> Found:
    """Find the step at which the norm of the gradient first warned of a divergence, before the loss was lost.

    Information, no warning of the check: in some healthy trainings it comes in vain (`bench/early_warning.py`).
    """
    norms, lost = whole_norms(trace), blown_up(trace)  # (T, S) each
    warned = [(step, seed) for seed in range(norms.shape[1]) if (step := first_warning(norms[:, seed])) is not None]
    ahead = [
        (step, seed) for step, seed in warned if not lost[: step + 1, seed].any() and np.isfinite(norms[step, seed])
    ]
    if not ahead:
        return []
    step, seed = min(ahead)
    usual = float(np.median(norms[:START, seed]))
    value = float(norms[step, seed]) / usual
    evidence = f"At step {step} the norm of the gradient is {number(float(norms[step, seed]), 2)}, {number(value, 2)} "
    evidence += f"times that of the first {START} steps, and rises beyond its noise: a divergence may follow."
    advice = "Lower the learning rate or clip the gradient; a check or a race can be told to stop at such a step."
    return [Finding("early_warning", INFO, "", step, value, math.e, AHEAD, evidence, advice)]


def whole_norms(trace: CheckTrace | CheckChunk) -> Doubles:
    """Return the norm of the whole gradient at each step, (T, S)."""
    with np.errstate(all="ignore"):  # what is not finite stays so
        found: Doubles = np.sqrt(np.square(trace.gradient_norm.astype(np.float64)).sum(axis=-1))
    return found

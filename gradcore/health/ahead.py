"""The rule that looks ahead: from which step on a divergence could be seen coming; it informs, and never decides.

Shapes as in `gradcore.records.check`.
"""

import numpy as np

from gradcore.early_warning import ALL_OF_IT, WINDOW, first_warning, mean_promises
from gradcore.health.measures import blown_up
from gradcore.health.rule import INFO, Found
from gradcore.records import CheckTrace, Doubles, Finding, Floats
from gradcore.specs import Thresholds
from gradcore.titles import number

AHEAD = f"mean over {WINDOW} steps of |whole gradient| x |update|, / loss at the start"


def early_warning(trace: CheckTrace, thresholds: Thresholds) -> Found:
    """Find the step at which the length of the steps first warned of a divergence, before the loss was lost.

    Information, no warning of the check: it also comes in some trainings at the best rate (`bench/early_warning.py`).
    """
    norms, updates, lost = whole_norms(trace.gradient_norm), whole_norms(trace.update_norm), blown_up(trace)  # (T, S)
    ahead = []
    for seed, start in enumerate(trace.loss[0].astype(np.float64) * trace.loss_scale):
        step = first_warning(norms[:, seed], updates[:, seed], start)
        if step is not None and np.isfinite(norms[step, seed]) and not lost[: step + 1, seed].any():
            promise = mean_promises(norms[: step + 1, seed], updates[: step + 1, seed], start)[-1]
            ahead.append((step, float(promise), norms[step - WINDOW + 1 : step + 1, seed]))
    if not ahead:
        return []
    step, value, last = min(ahead, key=lambda found: found[0])
    evidence = f"On average, each of steps {step - WINDOW + 1} to {step} promised {number(value, 2)} times the loss at "
    evidence += f"the start (gradient norm times update norm), which no step can bring; {_trend(last)}: "
    evidence += "a divergence may follow."
    advice = "Lower the learning rate or clip the gradient; a check or a race can be told to stop at such a step."
    return [Finding("early_warning", INFO, "", step, value, ALL_OF_IT, AHEAD, evidence, advice)]


def _trend(norms: Doubles) -> str:
    """Return how steeply, and how evenly, the logarithm of positive norms went over the last steps (W,)."""
    steps, logs = np.arange(len(norms)), np.log(np.maximum(norms, np.finfo(np.float64).tiny))
    slope, level = np.polyfit(steps, logs, 1)
    spread = np.sqrt(np.square(logs - slope * steps - level).sum() / (len(norms) - 2))
    return f"ln |gradient| changed by {slope:+.2f} a step, with a spread of {spread:.2f}"


def whole_norms(norms: Floats) -> Doubles:
    """Return the norm of all variables together, (..., S), from that of each, (..., S, V)."""
    with np.errstate(all="ignore"):  # what is not finite stays so
        found: Doubles = np.sqrt(np.square(norms.astype(np.float64)).sum(axis=-1))
    return found

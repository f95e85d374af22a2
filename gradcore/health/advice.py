"""Rules that only inform: sums that cancel, the size of the updates, the loss at the start; never part of a verdict.

Shapes as in `gradcore.records.check`.
"""

import math
from collections.abc import Iterator

import numpy as np

from gradcore.health.measures import layer_update_ratio, median
from gradcore.health.rule import INFO, Found
from gradcore.records import CheckTrace, Doubles, Finding
from gradcore.specs import Thresholds
from gradcore.titles import number

EPSILON = float(np.finfo(np.float32).eps)
LEARNED = 0.02  # e below which gradients may be rounding because the task is fitted
UNKNOWN_REASON = "the sum cancels to rounding"
KAPPA = "kappa = |sum over rows of dLoss/dz| / sum over rows of |dLoss/dz|"
GRADIENT_SHARE = "|gradient of the variable| / |whole gradient|"
UPDATE = "u = |update| / |weights|, median over the layers and the last quarter of the steps"
START = "loss of the first step - ln(classes)"
FEW, LATE = 20, 100  # steps from which on updates can be too small, and too large
EXCESS = 0.5  # nats: half of the variance of the logits, so these vary by 1


def structural_zero(trace: CheckTrace, thresholds: Thresholds) -> Found:
    """Find biases and offsets whose gradient is zero by construction: what is summed cancels to rounding, always.

    Measured, not believed: a variable that must be zero (`gradcore.structural_zeros`) but is not is none. Of a bias the
    rows of dLoss/dz must cancel; the gradient of another one must be rounding beside the whole gradient.
    """
    found = [_zero(trace, path, kappa, thresholds) for path, kappa in _cancelling(trace, thresholds)]
    return found + [_zero(trace, path, share, thresholds) for path, share in _negligible(trace, thresholds)]


def structural_zeros(trace: CheckTrace, thresholds: Thresholds) -> tuple[str, ...]:
    """Return the variables that `structural_zero` finds, by path, biases first."""
    every = (*_cancelling(trace, thresholds), *_negligible(trace, thresholds))
    return tuple(path for path, _ in every)


def update_ratio(trace: CheckTrace, thresholds: Thresholds) -> Found:
    """Find updates that are far from the band in which networks train at their best learning rate.

    Measured there: 4e-3 to 1.3e-2 early, 7e-4 to 1e-3 late. Too small is said from 20 steps on, too large from 100.
    """
    if trace.recorded < FEW:
        return []
    start = trace.recorded * 3 // 4
    updates = layer_update_ratio(trace)[start:][..., trace.setup.kernels]  # (W, S, D)
    value = float(median(median(median(np.moveaxis(updates, 2, 0)))))
    low, high = thresholds.update_low, thresholds.update_high
    if value < low:
        told, threshold, advice = "below", low, "The learning rate is likely too small: try ten times as much."
    elif value > high and trace.recorded >= LATE:
        told, threshold, advice = "above", high, "Late in training this is much: lower the learning rate by a schedule."
    else:
        return []
    evidence = f"From step {start} on an update changes the weights by a share of {number(value, 2)}"
    evidence += f", {told} {number(threshold, 2)}."
    return [Finding("update_ratio", INFO, "", start, value, threshold, UPDATE, evidence, advice)]


def loss_at_start(trace: CheckTrace, thresholds: Thresholds, classes: int | None = None) -> Found:
    """Find a softmax that starts far above the loss of a guess, ln(classes): its logits vary too much.

    Args:
        trace: the check.
        thresholds: not used.
        classes: of the task; None = no softmax, nothing to say.
    """
    if classes is None or not trace.recorded:
        return []
    loss = float(median(trace.loss[0]))
    excess = loss - math.log(classes)
    if not EXCESS < excess < math.inf:
        return []
    evidence = f"The first loss is {number(loss, 3)}, where equal chances for {classes} classes have "
    evidence += f"{number(math.log(classes), 3)}: the logits start with a variance of about {number(2 * excess, 2)}."
    advice = "Start the last layer from smaller weights, so that it begins at a guess."
    return [Finding("loss_at_start", INFO, trace.setup.layers[-1], 0, excess, EXCESS, START, evidence, advice)]


def _zero(trace: CheckTrace, path: str, value: float, thresholds: Thresholds) -> Finding:
    setup = trace.setup
    variable = setup.variables.index(path)
    reason = setup.zero_by_construction[variable] or UNKNOWN_REASON
    reason = reason.replace("The ", "the ", 1).removesuffix(".")
    formula = KAPPA if path.endswith("/bias") else GRADIENT_SHARE
    evidence = f"The gradient of {path} cancels to {number(value, 2)}, which is rounding: {reason}."
    advice = "It can be left out, the network is the same without it; its gradient counts as no problem."
    layer, step, limit = setup.layers[setup.owners[variable]], int(trace.sampled[0]), thresholds.rounding * EPSILON
    return Finding("structural_zero", INFO, layer, step, value, limit, formula, evidence, advice)


def _cancelling(trace: CheckTrace, thresholds: Thresholds) -> Iterator[tuple[str, float]]:
    """Yield every bias whose rows cancel wherever that can be judged, with its greatest kappa."""
    kappa, setup = _judged(trace), trace.setup
    known, over = np.isfinite(kappa), kappa > thresholds.rounding * EPSILON  # (M, S, D)
    for place in np.flatnonzero(known.any(axis=(0, 1)) & ~over.any(axis=(0, 1))):
        owned = np.flatnonzero((setup.owners == setup.kernels[place]) & setup.connected)
        greatest = float(np.nanmax(kappa[:, :, place]))
        yield from ((setup.variables[v], greatest) for v in owned if setup.variables[v].endswith("/bias"))


def _negligible(trace: CheckTrace, thresholds: Thresholds) -> Iterator[tuple[str, float]]:
    """Yield what must be zero, is no bias, and whose gradient is rounding beside the whole at every sampled step."""
    if not len(trace.sampled):
        return
    norms = trace.gradient_norm[trace.sampled].astype(np.float64)  # (M, S, V)
    with np.errstate(all="ignore"):
        share = norms / np.sqrt(np.square(norms).sum(axis=-1, keepdims=True))
    for v, path in enumerate(trace.setup.variables):
        greatest = float(share[..., v].max())
        wanted = trace.setup.zero_by_construction[v] and not path.endswith("/bias")
        if wanted and greatest <= thresholds.rounding * EPSILON:
            yield path, greatest


def _judged(trace: CheckTrace) -> Doubles:
    """Return kappa where a sum that cancels means something: a signal came back, and the task is not fitted."""
    error = trace.error[trace.sampled]  # (M, S)
    fair = (error > LEARNED)[..., None] & (trace.signal != 0)
    return np.where(fair, trace.cancellation, np.nan).astype(np.float64)

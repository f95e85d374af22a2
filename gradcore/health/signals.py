"""Rules for the signal on its way back from the loss: vanishing and exploding.

The gradients of weights cannot tell: in a deep ReLU network with Glorot's initialiser they are equal in all layers,
because what comes forwards and what comes back shrink by the same factor. So these rules look at dLoss/dz.
"""

from collections.abc import Callable

import numpy as np

from gradcore.health.measures import early_ratio, kernel_names, late_ratio, slope
from gradcore.health.rule import CRITICAL, WARNING, Found, alike
from gradcore.health.training import unless_it_moves, unless_it_trains
from gradcore.records import CheckTrace, Doubles, Finding, Flags
from gradcore.specs import Thresholds
from gradcore.titles import number

SIGNAL = "a = rms(dLoss/dz of the layer) / rms(dLoss/dz of the head), median over the first 10 steps"
TIME_SIGNAL = (
    "a = rms of the signal at the first time step / at the last one, median over the first or the last 10 steps"
)
SQUASHING = ("sigmoid", "tanh", "softplus")


def vanishing(trace: CheckTrace, thresholds: Thresholds) -> Found:
    """Find the layer to which the least signal comes back, where that is too little to learn from.

    Of a recurrent layer `through_time` times less is enough, since its late time steps teach as well; and what counts
    is the last 10 steps where more comes back then: training lets its kernel grow.

    Reference: Hochreiter 1991; Bengio, Simard & Frasconi 1994, https://doi.org/10.1109/72.279181
    """
    recurrent, early = _recurrent(trace), early_ratio(trace)
    ratio = np.where(recurrent, np.fmax(early, late_ratio(trace)), early)
    limits = np.outer(
        (thresholds.vanishing, thresholds.vanishing_warn), np.where(recurrent, 1 / thresholds.through_time, 1)
    )
    found = _finding(trace, "vanishing", ratio, ratio / limits[0], limits, _vanishing_advice)
    excused = unless_it_trains if recurrent[:-1].any() else unless_it_moves  # late time steps move a recurrent layer
    return excused(found, trace, thresholds)


def exploding(trace: CheckTrace, thresholds: Thresholds) -> Found:
    """Find the layer to which the most signal comes back, where that is too much for one learning rate to serve all.

    An error that falls excuses it only where at the end no more than `runaway` comes back: the head may learn alone. Of
    a recurrent layer `runaway` is the limit at the start, and a falling error always excuses it: attention that looks
    at early time steps lets them have more signal than the last.

    Reference: Pascanu, Mikolov & Bengio 2013, https://arxiv.org/abs/1211.5063
    """
    ratio, recurrent = early_ratio(trace), _recurrent(trace)
    fail = np.where(recurrent, max(thresholds.runaway, thresholds.exploding), thresholds.exploding)
    limits = np.stack([fail, np.where(recurrent, thresholds.exploding, thresholds.exploding_warn)])
    with np.errstate(divide="ignore"):
        found = _finding(trace, "exploding", ratio, limits[0] / ratio, limits, _exploding_advice)
    runs_away = (late_ratio(trace)[~recurrent] > thresholds.runaway).any()
    return found if runs_away else unless_it_trains(found, trace, thresholds)


def _recurrent(trace: CheckTrace) -> Flags:
    """Return which of the layers with a kernel read a sequence step by step, (D,)."""
    found: Flags = np.isin(np.arange(len(trace.setup.kernels)), trace.setup.recurrent)
    return found


def _finding(
    trace: CheckTrace,
    rule: str,
    ratio: Doubles,
    margin: Doubles,
    limits: Doubles,
    advice: Callable[[CheckTrace, int], str],
) -> Found:
    """Return the finding for the worst layer: critical beyond the first of its limits, a warning beyond the second.

    Args:
        trace: the check.
        rule: its name.
        ratio: a of each layer, (D,).
        margin: the least is the worst, below 1 is critical, (D,).
        limits: fail and warn, (2, D).
        advice: for the layer at a place.
    """
    if not len(ratio) or np.isnan(margin).all():
        return []
    place = int(np.nanargmin(margin))
    fail, warn = limits[:, place]
    if not margin[place] < max(warn / fail, fail / warn):
        return []
    threshold, severity = (fail, CRITICAL) if margin[place] < 1 else (warn, WARNING)
    sick = margin < (1 if severity == CRITICAL else max(warn / fail, fail / warn))
    evidence = _evidence(trace, ratio, place, sick, float(threshold))
    formula = TIME_SIGNAL if place in trace.setup.recurrent else SIGNAL
    layer, step, value = kernel_names(trace)[place], int(trace.sampled[0]), float(ratio[place])
    return [Finding(rule, severity, layer, step, value, float(threshold), formula, evidence, advice(trace, place))]


def _evidence(trace: CheckTrace, ratio: Doubles, place: int, sick: Flags, threshold: float) -> str:
    side = "below" if ratio[place] < threshold else "above"
    name, value = kernel_names(trace)[place], number(float(ratio[place]), 2)
    told = f"a = {value} at {name}, {side} {number(threshold, 2)}"
    if place in trace.setup.recurrent:
        return f"{told}: the signal at the first time step over that at the last."
    change = slope(trace, ratio)
    count = alike(int(sick.sum()), int(np.isfinite(ratio).sum()))
    if np.isnan(change):
        return f"{told}; {count}."
    word = "shrinks" if change > 0 else "grows"
    return f"{told}; on its way back the signal {word} by a factor of {number(10 ** abs(change), 3)} a layer; {count}."


def _vanishing_advice(trace: CheckTrace, place: int) -> str:
    if place in trace.setup.recurrent:
        return "Pool the time steps by attention, so that each is one step away from the loss, and train with Adam."
    if trace.setup.activations[place] in SQUASHING:
        return "Use ReLU with He's initialiser, or batch normalisation before the activation."
    return "Add shortcuts whose branches are divided by the root of their number, or use He's initialiser."


def _exploding_advice(trace: CheckTrace, place: int) -> str:
    if place in trace.setup.recurrent:
        return (
            "Start the recurrent kernel with a gain below 1, so that it shrinks, and pool the time steps by attention."
        )
    if "BatchNormalization" in trace.setup.kinds:
        return "Add shortcuts around the normalised layers: without them the gradient grows by 1.21 a layer."
    return "Use He's initialiser; where there are shortcuts, divide each branch by the root of their number."

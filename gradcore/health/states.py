"""Rules for the state that a network is in: all units alike, flat, nothing left to learn, all inputs alike, only noise.

Shapes as in `gradcore.records.check`.
"""

import numpy as np

from gradcore.health.measures import hidden, kernel_names, last_error, median, signal_to_noise
from gradcore.health.rule import CRITICAL, INFO, Found
from gradcore.records import CheckTrace, Doubles, Finding, Flags
from gradcore.specs import Thresholds
from gradcore.titles import counted, number, percent

SYMMETRIC = "share of hidden layers whose units all have the same incoming weights"
DEAD = "share of a layer's units whose activation is flat on every probe row"
SATURATED = "share of a layer's activations that are not flat on probe rows"
CONVERGED = "e = distance from the targets / that of a guess, at the last step"
COLLAPSE = "mean cosine between the pre-activations of different rows"
NOISE_FLOOR = "squared norm of the gradient / variance of a batch's, while the loss does not fall"
WINDOW = 40  # recorded steps from which on the second half shows whether the loss still falls
STUCK = 0.8  # e above which a loss that does not fall is far from its task
SURE = 2.0  # standard errors


def symmetric(trace: CheckTrace, thresholds: Thresholds) -> Found:
    """Find that all units of every hidden layer start alike and still are alike: they learn the same for ever."""
    inside = hidden(trace)
    if not len(trace.sampled) or not inside.any():
        return []
    equal = [bool(flags[:, inside].all()) for flags in trace.equal_columns]  # of each sample
    if not equal[0]:
        return []
    first, step = kernel_names(trace)[int(inside.argmax())], int(trace.sampled[-1])
    count = int(inside.sum())
    if not equal[-1]:
        evidence = "At the first step all units of each hidden layer were alike; at the last one they no longer are."
        advice = "Start from random weights: until the units differ, a layer is worth a single one."
        return [Finding("symmetric", INFO, first, 0, 1.0, 1.0, SYMMETRIC, evidence, advice)]
    each = f"each of the {counted(count, 'hidden layer')}" if count > 1 else "the hidden layer"
    evidence = f"At step {step} all units of {each} have the same incoming weights, so each layer is worth one unit."
    advice = "Draw the initial weights at random, by He's initialiser for ReLU and by Glorot's for tanh and sigmoid."
    return [Finding("symmetric", CRITICAL, first, step, 1.0, 1.0, SYMMETRIC, evidence, advice)]


def dead(trace: CheckTrace, thresholds: Thresholds) -> Found:
    """Find the hidden layer that is flattest on the probe rows: most of its units dead, or nearly all saturated.

    The chance that a unit which is active on a share p of all rows is flat on N probe rows is (1 - p)^N.
    """
    if not len(trace.sampled):
        return []
    units, active = (_last(trace, values) for values in (trace.dead_units, trace.active))  # (D,)
    sick = (units > thresholds.dead) | (active < thresholds.active)
    if not sick.any():
        return []
    with np.errstate(all="ignore"):
        degree = np.where(sick, np.fmax(units / thresholds.dead, thresholds.active / active), -1.0)
    worst, step = int(np.nan_to_num(degree, nan=0.0).argmax()), int(trace.sampled[-1])
    layer, shape = kernel_names(trace)[worst], trace.setup.activations[worst]
    share = _share(sick, hidden(trace))
    if units[worst] > thresholds.dead:
        value, threshold, formula = float(units[worst]), thresholds.dead, DEAD
        evidence = f"{percent(value)} of the units of {layer} are flat on every probe row at step {step}; {share}."
        advice = "Start the biases at 0, lower the learning rate, or use an activation that is never flat (leaky ReLU)."
        advice = _SATURATED_ADVICE if shape in ("tanh", "sigmoid") else advice
    else:
        value, threshold, formula = float(active[worst]), thresholds.active, SATURATED
        evidence = (
            f"Only {percent(value)} of the activations of {layer} ({shape}) are not flat at step {step}; {share}."
        )
        advice = _SATURATED_ADVICE
    return [Finding("dead", CRITICAL, layer, step, value, threshold, formula, evidence, advice)]


def converged(trace: CheckTrace, thresholds: Thresholds) -> Found:
    """Find that the task is fitted: gradients are small because nothing is left to learn, not because they vanish."""
    error = last_error(trace)
    if not error < thresholds.converged:
        return []
    step = trace.recorded - 1
    evidence = (
        f"At step {step} the network is {percent(error)} as far from its targets as a guess, so the task is fitted."
    )
    advice = "Nothing needs to be cured; small gradients are expected here."
    return [Finding("converged", INFO, "", step, error, thresholds.converged, CONVERGED, evidence, advice)]


def correlation_collapse(trace: CheckTrace, thresholds: Thresholds) -> Found:
    """Find a layer that no longer tells its inputs apart, which gradient norms do not show.

    Reference: Schoenholz, Gilmer, Ganguli & Sohl-Dickstein 2017. https://arxiv.org/abs/1611.01232
    """
    if not len(trace.sampled):
        return []
    cosine = _last(trace, trace.cosine)
    cosine[trace.setup.recurrent] = np.nan  # sequences are alike by what they are made of
    sick = cosine > thresholds.collapse
    if not sick.any():
        return []
    worst, step = int(np.where(sick, cosine, -1.0).argmax()), int(trace.sampled[-1])
    layer, value = kernel_names(trace)[worst], float(cosine[worst])
    evidence = f"At {layer} two different rows have a mean cosine of {number(value, 3)} at step {step}"
    evidence = f"{evidence}; {_share(sick, hidden(trace))}."
    advice = "Add shortcuts whose branches are divided by the root of their number, or use fewer layers."
    found = Finding(
        "correlation_collapse", CRITICAL, layer, step, value, thresholds.collapse, COLLAPSE, evidence, advice
    )
    return [found]


def noise_floor(trace: CheckTrace, thresholds: Thresholds) -> Found:
    """Find that the loss stays high and does not fall while a batch's gradient is mostly noise.

    Judged from 40 recorded steps on, over the second half of them.
    """
    start = trace.recorded // 2
    if trace.recorded < WINDOW or not median(median(trace.error[start:])) > STUCK or not _is_flat(trace, start):
        return []
    value = signal_to_noise(trace, start)
    if not value < thresholds.signal_to_noise:
        return []
    evidence = (
        f"From step {start} on the loss does not fall, and the gradient is {number(value, 3)} times its own noise."
    )
    advice = "Use larger batches or a lower learning rate; if neither helps, the targets may hold no more than noise."
    threshold = thresholds.signal_to_noise
    return [Finding("noise_floor", CRITICAL, "", start, value, threshold, NOISE_FLOOR, evidence, advice)]


_SATURATED_ADVICE = "Start from smaller weights (Glorot's initialiser), or normalise before the activation."


def _last(trace: CheckTrace, values: np.ndarray) -> Doubles:
    """Return the last sample of hidden layers, the median over the seeds, (D,); NaN for the others."""
    return np.where(hidden(trace), median(values[-1]), np.nan)


def _share(sick: Flags, among: Flags) -> str:
    """Return how many hidden layers are concerned."""
    return f"so it is in {int(sick.sum())} of {counted(int(among.sum()), 'hidden layer')}"


def _is_flat(trace: CheckTrace, start: int) -> bool:
    """Return whether the loss falls by less than two standard errors within the window."""
    loss = median(np.moveaxis(trace.loss[start:], 1, 0))  # (W,)
    early, late = np.array_split(loss, 2)
    if not np.isfinite(loss).all():
        return False
    error = np.sqrt(early.var(ddof=1) / len(early) + late.var(ddof=1) / len(late))
    return bool(early.mean() - late.mean() <= SURE * error)

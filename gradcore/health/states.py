"""Rules for the state that a network is in: all units alike, flat, nothing left to learn, all inputs alike, only noise.

Shapes as in `gradcore.records.check`.
"""

import numpy as np

from gradcore.health.flatness import HALF, TWO_SIDED, flatness, wakes
from gradcore.health.measures import early_ratio, hidden, kernel_names, last_error, median, signal_to_noise
from gradcore.health.rule import CRITICAL, INFO, Found, alike
from gradcore.health.training import unless_it_moves, unless_it_trains
from gradcore.records import CheckTrace, Finding
from gradcore.specs import Thresholds
from gradcore.titles import counted, number, percent

SYMMETRIC = "share of hidden layers whose units all have the same incoming weights"
DEAD = "share of a layer's units whose activation is flat on every probe row"
SATURATED = "share of a layer's activations that are not flat on probe rows"
CONVERGED = "e = distance from the targets / that of a guess, at the last step"
COLLAPSE = "mean cosine between the pre-activations of different rows"
NOISE_FLOOR = "squared norm of the gradient / variance of a batch's, while the loss does not fall"
LEAST_TO_FALL = 4  # steps, two on each side
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

    Looked at in the last sample. A layer that was not flat in the first one counts only where the signal came back well
    before: where it vanished or exploded, that is why units died. A flat ReLU cuts the signal, so a network that moves
    all the same is taught by what is not flat, and is not sick. Through a smooth activation some signal comes back
    where it is flat as well, and a large learning rate turns the noise in it into motion: there the layer must wake,
    too. Through saturated units it comes back, and they still teach little. The chance that a unit which is active on a
    share p of all rows is flat on N probe rows is (1 - p)^N.
    """
    if not len(trace.sampled):
        return []
    first, last = (flatness(trace, thresholds, sample) for sample in (0, -1))
    if not last.sick.any() or not (first.sick.any() or _comes_back(trace, thresholds)):
        return []
    worst, step = int(last.degree.argmax()), int(trace.sampled[-1])
    layer, shape = kernel_names(trace)[worst], trace.setup.activations[worst]
    others = alike(int(last.sick.sum()), int(hidden(trace).sum()), "hidden layer")
    if last.units[worst] > last.most[worst]:
        value, threshold, formula = float(last.units[worst]), float(last.most[worst]), DEAD
        evidence = f"{percent(value)} of the units of {layer} are flat on every probe row at step {step}; {others}."
    else:
        value, threshold, formula = float(last.active[worst]), float(last.least[worst]), SATURATED
        evidence = f"Only {percent(value)} of the activations of {layer} ({shape}) "
        evidence += f"are not flat at step {step}; {others}."
    advice = _SATURATED_ADVICE if shape in TWO_SIDED else _DEAD_ADVICE
    found = Finding("dead", CRITICAL, layer, step, value, threshold, formula, evidence, advice)
    taught = not last.two_sided[worst] and (shape == HALF or wakes(trace, worst))
    excused = unless_it_moves if taught else unless_it_trains
    return excused([found], trace, thresholds)


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

    A network that learns, or whose loss still falls, is not sick: its rows may share a large constant part. Then it is
    information.

    Reference: Schoenholz, Gilmer, Ganguli & Sohl-Dickstein 2017. https://arxiv.org/abs/1611.01232
    """
    if not len(trace.sampled):
        return []
    cosine = np.where(hidden(trace), median(trace.cosine[-1]), np.nan)
    cosine[trace.setup.recurrent] = np.nan  # sequences are alike by what they are made of
    sick = cosine > thresholds.collapse
    if not sick.any():
        return []
    worst, step = int(np.where(sick, cosine, -1.0).argmax()), int(trace.sampled[-1])
    layer, value = kernel_names(trace)[worst], float(cosine[worst])
    evidence = f"At {layer} two different rows have a mean cosine of {number(value, 3)} at step {step}"
    evidence = f"{evidence}; {alike(int(sick.sum()), int(hidden(trace).sum()), 'hidden layer')}."
    advice = "Use pre-activation blocks with batch normalisation, or fewer layers."
    threshold, severity = thresholds.collapse, INFO if _falls(trace, trace.recorded // 2) else CRITICAL
    found = Finding("correlation_collapse", severity, layer, step, value, threshold, COLLAPSE, evidence, advice)
    weak = bool((early_ratio(trace) < thresholds.vanishing_warn).any())
    excused = unless_it_moves if weak else unless_it_trains  # of a weak signal rows that look alike are a part
    return excused([found], trace, thresholds)


def noise_floor(trace: CheckTrace, thresholds: Thresholds) -> Found:
    """Find that the loss stays high and does not fall while a batch's gradient is mostly noise.

    Judged over the second half of the recorded steps, from 200 of them on: a sequence task may stand still before that.
    """
    start = trace.recorded // 2
    if trace.recorded < thresholds.window or not median(median(trace.error[start:])) > thresholds.stuck:
        return []
    if _falls(trace, start):
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


_DEAD_ADVICE = "Start the biases at 0, lower the learning rate, or use an activation that is never flat (leaky ReLU)."
_SATURATED_ADVICE = "Start from smaller weights (Glorot's initialiser), or normalise before the activation."


def _comes_back(trace: CheckTrace, thresholds: Thresholds) -> bool:
    """Return whether no layer's signal vanished or exploded in the first steps."""
    ratio = early_ratio(trace)
    return not bool(((ratio < thresholds.vanishing) | (ratio > thresholds.exploding)).any())


def _falls(trace: CheckTrace, start: int) -> bool:
    """Return whether the loss falls by more than two standard errors within the window, or is not finite there."""
    loss = median(np.moveaxis(trace.loss[start:], 1, 0))  # (W,)
    if len(loss) < LEAST_TO_FALL:
        return False
    early, late = np.array_split(loss, 2)
    if not np.isfinite(loss).all():
        return True
    error = np.sqrt(early.var(ddof=1) / len(early) + late.var(ddof=1) / len(late))
    return bool(early.mean() - late.mean() > SURE * error)

"""What it means for a finding that the network trains: it is seen, and told, but it is no disease.

A condition is an outcome. A signal that shrinks, flat units or rows that look alike are harmless to a network whose
error falls all the same; so the rules for them ask here before they call it sick. Nor does a network stand still that
is on a plateau and leaves it later: there each layer moves, however weak its signal is, and moves the faster, the more
the signal grows.

Shapes as in `gradcore.records.check`.
"""

from dataclasses import replace

import numpy as np

from gradcore.health.measures import EARLY, early_ratio, hidden, late_ratio, median, recent_error
from gradcore.health.rule import INFO, Found
from gradcore.records import CheckTrace, Doubles
from gradcore.specs import Thresholds
from gradcore.titles import number, percent


def trains(trace: CheckTrace, thresholds: Thresholds) -> bool:
    """Return whether the error of the last steps lies well below that of a guess."""
    return recent_error(trace) < thresholds.learns


def moves(trace: CheckTrace, thresholds: Thresholds) -> bool:
    """Return whether even the layer that gets least signal moves: a long plateau, but no end."""
    return bool(motion_ahead(trace) >= thresholds.moves)


def motion(trace: CheckTrace) -> Doubles:
    """Return the share of its weights by which its gradient moves each layer with a kernel a step, (K, S, D).

    Of the last 10 recorded steps, K, or fewer.
    The step is as long as that of the head: |gradient| / |weights| x |update of the head| / |gradient of the head|.
    For SGD that is |update| / |weights|; an optimizer that gives each weight a rate of its own, such as Adam, moves a
    layer without a signal as well, and learns nothing by it.
    """
    kernels = trace.setup.kernels
    gradient, update, weight = (
        trace.by_layer(norms[-EARLY:])[..., kernels].astype(np.float64)
        for norms in (trace.gradient_norm, trace.update_norm, trace.weight_norm)
    )
    with np.errstate(all="ignore"):
        found: Doubles = gradient / weight * (update[..., -1:] / gradient[..., -1:])
    return found


def least_motion(trace: CheckTrace) -> float:
    """Return the least `motion` of a hidden layer, the mean of the last 10 recorded steps; NaN without one.

    The mean, since to a sparse ReLU a signal comes back at some steps only.
    """
    late = median(motion(trace).mean(axis=0))
    inside = hidden(trace)
    inside[trace.setup.recurrent] = False  # late time steps move them
    return float(late[inside].min()) if inside.any() else np.nan


def signal_growth(trace: CheckTrace) -> float:
    """Return how many times the least signal of the first 10 steps the least one of the last 10 is.

    1 where it comes from nothing, whose growth has no measure; 0 where nothing comes back at last.
    """
    early, late = np.fmin.reduce(early_ratio(trace)), np.fmin.reduce(late_ratio(trace))
    with np.errstate(all="ignore"):  # a signal that is Inf at both times has no growth either: NaN
        return float(np.divide(late, early)) if early != 0 else float(late > 0)


def motion_ahead(trace: CheckTrace) -> float:
    """Return `least_motion` as it will be after as many steps again, if the signal goes on to change as it did.

    The signal that comes through all layers is the product of their weights, so on a plateau that is being left it
    grows, and with it each gradient; where it shrinks, what moves now will not move for long.

    Reference: Saxe, McClelland & Ganguli 2014 (plateaus of deep networks end). https://arxiv.org/abs/1312.6120
    """
    return least_motion(trace) * signal_growth(trace)


def unless_it_trains(found: Found, trace: CheckTrace, thresholds: Thresholds) -> Found:
    """Return findings as they are where the network does not train, else as information that says so."""
    if not trains(trace, thresholds):
        return found
    told = f"it trains nevertheless, with {percent(recent_error(trace))} of the error of a guess"
    return _as_information(found, told)


def unless_it_moves(found: Found, trace: CheckTrace, thresholds: Thresholds) -> Found:
    """Return findings as they are where the network neither trains nor `moves`, else as information that says so."""
    if trains(trace, thresholds) or not moves(trace, thresholds):
        return unless_it_trains(found, trace, thresholds)
    told = f"no hidden layer stands still, the least moves by a share of {number(least_motion(trace), 2)} a step "
    told += f"and its signal is {number(signal_growth(trace), 2)} times that at first"
    return _as_information(found, told)


def _as_information(found: Found, told: str) -> Found:
    return [replace(one, severity=INFO, evidence=f"{one.evidence.removesuffix('.')}; {told}.") for one in found]

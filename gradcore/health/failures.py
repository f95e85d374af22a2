"""Rules for numbers that broke: not finite from the first step on, or later; and what the loss does not depend on.

Shapes as in `gradcore.records.check`.
"""

import numpy as np

from gradcore.health.measures import BLOWN_UP, blown_up, kernel_names, on_path, recent_steps
from gradcore.health.rule import CRITICAL, Found
from gradcore.health.training import unless_it_trains
from gradcore.records import CheckTrace, Finding
from gradcore.specs import Thresholds
from gradcore.titles import listed, number

LARGEST = float(np.finfo(np.float32).max)
NON_FINITE = "loss of the first step; it, its gradients and activations must be numbers that float32 holds"
DIVERGED = "loss of a later step / loss of the first step"
DISCONNECTED = "variables whose gradient does not exist"
MOST_NAMES = 6


def non_finite(trace: CheckTrace, thresholds: Thresholds) -> Found:
    """Find a loss, a gradient or an activation that is not finite at the first step already."""
    if not trace.recorded:
        return []
    forward, backward = _first_forward(trace), _first_backward(trace, 0)
    if np.isfinite(trace.loss[0]).all() and not forward and not backward:
        return []
    parts = [f"the loss is {number(_broken(trace.loss[0]))}"]
    parts += [f"forwards {forward} is the first layer with values that are not finite"] if forward else []
    parts += [f"backwards {backward} is the first layer whose gradient is not finite"] if backward else []
    evidence = f"At the first step {'; '.join(parts)}."
    value = _broken(trace.loss[0])
    layer, advice = forward or backward, _where_to_look(trace, forward)
    return [Finding("non_finite", CRITICAL, layer, 0, value, LARGEST, NON_FINITE, evidence, advice)]


def diverged(trace: CheckTrace, thresholds: Thresholds) -> Found:
    """Find the first later step whose loss or gradient is not finite, or whose loss is above 1,000 times the first.

    Information where every number is finite, none of the last tenth of the steps is like that, and the network trains.
    """
    broken = ~np.isfinite(trace.loss) | ~np.isfinite(_linked_norms(trace)).all(axis=-1)  # (T, S)
    bad = broken | blown_up(trace)
    late = np.argwhere(bad[1:])
    if not len(late):
        return []
    step, seed = int(late[0, 0]) + 1, int(late[0, 1])
    loss, first = float(trace.loss[step, seed]), float(trace.loss[0, seed])
    with np.errstate(all="ignore"):
        value = float(np.divide(loss, first))
    layer = _first_backward(trace, step)
    times = f", {number(value, 3)} times that of the first step" if np.isfinite(value) else ""
    evidence = f"The loss is {number(loss)} at step {step}{times}"
    evidence += f"; the gradient of {layer} is not finite." if layer else "."
    advice = "Lower the learning rate, or clip the gradient; if a gradient explodes on the way back, cure that first."
    found = [Finding("diverged", CRITICAL, layer, step, value, BLOWN_UP, DIVERGED, evidence, advice)]
    over = not broken.any() and not bad[-recent_steps(trace) :].any()
    return unless_it_trains(found, trace, thresholds) if over else found


def disconnected(trace: CheckTrace, thresholds: Thresholds) -> Found:
    """Find variables that the loss does not depend on; they are listed and take part in no other rule."""
    setup = trace.setup
    cut = [path for path, linked in zip(setup.variables, setup.connected, strict=True) if not linked]
    if not cut:
        return []
    layer = setup.layers[setup.owners[list(setup.variables).index(cut[0])]]
    evidence = f"No gradient ever reaches {listed(cut, MOST_NAMES)}: the loss is not differentiated by it."
    advice = "Connect what was meant to learn, for example by removing a stop_gradient, or take it out of the network."
    found = Finding("disconnected", CRITICAL, layer, None, float(len(cut)), 0.0, DISCONNECTED, evidence, advice)
    return [found]


def _linked_norms(trace: CheckTrace) -> np.ndarray:
    return trace.gradient_norm[..., trace.setup.connected]  # (T, S, those with a gradient)


def _first_forward(trace: CheckTrace) -> str:
    """Return the first layer, input side first, with a z that is not finite at the first step, "" without one."""
    if not len(trace.sampled) or trace.sampled[0] != 0:
        return ""
    bad = ~trace.forward_finite[0].all(axis=0)  # (D,)
    return kernel_names(trace)[int(bad.argmax())] if bad.any() else ""


def _first_backward(trace: CheckTrace, step: int) -> str:
    """Return the layer nearest to the head whose gradient is not finite at a step, "" without one."""
    bad = ~np.isfinite(trace.gradient_norm[step]).all(axis=0) & trace.setup.connected  # (V,)
    layers = list(trace.setup.owners[bad])
    if step == 0 and len(trace.sampled) and trace.sampled[0] == 0:
        broken = ~np.isfinite(trace.signal[0]).all(axis=0) & on_path(trace)  # (D,)
        layers += list(trace.setup.kernels[broken])
    return trace.setup.layers[max(layers)] if layers else ""


def _broken(loss: np.ndarray) -> float:
    """Return the first loss of the seeds that is not finite, else the first one."""
    bad = ~np.isfinite(loss)
    return float(loss[bad.argmax()])


def _where_to_look(trace: CheckTrace, forward: str) -> str:
    if forward and forward == kernel_names(trace)[0]:
        return "Look for NaN or Inf in the inputs first, then in the weights of that layer."
    if forward:
        return "Its values overflow: start from smaller weights (He's initialiser), or normalise the layers before it."
    return "The forward pass is finite: look at the loss for the logarithm or the root of zero, and use logits."

"""The signal through a whole network at initialisation: what a health check lays over its measurement.

Shapes: L layers of weights, input side first, the head last.
"""

from dataclasses import dataclass, replace

import numpy as np

from gradcore.depth_theory.heads import Head, softmax_head
from gradcore.depth_theory.laws import Law
from gradcore.depth_theory.reading import theory_sentence
from gradcore.depth_theory.sampled import SampledWalk
from gradcore.depth_theory.scope import NoTheory, check_numbers, why_none
from gradcore.depth_theory.silent_units import dead_unit_share, saturated_share
from gradcore.depth_theory.walk import Walk, walk
from gradcore.network_plan import plan
from gradcore.records import Doubles
from gradcore.specs import NetworkSpec
from gradcore.tasks import TASKS

PROBE_ROWS = 256
PROJECTION = "projection_"  # how layers that project a shortcut are named


@dataclass(frozen=True)
class Prediction:
    """What theory expects of each layer of weights before the first update; z are its pre-activations W x + b.

    a_l is the root of the mean square of dLoss/dz_l over rows and units, in parts of the head's.
    """

    layers: tuple[str, ...]  # L names as in the Keras model; projections of shortcuts are left out
    backprop_ratio: Doubles  # (L,) a_l, 1 of the head
    variance: Doubles  # (L,) of z_l
    cosine: Doubles  # (L,) between z_l of two rows; NaN where z_l is 0
    saturated: Doubles  # (L,) share of values; NaN where the activation does not saturate or is given a sum
    dead: Doubles  # (L,) share of units below 0 on every row of the probe batch; NaN without ReLU, or of sums
    theory: str  # what it is, in a sentence


def predicted_signal(
    network: NetworkSpec,
    inputs: int,
    outputs: int,
    batch_size: int,
    input_second_moment: float = 1.0,
    *,
    input_cosine: float = 0.0,
    delta_cosine: float | None = None,
    probe_rows: int = PROBE_ROWS,
    dropout: bool = True,
) -> Prediction | NoTheory:
    """Return what theory expects of a network at initialisation; once it has learned, none of it holds any more.

    Args:
        network: dense; normalised, with shortcuts or dropout as it likes.
        inputs: features of a row.
        outputs: of the head.
        batch_size: B rows of the batch; batch normalisation is as in training.
        input_second_moment: mean square of the inputs, 1 where they are standardised.
        input_cosine: mean cosine of two different rows of inputs.
        delta_cosine: mean cosine of the head's dLoss/dz of two different rows, which is taken to know nothing of the
            network: 0 serves most losses; None for cross-entropy of balanced classes, which pulls along the outputs.
        probe_rows: of the batch on which dead units are counted.
        dropout: whether it is on.

    Raises:
        RefusedError: where a number is out of its range.

    Example:
        >>> from gradcore.specs import Choice
        >>> found = predicted_signal(NetworkSpec((64, 64, 64), "relu", Choice("lecun_normal")), 64, 1, 32)
        >>> found.layers, (found.backprop_ratio**2).round(4).tolist()
        (('dense_1', 'dense_2', 'dense_3', 'output'), [0.0038, 0.0077, 0.0154, 1.0])
        >>> predicted_signal(NetworkSpec((64,), cell="lstm"), 2, 1, 32)
        NoTheory(reason='Recurrent layers are beyond this theory.')
    """
    check_numbers(inputs, outputs, batch_size, input_second_moment, input_cosine, delta_cosine or 0.0)
    reason = why_none(network, batch_size)
    if reason is not None:
        return NoTheory(reason)
    if not np.isfinite([input_second_moment, input_cosine, delta_cosine or 0.0]).all():
        return NoTheory("The batch has numbers that are not finite.")
    some_task = replace(TASKS["noise_regression"], shape=(inputs,), outputs=outputs)  # a plan asks no more of it
    given = Law(input_second_moment, input_cosine * input_second_moment, units=inputs)
    with np.errstate(all="ignore"):  # what overflows is infinite, and shown so
        found = walk(plan(network, some_task), network.kernel_initializer, given, batch_size, drop=dropout)
        return _prediction(network, found, outputs, delta_cosine, probe_rows)


def _prediction(
    network: NetworkSpec, found: Walk | SampledWalk, outputs: int, delta_cosine: float | None, probe_rows: int
) -> Prediction:
    names = tuple(name for name in found.signals if not name.startswith(PROJECTION))
    logits = found.signals[names[-1]]
    head = softmax_head(outputs, logits.square, logits.cosine) if delta_cosine is None else Head(delta_cosine)
    gradients = found.gradients(head.cosine, head.radial)
    squares = np.array([gradients[name].square for name in names])
    return Prediction(
        layers=names,
        backprop_ratio=np.sqrt(squares),
        variance=np.array([found.signals[name].square for name in names]),
        cosine=np.array([found.signals[name].cosine for name in names]),
        saturated=np.array([_saturated(network.activation, found.felt.get(name)) for name in names]),
        dead=np.array([_dead(network.activation, found.felt.get(name), probe_rows) for name in names]),
        theory=theory_sentence(network, squares),
    )


def _saturated(activation: str, law: Law | None) -> float:
    share = None if law is None or not law.square >= 0 else saturated_share(activation, law.square)
    return np.nan if share is None else share


def _dead(activation: str, law: Law | None, rows: int) -> float:
    if activation != "relu" or law is None or np.isnan(law.square):
        return np.nan
    return dead_unit_share(min(1.0, law.cosine), rows) if law.square > 0 else 1.0

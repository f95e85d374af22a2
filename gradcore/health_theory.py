"""The theory of depth beside a recorded check: the signal expected at its first step, and how far off it is.

Shapes: D layers with a kernel, input side first.
"""

from dataclasses import dataclass

import numpy as np

from gradcore.depth_theory import NoTheory, input_moments, predicted_signal
from gradcore.health import backprop_ratio, kernel_names
from gradcore.records import CheckTrace, Floats
from gradcore.specs import HealthSpec
from gradcore.tasks import task_of
from gradcore.titles import number

DEEPEST = 60  # hidden layers: beyond, a page would wait for it
UNSCALED = ("sparse_categorical_crossentropy",)  # losses whose gradient at the head depends on the network's outputs


@dataclass(frozen=True)
class Expected:
    """a_l as theory has it at initialisation."""

    ratio: Floats  # (D,) NaN where it says nothing
    sentence: str  # which theory, and how far the measurement is from it


def expected_signal(spec: HealthSpec, trace: CheckTrace) -> Expected | NoTheory:
    """Return what theory expects of a check's first step, or why it expects nothing.

    Args:
        spec: the check, admitted.
        trace: what was recorded of it, at least its first step.
    """
    if len(spec.network.hidden) > DEEPEST:
        return NoTheory(f"Networks of more than {DEEPEST} hidden layers are not worked out here.")
    if spec.missing_share:
        return NoTheory("Inputs that are not finite are beyond this theory.")
    task = task_of(spec.task)
    rows = task.rows(spec.seed).x_train
    square, cosine = input_moments(rows.reshape(len(rows), -1))
    found = predicted_signal(
        spec.network,
        task.row_size,
        task.outputs,
        spec.batch_size or task.train_rows,
        square,
        input_cosine=cosine,
        delta_cosine=None if task.loss in UNSCALED else 0.0,
    )
    if isinstance(found, NoTheory):
        return found
    known = dict(zip(found.layers, found.backprop_ratio, strict=True))
    ratio = np.array([known.get(name, np.nan) for name in kernel_names(trace)], np.float32)
    return Expected(ratio, f"{found.theory} {_deviation(ratio, trace)}".strip())


def _deviation(ratio: Floats, trace: CheckTrace) -> str:
    """Return how far the first step is from theory, as a factor; empty where it was not measured."""
    if not len(trace.sampled):
        return ""
    measured = backprop_ratio(trace)[0, 0]
    with np.errstate(all="ignore"):
        away = np.abs(np.log(measured / ratio))
    if not np.isfinite(away).any():
        return ""
    worst = int(np.nanargmax(np.where(np.isfinite(away), away, np.nan)))
    factor = float(np.exp(away[worst]))
    return (
        f"At step 0 the measured signal is within a factor of {number(factor, 3)} of it, the farthest at "
        f"{kernel_names(trace)[worst]}; one seed scatters, the more the deeper."
    )

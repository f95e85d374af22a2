"""How flat the layers of a network are, and from where on that counts: read by the rule, and drawn by the figure.

Shapes: D layers with a kernel.
"""

from dataclasses import dataclass

import numpy as np

from gradcore.health.measures import EARLY, hidden, median
from gradcore.records import CheckTrace, Doubles, Flags
from gradcore.specs import Thresholds

TWO_SIDED = ("tanh", "sigmoid")  # flat on both sides; the others on one
HALF = "relu"  # flat on half of its inputs


@dataclass(frozen=True)
class Flatness:
    """How flat the layers with a kernel are in one sample, and from where on that is sick; (D,) each."""

    units: Doubles  # share of dead units
    active: Doubles  # share of elements that are not flat
    most: Doubles  # of the former
    least: Doubles  # of the latter
    looked_at: Flags  # hidden layers
    two_sided: Flags

    @property
    def sick(self) -> Flags:
        """Which layers are flatter than what they still train with."""
        found: Flags = self.looked_at & ((self.units > self.most) | (self.active < self.least))
        return found

    @property
    def degree(self) -> Doubles:
        """How far beyond its threshold a sick layer is, 0 for the others."""
        with np.errstate(all="ignore"):
            degree = np.fmax(self.units / self.most, self.least / self.active)
        return np.where(self.sick, degree, 0.0)


def flatness(trace: CheckTrace, thresholds: Thresholds, sample: int) -> Flatness:
    """Return how flat the layers are in a sample; a sound layer may be flatter than the thresholds for two reasons.

    What is flat on one side may be sparse and train well: a share `sparse` of the least counts there. Where the rows
    are nearly the same to a layer, a unit that is off for one is off for all, so half of a ReLU's units are, and more
    by chance: `dead_alike` counts there, and half of the least.
    """
    known = trace.forward_finite[sample].all(axis=0)  # a NaN is flat nowhere: nothing can be said of its layer
    parts = (trace.dead_units, trace.active, trace.cosine)
    units, active, cosine = (np.where(known, median(values[sample]), np.nan) for values in parts)
    two_sided, half = (np.isin(trace.setup.activations, names) for names in (TWO_SIDED, HALF))
    alike = cosine > thresholds.alike
    most = np.where(alike & half, thresholds.dead_alike, thresholds.dead)
    least = thresholds.active * np.where(two_sided, 1.0, thresholds.sparse) * np.where(alike, 0.5, 1.0)
    return Flatness(units, active, most, least, hidden(trace), two_sided)


def wakes(trace: CheckTrace, place: int) -> bool:
    """Return whether a layer, one of D, leaves its flat part while it trains.

    In every sample of the last 10 recorded steps more of its elements are not flat than in any of the first 10: noise
    lets their number wander up and down, what learns raises it.
    """
    active = median(np.moveaxis(trace.active[..., place], 1, 0))  # (M,)
    early = active[trace.sampled <= max(EARLY - 1, trace.sampled[0])]
    late = active[trace.sampled >= min(trace.recorded - EARLY, trace.sampled[-1])]
    return bool(late.min() > early.max())

"""Losses with a cliff and gradient descent on them: what clipping does where the gradient explodes."""

from gradcore.cliffs.arrival import MOST_STEPS, Arrival, fixed_step_limit, steps_on_quartic
from gradcore.cliffs.descent import Descent, descend
from gradcore.cliffs.landscapes import LANDSCAPES, Landscape, quartic, recurrent_unit

__all__ = [
    "LANDSCAPES",
    "MOST_STEPS",
    "Arrival",
    "Descent",
    "Landscape",
    "descend",
    "fixed_step_limit",
    "quartic",
    "recurrent_unit",
    "steps_on_quartic",
]

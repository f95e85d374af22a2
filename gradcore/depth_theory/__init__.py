"""Theory of depth: how signals and gradients go through the layers of a network AT INITIALISATION, and only there.

Laid over what a health check measures before the first update; once a network has learned, none of it holds. Pure
NumPy. Closed forms stand in a module for each subject (`rectifiers`, `mean_field`, `normalized`, `shortcuts`,
`linear_maps`, `lsuv`, `recurrence`, `silent_units`); `predicted_signal` walks a whole network (`layers`, `laws`), of
which sums that are activated are drawn (`sampled`).
"""

from gradcore.depth_theory.inputs import input_moments
from gradcore.depth_theory.scope import NoTheory
from gradcore.depth_theory.signal import Prediction, predicted_signal

__all__ = ["NoTheory", "Prediction", "input_moments", "predicted_signal"]

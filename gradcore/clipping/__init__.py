"""Clip rules: eleven ways to limit a gradient, written once for NumPy and for the compiled step (`keras.ops`).

A rule treats one replica; the engine maps it over the seeds. It does not look whether its input is finite: whoever
calls it skips a non-finite step before the rule and its memory see it (`none` passes such a step on).
"""

from gradcore.clipping import scalars
from gradcore.clipping.catalogue import CLIP_RULES
from gradcore.clipping.parameter import Parameter
from gradcore.clipping.rule import Clipped, ClipRule, EntryRule, Factors, Gradients, Memory, ScalingRule

__all__ = [
    "CLIP_RULES",
    "ClipRule",
    "Clipped",
    "EntryRule",
    "Factors",
    "Gradients",
    "Memory",
    "Parameter",
    "ScalingRule",
    "scalars",
]

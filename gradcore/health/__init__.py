"""The health check: measures of a recorded training, one pure function a rule, and the verdict they come to.

Trace in, findings out: no TensorFlow, no store, no drawing. `RULES` lists the rules in the order of the decision.
"""

from gradcore.health.measures import (
    backprop_ratio,
    connected,
    early_ratio,
    kernel_names,
    last_error,
    layer_update_ratio,
    noise_scale,
    on_path,
    signal_to_noise,
    slope,
    update_ratio,
)
from gradcore.health.rule import CRITICAL, INFO, WARNING, Rule
from gradcore.health.verdict import HEALTHY, PENDING, RULES, VERDICTS, Diagnosis, diagnose

__all__ = [
    "CRITICAL",
    "HEALTHY",
    "INFO",
    "PENDING",
    "RULES",
    "VERDICTS",
    "WARNING",
    "Diagnosis",
    "Rule",
    "backprop_ratio",
    "connected",
    "diagnose",
    "early_ratio",
    "kernel_names",
    "last_error",
    "layer_update_ratio",
    "noise_scale",
    "on_path",
    "signal_to_noise",
    "slope",
    "update_ratio",
]

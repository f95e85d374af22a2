"""All figures of a health check; each is drawn in a file of its own."""

from gradcore.figures.health_depth import backprop_signal, dead_share
from gradcore.figures.health_histogram import gradient_histogram
from gradcore.figures.health_layer import layer_curves
from gradcore.figures.health_norms import update_ratio, variable_norms
from gradcore.figures.health_picture import CELLS, common_scale, picture, picture_height

__all__ = [
    "CELLS",
    "backprop_signal",
    "common_scale",
    "dead_share",
    "gradient_histogram",
    "layer_curves",
    "picture",
    "picture_height",
    "update_ratio",
    "variable_norms",
]

"""What theory a prediction is, in a sentence."""

import numpy as np

from gradcore.networks import LSUV
from gradcore.records import Doubles
from gradcore.specs import NetworkSpec

NAMES = {
    "relu": "ReLU", "leaky_relu": "leaky ReLU", "elu": "ELU", "selu": "SELU", "gelu": "GELU", "silu": "SiLU",
    "linear": "linear layers",
}  # fmt: skip
NORMS = {"batch": "batch normalisation", "layer": "layer normalisation", "rms": "RMS normalisation"}
SHORTCUTS = {
    "plain": "plain shortcuts", "scaled": "shortcuts around branches scaled by 1/√L",
    "preactivation": "shortcuts that are never activated", "notebook": "the notebook's shortcuts",
}  # fmt: skip
SOURCES = {
    "batch": "Yang et al. 2019", "plain": "Yang & Schoenholz 2017", "scaled": "Hayou et al. 2021",
    "preactivation": "Yang & Schoenholz 2017", "notebook": "Yang & Schoenholz 2017",
    "relu": "He et al. 2015", "leaky_relu": "He et al. 2015", "linear": "Saxe et al. 2014",
}  # fmt: skip


def theory_sentence(network: NetworkSpec, squares: Doubles) -> str:
    """Return what theory it is, and what it says of a layer.

    Args:
        network: that is predicted.
        squares: mean squares of dLoss/dz, (L,).

    Example:
        >>> from gradcore.specs import Choice
        >>> theory_sentence(NetworkSpec((64, 64), "relu", Choice("lecun_normal")), np.array([0.25, 0.5, 1.0]))
        'ReLU: the mean square of the signal changes by × 0.5 per layer towards the input (He et al. 2015).'
    """
    what = [NAMES.get(network.activation, network.activation)]
    what += [NORMS[network.normalization]] if network.normalization else []
    what += [SHORTCUTS[network.residual]] if network.residual else []
    what += ["LSUV"] if network.kernel_initializer.name == LSUV else []
    said = " with ".join([what[0], " and ".join(what[1:])]) if what[1:] else what[0]
    return f"{said}: {_change(squares[:-1])} ({_source(network)})."


def _change(hidden: Doubles) -> str:
    """Return what becomes of the mean squares of hidden layers."""
    if not hidden.size:
        return "there is no hidden layer"
    if hidden[0] == 0:
        return "no signal reaches the first layer"
    if not np.isfinite(hidden[0]):
        return "the signal grows beyond what numbers hold"
    if hidden.size == 1:
        return "one hidden layer"
    with np.errstate(all="ignore"):  # parts of it may be 0 or infinite
        factor = float((hidden[0] / hidden[-1]) ** (1 / (hidden.size - 1)))
    return f"the mean square of the signal changes by × {factor:.3g} per layer towards the input"


def _source(network: NetworkSpec) -> str:
    """Return who is to be cited first."""
    for name in (network.normalization, network.residual, network.activation):
        if name in SOURCES:
            return SOURCES[name]
    return "mean field, Schoenholz et al. 2017"

"""The catalogue's activations and their slopes in NumPy, as Keras has them; arrays of any shape keep it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from gradcore import checks
from gradcore.records import Doubles

Function = Callable[[Doubles], Doubles]
LEAK = 0.2  # Keras' slope of leaky ReLU below 0
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772  # Klambauer et al. 2017
_erf = np.frompyfunc(math.erf, 1, 1)


@dataclass(frozen=True)
class Activation:
    """A function of one number, and its slope; the only kink, where there is one, is at 0."""

    value: Function
    slope: Function


def activation_of(name: str) -> Activation:
    """Return an activation by its Keras name.

    Args:
        name: one of `gradcore.networks.ACTIVATIONS`.

    Raises:
        RefusedError: where the name is unknown.

    Example:
        >>> activation_of("leaky_relu").slope(np.array([-3.0, 0.0, 3.0])).tolist()
        [0.2, 0.2, 1.0]

    Reference: Keras' documentation, https://keras.io/api/layers/activations/
    """
    checks.known_name("activation", name, FUNCTIONS)
    return FUNCTIONS[name]


def _sigmoid(z: Doubles) -> Doubles:
    found: Doubles = (1 + np.tanh(z / 2)) / 2
    return found


def _normal_cdf(z: Doubles) -> Doubles:
    found: Doubles = (1 + np.asarray(_erf(z / math.sqrt(2)), np.float64)) / 2
    return found


def _normal_density(z: Doubles) -> Doubles:
    found: Doubles = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return found


def _below_zero(z: Doubles) -> Doubles:
    """Return e^z where z <= 0, and 1 above."""
    found: Doubles = np.exp(np.minimum(z, 0.0))
    return found


def _tanh(z: Doubles) -> Doubles:
    found: Doubles = np.tanh(z)
    return found


def _softplus(z: Doubles) -> Doubles:
    found: Doubles = np.logaddexp(0.0, z)
    return found


def _leaky(z: Doubles, leak: float) -> Doubles:
    return np.where(z > 0, z, leak * z)


FUNCTIONS: Mapping[str, Activation] = MappingProxyType(
    {
        "relu": Activation(lambda z: _leaky(z, 0.0), lambda z: np.where(z > 0, 1.0, 0.0)),
        "leaky_relu": Activation(lambda z: _leaky(z, LEAK), lambda z: np.where(z > 0, 1.0, LEAK)),
        "elu": Activation(
            lambda z: np.where(z > 0, z, _below_zero(z) - 1), lambda z: np.where(z < 0, _below_zero(z), 1.0)
        ),
        "selu": Activation(
            lambda z: SELU_SCALE * np.where(z > 0, z, SELU_ALPHA * (_below_zero(z) - 1)),
            lambda z: SELU_SCALE * np.where(z < 0, SELU_ALPHA * _below_zero(z), 1.0),
        ),
        "gelu": Activation(
            lambda z: z * _normal_cdf(z),
            lambda z: _normal_cdf(z) + z * _normal_density(z),
        ),
        "silu": Activation(
            lambda z: z * _sigmoid(z),
            lambda z: _sigmoid(z) * (1 + z * (1 - _sigmoid(z))),
        ),
        "tanh": Activation(_tanh, lambda z: 1 - _tanh(z) ** 2),
        "sigmoid": Activation(_sigmoid, lambda z: _sigmoid(z) * (1 - _sigmoid(z))),
        "softplus": Activation(_softplus, _sigmoid),
        "linear": Activation(lambda z: 1.0 * z, np.ones_like),
    }
)

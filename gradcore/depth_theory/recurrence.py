"""Gradients through T time steps of two recurrent networks that can be solved.

References: Pascanu, Mikolov & Bengio 2013, https://arxiv.org/abs/1211.5063; Jozefowicz, Zaremba & Sutskever 2015,
https://proceedings.mlr.press/v37/jozefowicz15.html
"""

import math

from gradcore import checks


def linear_recurrence(radius: float, steps: int) -> float:
    """Return rho^T, by which a linear recurrent kernel rho x orthogonal multiplies every gradient over T steps.

    Args:
        radius: rho, the spectral radius, >= 0.
        steps: T, >= 0.

    Raises:
        RefusedError: where the steps are no whole number or negative.

    Example:
        >>> round(linear_recurrence(1.1, 60), 3)
        304.482
    """
    return math.prod([radius] * checks.whole_number("steps", steps, 0))


def forget_gate(bias: float, steps: int) -> float:
    """Return sigmoid(b)^T = dc_T / dc_0 of an LSTM whose forget gates are at their bias.

    Example:
        >>> f"{forget_gate(1.0, 30):.3e}"  # Keras' unit forget bias
        '8.290e-05'
    """
    return linear_recurrence((1 + math.tanh(bias / 2)) / 2, steps)

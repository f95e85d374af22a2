"""Batch normalisation by itself makes gradients grow towards the input, whatever the scale of the weights.

References: Yang et al. 2019, https://arxiv.org/abs/1902.08129; Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167
"""

import math

from gradcore.checks import refuse

FEWEST_ROWS = 4  # below, 1 / variance of a batch has no mean


def relu_factor() -> float:
    """Return pi / (pi - 1), the factor of E ||delta||^2 per layer down of batch norm with ReLU, batches being large.

    Example:
        >>> round(relu_factor(), 5), round(math.sqrt(relu_factor()), 4)  # of the norm: Yang's 1.2^L
        (1.46694, 1.2112)
    """
    return math.pi / (math.pi - 1)


def linear_factor(batch_size: int) -> float:
    """Return (B - 2) / (B - 3), the factor of E ||delta||^2 per layer down of batch norm without an activation.

    Args:
        batch_size: B rows, at least 4.

    Raises:
        RefusedError: where the batch is smaller: the factor is infinite then.

    Example:
        >>> linear_factor(4), round(linear_factor(6), 3)
        (2.0, 1.333)
    """
    if not batch_size >= FEWEST_ROWS:
        refuse("batch_size", f"be at least {FEWEST_ROWS}", batch_size)
    return (batch_size - 2) / (batch_size - 3)

"""What of a batch of inputs a prediction needs to know."""

import math

import numpy as np

from gradcore.records import Floats


def input_moments(rows: Floats) -> tuple[float, float]:
    """Return the mean square of a batch of inputs, and the mean cosine of two different rows.

    Each pair counts by the lengths of its rows, as it does in the layers above.

    Args:
        rows: (N, ...), each row read as one vector; with a number that is not finite both are NaN.

    Example:
        >>> input_moments(np.array([[3.0, 4.0], [4.0, 3.0]], np.float32))
        (12.5, 0.96)
    """
    flat = np.asarray(rows, np.float64).reshape(len(rows), -1)
    if not np.isfinite(flat).all():
        return math.nan, math.nan
    square, count = float(np.mean(flat**2)), len(flat)
    if count < 2 or square == 0:
        return square, 0.0
    whole = float(np.sum(np.mean(flat, axis=0) ** 2)) / flat.shape[1] * count
    return square, min(1.0, (whole / square - 1) / (count - 1))

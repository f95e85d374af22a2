"""Products of square linear maps: orthogonal ones keep every length, Gaussian ones only its mean square.

References: Saxe, McClelland & Ganguli 2014, https://arxiv.org/abs/1312.6120; Pennington, Schoenholz & Ganguli 2017,
https://arxiv.org/abs/1711.04735
"""

import math

from gradcore import checks


def orthogonal_singular_value(layers: int, gain: float = 1.0) -> float:
    """Return gain^L, every singular value of a product of L orthogonal kernels.

    Example:
        >>> round(orthogonal_singular_value(20, 1.1), 6)
        6.7275
    """
    return math.prod([gain] * checks.whole_number("layers", layers, 0))


def gaussian_square(layers: int, gain: float = 1.0) -> float:
    """Return E s^2 = gain^2L over the singular values of a product of L kernels with Var(W) = gain^2 / width.

    Example:
        >>> gaussian_square(10)
        1.0
    """
    return orthogonal_singular_value(layers, gain) ** 2


def gaussian_fourth_power(layers: int, gain: float = 1.0) -> float:
    """Return E s^4 = (L + 1) gain^4L of the same, in the limit of wide layers: they stretch ever less evenly.

    Example:
        >>> gaussian_fourth_power(10)
        11.0
    """
    return (layers + 1) * gaussian_square(layers, gain) ** 2

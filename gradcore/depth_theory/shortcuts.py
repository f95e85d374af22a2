"""Shortcuts x + alpha f(x) around ReLU layers that keep variances (He): how much gradients grow over all blocks.

References: He et al. 2016, https://arxiv.org/abs/1512.03385; Yang & Schoenholz 2017,
https://arxiv.org/abs/1712.08969; Hayou et al. 2021, https://arxiv.org/abs/2010.12859
"""

import math

from gradcore import checks
from gradcore.checks import refuse

SHARE = 1 - 1 / math.pi  # of E z^2 that varies from row to row after ReLU, times 2


def plain_factor(blocks: int, scale: float = 1.0) -> float:
    """Return (1 + alpha^2)^blocks, the factor of E ||delta||^2 from the last block's output to the first's input.

    Args:
        blocks: >= 0.
        scale: alpha, what each branch is multiplied by; 1 of a plain sum.

    Raises:
        RefusedError: where the number of blocks is negative.

    Example:
        >>> plain_factor(20), plain_factor(1, scale=0.5)
        (1048576.0, 1.25)
    """
    checks.whole_number("blocks", blocks, 0)
    return math.prod([1 + scale**2] * blocks)


def scaled_factor(blocks: int) -> float:
    """Return the same with alpha = 1 / sqrt(blocks), (1 + 1 / L)^L: e at most.

    Example:
        >>> round(scaled_factor(10_000), 3)
        2.718
    """
    checks.whole_number("blocks", blocks, 1)
    return plain_factor(blocks, 1 / math.sqrt(blocks))


def normalized_factor(blocks: int, start: float = 1.0) -> float:
    """Return the same of x + relu(batch_norm(W x)): prod(1 + 1 / u_l), u_l = u_0 + l (1 - 1 / pi); it grows as a power.

    Args:
        blocks: >= 0.
        start: u_0, twice the variance over the rows of what enters the first block, > 0.

    Raises:
        RefusedError: where the number of blocks is negative, or the start not above 0.

    Example:
        >>> round(normalized_factor(32), 1)
        81.9
    """
    checks.whole_number("blocks", blocks, 0)
    if not start > 0:
        refuse("start", "be > 0", start)
    return math.prod(1 + 1 / (start + block * SHARE) for block in range(blocks))

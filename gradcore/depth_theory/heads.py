"""How alike the gradients of two rows are at the head, where a softmax meets classes that occur equally often.

Outputs that are alike for all rows make gradients alike, and batch normalisation takes what is alike away.
"""

from functools import lru_cache

import numpy as np

from gradcore.records import Doubles

DRAWS = 4000  # pairs of rows that the mean is taken over; always the same ones


def softmax_delta_cosine(classes: int, variance: float, cosine: float) -> float:
    """Return E <p - y, p' - y'> / E |p - y|^2 of two rows, whose labels are independent of their logits.

    Args:
        classes: C, at least 1.
        variance: of the logits, >= 0.
        cosine: between the logits of two rows; below 0 it counts as 0.

    Example:
        >>> softmax_delta_cosine(10, 0.0, 1.0), round(softmax_delta_cosine(10, 100.0, 1.0), 1)
        (0.0, 0.5)
    """
    if not 0 < variance < np.inf or not cosine > 0 or classes < 2:
        return 0.0
    common, own, others = _normals(classes)
    lean, root = np.sqrt(min(cosine, 1.0)), np.sqrt(max(0.0, 1 - cosine))
    first, second = (_softmax(np.sqrt(variance) * (lean * common + root * part)) for part in (own, others))
    together, alone = np.mean(np.sum(first * second, axis=1)), np.mean(np.sum(first**2, axis=1))
    return float(max(0.0, together - 1 / classes) / (1 - 2 / classes + alone))


@lru_cache(maxsize=16)
def _normals(classes: int) -> tuple[Doubles, Doubles, Doubles]:
    """Return what logits share and what each row adds, (DRAWS, C) each."""
    drawn = np.random.default_rng(0).normal(size=(3, DRAWS, classes))
    return drawn[0], drawn[1], drawn[2]


def _softmax(logits: Doubles) -> Doubles:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    found: Doubles = raised / raised.sum(axis=1, keepdims=True)
    return found

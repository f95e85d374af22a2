"""The gradient at the head, where a softmax meets classes that occur equally often.

Outputs that are alike for all rows make gradients alike, and batch normalisation takes what is alike away. Large
outputs pull the gradient into their own direction, along which shortcuts make it grow most.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gradcore.records import Doubles

DRAWS = 4000  # pairs of rows that the mean is taken over; always the same ones


@dataclass(frozen=True)
class Head:
    """What is known of delta = dLoss/dz of the head."""

    cosine: float = 0.0  # E <delta, delta'> / E |delta|^2 of two rows
    radial: float = 1.0  # C E (delta . z / |z|)^2 / E |delta|^2: 1 where it knows no direction


def softmax_head(classes: int, variance: float, cosine: float) -> Head:
    """Return what cross-entropy gives, delta = p - y, where labels are independent of the logits.

    Args:
        classes: C, at least 1.
        variance: of the logits, >= 0.
        cosine: between the logits of two rows; below 0 it counts as 0.

    Example:
        >>> softmax_head(10, 0.0, 1.0), round(softmax_head(10, 100.0, 1.0).cosine, 1)
        (Head(cosine=0.0, radial=1.0), 0.5)
    """
    if not 0 < variance < np.inf or classes < 2:
        return Head()
    common, own, others = _normals(classes)
    shared = min(1.0, max(0.0, cosine))
    first = np.sqrt(variance) * (np.sqrt(shared) * common + np.sqrt(1 - shared) * own)
    second = np.sqrt(variance) * (np.sqrt(shared) * common + np.sqrt(1 - shared) * others)
    p, q = _softmax(first), _softmax(second)
    size = 1 - 2 / classes + np.mean(np.sum(p**2, axis=1))  # E |p - y|^2
    together = np.mean(np.sum(p * q, axis=1)) - 1 / classes
    pulls = np.sum(p * first, axis=1, keepdims=True) - first  # (p - y) . z, each class being the label
    radial = classes * np.mean(pulls**2 / np.sum(first**2, axis=1, keepdims=True)) / size
    return Head(float(max(0.0, together) / size) if shared else 0.0, float(radial))


@lru_cache(maxsize=16)
def _normals(classes: int) -> tuple[Doubles, Doubles, Doubles]:
    """Return what logits share and what each row adds, (DRAWS, C) each."""
    drawn = np.random.default_rng(0).normal(size=(3, DRAWS, classes))
    return drawn[0], drawn[1], drawn[2]


def _softmax(logits: Doubles) -> Doubles:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    found: Doubles = raised / raised.sum(axis=1, keepdims=True)
    return found

"""A stream, several times faster: for most rules the norms of the tensors are enough.

What it gives differs from `run_stream` by the rounding of the clipped tensors to float32. Shapes: T steps, K tensors.
"""

from collections.abc import Sequence

import numpy as np

from gradcore.clip_trials.measures import Gradients
from gradcore.clip_trials.stream import Doubles, StreamResult, StreamTrial, run_stream
from gradcore.clipping import CLIP_RULES, ScalingRule, scalars
from gradcore.specs import NO_CLIPPING, Choice


def quick_stream(steps: Sequence[Gradients], rules: Sequence[Choice], weights: Gradients | None = None) -> StreamTrial:
    """Apply each rule to every step in order; every step must have every tensor.

    Example:
        >>> steps = [[np.array([3.0]), np.array([4.0])], [np.array([np.nan]), np.array([0.0])]]
        >>> result = quick_stream(steps, [Choice.of("clip_by_global_norm", max_norm=1.0)]).results[0]
        >>> result.norm_after, result.skipped
        (array([ 1., nan]), array([False,  True]))
    """
    layers = _layer_norms(steps)
    norms = np.sqrt(np.sum(np.square(layers), axis=1))
    slow = [choice for choice in rules if not isinstance(CLIP_RULES[choice.name], ScalingRule)]
    others = iter(run_stream(steps, slow, weights).results if slow else ())
    return StreamTrial(norms, tuple(next(others) if one in slow else _by_norms(layers, norms, one) for one in rules))


def _layer_norms(steps: Sequence[Gradients]) -> Doubles:
    """Return the norm of every tensor at every step, (T, K)."""
    tensors = [np.stack([np.ravel(part) for part in parts]).astype(np.float64) for parts in zip(*steps, strict=True)]
    return np.stack([np.sqrt(np.sum(np.square(tensor), axis=1)) for tensor in tensors], axis=1)


def _by_norms(layers: Doubles, norms: Doubles, choice: Choice) -> StreamResult:
    rule = CLIP_RULES[choice.name]
    assert isinstance(rule, ScalingRule)  # the caller has sorted out the others
    skipped = ~np.isfinite(norms) & (choice.name != NO_CLIPPING.name)
    threshold, factors = np.full(len(layers), np.nan), np.ones_like(layers)
    whole = rule.needs == "norm"  # then the norm of all tensors is enough, as one number
    decide = rule.deciding(choice, scalars if whole else np)
    memory = rule.init(choice, [(1,)] * layers.shape[1], len(layers), scalars if whole else np)
    with np.errstate(all="ignore"):
        for step in np.flatnonzero(~skipped).tolist():
            found = decide(norms[step] if whole else layers[step], memory)
            memory, threshold[step], factors[step] = found.memory, found.threshold, found.factors
        scaled = factors * layers
        clipped = (scaled != layers).any(axis=1) & ~skipped & (choice.name != NO_CLIPPING.name)
        after = np.where(clipped, np.sqrt(np.sum(np.square(scaled), axis=1)), np.where(skipped, np.nan, norms))
    return StreamResult(choice, threshold, after, clipped, skipped)

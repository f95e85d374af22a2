"""Clip rules that Keras has not and that are more than a threshold, as lines of plain Python for scripts.

The formulas are those of `gradcore.clipping`; a test runs each script and compares its losses with the race's.
"""

from collections.abc import Mapping
from types import MappingProxyType

_ZCLIP = """
seen, mean, variance = 0, 0.0, 0.0  # of the norms so far


def clipped(gradients):
    global seen, mean, variance
    norm = float(tf.linalg.global_norm(gradients))
    deviation = variance**0.5
    z, warm = (norm - mean) / (deviation + 1e-6), seen < {warmup!r}
    target = mean + {z_threshold!r} ** 2 * deviation / z if not warm and z > {z_threshold!r} else norm
    share = 1 / (seen + 1) if warm else 1 - {alpha!r}
    moved = mean + share * (target - mean)
    spread = (target - mean) * (target - moved) if warm else (target - moved) ** 2
    seen, mean, variance = seen + 1, moved, variance + share * (spread - variance)
    limit = {limit}
    return [gradient * (limit / norm if norm > limit else 1.0) for gradient in gradients]
"""
_ADAGC = """
seen, usual = 0, np.inf  # steps, and the usual norm of each tensor


def clipped(gradients):
    global seen, usual
    norms = np.array([float(tf.norm(gradient)) for gradient in gradients])
    whole, some = np.sqrt(np.sum(norms**2)), np.maximum(norms, 1e-300)
    if seen < {warmup!r}:
        factors = np.full(len(norms), min(1.0, {absolute!r} / max(whole, 1e-300)))
        moved = np.minimum(usual, factors * norms)
    else:
        factors = np.minimum({relative!r} * usual / some, 1.0)
        moved = np.where(np.isfinite(usual), {beta!r} * usual + (1 - {beta!r}) * factors * norms, factors * norms)
    seen, usual = seen + 1, np.where(norms > 0, moved, usual)
    return [gradient * factor for gradient, factor in zip(gradients, factors.tolist())]
"""
_AGC = """
def unit_norms(values, variable):
    alone = len(variable.shape) < 2 or "bias" in variable.name  # one norm of the whole; else one for each output unit
    axes = None if alone else tuple(range(len(variable.shape) - 1))
    return np.sqrt(np.sum(np.square(np.asarray(values, np.float64)), axis=axes, keepdims=True))


def clipped(gradients):
    found = []
    for gradient, variable in zip(gradients, model.trainable_variables):
        limits = {clipping!r} * np.maximum(unit_norms(variable, variable), {eps!r})
        factors = np.minimum(limits / np.maximum(unit_norms(gradient, variable), 1e-300), 1.0)
        found.append(gradient * tf.constant(factors, tf.float32))
    return found
"""
OTHERS: Mapping[str, str] = MappingProxyType({"zclip": _ZCLIP, "adagc": _ADAGC, "adaptive_grad_clip": _AGC})


def other_rule_code(rule: str, values: Mapping[str, object]) -> str:
    """Return the function `clipped` of a rule, "" where it is none of these.

    Example:
        >>> other_rule_code("autoclip", {})
        ''
        >>> print(other_rule_code("zclip", dict(alpha=0.97, z_threshold=2.5, warmup=25, max_norm=2.0)).splitlines()[-2])
            limit = min(target, 2.0)
    """
    if rule not in OTHERS:
        return ""
    limit = "target" if values.get("max_norm") is None else f"min(target, {values['max_norm']!r})"
    return OTHERS[rule].format(**{**values, "limit": limit})

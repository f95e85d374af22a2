"""Clip rules as lines of plain Python, for scripts that run alone; those that Keras has are arguments of its own."""

from collections.abc import Mapping
from types import MappingProxyType

from gradcore.clipping import CLIP_RULES
from gradcore.script_other_clips import other_rule_code
from gradcore.specs import KERAS_CLIP_ARGUMENTS, NO_CLIPPING, Choice

_THRESHOLD = """
norms = []


def clipped(gradients):
    norm = float(tf.linalg.global_norm(gradients))
    norms.append(norm)
    threshold = {threshold}
    return [gradient * (threshold / norm if norm > threshold else 1.0) for gradient in gradients]
"""
_NORMALIZED = """
def clipped(gradients):
    norm = float(tf.linalg.global_norm(gradients))
    return [gradient * ({norm!r} / (norm + 1e-12)) for gradient in gradients]
"""
_PAST = "np.percentile(norms[:-1], {percentile!r}) if len(norms) > 1 else np.inf"
_WINDOW = "np.clip(np.percentile(norms[-{history!r}:], {percentile!r}), {min_clip!r}, {max_clip!r})"
_THRESHOLDS: Mapping[str, str] = MappingProxyType(
    {
        "ten_percent": "min(max({fraction!r} * norm, {min_norm!r}), {max_norm!r})",
        "autoclip": "np.percentile(norms, {percentile!r})",
        "adaptive_percentile": "{warmup_clip!r} if len(norms) < {warmup!r} else " + _WINDOW,
    }
)
# The race takes no step along a gradient that is not finite, where a clip rule looks at it.
SKIP = """    if not all(np.isfinite(gradient).all() for gradient in gradients):
{counted}        continue
"""
COUNTED = "        optimizer.iterations.assign_add(1)\n"
CLIPPED = "    gradients = clipped(gradients)\n"


def keras_arguments(clip: Choice) -> dict[str, object]:
    """Return a clip rule as Keras' argument of the same meaning, nothing where Keras has none.

    Example:
        >>> keras_arguments(Choice.of("clip_by_global_norm", max_norm=0.5))
        {'global_clipnorm': 0.5}
    """
    found = {argument: parameter for argument, (rule, parameter) in KERAS_CLIP_ARGUMENTS.items() if rule == clip.name}
    return {argument: clip.get(parameter) for argument, parameter in found.items()}


def clip_code(clip: Choice) -> str:
    """Return the function `clipped` of a rule that Keras has not, "" where none is needed.

    Example:
        >>> print(clip_code(Choice.of("normalized", norm=2.0)).strip())
        def clipped(gradients):
            norm = float(tf.linalg.global_norm(gradients))
            return [gradient * (2.0 / (norm + 1e-12)) for gradient in gradients]
    """
    if clip == NO_CLIPPING or keras_arguments(clip):
        return ""
    values = CLIP_RULES[clip.name].values(clip)
    if clip.name == "normalized":
        return _NORMALIZED.format(**values)
    if clip.name not in _THRESHOLDS:
        return other_rule_code(clip.name, values)
    threshold = _PAST if clip.name == "autoclip" and not values["include_current"] else _THRESHOLDS[clip.name]
    return _THRESHOLD.format(threshold=threshold.format(**values))

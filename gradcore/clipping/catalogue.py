"""Catalogue of the clip rules: names, titles, parameters with their limits, the paper."""

from collections.abc import Mapping
from types import MappingProxyType

from gradcore.clipping import fixed, memory
from gradcore.clipping.parameter import Parameter
from gradcore.clipping.rule import ClipRule, EntryRule, ScalingRule


def _named(*parameters: Parameter) -> Mapping[str, Parameter]:
    return MappingProxyType({parameter.name: parameter for parameter in parameters})


_MAX_NORM = Parameter("max_norm", "largest norm that passes", proposed=1.0, above=0)
_PERCENTILE = "threshold's place among the norms, in percent"

_ENTRIES: tuple[ClipRule, ...] = (
    ScalingRule(
        "none",
        "No clipping",
        "Gradients pass unchanged, non-finite ones too.",
        reference="",
        needs="norm",
        hue=7,
        function=fixed.none,
    ),
    EntryRule(
        "clip_by_value",
        "By value",
        "Limits every entry by itself; the direction may turn.",
        reference="Mikolov 2012, doctoral thesis, Brno University of Technology",
        needs="gradients",
        hue=1,
        function=fixed.clip_by_value,
        parameters=_named(Parameter("max_value", "largest entry that passes", proposed=1.0, above=0)),
    ),
    ScalingRule(
        "clip_by_norm",
        "Per tensor",
        "Limits each tensor's norm by itself; the direction of the whole may turn.",
        reference="Keras' clipnorm, https://keras.io/api/optimizers/",
        needs="gradients",
        hue=2,
        function=fixed.clip_by_norm,
        parameters=_named(_MAX_NORM),
    ),
    ScalingRule(
        "clip_by_global_norm",
        "Global norm",
        "Limits the norm of all gradients together and keeps their direction.",
        reference="Pascanu, Mikolov & Bengio 2013, https://arxiv.org/abs/1211.5063",
        needs="norm",
        hue=0,
        function=fixed.clip_by_global_norm,
        parameters=_named(_MAX_NORM),
    ),
    ScalingRule(
        "ten_percent",
        "Ten percent",
        "Limits the global norm to a share of itself, between two clamps: it shrinks nearly every gradient.",
        reference="the notebook's adaptive line",
        needs="norm",
        hue=6,
        function=fixed.ten_percent,
        parameters=_named(
            Parameter("fraction", "share of the norm that passes", default=0.1, above=0, most=1),
            Parameter("min_norm", "lower clamp of the threshold", default=1.0, above=0),
            Parameter("max_norm", "upper clamp of the threshold", default=10.0, above=0),
        ),
        ordered=("min_norm", "max_norm"),
    ),
    ScalingRule(
        "adaptive_percentile",
        "Recent percentile",
        "Limits the global norm to a percentile of the last norms, between two clamps.",
        reference="the notebook's AdaptiveGradientClipper",
        needs="norm",
        hue=3,
        function=memory.adaptive_percentile,
        start=memory.start_adaptive_percentile,
        parameters=_named(
            Parameter("percentile", _PERCENTILE, default=95.0, least=0, most=100),
            Parameter("history", "steps that it looks back", kind="whole", default=100, least=1),
            Parameter("min_clip", "lower clamp of the threshold", default=0.1, above=0),
            Parameter("max_clip", "upper clamp of the threshold", default=10.0, above=0),
            Parameter("warmup", "step from which the percentile counts", kind="whole", default=10, least=0),
            Parameter("warmup_clip", "threshold before it", default=1.0, above=0),
        ),
        ordered=("min_clip", "max_clip"),
    ),
    ScalingRule(
        "autoclip",
        "AutoClip",
        "Limits the global norm to a percentile of all norms so far: it clips a fixed share of a steady stream.",
        reference="Seetharaman et al. 2020, https://arxiv.org/abs/2007.14469",
        needs="norm",
        hue=4,
        function=memory.autoclip,
        start=memory.start_autoclip,
        parameters=_named(
            Parameter("percentile", _PERCENTILE, default=10.0, least=0, most=100),
            Parameter("include_current", "whether the step's own norm counts", kind="flag", default=True),
        ),
    ),
    EntryRule(
        "adaptive_grad_clip",
        "Adaptive (AGC)",
        "Limits each unit's gradient to a share of that unit's weights.",
        reference="Brock et al. 2021, https://arxiv.org/abs/2102.06171",
        needs="weights",
        hue=5,
        function=fixed.adaptive_grad_clip,
        parameters=_named(
            Parameter("clipping", "largest ratio of gradient to weights", default=0.01, above=0),
            Parameter("eps", "least norm that weights count for", default=0.001, above=0),
        ),
    ),
    ScalingRule(
        "zclip",
        "ZClip",
        "Pulls an unusually large global norm back to the usual ones, the further the larger it is.",
        reference="Kumar et al. 2025, https://arxiv.org/abs/2504.02507",
        needs="norm",
        hue=8,
        function=memory.zclip,
        start=memory.start_zclip,
        parameters=_named(
            Parameter("alpha", "weight of the past in the running means", default=0.97, least=0, below=1),
            Parameter("z_threshold", "standard deviations that are still usual", default=2.5, above=0),
            Parameter("warmup", "steps that only measure", kind="whole", default=25, least=1),
            Parameter("max_norm", "largest norm that passes, none without", proposed=1.0, optional=True, above=0),
        ),
    ),
    ScalingRule(
        "adagc",
        "AdaGC",
        "Limits each tensor to its own usual norm, which can rise only slowly.",
        reference="Wang et al. 2025, https://arxiv.org/abs/2502.11034",
        needs="gradients",
        hue=9,
        function=memory.adagc,
        start=memory.start_adagc,
        parameters=_named(
            Parameter("relative", "largest ratio to the usual norm", default=1.05, above=0),
            Parameter("absolute", "largest global norm in the warm-up", default=1.0, above=0),
            Parameter("beta", "weight of the past in the usual norm", default=0.98, least=0, below=1),
            Parameter("warmup", "steps that look for the usual norms", kind="whole", default=100, least=0),
        ),
    ),
    ScalingRule(
        "normalized",
        "Normalized",
        "Gives every gradient the same length: it lengthens short ones.",
        reference="Hazan, Levy & Shalev-Shwartz 2015, https://arxiv.org/abs/1507.02030",
        needs="norm",
        hue=0,
        function=fixed.normalized,
        parameters=_named(Parameter("norm", "length that every gradient gets", default=1.0, above=0)),
    ),
)
CLIP_RULES: Mapping[str, ClipRule] = MappingProxyType({entry.name: entry for entry in _ENTRIES})

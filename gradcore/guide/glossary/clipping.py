"""Words of the clipping lab."""

from gradcore.guide import places
from gradcore.guide.model import CLIPPING, Link, Term, link

STEP = link(CLIPPING, "Rules", "four rules on one gradient")
STREAM = places.NOTEBOOK_STREAM
REAL = places.REAL_RUN
ADVISOR = link(CLIPPING, "Wanted clip rate", "an advised threshold and its interval", part="Advisor")


def _rule(title: str) -> tuple[Link, ...]:
    return (link(CLIPPING, title, f"{title} on one gradient", step_rules=title),)


TERMS = (
    Term("clipping", "Clipping", "Making a gradient shorter when it is longer than a threshold, before the "
         "optimizer sees it.", seen=(STEP,), also=("clip rule",)),
    Term("clip_threshold", "Threshold of a clip rule", "The largest norm (or entry) that passes unchanged. Rules "
         "with a memory set it anew at each step.", seen=(STEP,), also=("threshold", "max_norm", "norm after")),
    Term("clip_by_value", "By value", "Limits every entry by itself, so the direction may turn.",
         r"g_i' = \min(c, \max(-c, g_i))", _rule("By value")),
    Term("clip_by_norm", "Per tensor", "Limits each variable's norm by itself; Keras' `clipnorm`. The direction "
         "of the whole may turn.", r"g_v' = g_v \min(1, c / \lVert g_v \rVert)", _rule("Per tensor")),
    Term("clip_by_global_norm", "Global norm", "Limits the norm of all gradients together, by one factor: the "
         "direction stays (Pascanu et al. 2013).", r"g' = g \min(1, c / \lVert g \rVert)",
         _rule("Global norm")),
    Term("ten_percent", "Ten percent", "The notebook's adaptive line: a tenth of the norm, between 1 and 10. No "
         "clipping, it shrinks nearly everything, and again each time it is applied.",
         r"c = \min(10, \max(1, 0.1 \lVert g \rVert))", _rule("Ten percent")),
    Term("adaptive_percentile", "Recent percentile", "The notebook's AdaptiveGradientClipper: the threshold is a "
         "percentile of the last norms, between two clamps.", seen=(STREAM,), also=("percentile", "history")),
    Term("autoclip", "AutoClip", "The threshold is a percentile of all norms so far, the step's own among them "
         "(Seetharaman et al. 2020).", seen=_rule("AutoClip")),
    Term("adaptive_grad_clip", "Adaptive (AGC)", "Limits each unit's gradient to a share of that unit's weights "
         "(Brock et al. 2021).", r"\lVert G_i \rVert \le \lambda \max(\lVert W_i \rVert, \epsilon)",
         _rule("Adaptive (AGC)")),
    Term("zclip", "ZClip", "Pulls a norm that is more than some standard deviations above the running mean back "
         "towards it, the further the larger it is (Kumar et al. 2025).", r"z = (\lVert g \rVert - \mu) / \sigma",
         _rule("ZClip")),
    Term("adagc", "AdaGC", "Limits each tensor to its own usual norm, which can rise only slowly (Wang et al. 2025).",
         r"\gamma_v \leftarrow \beta \gamma_v + (1 - \beta) \lVert g_v' \rVert", _rule("AdaGC")),
    Term("normalized", "Normalized", "Gives every gradient the same length; it lengthens short ones.",
         r"g' = c\, g / \lVert g \rVert", _rule("Normalized")),
    Term("turn", "Turned by, cosine", "The angle between the gradient before and after a rule, and its cosine. 0° "
         "keeps the direction of the step.", r"\cos = \langle g, g' \rangle / (\lVert g \rVert \lVert g' \rVert)", (
         STEP,), ("angle", "cosine", "direction")),
    Term("scale", "Factor", "What all entries are multiplied by, where a rule has one factor for all.", seen=(STEP,)),
    Term("skipped", "Step skipped", "In training and in a stream a step whose gradient is not finite is left out "
         "and counted, by every rule but no clipping; it enters no memory.", seen=(places.NON_FINITE,)),
    Term("matched_strength", "Matched strength", "All rules with the threshold at which they leave the same norm: "
         "only then rules are compared, not thresholds.", seen=(places.MATCHED,)),
    Term("stream", "Stream, phase", "A sequence of made-up gradients: normal, rise, explosion, recovery. Scale: "
         "the standard deviation of an entry.", seen=(STREAM,), also=("phase", "rise", "recovery")),
    Term("tails", "Tails", "How often far too large entries come: normal, or heavier.", seen=(
         link(CLIPPING, "Tails", "a stream with heavier tails", part="Stream", stream_tail="student_t"),)),
    Term("clip_rate", "Clip rate", "The share of the steps that were clipped; recent: of the last steps only. "
         "Under a percentile rule it is what the percentile asks for, and no sign of health.", seen=(STREAM,), also=(
         "recent clip rate", "steps clipped")),
    Term("landscape", "Landscape, cliff", "A loss of one or two numbers on which a descent can be watched. At a "
         "cliff the gradient becomes so large that one step throws the descent away.", seen=(
         places.CLIFF,), also=("cliff", "descent")),
    Term("spectral_radius", "Spectral radius", "What the recurrent kernel multiplies a state by at each time "
         "step, at the start: above 1 a gradient may grow, below 1 it fades.",
         r"\rho(U) = \max_i \lvert \lambda_i(U) \rvert", (REAL,)),
    Term("blow_up", "Blown up", "A training whose loss is not finite or above 1,000 times its first one. The "
         "share comes with a Wilson interval, which holds for small counts, too.", seen=(REAL,), also=(
         "Wilson interval",)),
    Term("advisor", "Advisor", "Reads from the norms of a run what share of its steps each threshold would have "
         "clipped, and which threshold gives a wanted share.", seen=(ADVISOR,), also=("wanted clip rate",
         "suggested threshold")),
    Term("effective_events", "Effective events", "Clip events come in clusters, so there is less to learn from "
         "them than their number says; an interval is given from 20 independent ones on.",
         r"N_\mathrm{eff} = N / \tau", (ADVISOR,), ("autocorrelation", "effective steps")),
    Term("proof_of_a_threshold", "Prove it", "The advised threshold against no clipping, from the same weights "
         "and batches.", seen=(ADVISOR,)),
)  # fmt: skip

"""The notebook's framework in four layers, each claim beside what is measured here."""

from gradcore.guide import places
from gradcore.guide.model import Claim, Section

PRESETS = "gradcore health --preset"

FOUNDATION = Section(
    "foundation",
    "1. Foundation layer: essential",
    (
        "Three choices that cost nothing to write down. They belong together: He's initialiser is made for ReLU, and "
        "Adam forgives what both leave over.",
    ),
    (
        Claim(
            "relu",
            "**ReLU activations: non-saturating, gradient-preserving.** A sigmoid's slope is at most 1/4, so each "
            "layer passes on less than a quarter of the signal; ReLU's slope is 1 where a unit is active and 0 "
            "elsewhere.",
            "depends",
            "on bias and initialiser. It cures the sigmoid stack (mean loss {t_sigmoid_stack_relu.before} to "
            "{t_sigmoid_stack_relu.after}; over six layers E = {solutions.relu_sigmoid_stack}), but with biases far "
            "below zero {h_dying_relu.dead%} of a layer's units never fire again.",
            f"{PRESETS} dying_relu",
            (places.DYING, places.SIGMOIDS, places.RELU_MEASURED),
        ),
        Claim(
            "he_init",
            r"**He initialisation: proper weight scaling for ReLU.** ReLU drops half of the mean square; a weight "
            r"variance of $2 / n_\mathrm{in}$ doubles it again, so that it stays from layer to layer, there and back.",
            "depends",
            "on depth and activation. Through 30 layers a_l is {s_he30.first_a} (median of ten steps; Glorot: "
            "{h_glorot_relu_30.first_a}), but two different rows have become alike: a mean cosine of {s_he36.cosine} "
            "after 36. E = {solutions.he_init_glorot_relu} on 22 Glorot layers, {solutions.he_init_sigmoid_stack} on "
            "sigmoids.",
            "python -m bench.guide_figures --only s_he36",
            (places.HE_30, places.GLOROT_30, places.HE_36, places.HE_MEASURED),
        ),
        Claim(
            "adam",
            "**Adam: adaptive learning rates with momentum.** Each gradient is divided by its own usual size, so a "
            "layer whose gradient is small takes steps as long as the others.",
            "depends",
            "on the axes. With curvatures from 1 to 10,000 along the axes Adam is at the target after "
            "{r_badly_scaled.steps_2} steps, SGD not within {r_badly_scaled.steps}. With the axes turned Adam ends at "
            "{q_rotated.loss_1} instead of {r_badly_scaled.loss_2}, SGD at {q_rotated.loss_0}. On sick networks E "
            "goes from {solutions.adam_least} to {solutions.adam_most}.",
            "gradcore race --preset badly_scaled",
            (places.BADLY_SCALED, places.ROTATED, places.ADAM_MEASURED),
        ),
    ),
    covers=("Foundation Layer", "ReLU Activations", "He Initialization", "Adam Optimizer"),
)

STABILISATION = Section(
    "stabilisation",
    "2. Stabilisation layer: highly recommended",
    ("What keeps a training within bounds once it goes on: the scale of the layers, of the gradient, of the steps.",),
    (
        Claim(
            "batch_norm",
            "**Batch normalisation: stabilises training dynamics.** Each unit is brought to mean 0 and variance 1 over "
            "the batch, whatever the weights are.",
            "depends",
            "on shortcuts. Without them each layer multiplies the gradient's norm by about 1.21 at the start: over 40 "
            "layers a_l reaches {h_batchnorm_no_residual_40.greatest_a}, and the verdict is "
            "“{h_batchnorm_no_residual_40.verdict}”; with scaled shortcuts it is “{s_bn40res.verdict}”. E = "
            "{solutions.batch_norm_sigmoid_stack} on six sigmoid layers, {solutions.batch_norm_deep_relu} on 52 of "
            "ReLU.",
            f"{PRESETS} batchnorm_no_residual_40",
            (places.BATCH_NORM_40, places.BATCH_NORM_SHORTCUTS, places.BATCH_NORM_MEASURED),
        ),
        Claim(
            "clipping",
            "**Gradient clipping: prevents explosion disasters.** It bounds the length of a step and keeps its "
            "direction, if the global norm is what is bounded.",
            "confirmed",
            "{r_exploding_rnn.diverged_0} of {r_exploding_rnn.seeds} recurrent networks blow up without it, "
            "{r_exploding_rnn.diverged_1} with it. It prevents and does not cure: the clipped ones end at a loss of "
            "{r_exploding_rnn.loss_1}, a constant answer at 0.167, and on six diseases its E is at most "
            "{solutions.clipping_most}.",
            "gradcore race --preset exploding_rnn",
            (places.REAL_RUN, places.CLIPPING_MEASURED),
        ),
        Claim(
            "schedule",
            "**Learning-rate scheduling: adaptive training progression.** Large steps first, small ones at the end, "
            "when the noise of the batches is what is left.",
            "not_confirmed",
            "On the digits nothing tells a cosine and a constant rate apart: with momentum {q_schedule.loss_1} and "
            "{q_schedule.loss_0} over 200 steps of 64 rows, {q_schedule_noise.loss_1} and {q_schedule_noise.loss_0} "
            "over 1,000 of eight. With Adam the constant rate is even ahead ({q_schedule.loss_2}, cosine "
            "{q_schedule.loss_3}). On sick networks E = {solutions.schedule_overall}.",
            "python -m bench.guide_figures --only q_schedule_noise",
            (places.SCHEDULES, places.SCHEDULE_MEASURED),
        ),
    ),
    covers=("Stabilization Layer", "Batch Normalization", "Gradient Clipping", "Learning Rate Scheduling"),
)

ARCHITECTURE = Section(
    "architecture",
    "3. Architecture layer: advanced",
    ("Shorter ways for the gradient. They change what a network is, so they are the last to be added.",),
    (
        Claim(
            "residual",
            "**Residual connections: gradient highways for very deep networks.** A block returns $x + f(x)$, so one "
            "way back leads around every block.",
            "depends",
            "on the scale of the branch. A plain sum doubles the variance at every block: after 24 of them a_l is "
            "{h_plain_sum_residual.greatest_a}, and on 52 layers E = {solutions.residual_deep_relu}. Branches divided "
            "by the root of their number: E = {solutions.residual_scaled_deep_relu}, loss "
            "{t_plain_sum_residual_residual_scaled.before} to {t_plain_sum_residual_residual_scaled.after}.",
            f"{PRESETS} plain_sum_residual",
            (places.PLAIN_SUMS, places.RESIDUAL_MEASURED),
        ),
        Claim(
            "lsuv",
            "**LSUV initialisation: layer-wise variance control.** Orthogonal weights, scaled by data until each "
            "layer's output has variance 1.",
            "depends",
            "on what is wrong. It cures twelve layers whose weights are too large (loss "
            "{t_large_init_relu_lsuv.before} to {t_large_init_relu_lsuv.after}; E = "
            "{solutions.lsuv_large_init_relu}). Sigmoids it leaves as they are (E = {solutions.lsuv_sigmoid_stack}): "
            "flat slopes are no matter of scale.",
            f"{PRESETS} large_init_relu --treat lsuv",
            (places.LARGE_RELU, places.LSUV_MEASURED),
        ),
        Claim(
            "attention",
            "**Attention mechanisms: advanced information flow.** Every time step is one step away from the loss, "
            "instead of at the end of a chain.",
            "depends",
            "on there being a sequence, and on the optimizer. With Adam a recurrent network that shrinks its signal "
            "ends at {t_vanishing_rnn_attention.after} instead of {t_vanishing_rnn_attention.before}; alone, with "
            "SGD, E = {solutions.attention_vanishing_rnn}. A feed-forward network has no path to shorten.",
            f"{PRESETS} vanishing_rnn --treat attention",
            (places.FADING_RNN, places.ATTENTION_MEASURED),
        ),
    ),
    covers=("Architecture Layer", "Residual Connections", "LSUV Initialization", "Attention Mechanisms"),
)

MONITORING = Section(
    "monitoring",
    "4. Monitoring layer: critical",
    ("What is measured, and what may be concluded from it. Here the notebook's numbers mislead most.",),
    (
        Claim(
            "health_monitoring",
            r"**Gradient health monitoring: real-time gradient analysis.** The measure that works at any scale of the "
            r"loss is $a_l = \mathrm{rms}(\delta_l) / \mathrm{rms}(\delta_L)$, the signal at a layer in parts of the "
            r"last layer's.",
            "confirmed",
            "Eight sigmoid layers are found from their first step on: a_l = {h_sigmoid_stack.first_a} at the first "
            "layer, below the threshold of 0.005. Of the held-out networks that the rules call vanishing "
            "{rules.vanishing_precision%} are.",
            f"{PRESETS} sigmoid_stack",
            (places.SIGMOIDS, places.ACCURACY),
        ),
        Claim(
            "adaptive_clipping",
            "**Adaptive clipping: dynamic threshold adjustment.** A threshold that follows a percentile of the recent "
            "norms needs no number to be chosen.",
            "not_confirmed",
            "A lasting explosion becomes the new normal: of its 80 steps {c_lasting.exploding_clips_0} are clipped "
            "(of all 160 {c_lasting.clips_0}), all {c_lasting.exploding_clips_1} by a fixed threshold. On a steady "
            "stream the percentile alone sets the clip rate: AutoClip at its tenth percentile clips {c_steady.rate_0%}."
            " On sick networks E = {solutions.adaptive_clipping_overall}.",
            "python -m bench.guide_figures --only c_lasting",
            (places.LASTING, places.STEADY, places.ADAPTIVE_MEASURED),
        ),
        Claim(
            "diagnostics",
            "**Training diagnostics: comprehensive health metrics.** Counts of gradients below 1e-6 and above 10, "
            "whatever the network, the loss and the step.",
            "not_confirmed",
            "Of the notebook's own healthy network they say {h_notebook.notebook}: {h_notebook.vanished} incidents, "
            "all of {h_notebook.zeros} biases in front of batch normalisation, whose gradient is zero by construction.",
            f"{PRESETS} notebook",
            (places.NOTEBOOK_NETWORK,),
        ),
    ),
    covers=("Monitoring Layer", "Gradient Health Monitoring", "Adaptive Clipping", "Training Diagnostics"),
)
SECTIONS = (FOUNDATION, STABILISATION, ARCHITECTURE, MONITORING)

"""How the notebook would have it done: the modern stack, the golden triangle, its strategy and rules."""

from gradcore.guide import places
from gradcore.guide.model import Claim, Section

PRESETS = "gradcore health --preset"

STACK = Section(
    "stack",
    "The modern deep learning stack",
    (
        "Seven parts, from the one that is met first by the signal to the one that only looks on. Each leads to what "
        "was measured of it.",
    ),
    (
        Claim(
            "whole_stack",
            "**All of it together trains.** The notebook's robust network has six of the seven; the seventh is the "
            "check that you are about to run.",
            "depends",
            "on the clipping. The verdict is {h_notebook.verdict}: a_l stays between {h_notebook.least_a} and "
            "{h_notebook.greatest_a}. But its clipping bounds each variable by itself, and its output layer starts at "
            "a loss of {h_notebook.first_loss}, where ten classes cost 2.303.",
            f"{PRESETS} notebook",
            (places.NOTEBOOK_NETWORK,),
        ),
        Claim(
            "per_variable",
            "**`clipnorm=1.0`: built-in gradient clipping.** In Keras 3 that is a limit for every variable, not for "
            "the gradient.",
            "not_confirmed",
            "It turns the gradient: with two tensors of the notebook's mixed example by {c_mixed.angle_1}°, while the "
            "global norm turns it by {c_mixed.angle_2}°. `global_clipnorm` is the argument that was meant.",
            "python -m bench.guide_figures --only c_mixed",
            (places.MIXED,),
        ),
    ),
    picture="stack",
    covers=(
        "The Modern Deep Learning Stack", "gradient flow", "proper scaling", "stability", "depth enabler",
        "adaptive learning", "safety net", "diagnostics",
    ),
)  # fmt: skip

TRIANGLE = Section(
    "triangle",
    "The golden triangle",
    ("Three corners of one thing: a gradient that arrives, keeps arriving, and is used.",),
    (
        Claim(
            "healthy_start",
            "**Proper initialisation: a healthy start.** At the start, and only there, theory says what the signal "
            "must be at every layer.",
            "confirmed",
            "Weights with four times the right variance start with a_l = {h_large_init_relu.greatest_a} over twelve "
            "layers; LSUV brings the loss from {t_large_init_relu_lsuv.before} to {t_large_init_relu_lsuv.after}.",
            f"{PRESETS} large_init_relu --treat lsuv",
            (places.LARGE_RELU,),
        ),
        Claim(
            "sustainable_flow",
            "**Good architecture: sustainable flow.** Normalisation and shortcuts hold the signal while the weights "
            "change.",
            "depends",
            "on having both. 40 normalised layers without shortcuts: a_l up to "
            "{h_batchnorm_no_residual_40.greatest_a}. 24 plain sums without normalisation: up to "
            "{h_plain_sum_residual.greatest_a}. Both together: from {s_bn40res.least_a} to {s_bn40res.greatest_a}.",
            "python -m bench.guide_figures --only s_bn40res",
            (places.BATCH_NORM_SHORTCUTS, places.BATCH_NORM_40, places.PLAIN_SUMS),
        ),
        Claim(
            "efficient_learning",
            "**Smart optimisation: efficient learning.** The same valley, the same start, another step.",
            "confirmed",
            "In a valley 100 times steeper across than along SGD takes {r_why_momentum.steps_0} steps to the target, "
            "with momentum {r_why_momentum.steps_1}.",
            "gradcore race --preset why_momentum",
            (places.WHY_MOMENTUM,),
        ),
    ),
    picture="triangle",
    covers=("The Golden Triangle", "Proper Initialization", "Good Architecture", "Smart Optimization"),
)

STRATEGY = Section(
    "strategy",
    "Implementation strategy",
    ("In which order to build. The order is sound because each step is only worth its cost if the one before failed.",),
    (
        Claim(
            "start_simple",
            "**Start simple: ReLU, He, Adam.** Three lines, no new layer.",
            "depends",
            "on depth. Three layers are {h_healthy_mlp.verdict}; at 36 layers the same choices make all rows alike "
            "(cosine {s_he36.cosine}), and nothing of the three repairs that.",
            f"{PRESETS} healthy_mlp",
            (places.HE_36, places.HEALTHY),
        ),
        Claim(
            "add_stability",
            "**Add stability: batch normalisation, clipping.** When the start is right and the training is not.",
            "depends",
            "on the disease, and it costs. Batch normalisation gives back from {solutions.batch_norm_least} to "
            "{solutions.batch_norm_most} of what a disease costs and makes a step {solutions.batch_norm_step!} times "
            "as long; clipping from {solutions.clipping_least} to {solutions.clipping_most}, "
            "{solutions.clipping_step!} times.",
            "page Solutions",
            (places.BATCH_NORM_MEASURED, places.CLIPPING_MEASURED),
        ),
        Claim(
            "scale_up",
            "**Scale up: residual networks and advanced techniques.** When the network becomes deep.",
            "confirmed",
            "40 normalised layers train with scaled shortcuts (loss "
            "{t_batchnorm_no_residual_40_residual_scaled.after}) better than without "
            "({t_batchnorm_no_residual_40_residual_scaled.before}), at their own best rates.",
            f"{PRESETS} batchnorm_no_residual_40 --treat residual_scaled",
            (places.BATCH_NORM_40,),
        ),
        Claim(
            "monitor_always",
            "**Monitor always: health metrics and diagnostics.** With measures that know neither the unit of the loss "
            "nor its size.",
            "confirmed",
            "A healthy network trains with its loss in millionths and the rate a million times larger, every step as "
            "before: still {s_scaled.verdict}, while the notebook now counts {s_scaled.vanished} vanished gradients "
            "({h_healthy_mlp.vanished} before).",
            "python -m bench.guide_figures --only s_scaled",
            (places.MILLIONTHS, places.HEALTHY),
        ),
    ),
    covers=("Implementation Strategy", "Start Simple", "Add Stability", "Scale Up", "Monitor Always"),
)

RULES = Section(
    "rules",
    "Golden rules",
    ("Five sentences to keep.",),
    (
        Claim(
            "rule_simple",
            "**1. Start simple: ReLU, He, Adam.** It is also what is easiest to repair.",
            "depends",
            "on depth: see the implementation strategy. On the default task, where the network is shallow, the choice "
            "of optimizer is worth a factor of {q_six_tuned.spread} once the rates are tuned.",
            "python -m bench.guide_figures --only q_six_tuned",
            (places.SIX_TUNED,),
        ),
        Claim(
            "rule_needed",
            "**2. Add complexity only when needed.** Every part has a price: hyper-parameters, state, another "
            "behaviour at inference, time.",
            "confirmed",
            "A step takes {solutions.batch_norm_step!} times as long with batch normalisation, "
            "{solutions.dropout_step!} with dropout, {solutions.adam_step!} with Adam, which keeps two more numbers "
            "for every weight. On 52 layers of ReLU batch normalisation gives back {solutions.batch_norm_deep_relu} "
            "for that.",
            "page Solutions",
            (places.BATCH_NORM_MEASURED,),
        ),
        Claim(
            "rule_monitor",
            "**3. Always monitor gradient health.** One value that is not a number is in all weights one step later.",
            "confirmed",
            "One input in 500 is not a number: the verdict is “{h_nan_in_data.verdict}” at the first step. The "
            "notebook, which drops such values before it counts, says {h_nan_in_data.notebook}.",
            f"{PRESETS} nan_in_data",
            (places.NAN_INPUT,),
        ),
        Claim(
            "rule_test",
            "**4. Test thoroughly before deployment.** One run is one seed; what a second seed would say is part of "
            "the result.",
            "confirmed",
            "Over {r_notebook.seeds} seeds the notebook's race has several winners by its own score, and of the "
            "{r_notebook.pairs} pairs {r_notebook.apart} are told apart.",
            "gradcore race --preset notebook",
            (places.NOTEBOOK_RACE,),
        ),
        Claim(
            "rule_document",
            "**5. Document what works for your specific problem.** A result that cannot be repeated is an anecdote.",
            "confirmed",
            "Every run here is stored with its spec, seeds and versions, opens again under its link, and gives the "
            "same bits when it is run again on the same machine.",
            "README, 'Every number follows from the seed'",
            (places.STORED,),
        ),
    ),
    covers=(
        "GOLDEN RULES",
        "Start simple",
        "complexity only when needed",
        "Always monitor",
        "Test thoroughly",
        "Document",
    ),
)
SECTIONS = (STACK, TRIANGLE, STRATEGY, RULES)

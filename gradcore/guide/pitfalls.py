"""The notebook's common pitfalls, each of them a patient of the ward."""

from gradcore.guide import places
from gradcore.guide.model import Claim, Section

PRESETS = "gradcore health --preset"

PITFALLS = Section(
    "pitfalls",
    "Common pitfalls",
    ("Four ways to lose a week, each of them a patient of the ward.",),
    (
        Claim(
            "sigmoid_deep",
            "**Using sigmoid in deep networks.** Eight layers are enough.",
            "confirmed",
            "From one hidden layer to the next a_l falls to {h_sigmoid_stack.per_layer} of it. After "
            "{q_sigmoid8.steps} steps the best of four optimizers stands at a validation loss of "
            "{q_sigmoid8.best_loss}; guessing costs 2.303.",
            "python -m bench.guide_figures --only q_sigmoid8",
            (places.EIGHT_SIGMOIDS_RACED, places.SIGMOIDS),
        ),
        Claim(
            "unscaled",
            "**Random weight initialisation without scaling.** Too small and the signal dies, too large and units "
            "saturate.",
            "confirmed",
            "With weights twenty times too large only flat ends of tanh are left: “{h_saturated_tanh.verdict}”, at a "
            "loss of {h_saturated_tanh.first_loss} at the start.",
            f"{PRESETS} saturated_tanh",
            (places.SATURATED,),
        ),
        Claim(
            "unmonitored",
            "**Ignoring gradient monitoring.** A layer that nothing reaches costs memory and time, and no loss tells.",
            "confirmed",
            "The patient with a branch that is cut off trains to {h_unused_branch.last_loss} like its neighbour "
            "({h_healthy_mlp.last_loss}); only the check says “{h_unused_branch.verdict}”.",
            f"{PRESETS} unused_branch",
            (places.UNUSED, places.HEALTHY),
        ),
        Claim(
            "too_soon",
            "**Adding complexity before mastering basics.** A basic mistake is not cured by an advanced part.",
            "confirmed",
            "All hidden weights at zero: units are alike and stay so (“{h_zeros_init.verdict}”). No optimizer and no "
            "clipping breaks that; another initialiser does (loss {t_zeros_init_glorot_init.before} to "
            "{t_zeros_init_glorot_init.after}).",
            f"{PRESETS} zeros_init --treat glorot_init",
            (places.ZEROS,),
        ),
    ),
    covers=(
        "Common Pitfalls to Avoid", "Using sigmoid", "without scaling", "Ignoring gradient monitoring",
        "before mastering basics",
    ),
)  # fmt: skip
SECTIONS = (PITFALLS,)

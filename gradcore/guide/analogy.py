"""The notebook's medical analogy: the patient, the disease, and a treatment plan in four parts."""

from gradcore.guide import places
from gradcore.guide.model import Claim, Section

PRESETS = "gradcore health --preset"

ANALOGY = Section(
    "analogy",
    "The patient and the treatment plan",
    (
        "The patient is a deep network. The disease is its gradient problem: on the way back from the loss to the "
        "first layer the gradient is multiplied once at every layer, and a factor that is not 1 becomes nothing or "
        "everything after enough of them.",
        "The treatment plan has four parts, and the four doors of the reception lead to them: prevention, early "
        "detection, treatment, and long-term care.",
    ),
    (
        Claim(
            "prevention",
            "**Prevention: a healthy lifestyle.** Initialisation and architecture decide before the first step "
            "whether a gradient arrives at the first layer at all.",
            "depends",
            "on depth. Over the first ten steps thirty layers of ReLU with Glorot's initialiser have a signal "
            "of {h_glorot_relu_30.first_a} at the first layer, with He's of {s_he30.first_a}; three layers do with "
            "either.",
            f"{PRESETS} glorot_relu_30",
            (places.GLOROT_30, places.HE_30),
        ),
        Claim(
            "early_detection",
            "**Early detection: regular checkups.** What is measured at every layer while it trains names the layer "
            "and the step before the loss tells anything.",
            "depends",
            "on the disease. On networks of families that the rules had not seen they find {rules.vanishing_recall%} "
            "of the vanishing gradients, {rules.exploding_recall%} of the exploding ones and {rules.dead_recall%} of "
            "the dead layers.",
            "python -m bench.rules_accuracy --table",
            (places.ACCURACY,),
        ),
        Claim(
            "treatment",
            "**Treatment: medicine when needed.** Clipping and normalisation act while it trains. A medicine is for "
            "a disease: the same clipping that saves a recurrent network does nothing for a stack of sigmoids.",
            "depends",
            "on the disease. Clipped, none of {r_exploding_rnn.seeds} exploding recurrent networks blows up, against "
            "{r_exploding_rnn.diverged_0} unclipped; on thirty Glorot layers clipping leaves the loss at "
            "{t_glorot_relu_30_clipping.after} (before: {t_glorot_relu_30_clipping.before}).",
            "gradcore race --preset exploding_rnn",
            (places.REAL_RUN, places.GLOROT_30),
        ),
        Claim(
            "long_term_care",
            "**Long-term care: ongoing health management.** Optimizer, schedule and diagnostics accompany a network "
            "through its whole training.",
            "depends",
            "on the learning rate more than on the optimizer. As given, {q_six_given.best} leads the default race and "
            "{q_six_given.worst} ends {q_six_given.spread} times higher; tuned with the same budget for each, the "
            "last is {q_six_tuned.spread} times above the first.",
            "python -m bench.guide_figures --only q_six_tuned",
            (places.SIX_TUNED, places.SIX_GIVEN),
        ),
    ),
    covers=("The Complete Medical Analogy", "Prevention", "Early Detection", "Treatment", "Long-term Care"),
)
SECTIONS = (ANALOGY,)

"""What the notebook printed, the way that it went, what it promised, and its last words."""

from gradcore.guide import places
from gradcore.guide.model import Claim, Section

PRESETS = "gradcore health --preset"

PRINTED = Section(
    "printed",
    "What the notebook printed",
    (
        "Six of its results stand in every copy of it, and none of them is what it seems. The pages show the printed "
        "number beside the right one.",
    ),
    (
        Claim(
            "printed_norm",
            "**\"After global norm clipping (5.0): 474.34.\"** The function returns the norm before clipping, and that "
            "was printed as the norm after it.",
            "not_confirmed",
            "The norm after is {c_explosive.after_2}. By value leaves {c_explosive.after_0}, the ten percent rule "
            "{c_explosive.after_3}: three thresholds, not three strategies.",
            "python -m bench.guide_figures --only c_explosive",
            (places.EXPLOSIVE,),
        ),
        Claim(
            "printed_strategies",
            "**\"Clipping strategies comparison.\"** The one real difference between the rules, the direction, it "
            "never measured.",
            "not_confirmed",
            "By value turns the explosive gradient by {c_explosive.angle_0}°, per tensor by {c_explosive.angle_1}°, "
            "the global norm by {c_explosive.angle_2}°. Compared at the same norm after, that is what is left.",
            "python -m bench.guide_figures --only c_explosive",
            (places.MATCHED,),
        ),
        Claim(
            "printed_clipper",
            "**\"Overall clip rate: 40.0 %.\"** Its adaptive clipper, on a stream of twenty steps.",
            "not_confirmed",
            "With its seed it is {c_notebook_stream.rate_0%}; other seeds give 20 to 65 %. The last threshold is "
            "printed as 10.295, above its own limit of 10. A step that is not a number is reported as healthy and "
            "passed on.",
            "python -m bench.guide_figures --only c_notebook_stream",
            (places.NOTEBOOK_STREAM,),
        ),
        Claim(
            "printed_winner",
            "**\"WINNER: best overall performance.\"** Six optimizers, one seed, five steps, labels of noise.",
            "not_confirmed",
            "A constant answer scores 0.083; the best of six has a median of {r_notebook.best_loss}. Paired over "
            "{r_notebook.seeds} seeds {r_notebook.apart} of {r_notebook.pairs} pairs are told apart.",
            "gradcore race --preset notebook",
            (places.NOTEBOOK_RACE,),
        ),
        Claim(
            "printed_health",
            "**\"NEEDS IMPROVEMENT: some gradient problems persist.\"** Its verdict on its own robust network.",
            "not_confirmed",
            "The verdict here is {h_notebook.verdict}. And where the data hold a NaN its check says "
            "{h_nan_in_data.notebook}, because what is not finite was left out before it was counted.",
            f"{PRESETS} notebook",
            (places.NOTEBOOK_NETWORK, places.NAN_INPUT),
        ),
        Claim(
            "printed_scores",
            "**\"Effectiveness: 7 to 9 of 10\" for eight solutions.** Nobody measured them.",
            "not_confirmed",
            "{solutions.sentence}",
            "page Solutions",
            (places.ALL_SOLUTIONS,),
        ),
    ),
    covers=(
        "CLIPPING STRATEGIES COMPARISON", "ADAPTIVE CLIPPING STATISTICS", "OPTIMIZER PERFORMANCE RANKING",
        "OVERALL HEALTH ASSESSMENT", "FINAL SOLUTIONS COMPARISON",
    ),
)  # fmt: skip

JOURNEY = Section(
    "journey",
    "From crisis to triumph",
    ("The way that the field went, in six steps that can each be walked again in a minute.",),
    (
        Claim(
            "journey_vanishing",
            "**Discovered the problem: vanishing gradients.** They kill the learning of the first layers, and with it "
            "that of the others.",
            "confirmed",
            "Eight sigmoid layers: a_l = {h_sigmoid_stack.first_a} at the first layer, and after "
            "{h_sigmoid_stack.steps} steps the loss is {h_sigmoid_stack.last_loss}, that of guessing.",
            f"{PRESETS} sigmoid_stack",
            (places.SIGMOIDS,),
        ),
        Claim(
            "journey_exploding",
            "**Understood the opposite: exploding gradients.** They destroy in a few steps what was "
            "learned in a thousand.",
            "confirmed",
            "At 2.5 % above the largest stable learning rate each step multiplies the loss, and the last is "
            "{r_rate_too_high.last_3}; 0.5 % below it, {r_rate_too_high.last_2}.",
            "gradcore race --preset rate_too_high",
            (places.RATE_TOO_HIGH,),
        ),
        Claim(
            "journey_chain",
            "**Analysed the mathematics: the chain rule multiplies.** "
            r"$\delta_l = W_{l+1}^\top \delta_{l+1} \odot \varphi'(z_l)$, once for each layer.",
            "confirmed",
            "With Glorot's initialiser ReLU halves the mean square of the signal at each layer: a factor of 0.707 of "
            "its size. Measured over 30 layers, {h_glorot_relu_30.per_layer}. The dotted line of the check is this "
            "theory.",
            f"{PRESETS} glorot_relu_30",
            (places.GLOROT_30,),
        ),
        Claim(
            "journey_activation",
            "**Tested activation functions: why ReLU revolutionised the field.**",
            "confirmed",
            "The same eight layers, sigmoids replaced by ReLU with He's initialiser, each at its best rate: loss "
            "{t_sigmoid_stack_relu.before} to {t_sigmoid_stack_relu.after} (difference {t_sigmoid_stack_relu.low} to "
            "{t_sigmoid_stack_relu.high}).",
            f"{PRESETS} sigmoid_stack --treat relu",
            (places.SIGMOIDS,),
        ),
        Claim(
            "journey_initialisation",
            "**Mastered initialisation: proper weight scaling.** Thirty layers that differ in one number, the "
            "variance of their weights.",
            "confirmed",
            "Glorot's ends at {t_glorot_relu_30_he_init.before}, He's at {t_glorot_relu_30_he_init.after} (He et al. "
            "2015, figure 3, in small).",
            f"{PRESETS} glorot_relu_30 --treat he_init",
            (places.GLOROT_30,),
        ),
        Claim(
            "journey_solutions",
            "**Implemented solutions: a complete robust network.**",
            "depends",
            "on the rest of it. It is {h_notebook.verdict}, on a task where nothing can be learned: its labels are "
            "noise. Its loss goes from {h_notebook.first_loss} to {h_notebook.last_loss} by memory alone.",
            f"{PRESETS} notebook",
            (places.NOTEBOOK_NETWORK,),
        ),
    ),
    covers=(
        "From Crisis to Triumph", "The Journey", "Discovered the Problem", "Understood the Opposite",
        "Analyzed the Mathematics", "Tested Activation Functions", "Mastered Initialization", "Implemented Solutions",
    ),
)  # fmt: skip

OBJECTIVES = Section(
    "objectives",
    "What you can do afterwards",
    ("The notebook's four learning objectives, each with the place where it is practised.",),
    (
        Claim(
            "objective_integrate",
            "**Integrate all gradient problem solutions into a unified framework.** Know which of them is for which "
            "disease, and what it costs.",
            "confirmed",
            "Solutions shows effect, complexity and cost of each, by disease, beside the textbook's opinion.",
            "page Solutions",
            (places.ALL_SOLUTIONS,),
            "Do it",
        ),
        Claim(
            "objective_implement",
            "**Implement gradient clipping and advanced optimisation.** Every race and every check offers its network, "
            "optimizer and clip rule as a script of plain Keras that runs alone.",
            "confirmed",
            "The script trains without this package; the fold 'Copy as Python' stands below every check.",
            "page Health check",
            (places.SCRIPT,),
            "Do it",
        ),
        Claim(
            "objective_design",
            "**Design robust neural networks that avoid gradient problems.** Build one, check it, treat it, prove that "
            "it helped.",
            "confirmed",
            "Each treatment is a paired rerun: same seeds, same batches, equally tuned rates, and the difference with "
            "its interval.",
            "page Health check",
            (places.DYING,),
            "Do it",
        ),
        Claim(
            "objective_apply",
            "**Apply modern techniques like batch normalisation and residual connections.** Switch them on in the "
            "controls of the check, one by one.",
            "confirmed",
            "40 normalised layers with scaled shortcuts: {s_bn40res.verdict}, a_l from {s_bn40res.least_a} to "
            "{s_bn40res.greatest_a}.",
            "python -m bench.guide_figures --only s_bn40res",
            (places.BATCH_NORM_SHORTCUTS,),
            "Do it",
        ),
    ),
    covers=("Learning Objectives", "Integrate", "Implement", "Design", "Apply"),
)

CLOSING = Section(
    "closing",
    "Last words",
    ("The notebook closes with congratulations. Three of its sentences are claims, too.",),
    (
        Claim(
            "closing_complete",
            '**"The gradient problem now has a complete solution framework."**',
            "not_confirmed",
            "Clipped, the exploding recurrent network survives and ends at a loss of {r_exploding_rnn.loss_1}; a "
            "constant answer has 0.167. And a threshold that adapts can learn to live with the disease.",
            "gradcore race --preset exploding_rnn",
            (places.REAL_RUN, places.LASTING),
        ),
        Claim(
            "closing_breakthrough",
            '**"Every breakthrough, from AlexNet to GPT, builds on these foundations."** Nothing here is as large. '
            "What can be repeated in small are the experiments that those networks rest on.",
            "depends",
            "on what is called a breakthrough; it is history, not a measurement. He's 30 layers, batch normalisation's "
            "growth of 1.21 per layer, and Pascanu's cliff are measured here.",
            "the theory checks of this guide",
            (places.THEORY, places.CLIFF),
        ),
        Claim(
            "closing_toolkit",
            '**"Your toolkit is complete. Your journey has truly begun."** The second half is the better one: take a '
            "network of your own to the check.",
            "depends",
            "on how far the rules can be trusted: {rules.healthy_quiet%} of healthy networks pass without a finding. "
            "The last part of this guide tells the rest.",
            "python -m bench.rules_accuracy --table",
            (places.ACCURACY, places.OWN_NETWORK),
        ),
    ),
    covers=("Congratulations", "complete solution framework", "AlexNet to GPT", "Your toolkit is complete"),
)
SECTIONS = (PRINTED, JOURNEY, OBJECTIVES, CLOSING)

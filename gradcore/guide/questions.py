"""Ten questions for a class: predict, then run; each ends on a page with the numbers."""

from gradcore.guide import places
from gradcore.guide.model import Question

QUESTIONS = (
    Question(
        "sigmoids",
        "Eight sigmoid layers learn to read digits. How much of the signal at the head is left at the first layer?",
        ("About a tenth", "About a thousandth", "About a millionth", "All of it"),
        2,
        places.SIGMOIDS,
        "Start the check, then read a_l of dense_1 in the first finding.",
        "a_l = {h_sigmoid_stack.first_a}: a sigmoid's slope is at most 1/4, so each layer passes on about "
        "{h_sigmoid_stack.per_layer} of the signal's size. Eight times in a row that is a few millionths.",
    ),
    Question(
        "notebook_winner",
        "Six optimizers train on labels that are noise. How many of the 15 pairs does an honest test over ten seeds "
        "tell apart?",
        ("None", "About five", "About ten", "All of them"),
        0,
        places.NOTEBOOK_RACE,
        "Start the race, then read the sentence above the charts and the ranks in the table.",
        "{r_notebook.apart} of {r_notebook.pairs}. There is nothing to learn, so nothing can be learned faster; the "
        "notebook gives a medal to chance.",
    ),
    Question(
        "glorot",
        "Thirty layers of ReLU. Glorot's initialiser gives each weight half of He's variance. What does that do to the "
        "signal at the first layer?",
        ("It halves it", "It divides it by about ten", "It divides it by more than ten thousand", "Nothing"),
        2,
        places.GLOROT_30,
        "Start the check and read the chart by depth; then choose He's initialiser and start again.",
        "With Glorot's a_l is {h_glorot_relu_30.first_a}, with He's {s_he30.first_a}. Half the variance is 0.707 of "
        "the size at each layer, and 0.707 to the 29th is 4.3e−5; narrow layers take the rest.",
    ),
    Question(
        "clipping_turns",
        "Three rules leave a norm of 5 of the explosive gradient. Which of them turns it?",
        ("By value and per tensor", "Only the global norm", "All three", "None"),
        0,
        places.MATCHED,
        "Nothing to start: read the chart of angles below the first one.",
        "A rule with one factor for all entries keeps the direction. By value turns this gradient by "
        "{c_explosive.angle_0}°, per tensor by {c_explosive.angle_1}°, the global norm by {c_explosive.angle_2}°.",
    ),
    Question(
        "one_inf",
        "One entry of five is infinite. How many entries are not finite after clipping by the global norm?",
        ("0", "1", "3", "5"),
        3,
        places.NON_FINITE,
        "Nothing to start: read the column 'Not finite' of the table.",
        "{c_non_finite.lost_2}: the norm is infinite, so is what everything is divided by, and infinity over infinity "
        "is not a number. Per tensor it stays in its tensor ({c_non_finite.lost_1}), by value it is cut "
        "({c_non_finite.lost_0} left).",
    ),
    Question(
        "new_normal",
        "Gradients grow a hundredfold and stay there for 80 steps. How many of these does a threshold at the 95th "
        "percentile of the last 100 norms clip?",
        ("All 80", "About 60", "About 40", "Fewer than 20"),
        3,
        places.LASTING,
        "Nothing to start: look where the threshold goes, and count the marks.",
        "{c_lasting.exploding_clips_0}; the page counts {c_lasting.clips_0} of all 160 steps. After a few steps the "
        "explosion itself is the 95th percentile. A fixed threshold clips all {c_lasting.exploding_clips_1}.",
    ),
    Question(
        "blow_up",
        "A recurrent network explodes. Ten seeds train without clipping, ten with. Does clipping make them learn the "
        "task?",
        (
            "Yes, most of them",
            "It stops the blow-ups, and they learn no more than a constant answer",
            "It does nothing",
            "It makes them blow up later",
        ),
        1,
        places.REAL_RUN,
        "Start the pair, or read the bundled one: runs blown up, and median validation loss.",
        "{r_exploding_rnn.diverged_0} of {r_exploding_rnn.seeds} blow up without, {r_exploding_rnn.diverged_1} with. "
        "The clipped ones end at {r_exploding_rnn.loss_1}; a constant answer has 0.167. Clipping is a seat belt.",
    ),
    Question(
        "momentum",
        "A valley is 100 times steeper across than along. SGD takes the best rate there is. How many times sooner is "
        "momentum at the target?",
        ("Not at all", "About twice", "About eight times", "About a hundred times"),
        2,
        places.WHY_MOMENTUM,
        "Start the race and read the two sentences below it.",
        "{r_why_momentum.steps_0} steps against {r_why_momentum.steps_1}. Theory: SGD's loss falls by ((k − 1)/(k + "
        "1))² a step, momentum's by the same of √k, and k is 100.",
    ),
    Question(
        "batch_norm_depth",
        "Forty layers, each with batch normalisation, no shortcuts. What is the gradient like at the first layer?",
        ("Vanished", "As at the head", "A few times larger", "Hundreds of times larger"),
        3,
        places.BATCH_NORM_40,
        "Start the check and read the chart by depth, with theory's line.",
        "a_l reaches {h_batchnorm_no_residual_40.greatest_a}. Normalising forward multiplies the gradient by about "
        "1.21 a layer on its way back: √(π/(π − 1)), whatever the weights are (Yang et al. 2019).",
    ),
    Question(
        "units",
        "A healthy network trains. It trains again with its loss in millionths and the learning rate a million times "
        "larger, so that every step is the same. What does a count of gradients below 1e−6 say?",
        ("Healthy both times", "Healthy, then vanished", "Vanished both times", "Healthy, then exploding"),
        1,
        places.MILLIONTHS,
        "Start the check, then open the fold 'What the notebook would say'.",
        "First {h_healthy_mlp.vanished} vanished gradients ({h_healthy_mlp.notebook}), then {s_scaled.vanished} "
        "({s_scaled.notebook}), of the same training: both end at a loss of {h_healthy_mlp.last_loss}. a_l is a ratio, "
        "so the verdict stays {s_scaled.verdict}.",
    ),
)  # fmt: skip

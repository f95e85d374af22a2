"""The states of the pages that the guide leads to, each with what opens there: a claim names them, never an address."""

from typing import Any

from gradcore import strict_json
from gradcore.guide.model import CLIPPING, GUIDE, HEALTH, RACE, RECEPTION, SOLUTIONS, Link, link

TRUST = "How far to trust it"  # the guide's chapter


def entrants(*rows: dict[str, Any]) -> str:
    """Return entrants as the address of a race has them, to the letter: opened, it stays as it is."""
    return strict_json.dumps(rows)


def measured(solution: str, opens: str, disease: str, title: str, **more: str) -> Link:
    """Return the measurement of one solution on one disease, with that of all others around it."""
    return link(SOLUTIONS, title, f"{opens}, measured", disease=disease, solution=solution, **more)


# ---- health check: patients, and networks of the controls
NOTEBOOK_NETWORK = link(HEALTH, "The notebook's robust network", "a check of the notebook's network", preset="notebook")
SIGMOIDS = link(HEALTH, "Sigmoid stack", "eight sigmoid layers, layer by layer", preset="sigmoid_stack")
GLOROT_30 = link(
    HEALTH, "30 layers of ReLU, Glorot's initialiser", "30 Glorot layers, layer by layer", preset="glorot_relu_30"
)
HE_30 = link(HEALTH, "30", "the same 30 layers with He's initialiser", depth="30")
HE_36 = link(HEALTH, "36", "36 layers of ReLU and He: rows become alike", depth="36")
LARGE_RELU = link(
    HEALTH, "ReLU with too large an initialiser", "twelve layers with too large weights", preset="large_init_relu"
)
BATCH_NORM_40 = link(
    HEALTH,
    "Batch normalisation, 40 layers, no shortcut",
    "40 normalised layers without shortcuts",
    preset="batchnorm_no_residual_40",
)
BATCH_NORM_SHORTCUTS = link(
    HEALTH, "40", "40 normalised layers with scaled shortcuts", depth="40", normalization="batch", residual="scaled"
)
PLAIN_SUMS = link(HEALTH, "Residual stack with a plain sum", "24 plain sums", preset="plain_sum_residual")
DYING = link(HEALTH, "Dying ReLU", "ReLU with biases far below zero", preset="dying_relu")
SATURATED = link(HEALTH, "Saturated tanh", "saturated tanh", preset="saturated_tanh")
ZEROS = link(HEALTH, "All zeros", "hidden weights that start at zero", preset="zeros_init")
FADING_RNN = link(HEALTH, "Vanishing recurrent network", "a recurrent network that fades", preset="vanishing_rnn")
NAN_INPUT = link(HEALTH, "NaN in its data", "one input in 500 is not a number", preset="nan_in_data")
UNUSED = link(HEALTH, "Unused branch", "a branch that is cut off", preset="unused_branch")
HEALTHY = link(HEALTH, "Healthy network", "three healthy layers", preset="healthy_mlp")
RATE_OF_TEN = link(HEALTH, "Learning rate too high", "a learning rate far too high", preset="high_learning_rate")
CONVERGED = link(HEALTH, "Converged network", "a network that has converged", preset="converged")
MILLIONTHS = link(
    HEALTH, "Loss times", "the same network, loss in millionths", loss_scale="0.000001", learning_rate="100000"
)
SCRIPT = link(HEALTH, "Copy as Python", "a clipped network as a script", clip="clip_by_global_norm")
OWN_NETWORK = link(HEALTH, "list", "a check of widths that you type", shape="list", hidden="128, 64, 32")
STOPS_AT_WARNING = link(
    HEALTH,
    "Stop at an early warning",
    "a check that stops at a warning",
    preset="high_learning_rate",
    stop_at_warning="true",
)

# ---- races
SIX_GIVEN = link(RACE, "Digits", "six optimizers at the notebook's rates", preset="default")
SIX_TUNED = link(RACE, "tuned", "the same six at tuned rates", learning_rates="tuned")
NOTEBOOK_RACE = link(RACE, "The notebook's race", "the notebook's race, over ten seeds", preset="notebook")
WHY_MOMENTUM = link(RACE, "Why momentum", "SGD and momentum in a valley", preset="why_momentum")
BADLY_SCALED = link(RACE, "Why Adam, on a badly scaled problem", "Adam along badly scaled axes", preset="badly_scaled")
RATE_TOO_HIGH = link(RACE, "A learning rate too high", "four learning rates around the limit", preset="rate_too_high")
ROTATED = link(
    RACE,
    "Rotated",
    "Adam and SGD with the axes turned",
    task="quadratic",
    task_condition="10000",
    task_dimension="10",
    task_rotated="true",
    steps="500",
    entrants=entrants({"optimizer": "SGD", "learning_rate": 1.9e-4}, {"optimizer": "Adam", "learning_rate": 0.1}),
)
_FAST = {"optimizer": "SGD", "momentum": 0.9, "learning_rate": 0.1}
_ADAM = {"optimizer": "Adam", "learning_rate": 0.003}
_COSINE = {"schedule": {"name": "cosine", "final": 0.0}}
SCHEDULES = link(
    RACE,
    "Adam cosine",
    "constant and cosine rates side by side",
    seeds="10",
    entrants=entrants(
        {**_FAST, "label": "constant"},
        {**_FAST, "label": "cosine", **_COSINE},
        {**_ADAM, "label": "Adam constant"},
        {**_ADAM, "label": "Adam cosine", **_COSINE},
    ),
)
EIGHT_SIGMOIDS_RACED = link(
    RACE,
    "sigmoid",
    "four optimizers on eight sigmoid layers",
    shape="even",
    width="64",
    depth="8",
    activation="sigmoid",
    kernel_initializer="glorot_uniform",
    optimizers=["SGD", "SGD + Momentum", "Adam", "RMSprop"],
)
STORED = link(RECEPTION, "Latest runs", "your stored runs")

# ---- clipping lab
REAL_RUN = link(CLIPPING, "Spectral radius", "ten recurrent networks, clipped and not", part="Real run")
EXPLOSIVE = link(CLIPPING, "What the notebook printed", "what was printed, and what is true", gradient="Explosive")
MATCHED = link(CLIPPING, "Matched with", "the angle of each rule at the same norm", step_match="true")
MIXED = link(CLIPPING, "Mixed", "the angle of each rule, mixed gradient", gradient="Mixed")
NON_FINITE = link(CLIPPING, "Non-finite", "one infinite entry under each rule", gradient="Non-finite")
NOTEBOOK_STREAM = link(CLIPPING, "The notebook's stream", "the clip rate of the notebook's stream", part="Stream")
LASTING = link(  # the clipping lab's preset "A lasting explosion", as an address
    CLIPPING,
    "A lasting explosion",
    "a threshold that gets used to an explosion",
    part="Stream",
    stream_normal_steps="40",
    stream_normal_scale="1",
    stream_rise_steps="0",
    stream_explosion_steps="80",
    stream_explosion_scale="100",
    stream_explosion_exponential="0",
    stream_recovery_steps="40",
    stream_recovery_from="1",
    stream_adaptive_percentile_percentile="95",
    stream_adaptive_percentile_history="100",
    stream_adaptive_percentile_max_clip="1000000",
)
STEADY = link(
    CLIPPING,
    "AutoClip",
    "AutoClip on a steady stream",
    part="Stream",
    stream_rules=["AutoClip", "Recent percentile"],
    stream_normal_steps="100",
    stream_normal_scale="1",
    stream_rise_steps="0",
    stream_explosion_steps="0",
    stream_recovery_steps="0",
)
CLIFF = link(CLIPPING, "Landscape", "a descent over a cliff", part="Cliff")

# ---- solutions
ALL_SOLUTIONS = link(SOLUTIONS, "Solutions", "every solution on every disease")
SIX_SIGMOIDS, GLOROT_22 = ("sigmoid_stack", "6 sigmoid layers"), ("glorot_relu", "22 ReLU layers, Glorot")
TEN_LARGE = ("large_init_relu", "10 ReLU layers, weights too large")
DEEP_52, RNN_FADING = ("deep_relu", "52 ReLU layers, He"), ("vanishing_rnn", "Recurrent, shrinking to 0.7")
RNN_STRETCHING = ("exploding_rnn", "Recurrent, stretching by 1.5")
RELU_MEASURED = measured("relu", "ReLU on six sigmoid layers", *SIX_SIGMOIDS)
HE_MEASURED = measured("he_init", "He on 22 Glorot layers", *GLOROT_22)
ADAM_MEASURED = measured("adam", "Adam on each disease", *SIX_SIGMOIDS)
BATCH_NORM_MEASURED = measured("batch_norm", "batch normalisation on 52 layers", *DEEP_52)
CLIPPING_MEASURED = measured("clipping", "clipping on a stretching recurrence", *RNN_STRETCHING)
SCHEDULE_MEASURED = measured("schedule", "a cosine schedule on each disease", *SIX_SIGMOIDS, ours="true")
RESIDUAL_MEASURED = measured("residual", "plain shortcuts on 52 layers", *DEEP_52)
LSUV_MEASURED = measured("lsuv", "LSUV on too large weights", *TEN_LARGE)
ATTENTION_MEASURED = measured("attention", "attention on a fading recurrence", *RNN_FADING)
ADAPTIVE_MEASURED = measured("adaptive_clipping", "adaptive clipping on each disease", *RNN_STRETCHING, ours="true")

# ---- this guide
ACCURACY = link(GUIDE, "Held-out families", "how often the rules are right", chapter=TRUST)
THEORY = link(GUIDE, "Theory checks", "the theory checks", chapter=TRUST)

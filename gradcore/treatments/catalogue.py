"""The treatments: what each changes in the spec of a check, and why that helps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from gradcore.specs import HealthSpec
from gradcore.treatments.changes import (
    ADAM,
    ADAPTIVE,
    CLIPPED,
    CLIPPED_BY_VARIABLE,
    COSINE,
    GLOROT,
    LSUV,
    SGD,
    WARM_UP,
    attention,
    attention_adam,
    clipped_by,
    contracting_attention,
    dense,
    dropout,
    gated_attention,
    he,
    larger_batch,
    leaky_relu,
    lower_learning_rate,
    network,
    normalised,
    orthogonal,
    orthogonal_attention,
    preactivation,
    relu,
    relu_he,
    residual,
    scheduled,
    trained_by,
    weight_decay,
)


@dataclass(frozen=True)
class Treatment:
    """One way to change a check; `apply` returns the spec as it is where there is nothing to change."""

    solution: str
    title: str
    why: str  # one sentence
    apply: Callable[[HealthSpec], HealthSpec]


_ALL = (
    Treatment("relu", "ReLU", "ReLU lets all of the signal through where it is active.", relu),
    Treatment(
        "relu_he",
        "ReLU with He's initialiser",
        "ReLU lets all of the signal through where it is active, and He's variance makes up for where it is not.",
        relu_he,
    ),
    Treatment(
        "he_init",
        "He's initialiser",
        "It keeps the mean square of the signal of a ReLU network from layer to layer, there and back.",
        he,
    ),
    Treatment(
        "glorot_init",
        "Glorot's initialiser",
        "It keeps the signal where the activation is not flat, and draws units that differ.",
        lambda spec: dense(spec, kernel_initializer=GLOROT),
    ),
    Treatment(
        "lsuv",
        "LSUV initialiser",
        "It scales each layer's weights by data until what comes out has variance 1.",
        lambda spec: dense(spec, kernel_initializer=LSUV),
    ),
    Treatment(
        "batch_norm",
        "Batch normalisation",
        "It sets the scale of every layer anew, whatever the weights are.",
        normalised("batch"),
    ),
    Treatment(
        "layer_norm",
        "Layer normalisation",
        "It sets the scale of every layer anew, row by row, whatever the batch is.",
        normalised("layer"),
    ),
    Treatment(
        "rms_norm",
        "RMS normalisation",
        "It sets the length of every layer's rows anew and leaves their mean as it is.",
        normalised("rms"),
    ),
    Treatment(
        "residual",
        "Shortcuts, plain sum",
        "The signal comes back along the shortcuts; unscaled, the sum grows with every block.",
        residual("plain"),
    ),
    Treatment(
        "residual_scaled",
        "Shortcuts with scaled branches",
        "The signal comes back along the shortcuts, and branches divided by the root of their number add up to little.",
        residual("scaled"),
    ),
    Treatment(
        "residual_preactivation",
        "Pre-activation blocks",
        "The signal comes back along clean shortcuts, and each normalised branch adds the less, the deeper it lies.",
        preactivation,
    ),
    Treatment(
        "orthogonal",
        "Orthogonal initialiser",
        "An orthogonal kernel neither stretches nor shrinks what passes through it.",
        orthogonal,
    ),
    Treatment(
        "attention",
        "Attention pooling",
        "With attention every time step is one step away from the loss.",
        attention,
    ),
    Treatment(
        "attention_adam",
        "Attention pooling and Adam",
        "With attention every time step is one step away from the loss; Adam then makes use of its small gradients.",
        attention_adam,
    ),
    Treatment(
        "orthogonal_attention",
        "Orthogonal start, attention pooling and Adam",
        "The recurrent kernel no longer stretches, and every time step is one step away from the loss.",
        orthogonal_attention,
    ),
    Treatment(
        "contracting_attention",
        "Recurrent kernel that shrinks, attention pooling and Adam",
        "Shrinking by 0.8 at each time step, what comes back from all later steps adds up to at most 1 / (1 − 0.8) = 5 "
        "times the largest share of one; with attention each step is one step away from the loss.",
        contracting_attention,
    ),
    Treatment(
        "gated_attention",
        "Gated cell (GRU), attention pooling and Adam",
        "A gate mixes the old state with the new one instead of multiplying it, so that nothing stretches the signal; "
        "with attention each step is one step away from the loss. Training takes several times as long.",
        gated_attention,
    ),
    Treatment(
        "adam",
        "Adam",
        "It divides each gradient by its own size, so that layers of unlike gradients take steps alike.",
        trained_by(ADAM),
    ),
    Treatment(
        "sgd",
        "SGD",
        "It steps along the gradient as it is, remembers nothing and has one number to set.",
        trained_by(SGD),
    ),
    Treatment(
        "clipping",
        "Clipping by the global norm",
        "It bounds the length of a step, whatever the gradient; the gradient itself stays as it is.",
        clipped_by(CLIPPED),
    ),
    Treatment(
        "clip_by_variable",
        "Clipping each variable by its norm",
        "It bounds the step of each variable by itself, and so turns the gradient as a whole.",
        clipped_by(CLIPPED_BY_VARIABLE),
    ),
    Treatment(
        "adaptive_clipping",
        "Adaptive clipping",
        "Its threshold follows the gradient norms that were seen, so that only what is unusual is clipped.",
        clipped_by(ADAPTIVE),
    ),
    Treatment(
        "lower_learning_rate",
        "Lower learning rate",
        "Steps above 2 / curvature grow from one to the next.",
        lower_learning_rate,
    ),
    Treatment("warmup", "Warm-up", "The first steps are small, while the loss is most curved.", scheduled(WARM_UP)),
    Treatment(
        "schedule", "Cosine schedule", "The last steps are small, so that the noise dies out.", scheduled(COSINE)
    ),
    Treatment("weight_decay", "Weight decay", "It pulls every weight towards 0, a little at each step.", weight_decay),
    Treatment(
        "dropout", "Dropout", "It silences a tenth of the units at each step, so that none is relied on.", dropout
    ),
    Treatment(
        "leaky_relu", "Leaky ReLU", "It is nowhere flat, so a unit that never fires still has a gradient.", leaky_relu
    ),
    Treatment(
        "zero_bias",
        "Biases from 0",
        "From 0 on half of the units are active on a row, on average.",
        lambda spec: network(spec, bias=0.0),
    ),
    Treatment(
        "clean_data",
        "Complete data",
        "A single NaN makes the loss, and with it every gradient, not a number.",
        lambda spec: replace(spec, missing_share=0.0),
    ),
    Treatment(
        "connect_branch",
        "No cut branch",
        "No gradient reaches it, so it never learns: it costs parameters and time, and what it adds stays random. "
        "It is taken out.",
        lambda spec: network(spec, unused_branch=False),
    ),
    Treatment(
        "larger_batch",
        "Larger batches",
        "The mean of four times as many rows has half of the noise.",
        larger_batch,
    ),
)
TREATMENTS: Mapping[str, Treatment] = MappingProxyType({entry.solution: entry for entry in _ALL})

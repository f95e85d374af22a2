"""Families for the rules of the health check: those with which the last of them were chosen, and those held out.

The held-out ones were written down before any of them was run, and run once, after the rules were frozen.
"""

from dataclasses import replace

from bench._earlier_families import EARLIER
from bench._rule_family import (
    ADAM,
    CALIBRATION,
    CANCER,
    DEAD,
    DIGITS,
    EXPLODING,
    HELD_OUT,
    MOMENTUM,
    SOUND,
    SPIRALS,
    VANISHING,
    WINE,
    Family,
    bias,
    gain,
    orthogonal,
    stack,
)
from gradcore.specs import Choice

LIMITS = {  # doses between which a family that vanishes begins to train
    "sigmoid, 6 layers": (2.0, 4.7),
    "tanh, small gain": (0.32, 0.53),
    "ELU, small gain": (0.47, 0.64),
    "SiLU, small gain": (0.89, 1.2),
    "softplus, 8 layers": (0.78, 1.2),
    "GELU, small gain": (0.53, 1.0),
    "tanh, small gain, other data": (0.39, 0.9),
    "leaky ReLU, small gain": (0.6, 1.07),
    "tanh, small gain, wine": (0.31, 0.41),
    "SELU, small gain": (0.27, 0.38),
    "ReLU, small gain, wine": (0.51, 0.7),
    "ELU, small gain, digits": (0.4, 0.63),
    "sigmoid, 5 layers": (1.05, 1.6),
    "SiLU, small gain, cancer": (0.53, 0.79),
    "sigmoid, 7 layers": (2.2, 3.7),
    "ReLU, small gain, cancer": (0.63, 0.79),
    "leaky ReLU, small gain, wine": (0.46, 0.97),
    "softplus, 6 layers": (0.47, 0.68),
    "SELU, small gain, digits": (0.29, 0.7),
}
_CLOSE = tuple(
    replace(family, name=f"{family.name}, close", low=LIMITS[family.name][0], high=LIMITS[family.name][1])
    for family in EARLIER
    if family.name in LIMITS
)
_OTHER_OPTIMIZERS = (
    Family(
        "sigmoid, 6 layers, Adam", CALIBRATION, VANISHING, "relu_he", DIGITS, stack(6, "sigmoid"), gain, 0.5, 6, ADAM
    ),
    Family("ReLU, small gain, Adam", CALIBRATION, VANISHING, "he_init", DIGITS, stack(10), gain, 0.4, 1.5, ADAM),
    Family(
        "tanh, small gain, Adam", CALIBRATION, VANISHING, "glorot_init", CANCER,
        stack(10, "tanh"), gain, 0.1, 1.1, ADAM,
    ),
    Family("SiLU, small gain, Adam", CALIBRATION, VANISHING, "he_init", WINE, stack(9, "silu"), gain, 0.3, 2, ADAM),
    Family("ReLU, large gain, Adam", CALIBRATION, EXPLODING, "he_init", DIGITS, stack(10), gain, 1.4, 6, ADAM),
    Family("ReLU, bias below zero, Adam", CALIBRATION, DEAD, "zero_bias", DIGITS, stack(3), bias, 0.3, 12, ADAM),
    Family("ReLU around He, Adam", CALIBRATION, SOUND, "", DIGITS, stack(6), gain, 1.1, 1.9, ADAM),
    Family(
        "sigmoid, 6 layers, momentum", CALIBRATION, VANISHING, "relu_he", WINE,
        stack(6, "sigmoid"), gain, 0.5, 6, MOMENTUM,
    ),
    Family(
        "ReLU, small gain, momentum", CALIBRATION, VANISHING, "he_init", DIGITS, stack(10), gain, 0.4, 1.5, MOMENTUM
    ),
    Family(
        "tanh, small gain, momentum", CALIBRATION, VANISHING, "glorot_init", CANCER,
        stack(10, "tanh"), gain, 0.1, 1.1, MOMENTUM,
    ),
    Family("ReLU, large gain, momentum", CALIBRATION, EXPLODING, "he_init", CANCER, stack(10), gain, 1.4, 6, MOMENTUM),
    Family(
        "ReLU, bias below zero, momentum", CALIBRATION, DEAD, "zero_bias", DIGITS, stack(3), bias, 0.3, 12, MOMENTUM
    ),
    Family("ReLU around He, momentum", CALIBRATION, SOUND, "", DIGITS, stack(6), gain, 1.1, 1.9, MOMENTUM),
    Family("ReLU around He, 30 layers", CALIBRATION, SOUND, "", DIGITS, stack(30), gain, 1.3, 1.6),
    Family("ReLU around He, diabetes", CALIBRATION, SOUND, "", Choice("diabetes"), stack(4), gain, 1.1, 1.9),
    Family("ReLU around He, spirals", CALIBRATION, SOUND, "", SPIRALS, stack(4), gain, 1.1, 1.9),
    Family("tanh, spirals, Adam", CALIBRATION, SOUND, "", SPIRALS, stack(3, "tanh"), gain, 1.1, 1.9, ADAM),
)  # fmt: skip
_HELD_OUT = (
    Family(
        "leaky ReLU, small gain, cancer", HELD_OUT, VANISHING, "he_init", CANCER,
        stack(11, "leaky_relu"), gain, 0.3, 1.4,
    ),
    Family(
        "tanh, small orthogonal", HELD_OUT, VANISHING, "glorot_init", DIGITS, stack(9, "tanh"), orthogonal, 0.2, 1.1
    ),
    Family(
        "SiLU, small gain, momentum", HELD_OUT, VANISHING, "he_init", DIGITS,
        stack(10, "silu"), gain, 0.3, 1.8, MOMENTUM,
    ),
    Family(
        "softplus, 7 layers, momentum", HELD_OUT, VANISHING, "relu_he", WINE,
        stack(7, "softplus"), gain, 0.2, 2.5, MOMENTUM,
    ),
    Family("sigmoid, 8 wide layers", HELD_OUT, VANISHING, "relu_he", CANCER, stack(8, "sigmoid", 32), gain, 0.5, 6),
    Family("GELU, small gain, cancer", HELD_OUT, VANISHING, "he_init", CANCER, stack(8, "gelu"), gain, 0.3, 1.6),
    Family("ELU, small gain, cancer", HELD_OUT, VANISHING, "he_init", CANCER, stack(10, "elu"), gain, 0.2, 1.2),
    Family("ReLU, small orthogonal", HELD_OUT, VANISHING, "he_init", WINE, stack(9, width=16), orthogonal, 0.4, 1.6),
    Family("ReLU, small gain, spirals", HELD_OUT, VANISHING, "he_init", SPIRALS, stack(7), gain, 0.4, 1.6, MOMENTUM),
    Family(
        "leaky ReLU, small gain, Adam", HELD_OUT, VANISHING, "he_init", DIGITS,
        stack(9, "leaky_relu"), gain, 0.4, 1.5, ADAM,
    ),
    Family("SiLU, large gain", HELD_OUT, EXPLODING, "he_init", WINE, stack(12, "silu"), gain, 1.8, 8),
    Family("ELU, large gain, cancer", HELD_OUT, EXPLODING, "he_init", CANCER, stack(11, "elu"), gain, 1.2, 6),
    Family(
        "leaky ReLU, large gain, wine", HELD_OUT, EXPLODING, "he_init", WINE, stack(10, "leaky_relu"), gain, 1.4, 8
    ),
    Family(
        "ReLU, large gain, digits, momentum", HELD_OUT, EXPLODING, "he_init", DIGITS, stack(11), gain, 1.4, 6, MOMENTUM
    ),
    Family(
        "plain-sum residual, GELU", HELD_OUT, EXPLODING, "residual_preactivation", DIGITS,
        stack(19, "gelu", residual="plain"), gain, 0.4, 4,
    ),
    Family("ReLU, bias below zero, 6 layers", HELD_OUT, DEAD, "zero_bias", CANCER, stack(6), bias, 0.3, 8),
    Family("ELU, bias below zero, wine", HELD_OUT, DEAD, "zero_bias", WINE, stack(3, "elu"), bias, 1, 30),
    Family(
        "ReLU, bias below zero, wine, momentum", HELD_OUT, DEAD, "zero_bias", WINE,
        stack(3, width=32), bias, 0.3, 10, MOMENTUM,
    ),
    Family("SiLU, bias below zero, digits", HELD_OUT, DEAD, "zero_bias", DIGITS, stack(3, "silu"), bias, 0.8, 20),
    Family("GELU, bias below zero, cancer", HELD_OUT, DEAD, "zero_bias", CANCER, stack(4, "gelu"), bias, 0.5, 14),
    Family("tanh, saturated, 8 layers", HELD_OUT, DEAD, "glorot_init", CANCER, stack(8, "tanh"), gain, 2, 60),
    Family("tanh around Glorot, Adam", HELD_OUT, SOUND, "", WINE, stack(5, "tanh"), gain, 0.7, 1.5, ADAM),
    Family(
        "layer normalisation, GELU", HELD_OUT, SOUND, "", WINE, stack(6, "gelu", normalization="layer"), gain, 0.5, 2
    ),
    Family("scaled residual, cancer", HELD_OUT, SOUND, "", CANCER, stack(15, residual="scaled"), gain, 0.7, 1.6),
    Family("ELU around He, momentum", HELD_OUT, SOUND, "", DIGITS, stack(6, "elu"), gain, 0.9, 1.5, MOMENTUM),
    Family(
        "batch normalisation, tanh", HELD_OUT, SOUND, "", WINE, stack(8, "tanh", normalization="batch"), gain, 0.5, 2
    ),
    Family(
        "RMS normalisation, spirals", HELD_OUT, SOUND, "", SPIRALS, stack(5, normalization="rms"), gain, 0.5, 2, ADAM
    ),
)  # fmt: skip
FAMILIES = (*EARLIER, *_CLOSE, *_OTHER_OPTIMIZERS, *_HELD_OUT)

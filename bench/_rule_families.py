"""Families for the rules of the health check: those with which the last of them were chosen, and those held out.

The held-out ones were written down before any of them was run, and run once, after the rules were frozen.
"""

from dataclasses import replace

from bench._earlier_families import EARLIER, LATEST
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
        "ReLU, bias below zero, 4 layers, momentum", HELD_OUT, DEAD, "zero_bias", DIGITS,
        stack(4), bias, 0.3, 8, MOMENTUM,
    ),
    Family("ReLU, bias below zero, wine, Adam", HELD_OUT, DEAD, "zero_bias", WINE, stack(4), bias, 0.3, 12, ADAM),
    Family("ELU, bias below zero, cancer", HELD_OUT, DEAD, "zero_bias", CANCER, stack(4, "elu"), bias, 1, 20),
    Family(
        "ELU, bias below zero, momentum", HELD_OUT, DEAD, "zero_bias", DIGITS, stack(3, "elu"), bias, 1, 20, MOMENTUM
    ),
    Family("GELU, bias below zero, wine", HELD_OUT, DEAD, "zero_bias", WINE, stack(3, "gelu"), bias, 0.5, 10),
    Family(
        "GELU, bias below zero, 5 layers, momentum", HELD_OUT, DEAD, "zero_bias", DIGITS,
        stack(5, "gelu"), bias, 0.4, 6, MOMENTUM,
    ),
    Family("SiLU, bias below zero, 3 layers", HELD_OUT, DEAD, "zero_bias", CANCER, stack(3, "silu"), bias, 0.8, 14),
    Family(
        "SiLU, bias below zero, wine, momentum", HELD_OUT, DEAD, "zero_bias", WINE,
        stack(4, "silu"), bias, 0.8, 14, MOMENTUM,
    ),
    Family("softplus, bias below zero, wine", HELD_OUT, DEAD, "zero_bias", WINE, stack(4, "softplus"), bias, 1, 14),
    Family(
        "softplus, bias below zero, momentum", HELD_OUT, DEAD, "zero_bias", DIGITS,
        stack(3, "softplus", 32), bias, 1, 14, MOMENTUM,
    ),
    Family("SELU, bias below zero, wine", HELD_OUT, DEAD, "zero_bias", WINE, stack(4, "selu"), bias, 1, 16),
    Family(
        "tanh, saturated, momentum", HELD_OUT, DEAD, "glorot_init", WINE, stack(6, "tanh"), gain, 2, 60, MOMENTUM
    ),
    Family("sigmoid, saturated, 4 layers", HELD_OUT, DEAD, "batch_norm", WINE, stack(4, "sigmoid"), gain, 8, 300),
    Family("SELU, small gain, wine", HELD_OUT, VANISHING, "he_init", WINE, stack(9, "selu"), gain, 0.2, 1.1),
    Family("GELU, small gain, digits", HELD_OUT, VANISHING, "he_init", DIGITS, stack(9, "gelu"), gain, 0.4, 1.7),
    Family(
        "tanh, small gain, digits, momentum", HELD_OUT, VANISHING, "glorot_init", DIGITS,
        stack(11, "tanh"), gain, 0.15, 1.1, MOMENTUM,
    ),
    Family("sigmoid, 5 layers, digits", HELD_OUT, VANISHING, "relu_he", DIGITS, stack(5, "sigmoid"), gain, 0.5, 6),
    Family(
        "ELU, small gain, momentum", HELD_OUT, VANISHING, "he_init", WINE, stack(9, "elu"), gain, 0.2, 1.2, MOMENTUM
    ),
    Family("ReLU, small gain, cancer, Adam", HELD_OUT, VANISHING, "he_init", CANCER, stack(9), gain, 0.3, 1.4, ADAM),
    Family("ELU, large gain, wine", HELD_OUT, EXPLODING, "he_init", WINE, stack(10, "elu"), gain, 1.2, 6),
    Family(
        "leaky ReLU, large gain, momentum", HELD_OUT, EXPLODING, "he_init", DIGITS,
        stack(10, "leaky_relu"), gain, 1.4, 8, MOMENTUM,
    ),
    Family(
        "SELU, large gain, momentum", HELD_OUT, EXPLODING, "he_init", CANCER, stack(12, "selu"), gain, 1, 6, MOMENTUM
    ),
    Family("GELU, large gain, wine", HELD_OUT, EXPLODING, "he_init", WINE, stack(11, "gelu"), gain, 1.6, 8),
    Family(
        "plain-sum residual, wine", HELD_OUT, EXPLODING, "residual_preactivation", WINE,
        stack(15, residual="plain"), gain, 0.4, 4,
    ),
    Family("tanh around Glorot, cancer", HELD_OUT, SOUND, "", CANCER, stack(5, "tanh"), gain, 0.7, 1.5),
    Family("GELU around He, momentum", HELD_OUT, SOUND, "", DIGITS, stack(4, "gelu"), gain, 1.0, 1.9, MOMENTUM),
    Family("softplus around He", HELD_OUT, SOUND, "", CANCER, stack(3, "softplus"), gain, 1.0, 1.9),
    Family("SELU around LeCun, digits", HELD_OUT, SOUND, "", DIGITS, stack(5, "selu"), gain, 0.7, 1.4),
    Family("GELU, bias a little below zero", HELD_OUT, SOUND, "", CANCER, stack(3, "gelu"), bias, 0.05, 0.5),
    Family("SiLU around He, spirals", HELD_OUT, SOUND, "", SPIRALS, stack(4, "silu"), gain, 1.1, 2.2, ADAM),
)  # fmt: skip
FAMILIES = (*EARLIER, *_CLOSE, *_OTHER_OPTIMIZERS, *LATEST, *_HELD_OUT)  # a number in it is a part of a seed

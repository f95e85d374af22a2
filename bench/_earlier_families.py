"""Families on which rules and thresholds of the health check were chosen, in the order in which they were written.

Each set that was held out from the rules once is among them now: where the rules were wrong on it was read.
"""

from bench._rule_family import (
    ADAM,
    ADDING,
    CALIBRATION,
    CANCER,
    DEAD,
    DIGITS,
    EXPLODING,
    LONG,
    MOMENTUM,
    SOUND,
    SPIRALS,
    VANISHING,
    WIDTH,
    WINE,
    Family,
    bias,
    gain,
    orthogonal,
    stack,
    turn,
)
from gradcore.specs import Choice, NetworkSpec

_RNN = NetworkSpec((WIDTH,), "tanh", Choice("glorot_uniform"), cell="simple_rnn")
_CALIBRATION = (
    Family("sigmoid, 6 layers", CALIBRATION, VANISHING, "relu_he", DIGITS, stack(6, "sigmoid"), gain, 0.5, 6),
    Family("ReLU, small gain", CALIBRATION, VANISHING, "he_init", DIGITS, stack(10), gain, 0.4, 1.5),
    Family("ReLU, large gain", CALIBRATION, EXPLODING, "he_init", DIGITS, stack(10), gain, 1.4, 6),
    Family(
        "plain-sum residual", CALIBRATION, EXPLODING, "residual_preactivation", DIGITS,
        stack(17, residual="plain"), gain, 0.4, 4,
    ),
    Family(
        "batch normalisation, no shortcut", CALIBRATION, EXPLODING, "residual_preactivation", CANCER,
        stack(40, normalization="batch"), gain, 0.5, 2,
    ),
    Family("ReLU, bias below zero", CALIBRATION, DEAD, "zero_bias", DIGITS, stack(3), bias, 0.3, 12),
    Family("tanh, saturated", CALIBRATION, DEAD, "glorot_init", DIGITS, stack(6, "tanh"), gain, 2, 60),
    Family("ReLU around He", CALIBRATION, SOUND, "", DIGITS, stack(4), gain, 1.0, 1.9),
    Family("tanh around Glorot", CALIBRATION, SOUND, "", WINE, stack(4, "tanh"), gain, 0.7, 1.5),
    Family(
        "batch normalisation, 4 layers", CALIBRATION, SOUND, "", CANCER,
        stack(4, normalization="batch"), gain, 0.5, 2,
    ),
    Family("scaled residual", CALIBRATION, SOUND, "", DIGITS, stack(9, residual="scaled"), gain, 0.7, 1.6),
    Family(
        "recurrent, shrinking", CALIBRATION, VANISHING, "orthogonal", ADDING,
        _RNN, turn, 0.03, 1.0, ADAM, LONG,
    ),
)  # fmt: skip
_FIRST_HELD_OUT = (
    Family("tanh, small gain", CALIBRATION, VANISHING, "glorot_init", CANCER, stack(10, "tanh"), gain, 0.1, 1.1),
    Family("ELU, small gain", CALIBRATION, VANISHING, "he_init", WINE, stack(12, "elu"), gain, 0.2, 1.2),
    Family("SiLU, small gain", CALIBRATION, VANISHING, "he_init", DIGITS, stack(8, "silu"), gain, 0.3, 2.0),
    Family(
        "leaky ReLU, large gain", CALIBRATION, EXPLODING, "he_init", CANCER,
        stack(14, "leaky_relu"), gain, 1.4, 8,
    ),
    Family("ELU, large gain", CALIBRATION, EXPLODING, "he_init", DIGITS, stack(12, "elu"), gain, 1.2, 6),
    Family(
        "plain-sum residual, leaky ReLU", CALIBRATION, EXPLODING, "residual_preactivation", WINE,
        stack(21, "leaky_relu", residual="plain"), gain, 0.4, 4,
    ),
    Family("ReLU, bias below zero, other data", CALIBRATION, DEAD, "zero_bias", CANCER, stack(4), bias, 0.3, 12),
    Family("ELU, bias below zero", CALIBRATION, DEAD, "zero_bias", DIGITS, stack(4, "elu"), bias, 1, 30),
    Family("sigmoid, saturated", CALIBRATION, DEAD, "batch_norm", WINE, stack(5, "sigmoid"), gain, 8, 300),
    Family("GELU around He", CALIBRATION, SOUND, "", CANCER, stack(4, "gelu"), gain, 1.0, 1.9),
    Family("SELU around LeCun", CALIBRATION, SOUND, "", WINE, stack(6, "selu"), gain, 0.7, 1.4),
    Family(
        "layer normalisation", CALIBRATION, SOUND, "", DIGITS, stack(5, normalization="layer"), gain, 0.5, 2
    ),
    Family(
        "recurrent, stretching", CALIBRATION, EXPLODING, "orthogonal", ADDING,
        _RNN, turn, 1.0, 8, ADAM, LONG,
    ),
)  # fmt: skip
_MORE_CALIBRATION = (
    Family("softplus, 8 layers", CALIBRATION, VANISHING, "relu_he", WINE, stack(8, "softplus"), gain, 0.3, 3),
    Family("SELU, large gain", CALIBRATION, EXPLODING, "he_init", CANCER, stack(10, "selu"), gain, 1.0, 6),
    Family("tanh, saturated, 3 layers", CALIBRATION, DEAD, "glorot_init", WINE, stack(3, "tanh"), gain, 2, 60),
    Family("ReLU, bias below zero, 2 layers", CALIBRATION, DEAD, "zero_bias", WINE, stack(2), bias, 0.3, 12),
)
_SECOND_HELD_OUT = (
    Family("GELU, small gain", CALIBRATION, VANISHING, "he_init", WINE, stack(10, "gelu"), gain, 0.3, 1.6),
    Family(
        "tanh, small gain, other data", CALIBRATION, VANISHING, "glorot_init", DIGITS,
        stack(12, "tanh"), gain, 0.2, 1.2,
    ),
    Family("SELU, large gain, other data", CALIBRATION, EXPLODING, "he_init", WINE, stack(13, "selu"), gain, 1.0, 6),
    Family(
        "leaky ReLU, large gain, digits", CALIBRATION, EXPLODING, "he_init", DIGITS,
        stack(8, "leaky_relu"), gain, 1.4, 8,
    ),
    Family("SiLU, bias below zero", CALIBRATION, DEAD, "zero_bias", CANCER, stack(4, "silu"), bias, 1, 30),
    Family("tanh, saturated, other data", CALIBRATION, DEAD, "glorot_init", CANCER, stack(4, "tanh"), gain, 2, 60),
    Family("ReLU, bias below zero, 5 layers", CALIBRATION, DEAD, "zero_bias", WINE, stack(5), bias, 0.3, 12),
    Family("RMS normalisation", CALIBRATION, SOUND, "", DIGITS, stack(6, normalization="rms"), gain, 0.5, 2),
    Family("leaky ReLU around He", CALIBRATION, SOUND, "", DIGITS, stack(5, "leaky_relu"), gain, 1.0, 1.9),
)  # fmt: skip
_LATEST_CALIBRATION = (
    Family(
        "leaky ReLU, small gain", CALIBRATION, VANISHING, "he_init", DIGITS,
        stack(9, "leaky_relu"), gain, 0.4, 1.5,
    ),
    Family("SELU, small gain", CALIBRATION, VANISHING, "he_init", CANCER, stack(11, "selu"), gain, 0.2, 1.1),
    Family("tanh, small gain, wine", CALIBRATION, VANISHING, "glorot_init", WINE, stack(8, "tanh"), gain, 0.2, 1.1),
    Family("ELU, small gain, digits", CALIBRATION, VANISHING, "he_init", DIGITS, stack(8, "elu"), gain, 0.3, 1.3),
    Family("ReLU, small gain, wine", CALIBRATION, VANISHING, "he_init", WINE, stack(8), gain, 0.5, 1.6),
    Family("SiLU, small gain, cancer", CALIBRATION, VANISHING, "he_init", CANCER, stack(8, "silu"), gain, 0.4, 2.0),
    Family("sigmoid, 5 layers", CALIBRATION, VANISHING, "relu_he", CANCER, stack(5, "sigmoid"), gain, 0.5, 5),
    Family("ReLU, large gain, wine", CALIBRATION, EXPLODING, "he_init", WINE, stack(12), gain, 1.4, 6),
    Family("SELU, large gain, digits", CALIBRATION, EXPLODING, "he_init", DIGITS, stack(9, "selu"), gain, 1.0, 5),
    Family("GELU, large gain", CALIBRATION, EXPLODING, "he_init", CANCER, stack(12, "gelu"), gain, 1.6, 8),
    Family("ReLU, bias below zero, 5 layers, digits", CALIBRATION, DEAD, "zero_bias", DIGITS, stack(5), bias, 0.3, 8),
    Family("ReLU, bias below zero, cancer", CALIBRATION, DEAD, "zero_bias", CANCER, stack(3), bias, 0.5, 8),
    Family("ReLU, bias below zero, wine", CALIBRATION, DEAD, "zero_bias", WINE, stack(3), bias, 0.5, 6),
    Family("SELU, bias below zero", CALIBRATION, DEAD, "zero_bias", CANCER, stack(4, "selu"), bias, 1, 20),
    Family("GELU, bias below zero", CALIBRATION, DEAD, "zero_bias", DIGITS, stack(3, "gelu"), bias, 0.5, 12),
    Family("softplus, bias below zero", CALIBRATION, DEAD, "zero_bias", CANCER, stack(4, "softplus"), bias, 1, 20),
    Family("tanh, saturated, 5 layers", CALIBRATION, DEAD, "glorot_init", WINE, stack(5, "tanh"), gain, 2, 60),
    Family("sigmoid, saturated, cancer", CALIBRATION, DEAD, "batch_norm", CANCER, stack(4, "sigmoid"), gain, 8, 300),
    Family("ELU around He", CALIBRATION, SOUND, "", DIGITS, stack(6, "elu"), gain, 0.9, 1.5),
    Family("ReLU around He, wine", CALIBRATION, SOUND, "", WINE, stack(6), gain, 1.1, 1.9),
    Family("SiLU around He", CALIBRATION, SOUND, "", CANCER, stack(5, "silu"), gain, 1.1, 2.2),
    Family(
        "layer normalisation, cancer", CALIBRATION, SOUND, "", CANCER,
        stack(6, normalization="layer"), gain, 0.5, 2,
    ),
)  # fmt: skip
_THIRD_HELD_OUT = (
    Family("sigmoid, 7 layers", CALIBRATION, VANISHING, "relu_he", WINE, stack(7, "sigmoid"), gain, 0.5, 6),
    Family("ReLU, small gain, cancer", CALIBRATION, VANISHING, "he_init", CANCER, stack(12), gain, 0.4, 1.5),
    Family(
        "leaky ReLU, small gain, wine", CALIBRATION, VANISHING, "he_init", WINE,
        stack(10, "leaky_relu"), gain, 0.3, 1.5,
    ),
    Family("SELU, small gain, digits", CALIBRATION, VANISHING, "he_init", DIGITS, stack(10, "selu"), gain, 0.2, 1.1),
    Family("softplus, 6 layers", CALIBRATION, VANISHING, "relu_he", CANCER, stack(6, "softplus"), gain, 0.2, 2),
    Family("ReLU, large gain, cancer", CALIBRATION, EXPLODING, "he_init", CANCER, stack(14), gain, 1.4, 6),
    Family("GELU, large gain, digits", CALIBRATION, EXPLODING, "he_init", DIGITS, stack(10, "gelu"), gain, 1.6, 8),
    Family(
        "plain-sum residual, cancer", CALIBRATION, EXPLODING, "residual_preactivation", CANCER,
        stack(21, residual="plain"), gain, 0.4, 4,
    ),
    Family("SELU, bias below zero, digits", CALIBRATION, DEAD, "zero_bias", DIGITS, stack(3, "selu"), bias, 1, 20),
    Family(
        "softplus, bias below zero, digits", CALIBRATION, DEAD, "zero_bias", DIGITS,
        stack(3, "softplus"), bias, 1, 20,
    ),
    Family("ReLU, bias below zero, 4 layers, wine", CALIBRATION, DEAD, "zero_bias", WINE, stack(4), bias, 0.3, 8),
    Family(
        "tanh, saturated, 4 layers, digits", CALIBRATION, DEAD, "glorot_init", DIGITS, stack(4, "tanh"), gain, 2, 60
    ),
    Family("tanh around Glorot, digits", CALIBRATION, SOUND, "", DIGITS, stack(6, "tanh"), gain, 0.7, 1.5),
    Family(
        "batch normalisation, digits", CALIBRATION, SOUND, "", DIGITS,
        stack(6, normalization="batch"), gain, 0.5, 2,
    ),
    Family("SiLU around He, wine", CALIBRATION, SOUND, "", WINE, stack(6, "silu"), gain, 1.1, 2.2),
)  # fmt: skip
EARLIER = (
    *(family for pair in zip(_FIRST_HELD_OUT, (*_CALIBRATION, None), strict=True) for family in pair if family),
    *_MORE_CALIBRATION,
    *_SECOND_HELD_OUT,
    *_LATEST_CALIBRATION,
    *_THIRD_HELD_OUT,
)
LATEST = (
    Family(
        "leaky ReLU, small gain, cancer", CALIBRATION, VANISHING, "he_init", CANCER,
        stack(11, "leaky_relu"), gain, 0.3, 1.4,
    ),
    Family(
        "tanh, small orthogonal", CALIBRATION, VANISHING, "glorot_init", DIGITS, stack(9, "tanh"), orthogonal, 0.2, 1.1
    ),
    Family(
        "SiLU, small gain, momentum", CALIBRATION, VANISHING, "he_init", DIGITS,
        stack(10, "silu"), gain, 0.3, 1.8, MOMENTUM,
    ),
    Family(
        "softplus, 7 layers, momentum", CALIBRATION, VANISHING, "relu_he", WINE,
        stack(7, "softplus"), gain, 0.2, 2.5, MOMENTUM,
    ),
    Family("sigmoid, 8 wide layers", CALIBRATION, VANISHING, "relu_he", CANCER, stack(8, "sigmoid", 32), gain, 0.5, 6),
    Family("GELU, small gain, cancer", CALIBRATION, VANISHING, "he_init", CANCER, stack(8, "gelu"), gain, 0.3, 1.6),
    Family("ELU, small gain, cancer", CALIBRATION, VANISHING, "he_init", CANCER, stack(10, "elu"), gain, 0.2, 1.2),
    Family("ReLU, small orthogonal", CALIBRATION, VANISHING, "he_init", WINE, stack(9, width=16), orthogonal, 0.4, 1.6),
    Family("ReLU, small gain, spirals", CALIBRATION, VANISHING, "he_init", SPIRALS, stack(7), gain, 0.4, 1.6, MOMENTUM),
    Family(
        "leaky ReLU, small gain, Adam", CALIBRATION, VANISHING, "he_init", DIGITS,
        stack(9, "leaky_relu"), gain, 0.4, 1.5, ADAM,
    ),
    Family("SiLU, large gain", CALIBRATION, EXPLODING, "he_init", WINE, stack(12, "silu"), gain, 1.8, 8),
    Family("ELU, large gain, cancer", CALIBRATION, EXPLODING, "he_init", CANCER, stack(11, "elu"), gain, 1.2, 6),
    Family(
        "leaky ReLU, large gain, wine", CALIBRATION, EXPLODING, "he_init", WINE, stack(10, "leaky_relu"), gain, 1.4, 8
    ),
    Family(
        "ReLU, large gain, digits, momentum", CALIBRATION, EXPLODING, "he_init", DIGITS,
        stack(11), gain, 1.4, 6, MOMENTUM,
    ),
    Family(
        "plain-sum residual, GELU", CALIBRATION, EXPLODING, "residual_preactivation", DIGITS,
        stack(19, "gelu", residual="plain"), gain, 0.4, 4,
    ),
    Family("ReLU, bias below zero, 6 layers", CALIBRATION, DEAD, "zero_bias", CANCER, stack(6), bias, 0.3, 8),
    Family("ELU, bias below zero, wine", CALIBRATION, DEAD, "zero_bias", WINE, stack(3, "elu"), bias, 1, 30),
    Family(
        "ReLU, bias below zero, wine, momentum", CALIBRATION, DEAD, "zero_bias", WINE,
        stack(3, width=32), bias, 0.3, 10, MOMENTUM,
    ),
    Family("SiLU, bias below zero, digits", CALIBRATION, DEAD, "zero_bias", DIGITS, stack(3, "silu"), bias, 0.8, 20),
    Family("GELU, bias below zero, cancer", CALIBRATION, DEAD, "zero_bias", CANCER, stack(4, "gelu"), bias, 0.5, 14),
    Family("tanh, saturated, 8 layers", CALIBRATION, DEAD, "glorot_init", CANCER, stack(8, "tanh"), gain, 2, 60),
    Family("tanh around Glorot, Adam", CALIBRATION, SOUND, "", WINE, stack(5, "tanh"), gain, 0.7, 1.5, ADAM),
    Family(
        "layer normalisation, GELU", CALIBRATION, SOUND, "", WINE, stack(6, "gelu", normalization="layer"), gain, 0.5, 2
    ),
    Family("scaled residual, cancer", CALIBRATION, SOUND, "", CANCER, stack(15, residual="scaled"), gain, 0.7, 1.6),
    Family("ELU around He, momentum", CALIBRATION, SOUND, "", DIGITS, stack(6, "elu"), gain, 0.9, 1.5, MOMENTUM),
    Family(
        "batch normalisation, tanh", CALIBRATION, SOUND, "", WINE, stack(8, "tanh", normalization="batch"), gain, 0.5, 2
    ),
    Family(
        "RMS normalisation, spirals", CALIBRATION, SOUND, "", SPIRALS, stack(5, normalization="rms"), gain, 0.5, 2, ADAM
    ),
)  # fmt: skip

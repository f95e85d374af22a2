"""Families of small networks for `bench.rules_accuracy`: what is varied, which disease that gives, which cure is named.

A family has one architecture on one task. Its networks differ in a dose, drawn log-uniformly from the family's range by
its own generator, and in their seed; a range spans what trains and what does not. Rules and thresholds were chosen on
networks of the calibration families alone. Those that were held out from the first rules are among them now: where the
rules were wrong on them was published and read. The held-out ones were written down before the rules became what they
are, and not run before the rules were frozen. They are few, so further ones were written down after that, and run with
the same rules.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gradcore.specs import Choice, EntrantSpec, HealthSpec, NetworkSpec

WIDTH, BATCH, STEPS, LONG = 24, 32, 150, 400  # LONG: steps of sequence tasks, which learn late
CALIBRATION, HELD_OUT, FURTHER = SIDES = ("calibration", "held out", "further held out")
VANISHING, EXPLODING, DEAD, SOUND = "vanishing", "exploding", "dead", ""
SGD, ADAM = EntrantSpec(Choice("SGD"), 0.1), EntrantSpec(Choice("Adam"), 0.003)
ADDING = Choice.of("adding_problem", length=12)
FAMILY_SEED = 20261127

Dose = Callable[[NetworkSpec, float], NetworkSpec]


@dataclass(frozen=True)
class Family:
    """One architecture on one task, and how its networks differ."""

    name: str
    side: str  # of `SIDES`
    disease: str  # of those that are sick; SOUND where none is expected
    cure: str  # a name in `gradcore.treatments.TREATMENTS`; "" = none
    task: Choice
    network: NetworkSpec
    dose: Dose
    low: float
    high: float
    optimizer: EntrantSpec = SGD
    steps: int = STEPS

    def doses(self, number: int, count: int) -> list[float]:
        """Return the doses of so many networks; `number` is the family's, and part of its seed."""
        draw = np.random.default_rng([FAMILY_SEED, number])
        return [float(f"{dose:.4g}") for dose in np.exp(draw.uniform(np.log(self.low), np.log(self.high), count))]

    def specs(self, number: int, count: int) -> list[HealthSpec]:
        """Return these networks, each as a check that trains it."""
        start = HealthSpec(self.task, self.network, self.optimizer, self.steps, BATCH)
        return [
            replace(start, network=self.dose(self.network, dose), seed=1000 * number + 10 * place)
            for place, dose in enumerate(self.doses(number, count))
        ]


def _gain(network: NetworkSpec, dose: float) -> NetworkSpec:
    return replace(network, kernel_initializer=Choice.of("scaled_normal", gain=dose))


def _bias(network: NetworkSpec, dose: float) -> NetworkSpec:
    return replace(network, bias=-dose)


def _turn(network: NetworkSpec, dose: float) -> NetworkSpec:
    return replace(network, recurrent_initializer=Choice.of("orthogonal", gain=dose))


def _stack(depth: int, activation: str = "relu", **parts: str) -> NetworkSpec:
    return NetworkSpec((WIDTH,) * depth, activation, **parts)  # type: ignore[arg-type]


_RNN = NetworkSpec((WIDTH,), "tanh", Choice("glorot_uniform"), cell="simple_rnn")
DIGITS, CANCER, WINE = Choice("digits"), Choice("breast_cancer"), Choice("wine")

_CALIBRATION = (
    Family("sigmoid, 6 layers", CALIBRATION, VANISHING, "relu_he", DIGITS, _stack(6, "sigmoid"), _gain, 0.5, 6),
    Family("ReLU, small gain", CALIBRATION, VANISHING, "he_init", DIGITS, _stack(10), _gain, 0.4, 1.5),
    Family("ReLU, large gain", CALIBRATION, EXPLODING, "he_init", DIGITS, _stack(10), _gain, 1.4, 6),
    Family(
        "plain-sum residual", CALIBRATION, EXPLODING, "residual_preactivation", DIGITS,
        _stack(17, residual="plain"), _gain, 0.4, 4,
    ),
    Family(
        "batch normalisation, no shortcut", CALIBRATION, EXPLODING, "residual_preactivation", CANCER,
        _stack(40, normalization="batch"), _gain, 0.5, 2,
    ),
    Family("ReLU, bias below zero", CALIBRATION, DEAD, "zero_bias", DIGITS, _stack(3), _bias, 0.3, 12),
    Family("tanh, saturated", CALIBRATION, DEAD, "glorot_init", DIGITS, _stack(6, "tanh"), _gain, 2, 60),
    Family("ReLU around He", CALIBRATION, SOUND, "", DIGITS, _stack(4), _gain, 1.0, 1.9),
    Family("tanh around Glorot", CALIBRATION, SOUND, "", WINE, _stack(4, "tanh"), _gain, 0.7, 1.5),
    Family(
        "batch normalisation, 4 layers", CALIBRATION, SOUND, "", CANCER,
        _stack(4, normalization="batch"), _gain, 0.5, 2,
    ),
    Family("scaled residual", CALIBRATION, SOUND, "", DIGITS, _stack(9, residual="scaled"), _gain, 0.7, 1.6),
    Family(
        "recurrent, shrinking", CALIBRATION, VANISHING, "orthogonal", ADDING,
        _RNN, _turn, 0.03, 1.0, ADAM, LONG,
    ),
)  # fmt: skip
_ONCE_HELD_OUT = (
    Family("tanh, small gain", CALIBRATION, VANISHING, "glorot_init", CANCER, _stack(10, "tanh"), _gain, 0.1, 1.1),
    Family("ELU, small gain", CALIBRATION, VANISHING, "he_init", WINE, _stack(12, "elu"), _gain, 0.2, 1.2),
    Family("SiLU, small gain", CALIBRATION, VANISHING, "he_init", DIGITS, _stack(8, "silu"), _gain, 0.3, 2.0),
    Family(
        "leaky ReLU, large gain", CALIBRATION, EXPLODING, "he_init", CANCER,
        _stack(14, "leaky_relu"), _gain, 1.4, 8,
    ),
    Family("ELU, large gain", CALIBRATION, EXPLODING, "he_init", DIGITS, _stack(12, "elu"), _gain, 1.2, 6),
    Family(
        "plain-sum residual, leaky ReLU", CALIBRATION, EXPLODING, "residual_preactivation", WINE,
        _stack(21, "leaky_relu", residual="plain"), _gain, 0.4, 4,
    ),
    Family("ReLU, bias below zero, other data", CALIBRATION, DEAD, "zero_bias", CANCER, _stack(4), _bias, 0.3, 12),
    Family("ELU, bias below zero", CALIBRATION, DEAD, "zero_bias", DIGITS, _stack(4, "elu"), _bias, 1, 30),
    Family("sigmoid, saturated", CALIBRATION, DEAD, "batch_norm", WINE, _stack(5, "sigmoid"), _gain, 8, 300),
    Family("GELU around He", CALIBRATION, SOUND, "", CANCER, _stack(4, "gelu"), _gain, 1.0, 1.9),
    Family("SELU around LeCun", CALIBRATION, SOUND, "", WINE, _stack(6, "selu"), _gain, 0.7, 1.4),
    Family(
        "layer normalisation", CALIBRATION, SOUND, "", DIGITS, _stack(5, normalization="layer"), _gain, 0.5, 2
    ),
    Family(
        "recurrent, stretching", CALIBRATION, EXPLODING, "orthogonal", ADDING,
        _RNN, _turn, 1.0, 8, ADAM, LONG,
    ),
)  # fmt: skip
_MORE_CALIBRATION = (
    Family("softplus, 8 layers", CALIBRATION, VANISHING, "relu_he", WINE, _stack(8, "softplus"), _gain, 0.3, 3),
    Family("SELU, large gain", CALIBRATION, EXPLODING, "he_init", CANCER, _stack(10, "selu"), _gain, 1.0, 6),
    Family("tanh, saturated, 3 layers", CALIBRATION, DEAD, "glorot_init", WINE, _stack(3, "tanh"), _gain, 2, 60),
    Family("ReLU, bias below zero, 2 layers", CALIBRATION, DEAD, "zero_bias", WINE, _stack(2), _bias, 0.3, 12),
)
_HELD_OUT = (
    Family("GELU, small gain", HELD_OUT, VANISHING, "he_init", WINE, _stack(10, "gelu"), _gain, 0.3, 1.6),
    Family(
        "tanh, small gain, other data", HELD_OUT, VANISHING, "glorot_init", DIGITS,
        _stack(12, "tanh"), _gain, 0.2, 1.2,
    ),
    Family("SELU, large gain, other data", HELD_OUT, EXPLODING, "he_init", WINE, _stack(13, "selu"), _gain, 1.0, 6),
    Family(
        "leaky ReLU, large gain, digits", HELD_OUT, EXPLODING, "he_init", DIGITS,
        _stack(8, "leaky_relu"), _gain, 1.4, 8,
    ),
    Family("SiLU, bias below zero", HELD_OUT, DEAD, "zero_bias", CANCER, _stack(4, "silu"), _bias, 1, 30),
    Family("tanh, saturated, other data", HELD_OUT, DEAD, "glorot_init", CANCER, _stack(4, "tanh"), _gain, 2, 60),
    Family("ReLU, bias below zero, 5 layers", HELD_OUT, DEAD, "zero_bias", WINE, _stack(5), _bias, 0.3, 12),
    Family("RMS normalisation", HELD_OUT, SOUND, "", DIGITS, _stack(6, normalization="rms"), _gain, 0.5, 2),
    Family("leaky ReLU around He", HELD_OUT, SOUND, "", DIGITS, _stack(5, "leaky_relu"), _gain, 1.0, 1.9),
)  # fmt: skip
_LATEST_CALIBRATION = (
    Family(
        "leaky ReLU, small gain", CALIBRATION, VANISHING, "he_init", DIGITS,
        _stack(9, "leaky_relu"), _gain, 0.4, 1.5,
    ),
    Family("SELU, small gain", CALIBRATION, VANISHING, "he_init", CANCER, _stack(11, "selu"), _gain, 0.2, 1.1),
    Family("tanh, small gain, wine", CALIBRATION, VANISHING, "glorot_init", WINE, _stack(8, "tanh"), _gain, 0.2, 1.1),
    Family("ELU, small gain, digits", CALIBRATION, VANISHING, "he_init", DIGITS, _stack(8, "elu"), _gain, 0.3, 1.3),
    Family("ReLU, small gain, wine", CALIBRATION, VANISHING, "he_init", WINE, _stack(8), _gain, 0.5, 1.6),
    Family("SiLU, small gain, cancer", CALIBRATION, VANISHING, "he_init", CANCER, _stack(8, "silu"), _gain, 0.4, 2.0),
    Family("sigmoid, 5 layers", CALIBRATION, VANISHING, "relu_he", CANCER, _stack(5, "sigmoid"), _gain, 0.5, 5),
    Family("ReLU, large gain, wine", CALIBRATION, EXPLODING, "he_init", WINE, _stack(12), _gain, 1.4, 6),
    Family("SELU, large gain, digits", CALIBRATION, EXPLODING, "he_init", DIGITS, _stack(9, "selu"), _gain, 1.0, 5),
    Family("GELU, large gain", CALIBRATION, EXPLODING, "he_init", CANCER, _stack(12, "gelu"), _gain, 1.6, 8),
    Family("ReLU, bias below zero, 5 layers, digits", CALIBRATION, DEAD, "zero_bias", DIGITS, _stack(5), _bias, 0.3, 8),
    Family("ReLU, bias below zero, cancer", CALIBRATION, DEAD, "zero_bias", CANCER, _stack(3), _bias, 0.5, 8),
    Family("ReLU, bias below zero, wine", CALIBRATION, DEAD, "zero_bias", WINE, _stack(3), _bias, 0.5, 6),
    Family("SELU, bias below zero", CALIBRATION, DEAD, "zero_bias", CANCER, _stack(4, "selu"), _bias, 1, 20),
    Family("GELU, bias below zero", CALIBRATION, DEAD, "zero_bias", DIGITS, _stack(3, "gelu"), _bias, 0.5, 12),
    Family("softplus, bias below zero", CALIBRATION, DEAD, "zero_bias", CANCER, _stack(4, "softplus"), _bias, 1, 20),
    Family("tanh, saturated, 5 layers", CALIBRATION, DEAD, "glorot_init", WINE, _stack(5, "tanh"), _gain, 2, 60),
    Family("sigmoid, saturated, cancer", CALIBRATION, DEAD, "batch_norm", CANCER, _stack(4, "sigmoid"), _gain, 8, 300),
    Family("ELU around He", CALIBRATION, SOUND, "", DIGITS, _stack(6, "elu"), _gain, 0.9, 1.5),
    Family("ReLU around He, wine", CALIBRATION, SOUND, "", WINE, _stack(6), _gain, 1.1, 1.9),
    Family("SiLU around He", CALIBRATION, SOUND, "", CANCER, _stack(5, "silu"), _gain, 1.1, 2.2),
    Family(
        "layer normalisation, cancer", CALIBRATION, SOUND, "", CANCER,
        _stack(6, normalization="layer"), _gain, 0.5, 2,
    ),
)  # fmt: skip
_FURTHER = (
    Family("sigmoid, 7 layers", FURTHER, VANISHING, "relu_he", WINE, _stack(7, "sigmoid"), _gain, 0.5, 6),
    Family("ReLU, small gain, cancer", FURTHER, VANISHING, "he_init", CANCER, _stack(12), _gain, 0.4, 1.5),
    Family(
        "leaky ReLU, small gain, wine", FURTHER, VANISHING, "he_init", WINE,
        _stack(10, "leaky_relu"), _gain, 0.3, 1.5,
    ),
    Family("SELU, small gain, digits", FURTHER, VANISHING, "he_init", DIGITS, _stack(10, "selu"), _gain, 0.2, 1.1),
    Family("softplus, 6 layers", FURTHER, VANISHING, "relu_he", CANCER, _stack(6, "softplus"), _gain, 0.2, 2),
    Family("ReLU, large gain, cancer", FURTHER, EXPLODING, "he_init", CANCER, _stack(14), _gain, 1.4, 6),
    Family("GELU, large gain, digits", FURTHER, EXPLODING, "he_init", DIGITS, _stack(10, "gelu"), _gain, 1.6, 8),
    Family(
        "plain-sum residual, cancer", FURTHER, EXPLODING, "residual_preactivation", CANCER,
        _stack(21, residual="plain"), _gain, 0.4, 4,
    ),
    Family("SELU, bias below zero, digits", FURTHER, DEAD, "zero_bias", DIGITS, _stack(3, "selu"), _bias, 1, 20),
    Family(
        "softplus, bias below zero, digits", FURTHER, DEAD, "zero_bias", DIGITS,
        _stack(3, "softplus"), _bias, 1, 20,
    ),
    Family("ReLU, bias below zero, 4 layers, wine", FURTHER, DEAD, "zero_bias", WINE, _stack(4), _bias, 0.3, 8),
    Family("tanh, saturated, 4 layers, digits", FURTHER, DEAD, "glorot_init", DIGITS, _stack(4, "tanh"), _gain, 2, 60),
    Family("tanh around Glorot, digits", FURTHER, SOUND, "", DIGITS, _stack(6, "tanh"), _gain, 0.7, 1.5),
    Family(
        "batch normalisation, digits", FURTHER, SOUND, "", DIGITS,
        _stack(6, normalization="batch"), _gain, 0.5, 2,
    ),
    Family("SiLU around He, wine", FURTHER, SOUND, "", WINE, _stack(6, "silu"), _gain, 1.1, 2.2),
)  # fmt: skip
FAMILIES = (
    *(family for pair in zip(_ONCE_HELD_OUT, (*_CALIBRATION, None), strict=True) for family in pair if family),
    *_MORE_CALIBRATION,
    *_HELD_OUT,
    *_LATEST_CALIBRATION,
    *_FURTHER,
)

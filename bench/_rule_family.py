"""What a family of small networks for `bench.rules_accuracy` is: a network on a task, what is varied, and the cure.

Its networks differ in a dose, drawn log-uniformly from the family's range by its own generator, and in their seed; a
range spans what trains and what does not.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gradcore.specs import Choice, EntrantSpec, HealthSpec, NetworkSpec

WIDTH, BATCH, STEPS, LONG = 24, 32, 150, 400  # LONG: steps of sequence tasks, which learn late
CALIBRATION, HELD_OUT = SIDES = ("calibration", "held out")
VANISHING, EXPLODING, DEAD, SOUND = "vanishing", "exploding", "dead", ""
SGD, ADAM = EntrantSpec(Choice("SGD"), 0.1), EntrantSpec(Choice("Adam"), 0.003)
MOMENTUM = EntrantSpec(Choice.of("SGD", momentum=0.9), 0.01)
DIGITS, CANCER, WINE, SPIRALS = (Choice(name) for name in ("digits", "breast_cancer", "wine", "two_spirals"))
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


def gain(network: NetworkSpec, dose: float) -> NetworkSpec:
    """Draw the weights with deviation dose / sqrt(inputs)."""
    return replace(network, kernel_initializer=Choice.of("scaled_normal", gain=dose))


def orthogonal(network: NetworkSpec, dose: float) -> NetworkSpec:
    """Draw orthogonal weights, times the dose."""
    return replace(network, kernel_initializer=Choice.of("orthogonal", gain=dose))


def bias(network: NetworkSpec, dose: float) -> NetworkSpec:
    """Start every bias so far below zero."""
    return replace(network, bias=-dose)


def turn(network: NetworkSpec, dose: float) -> NetworkSpec:
    """Draw an orthogonal recurrent kernel, times the dose."""
    return replace(network, recurrent_initializer=Choice.of("orthogonal", gain=dose))


def stack(depth: int, activation: str = "relu", width: int = WIDTH, **parts: str) -> NetworkSpec:
    """Return so many layers that are alike."""
    return NetworkSpec((width,) * depth, activation, **parts)  # type: ignore[arg-type]

"""What treatments did for sick networks in a pilot: a first orientation, not a constant; see `bench` for our own.

One data set (digits; the adding problem for recurrent networks), width 40, 150 steps of SGD unless the treatment is
another optimizer, learning rates tuned for each. E = share of the loss that the disease costs which the treatment
gives back: 1 = cured, 0 = no effect, below 0 = harmful; with its 95 % interval over the seeds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gradcore.health import Diagnosis
from gradcore.specs import HealthSpec
from gradcore.titles import percent

Number = tuple[float, float | None, float | None]

SIGMOID, GLOROT, LARGE, DEEP = "sigmoid", "glorot_relu", "large_init", "deep_relu"
LONG_EXPLODING, LONG_VANISHING = "exploding_rnn", "vanishing_rnn"
DISEASES: Mapping[str, str] = MappingProxyType(
    {
        SIGMOID: "6 sigmoid layers",
        GLOROT: "22 layers of ReLU with Glorot's initialiser",
        LARGE: "10 layers of ReLU with four times the right variance",
        DEEP: "36 layers of ReLU with He's initialiser",
        LONG_EXPLODING: "a recurrent network that stretches by 1.5 a step",
        LONG_VANISHING: "a recurrent network that shrinks to 0.7 a step",
    }
)
PILOT: Mapping[str, Mapping[str, Number]] = MappingProxyType(  # solution -> disease -> E, low, high
    {
        "relu_he": {SIGMOID: (0.94, 0.92, 0.95)},
        "he_init": {SIGMOID: (0.0, None, None), GLOROT: (0.37, 0.30, 0.44), LARGE: (0.85, 0.78, 0.92)},
        "batch_norm": {
            SIGMOID: (0.95, 0.92, 0.96),
            GLOROT: (0.69, 0.67, 0.72),
            LARGE: (0.97, 0.96, 0.97),
            DEEP: (0.14, 0.09, 0.19),
        },
        "clipping": {
            SIGMOID: (0.0, None, None),
            GLOROT: (0.0, None, None),
            LARGE: (0.0, None, None),
            DEEP: (0.21, 0.16, 0.26),
            LONG_EXPLODING: (0.0, None, None),
        },
        "adam": {
            SIGMOID: (0.49, 0.45, 0.52),
            GLOROT: (0.54, 0.46, 0.63),
            LARGE: (0.37, 0.35, 0.40),
            DEEP: (0.50, 0.42, 0.56),
            LONG_EXPLODING: (0.01, None, None),
        },
        "residual_scaled": {
            SIGMOID: (0.99, None, None),
            GLOROT: (0.97, 0.96, 0.98),
            LARGE: (0.79, 0.73, 0.85),
            DEEP: (0.78, 0.71, 0.82),
        },
        "lsuv": {
            SIGMOID: (0.0, None, None),
            GLOROT: (0.52, 0.45, 0.58),
            LARGE: (0.96, 0.94, 0.98),
            DEEP: (0.12, 0.06, 0.17),
        },
        "orthogonal": {LONG_EXPLODING: (0.0, None, None)},
        "attention_adam": {LONG_EXPLODING: (0.52, 0.17, 0.87), LONG_VANISHING: (0.95, 0.94, 0.96)},
    }
)


@dataclass(frozen=True)
class Effect:
    """What a treatment gave back of the loss in the pilot, on a network with the same disease."""

    value: float  # E
    low: float | None  # of its 95 % interval; None where the pilot gave none
    high: float | None
    network: str  # that it was measured on

    @property
    def sentence(self) -> str:
        """It in words, labelled as what it is.

        Example:
            >>> Effect(0.97, 0.96, 0.98, "22 layers of ReLU").sentence
            'In a pilot on 22 layers of ReLU it gave back 97 % (95 % interval 96 % to 98 %) of what the disease costs.'
        """
        between = "" if self.low is None or self.high is None else self._interval(self.low, self.high)
        return f"In a pilot on {self.network} it gave back {percent(self.value)}{between} of what the disease costs."

    @staticmethod
    def _interval(low: float, high: float) -> str:
        return f" (95 % interval {percent(low)} to {percent(high)})"


def effect(spec: HealthSpec, diagnosis: Diagnosis, solution: str) -> Effect | None:
    """Return what a solution did in the pilot for the disease that a check has, None where that was not measured."""
    disease = pilot_disease(spec, diagnosis)
    number = PILOT.get(solution, {}).get(disease) if disease else None
    return Effect(*number, DISEASES[disease]) if number and disease else None


def pilot_disease(spec: HealthSpec, diagnosis: Diagnosis) -> str | None:
    """Return which of the pilot's networks a sick one is like, None for none: it must be sick in the same way."""
    network = spec.network
    if network.cell is not None:
        return {"vanishing": LONG_VANISHING, "exploding": LONG_EXPLODING}.get(diagnosis.verdict)
    if network.normalization is not None or network.residual is not None:
        return None
    if network.activation == "sigmoid":
        return SIGMOID if diagnosis.verdict == "vanishing" else None
    if network.activation != "relu":
        return None
    return {"vanishing": GLOROT, "exploding": LARGE, "correlation_collapse": DEEP}.get(diagnosis.verdict)

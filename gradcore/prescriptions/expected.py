"""What a treatment did for a network with the same disease, by the measurement that ships (`gradcore.solutions`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gradcore.health import Diagnosis
from gradcore.solutions import DISEASES, shipped
from gradcore.specs import HealthSpec
from gradcore.titles import percent

STACKS: Mapping[str, tuple[str, ...]] = MappingProxyType(  # treatments that are several solutions
    {"relu_he": ("relu", "he_init"), "attention_adam": ("adam", "attention")}
)
RECURRENT = {"vanishing": "vanishing_rnn", "exploding": "exploding_rnn"}  # verdict -> disease
RECTIFIED = {"vanishing": "glorot_relu", "exploding": "large_init_relu", "correlation_collapse": "deep_relu"}


@dataclass(frozen=True)
class Expected:
    """The effect E that was measured, with its interval, and on which network."""

    value: float
    interval: tuple[float, float] | None
    network: str

    @property
    def sentence(self) -> str:
        """It in words.

        Example:
            >>> Expected(0.97, (0.96, 0.98), "22 ReLU layers, Glorot").sentence
            'Measured on 22 ReLU layers, Glorot: it gave back 97 % (95 % interval 96 % to 98 %) of the lost loss.'
        """
        between = ""
        if self.interval is not None:
            between = f" (95 % interval {percent(self.interval[0])} to {percent(self.interval[1])})"
        return f"Measured on {self.network}: it gave back {percent(self.value)}{between} of the lost loss."


def expected_effect(spec: HealthSpec, diagnosis: Diagnosis, treatment: str) -> Expected | None:
    """Return what a treatment did for the disease that a check has, None where that was not measured."""
    disease = disease_of(spec, diagnosis)
    found = shipped().effect(disease, STACKS.get(treatment, (treatment,))) if disease else None
    return Expected(found.value, found.interval, DISEASES[disease].title) if found and disease else None


def disease_of(spec: HealthSpec, diagnosis: Diagnosis) -> str | None:
    """Return which of the measured networks a sick one is like, None for none: it must be sick in the same way."""
    network = spec.network
    if network.cell is not None:
        return RECURRENT.get(diagnosis.verdict)
    if network.normalization is not None or network.residual is not None:
        return None
    if network.activation == "sigmoid":
        return "sigmoid_stack" if diagnosis.verdict == "vanishing" else None
    return RECTIFIED.get(diagnosis.verdict) if network.activation == "relu" else None

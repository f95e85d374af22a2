"""Six sick networks on which solutions are measured; each is verified sick: tuned, it stays above 0.85 of chance.

Width 40 (recurrent: 20), plain SGD, so that whatever makes one learn is the solution's doing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gradcore.specs import Choice, EntrantSpec, HealthSpec, NetworkSpec

SICK = 0.85  # of chance: what the untreated network's tuned loss must stay above
SGD = EntrantSpec(Choice("SGD"), 0.1)
DIGITS, ADDING = Choice("digits"), Choice.of("adding_problem", length=20)


@dataclass(frozen=True)
class Disease:
    """A network that does not learn, and why."""

    id: str
    title: str
    short: str  # for narrow charts
    problem: str  # "vanishing", "exploding", ...
    spec: HealthSpec


def _stack(depth: int, activation: str, initializer: Choice | str) -> HealthSpec:
    kernel = initializer if isinstance(initializer, Choice) else Choice(initializer)
    return HealthSpec(DIGITS, NetworkSpec((40,) * depth, activation, kernel), SGD)


def _recurrent(gain: float) -> HealthSpec:
    network = NetworkSpec(
        (20,),
        "tanh",
        Choice.of("random_normal", stddev=0.1),
        cell="simple_rnn",
        recurrent_initializer=Choice.of("orthogonal", gain=gain),
    )
    return HealthSpec(ADDING, network, SGD)


_ALL = (
    Disease("sigmoid_stack", "6 sigmoid layers", "Sigmoid", "vanishing", _stack(6, "sigmoid", "glorot_uniform")),
    Disease("glorot_relu", "22 ReLU layers, Glorot", "Glorot", "vanishing", _stack(22, "relu", "glorot_uniform")),
    Disease(
        "large_init_relu",
        "10 ReLU layers, weights too large",
        "Large",
        "exploding",
        _stack(10, "relu", Choice.of("scaled_normal", gain=8**0.5)),
    ),
    Disease("deep_relu", "52 ReLU layers, He", "Deep", "correlation collapse", _stack(52, "relu", "he_uniform")),
    Disease("exploding_rnn", "Recurrent, stretching by 1.5", "RNN 1.5", "exploding", _recurrent(1.5)),
    Disease("vanishing_rnn", "Recurrent, shrinking to 0.7", "RNN 0.7", "vanishing", _recurrent(0.7)),
)
DISEASES: Mapping[str, Disease] = MappingProxyType({one.id: one for one in _ALL})
FEED_FORWARD = tuple(one.id for one in _ALL if one.spec.network.cell is None)

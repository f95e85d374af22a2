"""Var(W) of a kernel as Keras' initialisers draw it, without Keras."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from gradcore.checks import refuse
from gradcore.network_steps import Step
from gradcore.networks import LSUV, SCALED_NORMAL
from gradcore.specs import Choice

HEAD = Choice("glorot_uniform")  # Keras' default, from which the head and projections start
TRUNCATED = 0.87962566103423978  # deviation of a standard normal that is cut at 2
DEVIATION, EDGE = 0.05, 0.05  # Keras' defaults of normal and uniform kernels
Rule = Callable[[Choice, int, int], float | None]


def kernel_variance(chosen: Choice, inputs: int, units: int) -> float | None:
    """Return Var(W) of a kernel (inputs, units); None where its weights are not centred or not independent.

    Orthogonal kernels count as independent ones with the same mean square. LSUV starts from such a kernel and finds its
    scale by data: see `lsuv_scale`.

    Args:
        chosen: a name of `gradcore.networks.INITIALIZERS`, with its arguments.
        inputs: fan-in.
        units: fan-out.

    Example:
        >>> kernel_variance(Choice("he_uniform"), 64, 16), kernel_variance(Choice("glorot_normal"), 64, 16)
        (0.03125, 0.025)
        >>> kernel_variance(Choice("ones"), 64, 16) is None
        True

    References: Keras' documentation, https://keras.io/api/layers/initializers/; Glorot & Bengio 2010; He et al. 2015
    """
    rule = _RULES.get(chosen.name)
    return None if rule is None else rule(chosen, inputs, units)


def step_variance(step: Step, initializer: Choice, known: Mapping[str, float], square: float) -> float:
    """Return Var(W) of a layer of weights in a network.

    Args:
        step: the layer; one that is not hidden starts from Keras' default.
        initializer: of hidden layers.
        known: Var(W) of layers by name, which goes before.
        square: mean square of what the layer reads, by which LSUV divides.

    Raises:
        RefusedError: where the weights are not centred or not independent.

    Example:
        >>> step = Step("Dense", "dense_1", ("input",), (), (20,), (10,), hidden=True)
        >>> step_variance(step, Choice("he_normal"), {}, 1.0), step_variance(step, Choice("lsuv"), {}, 0.5)
        (0.1, 0.1)
    """
    if step.name in known:
        return known[step.name]
    inputs, units = step.before[-1], step.shape[-1]
    if step.hidden and initializer.name == LSUV:
        return 1 / (inputs * square) if square else 0.0
    found = kernel_variance(initializer if step.hidden else HEAD, inputs, units)
    if found is None:
        refuse("kernel_initializer", "draw independent weights with mean 0", initializer.name)
    return found


def _number(chosen: Choice, name: str, default: float) -> float:
    return float(chosen.get(name, default))  # type: ignore[arg-type]


def _scaling(chosen: Choice, inputs: int, units: int) -> float:
    """Return scale / fans: what the name says, its deviation or edge corrected by Keras to give this variance."""
    fans = {"fan_in": inputs, "fan_out": units}.get(str(chosen.get("mode", "fan_in")), (inputs + units) / 2)
    return _number(chosen, "scale", 1.0) / fans


def _orthogonal(chosen: Choice, inputs: int, units: int) -> float:
    return _number(chosen, "gain", 1.0) ** 2 / max(inputs, units)


def _scaled_normal(chosen: Choice, inputs: int, units: int) -> float:
    return _number(chosen, "gain", 1.0) ** 2 / inputs


def _normal(chosen: Choice, inputs: int, units: int) -> float | None:
    return _number(chosen, "stddev", DEVIATION) ** 2 if _number(chosen, "mean", 0.0) == 0 else None


def _truncated(chosen: Choice, inputs: int, units: int) -> float | None:
    found = _normal(chosen, inputs, units)
    return None if found is None else TRUNCATED**2 * found


def _uniform(chosen: Choice, inputs: int, units: int) -> float | None:
    low, high = _number(chosen, "minval", -EDGE), _number(chosen, "maxval", EDGE)
    return (high - low) ** 2 / 12 if low == -high else None


def _fixed(mode: str, scale: float) -> Rule:
    return lambda chosen, inputs, units: _scaling(Choice.of("", mode=mode, scale=scale), inputs, units)


_RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "he_uniform": _fixed("fan_in", 2.0),
        "he_normal": _fixed("fan_in", 2.0),
        "glorot_uniform": _fixed("fan_avg", 1.0),
        "glorot_normal": _fixed("fan_avg", 1.0),
        "lecun_uniform": _fixed("fan_in", 1.0),
        "lecun_normal": _fixed("fan_in", 1.0),
        "orthogonal": _orthogonal,
        SCALED_NORMAL: _scaled_normal,
        LSUV: _orthogonal,
        "random_normal": _normal,
        "random_uniform": _uniform,
        "truncated_normal": _truncated,
        "VarianceScaling": _scaling,
        "zeros": lambda chosen, inputs, units: 0.0,
    }
)

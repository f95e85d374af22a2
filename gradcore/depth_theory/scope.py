"""Which networks this theory knows, and why it says nothing of the others."""

from dataclasses import dataclass

from gradcore.checks import refuse
from gradcore.depth_theory.kernels import kernel_variance
from gradcore.networks import ACTIVATIONS
from gradcore.specs import NO_NETWORK, NetworkSpec

FEWEST = 4  # rows of a batch, or units of a layer, that are normalised together: 1 / variance of fewer has no mean

DEEPEST_SAMPLED = 100  # hidden layers, whose values are all held


@dataclass(frozen=True)
class NoTheory:
    """Why nothing is predicted, in a sentence."""

    reason: str


def why_none(network: NetworkSpec, batch_size: int) -> str | None:
    """Return why theory says nothing of a network, in a sentence; None where it does.

    Args:
        network: admitted.
        batch_size: B rows.

    Example:
        >>> why_none(NetworkSpec((64,), normalization="batch"), 2)
        'Batch normalisation of fewer than 4 rows has no finite theory.'
        >>> why_none(NetworkSpec((64,)), 2) is None
        True
    """
    if network == NO_NETWORK:
        return "The task trains no network."
    return _structure(network) or _kernels(network) or _normalisation(network, batch_size)


def _structure(network: NetworkSpec) -> str | None:
    if network.cell is not None:
        return "Recurrent layers are beyond this theory."
    if network.pooling is not None:
        return "Attention is beyond this theory."
    if network.activation not in ACTIVATIONS:
        return f"The activation {network.activation} is not in the catalogue."
    if network.residual in ("preactivation", "notebook") and len(network.hidden) > DEEPEST_SAMPLED:
        return f"Sums that are activated are followed through {DEEPEST_SAMPLED} layers at most."
    return None


def _kernels(network: NetworkSpec) -> str | None:
    """Kernels must be centred and independent; any sizes do to see whether they are."""
    if kernel_variance(network.kernel_initializer, 1, 1) is None:
        return f"Kernels from {network.kernel_initializer.name} are not independent with mean 0, as theory has them."
    return None


def _normalisation(network: NetworkSpec, batch_size: int) -> str | None:
    if network.normalization == "batch" and batch_size < FEWEST:
        return f"Batch normalisation of fewer than {FEWEST} rows has no finite theory."
    if network.normalization in ("layer", "rms") and min(network.hidden, default=FEWEST) < FEWEST:
        return f"Normalisation of fewer than {FEWEST} units has no finite theory."
    return None


def check_numbers(
    inputs: int, outputs: int, batch_size: int, second_moment: float, cosine: float, delta_cosine: float
) -> None:
    """Refuse what no batch can be; NaN and Inf, which bad rows bring, are none of it."""
    for name, count in (("inputs", inputs), ("outputs", outputs), ("batch_size", batch_size)):
        if isinstance(count, bool) or not count >= 1:
            refuse(name, "be a whole number >= 1", count)
    if second_moment < 0:
        refuse("input_second_moment", "be >= 0", second_moment)
    for name, value in (("input_cosine", cosine), ("delta_cosine", delta_cosine)):
        if value < -1 or value > 1:
            refuse(name, "be from -1 to 1", value)

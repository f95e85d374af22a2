"""Gradients that are zero by construction: what a normalisation or a softmax takes away again cannot change the loss.

A variable that only adds the same number to every row of a layer is without effect where all that reads it, by way of
linear layers alone, subtracts the mean over the rows (batch normalisation in training) or ignores a common shift (a
softmax over time steps). A floating-point sum then gives rounding in place of zero, which is no vanished gradient.
"""

from collections.abc import Sequence

from gradcore.network_steps import Step
from gradcore.specs import Scalar

LINEAR = ("Add", "Dense", "Flatten", "Rescaling")  # layers through which a shift of all rows stays one
TIME = 1  # the axis of a softmax over time steps


def zero_by_construction(steps: Sequence[Step]) -> dict[str, str]:
    """Return the variables whose gradient must be zero in training, by path, each with the reason in one sentence.

    Not among them, although they look alike: a bias with an activation, dropout or layer normalisation between it and
    the batch normalisation. Directions that are zero, such as the sum over a softmax layer's biases, are not listed.

    Args:
        steps: the layers of a network, input side first, from `gradcore.network_plan.plan`.

    Example:
        >>> dense = Step("Dense", "dense_1", ("input",), (("activation", "linear"),), (4,), (8,))
        >>> list(zero_by_construction([dense, Step("BatchNormalization", "norm_1", ("dense_1",), (), (8,), (8,))]))
        ['dense_1/bias']

    Reference: Ioffe & Szegedy 2015, section 3.2. https://arxiv.org/abs/1502.03167
    """
    found = {}
    for step in steps:
        variable = _shift(step)
        takers = _takers(step, steps) if variable else None
        if takers:
            found[f"{step.name}/{variable}"] = _reason(step, takers)
    return found


def _shift(step: Step) -> str | None:
    """Return the variable that does nothing but add the same to every row of what comes out, None without one."""
    arguments = dict(step.arguments)
    if step.layer == "Dense" and arguments.get("use_bias", True) and _is_linear(step):
        return "bias"
    return "beta" if step.layer in ("BatchNormalization", "LayerNormalization") else None


def _takers(step: Step, steps: Sequence[Step]) -> list[Step] | None:
    """Return the layers that take a shift of a step's rows away again; None where one of its readers does not."""
    readers = [other for other in steps if step.name in other.inputs]
    found: list[Step] = []
    for reader in readers:
        behind = [reader] if _takes_shift(reader) else _takers(reader, steps) if _is_linear(reader) else None
        if behind is None:
            return None
        found += [taker for taker in behind if taker not in found]
    return found or None


def _takes_shift(step: Step) -> bool:
    softmax_over_time = step.layer == "Softmax" and dict(step.arguments).get("axis") == TIME
    return step.layer == "BatchNormalization" or softmax_over_time


def _is_linear(step: Step) -> bool:
    activation: Scalar = dict(step.arguments).get("activation")
    return step.layer in LINEAR and activation in (None, "linear")


def _reason(step: Step, takers: Sequence[Step]) -> str:
    direct = all(step.name in taker.inputs for taker in takers)
    way = "reads it directly" if direct else "reads it by way of linear layers alone"
    names = " and ".join(taker.name for taker in takers)
    if all(taker.layer == "BatchNormalization" for taker in takers):
        return f"The batch normalisation {names} {way} and subtracts the mean over the batch, so a shift has no effect."
    return f"{names} {way} and ignores a shift that all rows and time steps share, so it has no effect."

"""What of a network that is too large would fit: the largest width, depth or share of its widths, found by trying."""

from collections.abc import Callable
from dataclasses import replace

from gradcore.errors import RefusedError
from gradcore.specs import NetworkSpec

HUNDREDTHS = 100  # of the widths that are asked for
Fits = Callable[[NetworkSpec], bool]


def largest(fits: Callable[[int], bool], below: int) -> int:
    """Return the largest whole number from 1 up to `below`, itself left out, that fits, 0 where none does.

    Args:
        fits: what holds of a number holds of all that are less.
        below: a number that does not fit.

    Example:
        >>> largest(lambda number: number**2 < 50, below=100)
        7
    """
    low, high = 0, below
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def what_fits(network: NetworkSpec, fits: Fits) -> str:
    """Return in words by how much to shrink a network that does not fit, everything else as it is.

    Args:
        network: does not fit.
        fits: whether another one does; a smaller one at least as well.

    Example:
        >>> what_fits(NetworkSpec((64,) * 4), lambda network: sum(network.hidden) <= 130)
        'a width of at most 32 or a depth of at most 2 fits'
        >>> what_fits(NetworkSpec((100, 60)), lambda network: sum(network.hidden) <= 80)
        'the same widths times 0.5 fit'
    """
    hidden = network.hidden
    if len(set(hidden)) > 1:
        share = largest(lambda part: fits(_scaled(network, part)), HUNDREDTHS)
        return f"the same widths times {share / HUNDREDTHS:g} fit" if share else ""
    found = {"width": largest(lambda width: fits(_of_width(network, width)), hidden[0])} if hidden else {}
    if not isinstance(network.dropout, tuple):  # one rate for each layer, which must be as many
        found["depth"] = largest(lambda depth: fits(_of_depth(network, depth)), len(hidden))
    parts = [f"a {what} of at most {most:,}" for what, most in found.items() if most]
    return f"{' or '.join(parts)} fits" if parts else ""


def too_large(must: str, received: int, network: NetworkSpec, fits: Fits) -> RefusedError:
    """Return the refusal of a network, with what would fit."""
    found = what_fits(network, fits)
    rest = f"; with everything else as it is, {found}" if found else ""
    return RefusedError(f"{must}. Received: {received:,}{rest}")


def _scaled(network: NetworkSpec, hundredths: int) -> NetworkSpec:
    return replace(network, hidden=tuple(max(1, width * hundredths // HUNDREDTHS) for width in network.hidden))


def _of_depth(network: NetworkSpec, depth: int) -> NetworkSpec:
    return replace(network, hidden=network.hidden[:depth])


def _of_width(network: NetworkSpec, width: int) -> NetworkSpec:
    return replace(network, hidden=(width,) * len(network.hidden))

"""What is seen in the figures of a health check: their titles, computed from the record."""

import numpy as np

from gradcore.figures import theme
from gradcore.figures.health_reading import (
    Grid,
    attenuation,
    counted_variables,
    flat_shares,
    kernel_layers,
    middle,
    update_ratios,
    whole_layer_mark,
)
from gradcore.health.advice import FEW, LATE
from gradcore.health.flatness import flatness
from gradcore.records import CheckTrace, Floats
from gradcore.specs.thresholds import Thresholds
from gradcore.titles import counted, percent

EVEN = 30.0  # times the smallest layer's norm: up to it, gradients of layers are alike
WAITING, NOTHING = "Waiting for the first steps", "Nothing was recorded"


def picture_title(trace: CheckTrace, cells: Grid, *, ended: bool) -> str:
    """Return what is seen in the picture: where the gradient is lost, zero, or smallest and largest."""
    if not trace.recorded:
        return NOTHING if ended else WAITING
    if cells.lost.any():
        rows, columns = np.nonzero(cells.lost)
        first = int(columns.min())
        spread = len(np.unique(rows[columns == first]))
        which = trace.setup.layers[int(rows[columns == first].min())]
        who = which if spread == 1 else "every layer" if spread == len(trace.setup.layers) else f"{spread} layers"
        return f"The gradient of {who} is not finite from step {first * cells.width} on"
    last = _last_norms(cells)
    if not np.isfinite(last).any():
        return "Every gradient is exactly zero"
    names, zero = trace.setup.layers, np.flatnonzero(cells.zero[:, -1])
    cut = [row for row in zero if whole_layer_mark(trace.setup, int(row))]
    if len(zero) > len(cut):
        who = names[int(zero[0])] if len(zero) == 1 else f"{len(zero)} of {len(names)} layers"
        return f"{who} {'has' if len(zero) == 1 else 'have'} no gradient at the last step"
    least, most = int(np.nanargmin(last)), int(np.nanargmax(last))
    tail = f"; {counted(len(cut), 'layer')} cannot have one" if cut else ""
    ratio = float(last[most] / last[least])
    if ratio <= EVEN:
        return f"Gradients of the layers are of one order: {_range(last)} at the last step{tail}"
    if most < least:  # it grows on its way back
        return f"The gradient of {names[most]} is {_times(ratio)} times larger than that of {names[least]}{tail}"
    return f"The gradient of {names[least]} is {_times(ratio)} times smaller than that of {names[most]}{tail}"


def _last_norms(cells: Grid) -> Floats:
    """Return each layer's norm in the last column, (L,)."""
    return cells.values[:, -1]


def _range(values: Floats) -> str:
    low, high = (theme.number(float(end), 2) for end in (np.nanmin(values), np.nanmax(values)))
    return f"about {low}" if low == high else f"{low} to {high}"


def _times(ratio: float) -> str:
    """Return a factor with two digits.

    Example:
        >>> _times(52830.0), _times(31.4), _times(3.04e6)
        ('53,000', '31', '3e6')
    """
    return theme.number(ratio, 2) if ratio >= 1e5 else f"{float(f'{ratio:.2g}'):,.0f}"


def norms_title(trace: CheckTrace, *, ended: bool) -> str:
    """Return how the gradients of the variables lie, and how many of them cannot have one."""
    if not trace.recorded:
        return NOTHING if ended else WAITING
    counts = counted_variables(trace.setup)
    last = middle(trace.gradient_norm)[-1][counts]
    out = int((~counts).sum())
    tail = f"; {counted(out, 'variable')} left out" if out else ""
    if not np.isfinite(last).all():
        return f"{counted(int((~np.isfinite(last)).sum()), 'variable')} of {len(last)} without a finite gradient{tail}"
    low, high = theme.number(float(last.min()), 2), theme.number(float(last.max()), 2)
    return f"Gradients of the variables end between {low} and {high}{tail}"


def depth_title(trace: CheckTrace, thresholds: Thresholds) -> str:
    """Return how much of the signal comes back to the layer that gets least, or most, at the first sampled step."""
    if not len(trace.sampled):
        return WAITING
    first = attenuation(trace)[0]
    names = kernel_layers(trace.setup)
    if not np.isfinite(first).any():
        return "No finite signal comes back from the loss"
    least, most = int(np.nanargmin(first)), int(np.nanargmax(first))
    if first[least] < thresholds.vanishing_warn:
        return (
            f"The signal shrinks on its way back: {theme.number(float(first[least]), 2)} of it reaches {names[least]}"
        )
    if first[most] > thresholds.exploding_warn:
        return f"The signal grows on its way back: {theme.number(float(first[most]), 2)} times as much at {names[most]}"
    kept = first[most] <= EVEN * first[least]
    return f"The signal {'keeps its size' if kept else 'changes'} on its way back: {_range(first)} of the output's"


def ratio_title(trace: CheckTrace, thresholds: Thresholds, *, ended: bool) -> str:
    """Return which layers move slower or faster than usual, as soon as that can be said: updates are large at first."""
    if not trace.recorded:
        return NOTHING if ended else WAITING
    last = update_ratios(trace)[-1]
    if not np.isfinite(last).any():
        return "No layer has a finite update"
    low, high = last < thresholds.update_low, last > thresholds.update_high
    slow, fast = np.flatnonzero(low & (trace.recorded >= FEW)), np.flatnonzero(high & (trace.recorded >= LATE))
    if not len(slow) and not len(fast):
        usual = "Every layer moves at a usual rate"
        return f"A step changes the weights of a layer by a share of {_range(last)}" if (low | high).any() else usual
    parts = [(slow, "slower"), (fast, "faster")]
    names = trace.setup.layers
    said = [f"{_who(names, rows)} {'moves' if len(rows) == 1 else 'move'} {how}" for rows, how in parts if len(rows)]
    return f"{theme.names(said)} than usual late in training"


def _who(names: tuple[str, ...], rows: np.ndarray) -> str:
    if len(rows) == len(names):
        return "all layers"
    return names[int(rows[0])] if len(rows) == 1 else f"{len(rows)} layers"


def dead_title(trace: CheckTrace, thresholds: Thresholds) -> str:
    """Return which layer the rule finds flattest at the last sampled step, else which has most dead units."""
    if not len(trace.sampled):
        return WAITING
    dead, active = flat_shares(trace)
    names = kernel_layers(trace.setup)
    if not np.isfinite(dead).any():
        return "No layer has a share of dead units that can be told"
    found = flatness(trace, thresholds, -1)
    worst = int(np.where(np.isfinite(dead), found.degree, 0.0).argmax())
    sick = found.sick[worst] and np.isfinite(dead[worst])
    if sick and found.units[worst] > found.most[worst]:
        return f"{percent(float(dead[worst]))} of the units of {names[worst]} are dead or saturated"
    if sick:
        return f"{names[worst]} is flat on {percent(1 - float(active[worst]))} of its elements"
    worst = int(np.nanargmax(dead))
    if dead[worst] == 0:
        return "No unit is dead or saturated"
    return f"At most {percent(float(dead[worst]))} of a layer's units are dead or saturated ({names[worst]})"

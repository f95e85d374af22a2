"""What the figures of a health check read from its trace: one number for a layer and step, and how a layer is marked.

Shapes: T steps, M sampled steps, S seeds, L layers with variables, D layers with a kernel, V variables, C columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradcore.health import backprop_ratio, layer_update_ratio, on_path
from gradcore.records import CheckSetup, CheckTrace, Flags, Floats
from gradcore.titles import counted

STRUCTURAL, CUT = "zero by construction", "not connected to the loss"


@dataclass(frozen=True)
class Grid:
    """One number for each layer and column; a column is one step, or some of a long check."""

    width: int  # steps of a column
    values: Floats  # (L, C) the largest finite norm; NaN without one
    zero: Flags  # (L, C) exactly 0 at every step of the column
    lost: Flags  # (L, C) NaN or Inf at some step of it


def middle(values: Floats) -> Floats:
    """Return the median over the seeds, axis 1; NaN where one of them is not finite.

    Example:
        >>> middle(np.array([[1, 2, 6], [1, 2, np.inf]], np.float32))
        array([ 2., nan], dtype=float32)
    """
    finite = np.isfinite(values).all(axis=1)
    found = np.full(finite.shape, np.nan, np.float32)
    found[finite] = np.median(np.moveaxis(values, 1, -1)[finite], axis=-1)
    return found


def layer_norms(trace: CheckTrace) -> Floats:
    """Return the gradient norm of each layer at each step, (T, L)."""
    return middle(trace.by_layer(trace.gradient_norm))


def update_ratios(trace: CheckTrace) -> Floats:
    """Return the norm of each layer's update over that of its weights, (T, L); NaN where the weights are all zero."""
    found = layer_update_ratio(trace)
    return middle(np.where(np.isfinite(found), found, np.nan).astype(np.float32))


def attenuation(trace: CheckTrace) -> Floats:
    """Return the back-propagated signal a_l, (M, D); NaN for layers that are not on its path."""
    with np.errstate(over="ignore"):
        found = backprop_ratio(trace).astype(np.float32)
    return middle(np.where(on_path(trace), found, np.float32(np.nan)))


def flat_shares(trace: CheckTrace) -> tuple[Floats, Floats]:
    """Return the shares of dead units and of active elements at the last sample, (D,) each; NaN where z is lost."""
    known = trace.forward_finite[-1].all(axis=0)  # (D,)
    dead, active = (np.where(known, middle(part[-1:])[0], np.nan) for part in (trace.dead_units, trace.active))
    return dead.astype(np.float32), active.astype(np.float32)


def grid(trace: CheckTrace, columns: int) -> Grid:
    """Return the layers' gradient norms in at most so many columns; no peak, zero or loss of a number is lost."""
    norms = layer_norms(trace)  # (T, L)
    width = max(1, -(-len(norms) // columns))
    padded = np.pad(norms, ((0, -len(norms) % width), (0, 0)), mode="edge") if len(norms) else norms
    parts = padded.reshape(-1, width, padded.shape[1])  # (C, width, L)
    lost = ~np.isfinite(parts)
    largest = np.where(lost, -np.inf, parts).max(axis=1, initial=-np.inf)
    zero = (parts == 0).all(axis=1)
    values = np.where((largest > 0), largest, np.nan).astype(np.float32)
    gone: Flags = np.any(lost, axis=1)
    return Grid(width, values.T, zero.T, gone.T)


def kernel_layers(setup: CheckSetup) -> tuple[str, ...]:
    """Return the names of the D layers with a kernel."""
    return tuple(setup.layers[index] for index in setup.kernels)


def counted_variables(setup: CheckSetup) -> Flags:
    """Return which variables (V,) can have a gradient: connected, and not zero by construction."""
    structural = np.array([bool(reason) for reason in setup.zero_by_construction], dtype=bool)
    found: Flags = setup.connected & ~structural
    return found


def whole_layer_mark(setup: CheckSetup, layer: int) -> str:
    """Return why no variable of a layer can have a gradient, "" where one can."""
    own = setup.owners == layer
    if counted_variables(setup)[own].any():
        return ""
    return STRUCTURAL if setup.connected[own].any() else CUT


def variable_marks(setup: CheckSetup, layer: int) -> list[str]:
    """Return a sentence for each variable of a layer that cannot have a gradient, and why."""
    found = []
    for index in np.flatnonzero(setup.owners == layer):
        path = setup.variables[index]
        if not setup.connected[index]:
            found.append(f"{path}: {CUT}")
        elif setup.zero_by_construction[index]:
            found.append(f"{path}: {STRUCTURAL}, {setup.zero_by_construction[index]}")
    return found


def seeds_text(trace: CheckTrace) -> str:
    """Return whose numbers are drawn, "" where there is one seed."""
    seeds = trace.loss.shape[1]
    return "" if seeds == 1 else f", median of {counted(seeds, 'seed')}"


def starts(flags: Sequence[bool] | Flags) -> NDArray[np.int64]:
    """Return where each stretch of true values begins.

    Example:
        >>> starts([True, True, False, True]).tolist()
        [0, 3]
    """
    held = np.asarray(flags, dtype=bool)
    return np.flatnonzero(held & ~np.concatenate([[False], held[:-1]]))

"""Health checks written by hand: each number can be said, everything else is that of a sound network.

Shapes: T steps, all of them sampled unless told otherwise; S seeds; D dense layers, the last of which is the head, and
V = 2 D variables, a kernel and a bias of each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gradcore.records import BINS, CheckSetup, CheckTrace, Outcome

STEPS, SEEDS = 4, 1
SIGNS = {"signal", "time_signal", "dead_units", "active", "equal_columns", "cosine"}  # in which a disease shows


def make_setup(
    layers: Sequence[str] = ("dense_1", "dense_2", "output"),
    *,
    activation: str = "relu",
    kinds: Sequence[str] | None = None,
    recurrent: Sequence[int] = (),
    cut: Sequence[str] = (),
    zeros: Mapping[str, str] | None = None,
) -> CheckSetup:
    """Return a stack of layers with a kernel and a bias each; `cut` are variables without a gradient."""
    variables = tuple(f"{layer}/{part}" for layer in layers for part in ("kernel", "bias"))
    count = len(layers)
    return CheckSetup(
        entrant=0,
        layers=tuple(layers),
        kinds=tuple(kinds or ["SimpleRNN" if place in recurrent else "Dense" for place in range(count)]),
        variables=variables,
        owners=np.repeat(np.arange(count, dtype=np.int32), 2),
        kernels=np.arange(count, dtype=np.int32),
        activations=(*[activation] * (count - 1), "linear"),
        recurrent=np.array(recurrent, np.int32),
        connected=np.array([path not in cut for path in variables], bool),
        zero_by_construction=tuple((zeros or {}).get(path, "") for path in variables),
        parameters=100,
    )


def make_check(
    setup: CheckSetup | None = None,
    *,
    steps: int = STEPS,
    seeds: int = SEEDS,
    sampled: Sequence[int] | None = None,
    batch_size: int = 64,
    outcome: Outcome | None = None,
    **given: Any,
) -> CheckTrace:
    """Return a check of a sound network, with what is given in place of its own.

    A sound network trains; one that is given a sign of a disease does not, unless its loss and error are given, and of
    its layers only the head moves.
    A given array may lack leading axes: `signal=[1e-6, 0.1, 1]` is (D,) at every step and seed, `loss=[2, 1, 0.5, 0.2]`
    is (T,) of every seed.
    """
    setup = setup or make_setup()
    places = np.arange(steps) if sampled is None else np.array(sampled)
    count, samples = len(setup.layers), len(places)
    every, each = (steps, seeds), (samples, seeds)
    deep, wide = (*each, len(setup.kernels)), (*every, len(setup.variables))
    trains = not SIGNS & set(given)
    falling = np.geomspace(2.0, 1.0, steps) if trains else np.full(steps, 2.0)
    owned = np.where(setup.owners == count - 1, 0.1, 0.1 if trains else 1e-4)  # (V,)
    sound: dict[str, tuple[Any, tuple[int, ...]]] = {
        "loss": (falling, every),
        "error": (falling / 2.5 if trains else 1.0, every),
        "gradient_norm": (owned, wide),
        "weight_norm": (5.0, wide),
        "update_norm": (0.01, wide),
        "clipped_norm": (0.25, every),
        "signal": (0.5, deep),
        "time_signal": (0.5, (*each, len(setup.recurrent), 2)),
        "cancellation": (0.1, deep),
        "variance": (1.0, deep),
        "cosine": (0.3, deep),
        "dead_units": (0.0, deep),
        "active": (0.5, deep),
        "equal_columns": (False, deep),
        "forward_finite": (True, deep),
        "zeros": (0.0, (*each, len(setup.variables))),
        "non_finite": (0.0, (*each, len(setup.variables))),
        "signal_square": (1.0, each),
        "noise_trace": (6.4, each),
        "histogram": (3, (samples, count, BINS)),
    }
    arrays = {name: _filled(name, given.pop(name, value), shape) for name, (value, shape) in sound.items()}
    assert not given, given
    return CheckTrace(setup, steps, batch_size, "accuracy", **arrays, sampled=places.astype(np.int32), outcome=outcome)


def first_steps(trace: CheckTrace, steps: int) -> CheckTrace:
    """Return a check as it was after so many steps."""
    kept = trace.sampled < steps
    every = ("loss", "error", "gradient_norm", "weight_norm", "update_norm", "clipped_norm")
    rare = (
        "signal", "time_signal", "cancellation", "variance", "cosine", "dead_units", "active", "equal_columns",
        "forward_finite", "zeros", "non_finite", "signal_square", "noise_trace", "histogram",
    )  # fmt: skip
    cut = {name: getattr(trace, name)[:steps] for name in every}
    cut |= {name: getattr(trace, name)[kept] for name in rare}
    return replace(trace, **cut, sampled=trace.sampled[kept], outcome=None)


def _filled(name: str, value: Any, shape: tuple[int, ...]) -> np.ndarray:
    kinds = {"equal_columns": np.bool_, "forward_finite": np.bool_, "histogram": np.int32}
    found = np.asarray(value, kinds.get(name, np.float32))
    if found.ndim == 1 and len(shape) == 2:
        found = found[:, None]  # (T,) of every seed
    return np.broadcast_to(found, shape).copy()

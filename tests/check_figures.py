"""Synthetic health checks for the tests of figures and page: every number can be said by hand."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gradcore.records import BINS, CheckSetup, CheckTrace, Outcome

NAN, INF = float("nan"), float("inf")


def make_setup(layers: Sequence[str] = ("dense_1", "dense_2", "output"), **changes: Any) -> CheckSetup:
    """Return dense layers, each with a kernel and a bias, all connected, the last one the head."""
    count = len(layers)
    made = CheckSetup(
        entrant=0,
        layers=tuple(layers),
        kinds=("Dense",) * count,
        variables=tuple(f"{layer}/{name}" for layer in layers for name in ("kernel", "bias")),
        owners=np.repeat(np.arange(count, dtype=np.int32), 2),
        kernels=np.arange(count, dtype=np.int32),
        activations=("relu",) * (count - 1) + ("linear",),
        recurrent=np.zeros(0, np.int32),
        connected=np.ones(2 * count, bool),
        zero_by_construction=("",) * (2 * count),
        parameters=100,
    )
    return replace(made, **changes)


def make_check(
    kernel_norms: Sequence[Sequence[float]],
    *,
    setup: CheckSetup | None = None,
    steps: int | None = None,
    loss: Sequence[float] | None = None,
    ended: bool = True,
    **changes: Any,
) -> CheckTrace:
    """Return a check from its kernels' gradient norms, (T, L): biases have none, weights 1, updates a hundredth.

    Every step is sampled; signals are 1, nothing is dead, and all entries of the histogram lie between 1e-3 and
    10^-2.5.
    """
    norms = np.asarray(kernel_norms, np.float32)  # (T, L)
    made = make_setup([f"dense_{number}" for number in range(1, norms.shape[1])] + ["output"])
    plan = setup or made
    count, variables, kernels, recurrent = (
        norms.shape[0], len(plan.variables), len(plan.kernels), len(plan.recurrent),
    )  # fmt: skip
    gradient = np.zeros((count, 1, variables), np.float32)
    gradient[:, 0, ::2] = norms
    weight = np.zeros_like(gradient)
    weight[:, :, ::2] = 1
    losses = np.asarray([1.0] * count if loss is None else loss, np.float32)[:, None]
    ones = np.ones((count, 1, kernels), np.float32)
    histogram = np.zeros((count, len(plan.layers), BINS), np.int32)
    histogram[:, :, 23] = 10
    trace = CheckTrace(
        setup=plan,
        steps=count if steps is None else steps,
        batch_size=64,
        metric="accuracy",
        loss=losses,
        error=np.ones_like(losses),
        gradient_norm=gradient,
        weight_norm=weight,
        update_norm=gradient / 100,
        clipped_norm=np.ones_like(losses),
        sampled=np.arange(count, dtype=np.int32),
        signal=ones,
        time_signal=np.ones((count, 1, recurrent, 2), np.float32),
        cancellation=ones,
        variance=ones,
        cosine=0 * ones,
        dead_units=0 * ones,
        active=ones,
        equal_columns=np.zeros((count, 1, kernels), bool),
        forward_finite=np.ones((count, 1, kernels), bool),
        zeros=np.zeros_like(gradient),
        non_finite=np.zeros_like(gradient),
        signal_square=np.ones_like(losses),
        noise_trace=np.ones_like(losses),
        histogram=histogram,
        outcome=Outcome(0, np.array([1.0]), np.array([0.5]), 0.5) if ended else None,
    )
    return replace(trace, **changes)


def nothing_yet(layers: int = 3) -> CheckTrace:
    """Return a check of which no step is recorded."""
    return make_check(np.zeros((0, layers)), steps=10, ended=False)


def deep_check(layers: int = 30, steps: int = 200, factor: float = 0.6, seed: int = 0) -> CheckTrace:
    """Return a check that looks like a real one: the signal falls by `factor` a layer, with noise, and the loss."""
    draw = np.random.default_rng(seed)
    fall = factor ** np.arange(layers - 1, -1, -1.0)
    step = np.arange(steps)[:, None]
    norms = fall * np.exp(0.2 * draw.normal(size=(steps, layers))) / (1 + step / 80)
    signal = np.broadcast_to(fall, (steps, 1, layers)).astype(np.float32)
    loss = 2.3 / (1 + np.arange(steps) / 60) * np.exp(0.05 * draw.normal(size=steps))
    dead = np.broadcast_to(np.linspace(0.05, 0.4, layers), (steps, 1, layers)).astype(np.float32).copy()
    dead[..., -1] = 0
    return make_check(norms, loss=loss, signal=signal, dead_units=dead, active=1 - dead)

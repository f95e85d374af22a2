"""Synthetic races for tests: every number can be said by hand."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gradcore.figures import theme
from gradcore.records import EntrantTrace, Floats, Outcome, RaceTrace, Tuning


def make_entrant(
    loss: Sequence[Sequence[float]] | Floats,
    *,
    label: str = "Adam",
    optimizer: str | None = None,
    gradient_norm: Sequence[Sequence[float]] | Floats | None = None,
    clipped_norm: Sequence[Sequence[float]] | Floats | None = None,
    validation_loss: Sequence[float] | None = None,
    validation_metric: Sequence[float] | None = None,
    learning_rate: float = 0.001,
    layers: int = 1,
    tuning: Tuning | None = None,
) -> EntrantTrace:
    """Return an entrant from its losses, (T, S); the gradient norm is the loss unless given, the same in each layer."""
    losses = np.asarray(loss, dtype=np.float32)
    norms = losses if gradient_norm is None else np.asarray(gradient_norm, dtype=np.float32)
    by_layer = np.repeat(norms[:, :, None], layers, axis=2)
    outcome = None
    if validation_loss is not None:
        metric = [0.5] * len(validation_loss) if validation_metric is None else validation_metric
        outcome = Outcome(0, np.asarray(validation_loss, float), np.asarray(metric, float), 1.0)
    return EntrantTrace(
        label=label,
        optimizer=optimizer or label.partition(" ")[0],
        learning_rate=learning_rate,
        loss=losses,
        gradient_norm=norms,
        clipped_norm=norms if clipped_norm is None else np.asarray(clipped_norm, dtype=np.float32),
        layer_norms=by_layer,
        clipped_layer_norms=by_layer,
        update_ratio=by_layer * np.float32(0.001),
        outcome=outcome,
        tuning=tuning,
    )


def make_trace(
    entrants: Sequence[EntrantTrace], *, steps: int | None = None, task: str = "digits", metric: str = "accuracy"
) -> RaceTrace:
    """Return a race of these entrants; `steps` is what was asked for, by default what the longest has."""
    longest = max((entrant.steps for entrant in entrants), default=0)
    seeds = max((entrant.loss.shape[1] for entrant in entrants), default=1)
    return RaceTrace(task, steps or longest, seeds, metric, ("dense",), 10, tuple(entrants))


RATES: Mapping[str, float] = {
    "SGD": 0.012, "SGD momentum": 0.028, "Adam": 0.04, "AdamW": 0.039, "RMSprop": 0.034, "Adagrad": 0.006
}  # fmt: skip


def make_race(
    *,
    steps: int = 200,
    seeds: int = 5,
    asked: int | None = None,
    rates: Mapping[str, float] = RATES,
    seed: int = 0,
    change: Callable[[str, Floats], None] | None = None,
) -> RaceTrace:
    """Return a race that looks like a real one: decaying losses with batch noise; `change` edits losses in place."""
    draw = np.random.default_rng(seed)
    step = np.arange(steps)[:, None]
    batch = draw.normal(size=(steps, 1)) * 0.12
    entrants = []
    for label, rate in rates.items():
        own = draw.normal(size=(1, seeds)) * 0.12 + draw.normal(size=(steps, seeds)) * 0.05
        decay = 2.3 / (1 + rate * step) ** 1.4 * np.exp((batch + own) * np.minimum(1, step / 20))
        loss = decay.astype(np.float32)
        if change is not None:
            change(label, loss)
        norm = (loss**0.6 * np.exp(draw.normal(size=loss.shape) * 0.15)).astype(np.float32)
        done = asked is None or steps >= asked
        final = loss[-1].astype(float) * 1.6 + 0.01 if done else None
        metric = None if final is None else np.nan_to_num(np.clip(1 - final / 3, 0, 1))
        entrants.append(
            make_entrant(loss, label=label, gradient_norm=norm, validation_loss=final, validation_metric=metric)
        )
    return make_trace(entrants, steps=asked or steps)


def shortened(trace: RaceTrace, steps: int) -> RaceTrace:
    """Return the race as it was when every entrant had at most that many steps."""
    arrays = ("loss", "gradient_norm", "clipped_norm", "layer_norms", "clipped_layer_norms", "update_ratio")
    entrants = []
    for entrant in trace.entrants:
        cut = {name: getattr(entrant, name)[:steps] for name in arrays}
        entrants.append(replace(entrant, **cut, outcome=entrant.outcome if steps >= entrant.steps else None))
    return replace(trace, entrants=tuple(entrants))


def decoded(figure: Any) -> list[dict[str, Any]]:
    """Return the traces of a figure as the browser gets them, arrays as lists."""
    kinds = {"f4": "<f4", "u2": "<u2", "f8": "<f8", "u1": "<u1", "i1": "<i1", "i4": "<i4"}
    found = json.loads(theme.to_json(figure))["data"]
    for trace in found:
        for key in ("x", "y", "customdata"):
            if isinstance(trace.get(key), dict):
                trace[key] = np.frombuffer(base64.b64decode(trace[key]["bdata"]), kinds[trace[key]["dtype"]]).tolist()
    return found

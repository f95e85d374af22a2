"""Stops at an early warning: which seeds of an entrant have ended, and a record without what came after.

The seeds train side by side in one graph, so one that has ended is trained on until all have; nothing of that is
recorded, and each seed's numbers depend on no other's. Where a seed is stopped does not depend on how the steps are cut
into chunks: the rule looks at its own steps alone.

Shapes: K steps of one chunk, S seeds.
"""

from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradcore.early_warning import first_warning
from gradcore.records import Flags, TraceChunk

ABOUT_THE_CHUNK = ("entrant", "first_step", "stopped")


class Stops:
    """Who of S seeds has been stopped, and at which step."""

    def __init__(self, seeds: int, steps: int) -> None:
        """Watch so many seeds over at most so many steps."""
        self.at: list[int | None] = [None] * seeds
        self._norms, self._updates = np.empty((2, steps, seeds), np.float32)
        self._start = np.full(seeds, np.nan)  # loss of the first step

    @property
    def all_ended(self) -> bool:
        """Whether no seed is left to train."""
        return None not in self.at

    def cut(self, chunk: TraceChunk) -> TraceChunk:
        """Return the next chunk without what came after a seed's stop: NaN, no clipping, and flagged as stopped."""
        first, end = chunk.first_step, chunk.first_step + len(chunk.loss)
        self._norms[first:end] = chunk.gradient_norm
        self._updates[first:end] = np.nan if chunk.update_norm is None else chunk.update_norm
        self._start = chunk.loss[0] if first == 0 else self._start
        for seed, known in enumerate(self.at):
            if known is None:
                norms, updates = self._norms[:end, seed], self._updates[:end, seed]
                self.at[seed] = first_warning(norms, updates, self._start[seed], since=first)
        ends = np.array([np.inf if step is None else step for step in self.at])
        return without(chunk, np.arange(first, end)[:, None] > ends)


def after(chunk: TraceChunk, steps: int) -> TraceChunk:
    """Return what follows the chunk in which the last seed ended: so many steps of which nothing is recorded."""
    first = chunk.first_step + len(chunk.loss)
    found: dict[str, Any] = {name: np.repeat(value[-1:], steps, axis=0) for name, value in _arrays(chunk).items()}
    return without(replace(chunk, first_step=first, **found), np.ones((steps, chunk.loss.shape[1]), np.bool_))


def without(chunk: TraceChunk, stopped: Flags) -> TraceChunk:
    """Return a chunk of which nothing is left at the steps and seeds (K, S) after a stop."""
    found: dict[str, Any] = {}
    for name, value in _arrays(chunk).items():
        gone = stopped.reshape(*stopped.shape, *(1,) * (value.ndim - 2))
        found[name] = np.where(gone, False if value.dtype == np.bool_ else np.float32(np.nan), value)
    return replace(chunk, **found, stopped=stopped)


def _arrays(chunk: TraceChunk) -> dict[str, NDArray[Any]]:
    """Return what was measured, by step and seed first."""
    values = {field.name: getattr(chunk, field.name) for field in fields(chunk) if field.name not in ABOUT_THE_CHUNK}
    return {name: value for name, value in values.items() if value is not None}

"""What tests ask of a race that trains in their own process."""

from collections.abc import Sequence

import numpy as np

from gradcore.engine.race import run_race
from gradcore.records import Record, TraceChunk
from gradcore.specs import RaceSpec


def records(spec: RaceSpec, entrants: Sequence[int] | None = None) -> list[Record]:
    """Train these entrants, all by default, and return what was reported."""
    found: list[Record] = []
    run_race(spec, entrants or list(range(len(spec.entrants))), lambda new, progress: found.extend(new))
    return found


def curve(found: list[Record], entrant: int) -> np.ndarray:
    """The losses of one entrant, (T, S)."""
    return np.concatenate([chunk.loss for chunk in found if isinstance(chunk, TraceChunk) and chunk.entrant == entrant])

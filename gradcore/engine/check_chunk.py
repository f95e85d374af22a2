"""What a health check records: the numbers of a stretch of steps as one record.

Shapes: K steps, M of them measured, S seeds, V variables.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradcore.engine.check_sample import NAMES
from gradcore.records import CheckChunk, Doubles


def chunk_of(
    entrant: int, first_step: int, sampled: Sequence[int], rows: Doubles, found: Sequence[NDArray[Any]]
) -> CheckChunk:
    """Return the record of K steps, (K, S, 2 + 3 V + 1), and of what was found at M of them, (M, ...) each."""
    variables = (rows.shape[2] - 3) // 3
    with np.errstate(over="ignore"):  # what float32 cannot hold is recorded as Inf
        plain = rows.astype(np.float32)
    norms = [plain[:, :, 2 + i * variables : 2 + (i + 1) * variables] for i in range(3)]
    layers, times, signal_square, noise_trace, zeros, strange, counts = found
    measured: dict[str, Any] = {name: layers[:, :, place] for place, name in enumerate(NAMES)}
    measured |= {flag: measured[flag] > 0.5 for flag in ("equal_columns", "forward_finite")}
    return CheckChunk(
        entrant=entrant,
        first_step=first_step,
        loss=plain[:, :, 0],
        error=plain[:, :, 1],
        gradient_norm=norms[0],
        weight_norm=norms[1],
        update_norm=norms[2],
        clipped_norm=plain[:, :, -1],
        sampled=np.array(sampled, np.int32),
        time_signal=times,
        zeros=zeros,
        non_finite=strange,
        signal_square=signal_square,
        noise_trace=noise_trace,
        histogram=counts,
        **measured,
    )

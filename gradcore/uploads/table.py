"""A table that a visitor fills in: a row is a tensor, its entries separated by commas or blanks."""

import math
import re
from collections.abc import Sequence

import numpy as np

from gradcore.checks import refuse
from gradcore.errors import RefusedError
from gradcore.uploads.limits import LARGEST, MOST_ENTRIES, MOST_TENSORS, Singles


def tensors_from_table(rows: Sequence[str]) -> list[Singles | None]:
    """Return a vector for each row as float32, None (no gradient) for an empty one; NaN and Inf are data.

    Example:
        >>> tensors_from_table(["0.1, -0.2", ""])
        [array([ 0.1, -0.2], dtype=float32), None]
    """
    if not 1 <= len(rows) <= MOST_TENSORS:
        refuse("table", f"have 1 to {MOST_TENSORS} rows", len(rows))
    parts = [[part for part in re.split(r"[,;\s]+", row) if part] for row in rows]
    if (count := sum(map(len, parts))) > MOST_ENTRIES:
        refuse("table", f"hold at most {MOST_ENTRIES} numbers", count)
    return [
        np.array([_entry(row, place, part) for place, part in enumerate(found, 1)], np.float32) if found else None
        for row, found in enumerate(parts, 1)
    ]


def _entry(row: int, place: int, part: str) -> float:
    where = f"number {place} in row {row}"
    try:
        value = float("x" if "_" in part else part.replace("−", "-"))
    except ValueError:
        raise RefusedError(f"{where} must be a number. Received: {part[:40]!r}") from None
    if math.isfinite(value) and abs(value) > LARGEST:
        most = f"at most {LARGEST:.4g} in size (the largest float32)"
        raise RefusedError(f"{where} must be {most}. Received: {part[:40]!r}")
    return value

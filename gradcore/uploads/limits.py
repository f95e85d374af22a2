"""What an upload may be at most, and how it is refused: the file's name, what must hold, and where."""

from pathlib import PurePath
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from gradcore.errors import RefusedError

Singles = NDArray[np.float32]

LARGEST_FILE = 4 * 1024 * 1024  # bytes, as `maxUploadSize` of .streamlit/config.toml
MOST_ENTRIES = 100_000  # of all tensors together
MOST_TENSORS = 256
MOST_COLUMNS = 10_000
MOST_NORMS = 1_000_000
LARGEST = float(np.finfo(np.float32).max)
LARGEST_NORM = 1e150  # its square is still a float64


def checked(name: str, data: bytes, suffixes: tuple[str, ...]) -> str:
    """Return the file's suffix; refuses other suffixes, an empty and a too large file."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in suffixes:
        refuse(name, f"end in {' or '.join(suffixes)}", suffix or "no suffix")
    if len(data) > LARGEST_FILE:
        refuse(name, f"be at most {LARGEST_FILE // 1024**2} MB large", f"{len(data) / 1024**2:.1f} MB")
    if not data.strip():
        refuse(name, "hold at least one number", "an empty file")
    return suffix


def refuse(name: str, must: str, received: str) -> NoReturn:
    """Raise the refusal of a file.

    Example:
        >>> refuse("../own.csv", "hold at least one number", "an empty file")
        Traceback (most recent call last):
        gradcore.errors.RefusedError: own.csv must hold at least one number. Received: an empty file
    """
    raise RefusedError(f"{_short(name)} must {must}. Received: {received}")


def refuse_field(name: str, line: int, column: int, must: str, field: str) -> NoReturn:
    """Raise the refusal of one field of a text file."""
    refuse(name, f"have {must} in line {line}, column {column}", repr(field[:40]))


def _short(name: str) -> str:
    """Return a file's name without its folder, at most 60 characters long and in one line."""
    found = PurePath(name).name or "the file"
    return " ".join(found.split())[:60]

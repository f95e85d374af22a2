"""The arrays of a NumPy archive, read without evaluating anything.

`numpy.load` parses the text that describes an array with `ast`, and CPython 3.11 raises SystemError now and then when
several threads do so at once (github.com/python/cpython/issues/106905). A dashboard reads runs in many threads.
Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

import math
import re
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

LARGEST_HEADER = 10_000  # bytes of an array's description

_DESCRIPTION = re.compile(
    r"\{'descr': *(?P<descr>.*), *'fortran_order': *(?P<fortran>True|False), *"
    r"'shape': *\((?P<shape>[-0-9, ]*)\) *,? *\}\s*"
)


@dataclass(frozen=True)
class Header:
    """What an array file says of the numbers that follow."""

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]  # V1 where it is none of NumPy's plain types

    @property
    def count(self) -> int:
        """How many entries the array has."""
        return math.prod(self.shape)

    def array(self, raw: bytes) -> NDArray[Any]:
        """Return the array of the bytes that follow the header; ValueError when they are too few."""
        return np.frombuffer(raw, dtype=self.dtype, count=self.count).reshape(
            self.shape, order="F" if self.fortran else "C"
        )


def header(file: IO[bytes]) -> Header:
    """Return the header of a .npy file and leave the file at its first number; ValueError when it is none."""
    magic = file.read(8)
    size = {b"\x01": 2, b"\x02": 4, b"\x03": 4}.get(magic[6:7])
    if magic[:6] != b"\x93NUMPY" or size is None:
        raise ValueError("no NumPy array")
    length = int.from_bytes(file.read(size), "little")
    found = _DESCRIPTION.fullmatch(file.read(length).decode()) if length <= LARGEST_HEADER else None
    if found is None:
        raise ValueError("no description of an array")
    shape = tuple(int(part) for part in found["shape"].split(",") if part.strip())
    return Header(shape, found["fortran"] == "True", _dtype(found["descr"]))


def read(file: IO[bytes]) -> NDArray[Any]:
    """Return the array of a trusted .npy file; ValueError when it is none.

    Example:
        >>> import io
        >>> target = io.BytesIO()
        >>> np.save(target, [1.5, 2.5])
        >>> _ = target.seek(0)
        >>> read(target)
        array([1.5, 2.5])
    """
    found = header(file)
    return found.array(file.read())


def _dtype(descr: str) -> np.dtype[Any]:
    """Return the type of a description such as '<f4'; a list describes an array of records, which is none of ours."""
    plain = re.fullmatch(r"'([<>|=]?[a-zA-Z][0-9]*)'", descr)
    try:
        return np.dtype(plain[1]) if plain else np.dtype("V1")
    except TypeError as error:
        raise ValueError(str(error)) from error

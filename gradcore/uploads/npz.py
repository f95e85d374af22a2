"""NumPy archives: every size is checked before anything is unpacked, and nothing is ever unpickled."""

import ast
import io
import math
import zipfile
import zlib
from typing import IO

import numpy as np
from numpy.typing import NDArray

from gradcore.uploads.limits import LARGEST, MOST_ENTRIES, MOST_TENSORS, Singles, refuse

LARGEST_HEADER = 10_000  # bytes of an array's description


def npz_tensors(name: str, data: bytes) -> list[Singles]:
    """Return the arrays of a zip archive in its order; every size is checked before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if not 1 <= len(members) <= MOST_TENSORS:
                refuse(name, f"hold 1 to {MOST_TENSORS} arrays", str(len(members)))
            tensors: list[Singles] = []
            for member in members:
                left = MOST_ENTRIES - sum(tensor.size for tensor in tensors)
                tensors.append(_member(name, archive, member, left))
            return tensors
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        refuse(name, "be a whole .npz archive", str(error) or type(error).__name__)


def _member(name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> Singles:
    where = f"array '{member.filename[:40]}'"
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others unpack without a bound
        refuse(name, "be stored or deflated", f"another compression of {where}")
    with archive.open(member) as file:
        shape, fortran, dtype = _header(name, where, file)
        count = math.prod(shape)
        if min(shape, default=1) < 1:
            refuse(name, "hold at least one number in each array", f"{where} of shape {shape}")
        if count > left:
            refuse(name, f"hold at most {MOST_ENTRIES} numbers", f"{where} of shape {shape}")
        raw = file.read(count * dtype.itemsize)  # no more than was checked, whatever the archive holds
    if len(raw) < count * dtype.itemsize:
        refuse(name, "hold whole arrays", f"{where} cut short")
    array = np.frombuffer(raw, dtype=dtype).reshape(shape, order="F" if fortran else "C")
    return _as_single(name, where, array)


def _header(name: str, where: str, file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[np.generic]]:
    """Return shape, order and type that an array declares; only real numbers are let through, no objects."""
    try:
        described = ast.literal_eval(_description(file))
        shape, fortran, kind = described["shape"], described["fortran_order"], described["descr"]
        dtype = np.dtype(kind if isinstance(kind, str) else "V1")  # a list: an array of records
        whole = isinstance(shape, tuple) and all(type(length) is int for length in shape)
    except (ValueError, KeyError, SyntaxError, TypeError, MemoryError, RecursionError):
        whole = False
    if not whole:
        refuse(name, "hold NumPy arrays", f"{where}, which is none")
    if dtype.kind not in "fiub":
        refuse(name, "hold real numbers, no objects and no texts", f"{where} of type {str(dtype)[:40]}")
    return shape, bool(fortran), dtype


def _description(file: IO[bytes]) -> str:
    """Return the text that describes an array: a dictionary of descr, fortran_order and shape."""
    magic = file.read(8)
    size = {b"\x01": 2, b"\x02": 4, b"\x03": 4}.get(magic[6:7])
    if magic[:6] != b"\x93NUMPY" or size is None:
        raise ValueError
    length = int.from_bytes(file.read(size), "little")
    if length > LARGEST_HEADER:
        raise ValueError
    return file.read(length).decode("utf-8").strip()


def _as_single(name: str, where: str, array: NDArray[np.generic]) -> Singles:
    with np.errstate(over="ignore"):
        single = array.astype(np.float32)
    if np.isinf(single).sum() > np.isinf(array).sum():
        refuse(name, f"hold numbers of at most {LARGEST:.4g} in size, the largest float32", f"a larger one in {where}")
    return single

"""NumPy archives: every size is checked before anything is unpacked, and nothing is ever unpickled."""

import io
import zipfile
import zlib
from typing import IO

import numpy as np
from numpy.typing import NDArray

from gradcore import npy
from gradcore.uploads.limits import LARGEST, MOST_ENTRIES, MOST_TENSORS, Singles, refuse


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
        header = _header(name, where, file)
        shape, size = header.shape, header.count * header.dtype.itemsize
        if min(shape, default=1) < 1:
            refuse(name, "hold at least one number in each array", f"{where} of shape {shape}")
        if header.count > left:
            refuse(name, f"hold at most {MOST_ENTRIES} numbers", f"{where} of shape {shape}")
        raw = file.read(size)  # no more than was checked, whatever the archive holds
    if len(raw) < size:
        refuse(name, "hold whole arrays", f"{where} cut short")
    return _as_single(name, where, header.array(raw))


def _header(name: str, where: str, file: IO[bytes]) -> npy.Header:
    """Return what an array declares; only real numbers are let through, no objects."""
    try:
        header = npy.header(file)
    except ValueError:
        refuse(name, "hold NumPy arrays", f"{where}, which is none")
    if header.dtype.kind not in "fiub":
        refuse(name, "hold real numbers, no objects and no texts", f"{where} of type {str(header.dtype)[:40]}")
    return header


def _as_single(name: str, where: str, array: NDArray[np.generic]) -> Singles:
    with np.errstate(over="ignore"):
        single = array.astype(np.float32)
    if np.isinf(single).sum() > np.isinf(array).sum():
        refuse(name, f"hold numbers of at most {LARGEST:.4g} in size (the largest float32)", f"a larger one in {where}")
    return single

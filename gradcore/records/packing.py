"""Records in the packed form of the store: npz, never pickle."""

import io
import zipfile
from dataclasses import fields
from typing import Any

import numpy as np

from gradcore import npy
from gradcore.errors import StoreError
from gradcore.records.check import CheckChunk, CheckSetup, StepTimes
from gradcore.records.race import Outcome, Setup, TraceChunk, Tuning
from gradcore.records.trial import TrialCell, TrialCosts

Record = Setup | TraceChunk | Outcome | Tuning | CheckSetup | CheckChunk | StepTimes | TrialCell | TrialCosts
_KINDS: dict[str, type[Any]] = {
    record.kind: record
    for record in (Setup, TraceChunk, Outcome, Tuning, CheckSetup, CheckChunk, StepTimes, TrialCell, TrialCosts)
}


def pack(record: Record) -> bytes:
    """Return a record as a compressed npz archive."""
    target = io.BytesIO()
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    arrays: dict[str, Any] = {name: np.asarray(value) for name, value in values.items() if value is not None}
    np.savez_compressed(target, **arrays)
    return target.getvalue()


def unpack(kind: str, payload: bytes) -> Record:
    """Return the record of a packed payload.

    Example:
        >>> unpack("setup", pack(Setup(("dense",), 5)))
        Setup(layers=('dense',), parameters=5)
    """
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            found = {name.removesuffix(".npy"): npy.read(archive.open(name)) for name in archive.namelist()}
    except (ValueError, OSError, zipfile.BadZipFile) as error:
        raise StoreError(f"a stored {kind} record cannot be read: {error}") from error
    return _KINDS[kind](**{name: _value(array) for name, array in found.items()})  # type: ignore[no-any-return]


def _value(array: Any) -> Any:
    """Return a number, a tuple of texts, or the array itself."""
    if not array.ndim:
        return array.item()
    return tuple(str(item) for item in array) if array.dtype.kind == "U" else array

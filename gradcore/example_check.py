"""The bundled examples: a check of the ward's sigmoid stack, and the proof of its first treatment.

They are what `python -m bench._example_check` and `python -m bench._example_treatment` recorded.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from gradcore.check_assembly import CheckAssembly, Checks
from gradcore.health_documents import diagnosis_of
from gradcore.prescriptions import treat
from gradcore.records import CheckTrace, Record, TraceChunk, pack, unpack
from gradcore.specs import HealthSpec, TreatmentSpec
from gradcore.ward import WARD

PATIENT = "sigmoid_stack"
ARCHIVE, TREATED = "sigmoid_stack.zip", "sigmoid_stack_treated.zip"  # in gradcore/examples: their packed records


@cache
def example_check() -> tuple[HealthSpec, CheckTrace]:
    """Return the spec and the trace of the example."""
    spec = WARD[PATIENT].spec
    (trace,) = _assembled(CheckAssembly(spec), ARCHIVE).networks
    return spec, trace


@cache
def example_treatment() -> tuple[TreatmentSpec, Checks]:
    """Return the spec of the example's first treatment, and what its proof recorded; pairs without their layers."""
    spec = example_treatment_spec()
    return spec, _assembled(CheckAssembly(spec), TREATED)


def example_treatment_spec() -> TreatmentSpec:
    """Return the treatment that the example's diagnosis prescribes first."""
    spec, trace = example_check()
    prescription = treat(spec, diagnosis_of(spec, trace))
    return TreatmentSpec(spec, prescription.spec, prescription.solution)


def write_records(records: Sequence[Record], path: Path) -> None:
    """Write records as an example, in their order."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, record in enumerate(records):
            archive.writestr(f"{number:03d}-{record.kind}", pack(record))


def slim(record: Record) -> Record:
    """Return a record without what the pairs of a treatment recorded of each layer, which is most of it."""
    if not isinstance(record, TraceChunk):
        return record
    empty = np.zeros((*record.loss.shape, 0), np.float32)
    return replace(record, layer_norms=empty, clipped_layer_norms=empty, update_ratio=empty)


def _assembled(assembly: CheckAssembly, archive: str) -> Checks:
    assembly.add(_records(archive))
    return assembly.trace()


def _records(name: str) -> Iterable[Record]:
    with zipfile.ZipFile(io.BytesIO(files("gradcore").joinpath("examples", name).read_bytes())) as archive:
        for entry in sorted(archive.namelist()):
            yield unpack(entry.partition("-")[2], archive.read(entry))

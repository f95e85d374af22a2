"""The bundled example of a check: the sigmoid stack of the ward, as `python -m bench._example_check` recorded it."""

import io
import zipfile
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

from gradcore.check_assembly import CheckAssembly
from gradcore.records import CheckTrace, Record, pack, unpack
from gradcore.specs import HealthSpec
from gradcore.ward import WARD

PATIENT = "sigmoid_stack"
ARCHIVE = "sigmoid_stack.zip"  # in gradcore/examples: a packed record each, in their order


@cache
def example_check() -> tuple[HealthSpec, CheckTrace]:
    """Return the spec and the trace of the example."""
    spec = WARD[PATIENT].spec
    assembly = CheckAssembly(spec)
    with zipfile.ZipFile(io.BytesIO(files("gradcore").joinpath("examples", ARCHIVE).read_bytes())) as archive:
        for name in sorted(archive.namelist()):
            assembly.add([unpack(name.partition("-")[2], archive.read(name))])
    (trace,) = assembly.trace().networks
    return spec, trace


def write_example(records: Sequence[Record], path: Path) -> None:
    """Write the records of a check as the example."""
    with zipfile.ZipFile(path, "w") as archive:
        for number, record in enumerate(records):
            archive.writestr(f"{number:03d}-{record.kind}", pack(record))

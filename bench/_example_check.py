"""Record the bundled example of a health check anew: writes gradcore/examples/sigmoid_stack.zip and prints its size."""

import json
from pathlib import Path

from gradcore.admission import admit
from gradcore.engine.checkup import run_check
from gradcore.example_check import ARCHIVE, PATIENT, write_records
from gradcore.records import Record
from gradcore.settings import Limits
from gradcore.ward import WARD

TARGET = Path(__file__).parents[1] / "gradcore" / "examples" / ARCHIVE


def main() -> None:
    """Train the patient and write what was recorded."""
    records: list[Record] = []
    run_check(admit(WARD[PATIENT].spec, Limits()), (0,), lambda found, progress: records.extend(found))
    write_records(records, TARGET)
    print(json.dumps({"file": TARGET.name, "records": len(records), "bytes": TARGET.stat().st_size}))


if __name__ == "__main__":
    main()

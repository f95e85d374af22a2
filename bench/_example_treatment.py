"""Record the bundled proof of a treatment anew: writes gradcore/examples/sigmoid_stack_treated.zip, prints its size."""

import json
from pathlib import Path

from gradcore.admission import admit
from gradcore.engine.treatment import run_treatment
from gradcore.example_check import TREATED, example_treatment_spec, slim, write_records
from gradcore.records import Record
from gradcore.settings import Limits

TARGET = Path(__file__).parents[1] / "gradcore" / "examples" / TREATED


def main() -> None:
    """Train both networks and write what was recorded."""
    records: list[Record] = []
    run_treatment(admit(example_treatment_spec(), Limits()), (0, 1), lambda found, progress: records.extend(found))
    write_records([slim(record) for record in records], TARGET)
    print(json.dumps({"file": TARGET.name, "records": len(records), "bytes": TARGET.stat().st_size}))


if __name__ == "__main__":
    main()

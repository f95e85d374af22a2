"""Read docs/rules_accuracy.md and print it as the JSON that the guide shows.

`--write` writes gradcore/guide/rules_accuracy.json; `bench.rules_accuracy --table` does the same after the table.
"""

import sys
from pathlib import Path

from gradcore import strict_json
from gradcore.guide.accuracy import ARCHIVE, document_of

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "rules_accuracy.md"
TARGET = ROOT / "gradcore" / "guide" / ARCHIVE


def main() -> None:
    """Print the JSON, write it where asked to."""
    print(write_json() if "--write" in sys.argv[1:] else as_text())


def as_text() -> str:
    """Return the JSON of the published table."""
    return strict_json.dumps(document_of(TABLE.read_text(encoding="utf-8")), indent=1) + "\n"


def write_json() -> str:
    """Write the JSON of the published table and return it."""
    text = as_text()
    TARGET.write_text(text, encoding="utf-8")
    return text


if __name__ == "__main__":
    main()

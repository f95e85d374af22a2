"""Read docs/rules_accuracy.md and write it as the JSON that the guide shows: gradcore/guide/rules_accuracy.json.

`bench.rules_accuracy --table` does the same after it has written the table. Prints the JSON.
"""

from pathlib import Path

from gradcore import strict_json
from gradcore.guide.accuracy import ARCHIVE, document_of

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "rules_accuracy.md"
TARGET = ROOT / "gradcore" / "guide" / ARCHIVE


def main() -> None:
    """Write the JSON and print it."""
    print(write_json())


def write_json() -> str:
    """Write the JSON of the published table and return it."""
    text = strict_json.dumps(document_of(TABLE.read_text(encoding="utf-8")), indent=1) + "\n"
    TARGET.write_text(text, encoding="utf-8")
    return text


if __name__ == "__main__":
    main()

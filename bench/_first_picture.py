"""Draw anew what a visitor sees while the front end loads: writes ui/first_picture.html, prints its size."""

import json

from ui.first_picture import FILE
from ui.reception_picture import first_picture


def main() -> None:
    """Write the file."""
    FILE.write_text(first_picture(), encoding="utf-8")
    print(json.dumps({"file": FILE.name, "bytes": FILE.stat().st_size}))


if __name__ == "__main__":
    main()

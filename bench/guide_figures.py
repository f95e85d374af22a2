"""Measure every figure that the guide cites, by the commands that it names; `--write` keeps them in gradcore/guide.

Each command of the product is run as a reader would run it, its JSON is read, and a few of its numbers are kept. With
`--answers FOLDER` the JSON of each command is kept there and not asked for again. Prints the figures as JSON.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench._guide_commands import FIGURES, Figure
from gradcore import strict_json

TARGET = Path(__file__).parents[1] / "gradcore" / "guide" / "figures.json"
VERSIONS = ("tensorflow", "keras", "numpy")


def main() -> None:
    """Run what was not yet answered, print the figures, write them where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=Path, help="folder of the JSON of each command")
    parser.add_argument("--only", nargs="*", help="names of figures to measure; the others are kept as they are")
    parser.add_argument("--write", action="store_true", help=f"write {TARGET.name}")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.answers or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        before = json.loads(TARGET.read_text(encoding="utf-8"))["figures"] if asked.only else {}
        found = {
            figure.name: before[figure.name] if asked.only and figure.name not in asked.only else told(figure, folder)
            for figure in FIGURES
        }
    text = strict_json.dumps(written(found), indent=1) + "\n"
    if asked.write:
        TARGET.write_text(text, encoding="utf-8")
    print(text)


def told(figure: Figure, folder: Path) -> dict[str, Any]:
    """Return the command of a figure and the values that are kept of its answer."""
    return {"command": figure.command, "values": figure.read(answer(figure, folder))}


def answer(figure: Figure, folder: Path) -> Mapping[str, Any]:
    """Return the JSON that a figure's command prints, from the folder where it was answered before."""
    path = folder / f"{figure.name}.json"
    if not path.is_file() or not path.stat().st_size:
        print(f"{figure.name}: {figure.command}", file=sys.stderr)
        environment = {"TF_CPP_MIN_LOG_LEVEL": "3", "GRADCORE_DB": f"sqlite:///{folder / 'runs.db'}", **os.environ}
        command = [sys.executable, "-m", "gradcore", *figure.arguments, "--json"]
        given = None if figure.spec is None else json.dumps(figure.spec)
        ran = subprocess.run(command, input=given, capture_output=True, text=True, check=False, env=environment)
        if ran.returncode:
            raise SystemExit(f"{figure.name} failed: {ran.stderr}")
        path.write_text(ran.stdout, encoding="utf-8")
    found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def written(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document."""
    return {
        "written_by": "python -m bench.guide_figures --write",
        "measured_at": datetime.now(UTC).strftime("%Y-%m-%d"),
        "versions": {name: version(name) for name in VERSIONS},
        "figures": dict(figures),
    }


if __name__ == "__main__":
    main()

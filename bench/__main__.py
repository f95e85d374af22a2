"""Run every benchmark, one after the other, and print one JSON document: program -> its figures.

A benchmark is a file of this folder that prints JSON when it is run as `python -m bench.NAME`.
"""

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def main() -> int:
    """Run the benchmarks named on the command line, or all; exit 1 when one of them failed."""
    names = sys.argv[1:] or benchmarks()
    figures: dict[str, Any] = {"machine": machine()}
    for name in names:
        print(f"bench.{name} ...", file=sys.stderr)
        figures[name] = measure(name)
    print(json.dumps(figures, indent=2, allow_nan=False))
    return 1 if any("error" in figures[name] for name in names) else 0


def benchmarks() -> list[str]:
    """Return the names of the programs in this folder."""
    return sorted(file.stem for file in Path(__file__).parent.glob("*.py") if not file.stem.startswith("_"))


def measure(name: str) -> dict[str, Any]:
    """Run one benchmark in its own process and return what it printed, and how long it took."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", f"bench.{name}"], stdout=subprocess.PIPE, text=True, check=False)
    seconds = round(time.perf_counter() - started, 1)
    if done.returncode != 0:
        return {"error": f"python -m bench.{name} ended with {done.returncode}", "seconds": seconds}
    return {"figures": json.loads(done.stdout), "seconds": seconds}


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    return {"python": platform.python_version(), "system": platform.platform(), "cores": os.cpu_count()}


if __name__ == "__main__":
    sys.exit(main())

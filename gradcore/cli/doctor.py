"""`gradcore doctor`: check this installation, and say what to do about each failure."""

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from gradcore.cli.text import print_json, table
from gradcore.errors import GradcoreError, RefusedError, StoreError
from gradcore.records import RunStatus
from gradcore.settings import Settings, read_settings

PACKAGES = (
    "gradcore",
    "tensorflow",
    "keras",
    "numpy",
    "scipy",
    "scikit-learn",
    "pandas",
    "plotly",
    "streamlit",
    "SQLAlchemy",
    "dask",
    "distributed",
)
FREE_SPACE = 500 * 1024 * 1024  # bytes that the run store should be able to grow by
WORKER_MEMORY = 1024**3  # bytes that one warm worker may take
SILENT = timedelta(seconds=30)  # a running run that has not been heard of for longer has lost its worker
INSTALL = "Install what is pinned: pip install -r requirements.txt."


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    check: str
    ok: bool
    found: str
    advice: str = ""  # a sentence, empty when all is well


def doctor(arguments: argparse.Namespace) -> int:
    """Print every check; 0 when all hold, else 1."""
    found = list(examine(arguments.db))
    healthy = all(check.ok for check in found)
    if arguments.json:
        print_json({"ok": healthy, "checks": [asdict(check) for check in found]})
    else:
        rows = [["ok" if check.ok else "FAILED", check.check, check.found] for check in found]
        print(table(["", "check", "found"], rows, left=["", "check", "found"]))
        print("\n".join(f"{check.check}: {check.advice}" for check in found if not check.ok) or "All is well.")
    return 0 if healthy else 1


def examine(database: str | None) -> Iterator[Check]:
    """Yield the checks in the order in which they build on each other."""
    yield python()
    yield packages()
    yield tensorflow()
    try:
        settings = read_settings()
    except RefusedError as error:
        yield Check("settings", False, "refused", str(error))
        return
    url = database or settings.database
    yield workers(settings)
    yield disk(url)
    yield from store(url)


def python() -> Check:
    """Check the interpreter's version."""
    found = ".".join(map(str, sys.version_info[:3]))
    good = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Check("python", good, found, "" if good else "Make the environment with Python 3.11, 3.12 or 3.13.")


def packages(names: tuple[str, ...] = PACKAGES) -> Check:
    """Check that every package is installed, without importing any."""
    found = {name: _version(name) for name in names}
    missing = [name for name, number in found.items() if number is None]
    shown = ", ".join(f"{name} {number}" for name, number in found.items() if number)
    advice = f"Not installed: {', '.join(missing)}. {INSTALL}" if missing else ""
    return Check("packages", not missing, shown or "none", advice)


def tensorflow(find: Callable[[str], object] = find_spec) -> Check:
    """Check that TensorFlow and Keras could be imported, without doing it."""
    missing = [name for name in ("tensorflow", "keras") if find(name) is None]
    if missing:
        return Check("training", False, f"no {' and no '.join(missing)}", f"Nothing can be trained. {INSTALL}")
    return Check("training", True, "TensorFlow and Keras can be imported")


def workers(settings: Settings) -> Check:
    """Check that the machine has a core and the memory for each worker."""
    cores, memory = _cores(), _memory()
    shown = f"{settings.workers} on {cores} cores" + (f" and {memory / 1024**3:.1f} GB" if memory else "")
    if settings.workers > 2 * cores:
        return Check("workers", False, shown, f"Set GRADCORE_WORKERS to {cores}: more only wait for each other.")
    if memory and settings.workers * WORKER_MEMORY > memory:
        fits = max(1, memory // WORKER_MEMORY)
        return Check("workers", False, shown, f"Set GRADCORE_WORKERS to {fits}: each may take 1 GB of memory.")
    return Check("workers", True, shown)


def disk(url: str) -> Check:
    """Check the space where the SQLite file lies, or will lie."""
    if not url.startswith("sqlite:///"):
        return Check("disk", True, "the run store is not a file of this machine")
    folder = _folder(url)
    free = shutil.disk_usage(folder).free
    shown = f"{free / 1024**3:.1f} GB free in {folder}"
    if free < FREE_SPACE:
        return Check("disk", False, shown, "Free some space, or move the run store with GRADCORE_DB.")
    return Check("disk", True, shown)


def store(url: str) -> Iterator[Check]:
    """Check that the run store answers, has this version's schema, and that what runs is heard of."""
    from gradcore.store import RunStore, is_there

    try:
        there = is_there(url)
        if not there and not (_folder(url).is_dir() and os.access(_folder(url), os.W_OK | os.X_OK)):
            raise StoreError(f"It cannot be made in {_folder(url)}")
        running = RunStore(url).runs(status=RunStatus.RUNNING) if there else []
    except GradcoreError as error:
        yield Check(
            "store",
            False,
            "not usable",
            f"{str(error).rstrip('.')}. Check GRADCORE_DB or --db, and who may write there.",
        )
        return
    not_yet = f"not made yet; the first run makes it: {url}"
    yield Check("store", True, "answers, its schema is current" if there else not_yet)
    limit = datetime.now(UTC) - SILENT
    silent = [run.id for run in running if (run.heartbeat or run.created) < limit]
    advice = f"Not heard of for 30 s: {', '.join(silent)}. Start the dashboard, or cancel: gradcore runs cancel ID."
    yield Check("runs", not silent, f"{len(running)} running", advice if silent else "")


def _folder(url: str) -> Path:
    """Return the folder of an SQLite file, or what exists of the path to it."""
    folder = Path(url.removeprefix("sqlite:///").partition("?")[0]).expanduser().absolute().parent
    while not folder.exists():
        folder = folder.parent
    return folder


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory() -> int | None:
    """Bytes of this machine's memory, None where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None

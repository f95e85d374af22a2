"""A real dashboard in a process of its own, and how large it and its workers are."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[1]
WORKERS = 2
MB = 1024 * 1024
HEALTHY_SECONDS = 60.0


@dataclass(frozen=True)
class Dashboard:
    """A dashboard that runs."""

    server: subprocess.Popen[bytes]
    port: int
    database: str  # an SQLAlchemy URL
    spawned: float  # time.monotonic() just before its process began

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://127.0.0.1:{self.port}"

    def listening(self) -> None:
        """Wait until it takes connections."""
        deadline = self.spawned + HEALTHY_SECONDS
        while self.server.poll() is None and time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.01)
        raise RuntimeError(f"the dashboard on port {self.port} did not start; see its log above")


@contextmanager
def dashboard(folder: Path, script: str = "server.py") -> Iterator[Dashboard]:
    """Yield `streamlit run script` with a store of its own; ends it and all that it started."""
    port, database = free_port(), f"sqlite:///{folder / Path(script).stem}.db"
    options = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]
    given = {"GRADCORE_DB": database, "GRADCORE_WORKERS": str(WORKERS), "PYTHONPATH": str(ROOT)}
    spawned = time.monotonic()
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(ROOT / script), *options],
        cwd=ROOT,
        env={**os.environ, **given},
        stdout=sys.stderr,  # standard output is the benchmark's document
    )
    try:
        yield Dashboard(server, port, database, spawned)
    finally:
        end(server)


def end(server: subprocess.Popen[bytes]) -> None:
    """End a server as Ctrl-C would, then whatever of its processes is left."""
    family = family_of(server.pid)
    server.terminate()
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    for left in family:
        with suppress(psutil.NoSuchProcess):
            left.kill()


def family_of(pid: int) -> list[psutil.Process]:
    """Return all processes below one."""
    with suppress(psutil.NoSuchProcess):
        return list(psutil.Process(pid).children(recursive=True))
    return []


def sizes(served: Dashboard) -> dict[str, Any]:
    """Return the memory of the dashboard and of those who train; a worker is a process that holds TensorFlow."""
    family = family_of(served.server.pid)
    parents = {process.ppid() for process in family}
    workers = [one for one in family if one.pid not in parents and holds_tensorflow(one.pid)]
    servers = [one for one in family if one not in workers]
    return {
        "dashboard_mb": rss(served.server.pid),
        "goal_dashboard_mb": 300,
        "dashboard_holds_tensorflow": holds_tensorflow(served.server.pid),
        "workers_mb": [rss(one.pid) for one in workers],
        "goal_worker_mb": 1024,
        "other_processes_mb": [rss(one.pid) for one in servers],
        "whole_family_pss_mb": round(sum(pss(one) for one in [psutil.Process(served.server.pid), *family])),
    }


def rss(pid: int) -> int:
    """Return a process' resident memory in MB; pages that it shares count in full."""
    return round(psutil.Process(pid).memory_info().rss / MB)


def pss(process: psutil.Process) -> float:
    """Return a process' memory in MB, of shared pages its share."""
    with suppress(psutil.NoSuchProcess):
        return float(process.memory_full_info().pss / MB)
    return 0.0


def holds_tensorflow(pid: int) -> bool:
    """Return whether a process has a library of TensorFlow mapped."""
    return "tensorflow" in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

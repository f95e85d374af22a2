"""What each worker process does first (Dask calls `dask_setup`)."""

import signal
from typing import Any


def dask_setup(_worker: Any) -> None:
    """Leave Ctrl-C to the dashboard: a terminal sends it to all its processes, and the dashboard ends the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

"""What each worker process does first (Dask calls `dask_setup`)."""

import signal
from typing import Any


def dask_setup(_worker: Any) -> None:
    """Leave Ctrl-C to the dashboard, which ends its workers itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

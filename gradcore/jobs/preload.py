"""What each worker process does first (Dask calls `dask_setup`)."""

import os
import signal
from typing import Any

NICENESS = 10  # training takes what is left: with a class looking on, the dashboard needs most of a core


def dask_setup(_worker: Any) -> None:
    """Leave Ctrl-C to the dashboard, which ends its workers itself, and let pages go first where cores are short."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)

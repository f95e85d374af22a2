"""Who sees to a run: a process, named so that another process can tell whether it still lives.

An owner is `host:pid:start:nonce`. On its own host a process is looked up by its id and start (an id
alone is used again, in containers at once); elsewhere its heartbeat in the store must be fresh.
"""

import os
import secrets
import socket

import psutil

HEARTBEAT_SECONDS = 1.0
DEAD_AFTER = 15.0  # seconds without a heartbeat, for an owner on another host
CLOCK_SECONDS = 2  # the machine's start is only known to a second or so
GONE = -1_000


def new_owner() -> str:
    """Return a name for the work of this process; two calls give two names."""
    return f"{socket.gethostname()}:{os.getpid()}:{_start(os.getpid())}:{secrets.token_hex(4)}"


def lives(owner: str, seen: float, now: float) -> bool:
    """Return whether an owner that registered, last seen at `seen`, is still there.

    Example:
        >>> lives("elsewhere:1:0:ab", seen=100.0, now=110.0), lives("elsewhere:1:0:ab", seen=100.0, now=120.0)
        (True, False)
    """
    host, pid, start, _ = owner.rsplit(":", 3)
    if host != socket.gethostname():
        return now - seen <= DEAD_AFTER
    return abs(_start(int(pid)) - int(start)) <= CLOCK_SECONDS


def _start(pid: int) -> int:
    """Return when a process started, in seconds since the machine's start; GONE where it is not there."""
    try:
        found = psutil.Process(pid)
        if found.status() == psutil.STATUS_ZOMBIE:
            return GONE
        return round(found.create_time() - psutil.boot_time())
    except psutil.Error:
        return GONE

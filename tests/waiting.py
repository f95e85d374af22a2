"""Waiting for a condition instead of sleeping: tests end as soon as what they wait for is there."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
LOOK_SECONDS = 0.02


def wait_until(condition: Callable[[], Found], seconds: float, what: str) -> Found:
    """Return the first true value of the condition; AssertionError, saying what was missing, after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds:g} s still not true: {what}")
        time.sleep(LOOK_SECONDS)
    return found

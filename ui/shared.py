"""Shared: a value that many viewers want at once is made once, and at most a few times a second.

Who comes while it is being made gets the one before instead of waiting, so that the server's work does not grow with
the number of viewers.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
MOST_SECONDS = 1.0  # between two makings, however long one takes


class Shared(Generic[T]):
    """The newest value for each key."""

    def __init__(self, seconds: float, share: float = 0.6, most: int = 64) -> None:
        """Make a value every `seconds` at most, and spend at most this share of the time on making it."""
        self._seconds, self._share, self._most = seconds, share, most
        self._entries: OrderedDict[Hashable, _Entry[T]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[T | None], T]) -> T:
        """Return the value of a key; `make` is called with the one before (None at first) when it is due."""
        entry = self._entry(key)
        if entry.lock.acquire(blocking=entry.value is None):
            try:
                if time.monotonic() >= entry.due:
                    self._renew(entry, make)
            finally:
                entry.lock.release()
        if entry.value is None:
            raise RuntimeError("a shared value must not be None")
        return entry.value

    def _entry(self, key: Hashable) -> "_Entry[T]":
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            while len(self._entries) > self._most:
                self._entries.popitem(last=False)
            return entry

    def _renew(self, entry: "_Entry[T]", make: Callable[[T | None], T]) -> None:
        began = time.monotonic()
        entry.value = make(entry.value)
        ended = time.monotonic()
        entry.due = ended + min(max(self._seconds, (ended - began) * (1 / self._share - 1)), MOST_SECONDS)


@dataclass
class _Entry(Generic[T]):
    value: T | None = None
    due: float = float("-inf")  # when it is made anew, time.monotonic()
    lock: threading.Lock = field(default_factory=threading.Lock)

"""What lives as long as the server: the Lab with its workers, and who is looking at which run."""

import atexit
import secrets
import threading
import time
from collections import defaultdict

import streamlit as st

from gradcore.jobs import Cluster
from gradcore.lab import Lab
from gradcore.settings import Settings, read_settings
from gradcore.store import Database, RunStore
from ui.visitors import VISITOR, VISITOR_COOKIE

LOOKING_SECONDS = 3.0


@st.cache_resource
def settings() -> Settings:
    """Return how this installation is set up."""
    return read_settings()


@st.cache_resource
def first_page() -> threading.Event:
    """Return what is set when the first page was drawn: the workers' loading would slow it down."""
    return threading.Event()


@st.cache_resource(show_spinner=False)
def lab() -> Lab:
    """Return the Lab of this process; its workers start in the background."""
    database = Database(settings().database)
    made = Lab(RunStore(database), Cluster(database, settings().workers).start(first_page()), settings())
    atexit.register(made.close)
    return made


def visitor() -> str:
    """Return the opaque name of this browser, or of this tab where no server.py sets a cookie."""
    cookie = str(st.context.cookies.get(VISITOR_COOKIE, ""))
    if VISITOR.fullmatch(cookie):
        return cookie
    return str(st.session_state.setdefault("visitor", secrets.token_urlsafe(16)))


class Viewers:
    """How many sessions looked at each run within the last seconds."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, float]] = defaultdict(dict)
        self._lock = threading.Lock()

    def count(self, run_id: str, session: str) -> int:
        """Note that a session looks at a run now, and return how many do."""
        now = time.monotonic()
        with self._lock:
            self._seen[run_id][session] = now
            for run, sessions in list(self._seen.items()):
                fresh = {name: at for name, at in sessions.items() if now - at < LOOKING_SECONDS}
                if fresh:
                    self._seen[run] = fresh
                else:
                    del self._seen[run]
            return len(self._seen[run_id])


@st.cache_resource
def viewers() -> Viewers:
    """Return the one count of who looks at what."""
    return Viewers()

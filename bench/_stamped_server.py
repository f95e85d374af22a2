"""server.py with workers that put the time of measurement into every record; started by `bench/dashboard.py`."""

from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from gradcore.jobs import Cluster
from server import VisitorCookie, lifespan
from ui import services

stamped: Any = partial(Cluster, runner="bench.visibility:stamped")
vars(services)["Cluster"] = stamped
ROOT = Path(__file__).parents[1]
app = st.App(ROOT / "app.py", lifespan=lifespan, middleware=[Middleware(VisitorCookie)])

"""server.py with workers that put the time of measurement into every record; started by `bench/dashboard.py`."""

from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from gradcore.jobs import Cluster
from server import lifespan, middleware
from ui import services

stamped: Any = partial(Cluster, runner="bench.visibility:stamped")
vars(services)["Cluster"] = stamped
ROOT = Path(__file__).parents[1]
app: st.App = st.App(ROOT / "app.py", lifespan=lifespan, middleware=middleware(lambda: app.state))

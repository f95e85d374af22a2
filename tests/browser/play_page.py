"""The page that test_play.py drives: two charts that play together, and one of its own; updated while they play."""

import numpy as np
import streamlit as st

from gradcore.figures import theme
from ui.plot import plot

STEPS = int(st.query_params.get("steps", "40"))


def drawn(steps: int, follows: bool, level: float, group: str = "pair"):
    """A path that rises by 1 a step, with its tip, over a picture of 60 by 60 cells."""
    at = np.arange(steps + 1, dtype=np.float32)
    line = {"type": "scatter", "x": at, "y": at + level, "customdata": at.astype(np.uint16)}
    picture = {"type": "heatmap", "z": np.outer(np.arange(60), np.arange(60)).astype(np.float32), "showscale": False}
    traces = [picture, {**line, "mode": "lines", "name": "path"}, {**line, "mode": "markers", "name": "tip"}]
    frames = {"steps": steps, "unit": "Step", "paths": [1], "tips": [2], "group": group, "follows": follows}
    axis = {"range": [0, max(60, STEPS)]}
    layout = {
        "title": theme.title("A path", "step by step"),
        "height": 300,
        "xaxis": axis,
        "yaxis": axis,
        "margin": theme.margin(),
    }
    return theme.figure(traces, {**layout, "meta": {"frames": frames}})


@st.fragment(run_every=float(st.query_params.get("every", "600")))
def live() -> None:
    st.session_state["updates"] = st.session_state.get("updates", 0) + 1
    about = "second" if st.session_state.get("other") else "first"
    steps = STEPS + 20 if st.session_state.get("longer") else STEPS
    level = st.session_state["updates"] / 1000
    plot(drawn(steps, False, level), key="leading", label="Leads", height=300, about=about)
    plot(drawn(steps, True, level), key="following", label="Follows", height=300, about=about)
    st.html(f"<span id='updates'>{st.session_state['updates']}</span>")


def main() -> None:
    st.set_page_config(page_title="play", layout="wide")
    live()
    st.toggle("longer", key="longer")
    st.toggle("other", key="other")
    if st.toggle("alone", value=True):
        plot(drawn(5, False, 0, group="alone"), key="alone", label="Alone", height=300)


main()

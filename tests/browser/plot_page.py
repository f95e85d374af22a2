"""The page that test_plot.py drives: a race that grows while it is looked at, and a chart of its end."""

import time

import streamlit as st

from gradcore.figures import race, theme
from tests.traces import make_race, make_trace, shortened
from ui.plot import plot

STEPS = 400
START = "start"


@st.cache_data
def drawn(steps: int) -> str:
    return theme.to_json(race.loss_curves(shortened(whole(), steps)))


@st.cache_resource
def whole():
    return make_race(steps=STEPS, seed=1)


@st.fragment(run_every=float(st.query_params.get("every", "0.25")))
def live() -> None:
    started = st.session_state.setdefault(START, time.monotonic())
    speed = float(st.query_params.get("speed", "20"))
    steps = min(STEPS - 1, 20 + int((time.monotonic() - started) * speed))
    loss(steps)
    st.session_state["updates"] = st.session_state.get("updates", 0) + 1
    st.html(f"<span id='updates'>{st.session_state['updates']}</span>")


def loss(steps: int) -> None:
    about = "second" if st.session_state.get("second run") else "first"
    plot(drawn(steps), key="loss", label="Training loss over steps", height=440, about=about)


def main() -> None:
    st.set_page_config(page_title="plot", layout="wide")
    if st.toggle("at rest"):
        loss(STEPS)
    else:
        live()
    st.toggle("second run", key="second run")
    plot(race.gradient_norms(whole()), key="norm", label="Gradient norm over steps", height=440)
    clicked = plot(race.final_validation(whole()), key="final", label="Final loss", height=340, clickable=True)
    st.html(f"<span id='clicked'>{clicked['text'] if clicked else ''}</span>")
    if st.toggle("show another"):
        plot(race.loss_curves(make_trace([])), key="empty", label="An empty race", height=440)


main()

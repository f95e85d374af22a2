"""The component that lets time pass: a thin line fills, and when it is full the page is told."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

HTML = '<div class="gradcore-pace" aria-hidden="true"><div></div></div>'


def elapsed(subject: int, seconds: float, *, paused: bool, key: str) -> bool:
    """Draw how much of the time of a subject has passed; return whether all of it just did.

    Args:
        subject: what is shown; with another one the time begins anew.
        seconds: that it is shown.
        paused: whether time stands still; it goes on from there.
        key: the place on the page; unique there.
    """
    message = {"subject": subject, "seconds": seconds, "paused": paused}
    result = _component()(key=key, data=message, on_elapsed_change=_ignore)
    return bool(result.get("elapsed") == subject)


@cache
def _component() -> Callable[..., Any]:
    css, js = (Path(__file__).with_name(f"pace.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    return st.components.v2.component("gradcore_pace", html=HTML, css=css, js=js, isolate_styles=False)


def _ignore() -> None:
    """Streamlit keeps what a component says only where something listens for it."""

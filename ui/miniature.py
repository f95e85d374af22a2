"""The component for small pictures that move: SVG that is whole as it stands, and a clock that moves all of them.

What happens in the browser is in `miniature.js`. It needs no chart library, so it moves before anything else is loaded.
"""

import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from gradcore.figures.miniature import Miniature

HTML = '<div class="gradcore-miniature"></div>'


def miniature(
    pictures: Sequence[Miniature], *, key: str, seconds: float, control: bool = False, paused: bool | None = None
) -> None:
    """Show pictures side by side, which move together, again and again; still for readers who asked for less motion.

    Args:
        pictures: what to show.
        key: the place on the page; unique there.
        seconds: from the first moment to the last.
        control: whether it has the button that pauses all miniatures of the page.
        paused: whether all stand still, where something else on the page says so.
    """
    drawn = [{"svg": one.svg, "moments": one.moments} for one in pictures]
    message = {"pictures": drawn, "seconds": seconds, "control": control, "paused": paused}
    _component()(key=key, data=json.dumps(message).encode())


@cache
def _component() -> Callable[..., Any]:
    css, js = (Path(__file__).with_name(f"miniature.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    return st.components.v2.component("gradcore_miniature", html=HTML, css=css, js=js, isolate_styles=False)

"""Show me: a sick patient, its findings, the treatment and the proof, step by step; it goes on by itself.

The step is in the address (`demo=3`), with the seconds of a step (`pace`) and whether it stands still (`paused`).
Nothing waits for a worker: all is read from the example that ships with the product.
"""

from typing import Literal

import streamlit as st

from gradcore.demonstration import SCENES, result, scene
from gradcore.example_check import PATIENT
from gradcore.figures import theme
from gradcore.titles import duration
from ui.address import parameters, say_not_flag, say_not_number, say_not_whole
from ui.frame import HEALTH, RECEPTION, Page
from ui.pace import elapsed
from ui.reception_doors import with_projector
from ui.reception_pictures import scene_picture
from ui.words import escaped

STEP, PACE, PAUSED = "demo", "pace", "paused"  # of the address
LAST = len(SCENES)
SECONDS, FASTEST, SLOWEST = 18.0, 0.2, 600.0  # of a step
SHOW_ME = Page(
    RECEPTION.path,
    "Show me",
    RECEPTION.icon,
    "A sick network, what is found, what is done about it, and the proof.",
    "Use it in front of a class: it goes on by itself. Every number in it was recorded, and can be trained again live.",
)
STYLE = """<style>
.st-key-demo_words h2 { font-size: 1.9rem; line-height: 1.2; letter-spacing: -0.01em; padding: 0 0 0.5rem; }
.st-key-demo_words p { font-size: 1.2rem; line-height: 1.5; }
.st-key-demo_part p { font-size: 0.9rem; font-weight: 600; letter-spacing: 0.02em; }
.st-key-demo_number p { font-size: 2.6rem; font-weight: 650; letter-spacing: -0.02em; line-height: 1.1; }
.st-key-demo_bar { min-height: 2.75rem; }
</style>"""

# For a room: title and sentence, which say the same at every step, leave their place to the picture.
ROOM = """<style>
[data-testid="stElementContainer"]:has(h1),
[data-testid="stElementContainer"]:has(h1) + [data-testid="stElementContainer"] {
  position: absolute; clip-path: inset(100%); height: 1px; overflow: hidden;
}
</style>"""


def asked() -> bool:
    """Return whether the address asks for the demonstration."""
    return STEP in st.query_params


def show_me_button() -> None:
    """Draw the button that begins it."""
    label = f"Show me · about {duration(LAST * SECONDS)}"
    st.button(label, type="primary", icon=":material/slideshow:", key="show_me", on_click=_go, args=(1,))


def demonstration() -> None:
    """Draw the step that the address asks for, and what leads on from it."""
    _say_wrong()
    step, seconds = _step(), _pace()
    st.html(STYLE)
    if st.query_params.get("projector") == "true":
        st.html(ROOM)
    _bar(step)
    if step < LAST and elapsed(step, seconds, paused=_paused(), key="pace_line"):
        _go(step + 1)
        st.rerun()
    shown = scene(step)
    words, picture = st.columns([2, 3], gap="large")
    with words:
        _words(step)
    with picture:
        scene_picture(shown.name, shown.title, paused=_paused())


def _bar(step: int) -> None:
    """Draw Back, Pause, Next and where it is; arrow keys and P do the same."""
    last = step == LAST
    verb, icon = ("Go on", ":material/play_arrow:") if _paused() else ("Pause", ":material/pause:")
    with st.container(key="demo_bar", horizontal=True, vertical_alignment="center"):
        _button("Back", ":material/arrow_back:", step - 1, disabled=step == 1, shortcut="Left")
        st.button(verb, icon=icon, key="demo_pause", disabled=last, on_click=_toggle, shortcut="P")
        _button("Next", ":material/arrow_forward:", step + 1, disabled=last, shortcut="Right", primary=not last)
        st.markdown(f"{step} of {LAST}")
        st.button("Leave", key="demo_leave", type="tertiary", on_click=_leave)


def _button(label: str, icon: str, to: int, *, disabled: bool, shortcut: str, primary: bool = False) -> None:
    kind: Literal["primary", "secondary"] = "primary" if primary else "secondary"
    key = f"demo_{label.lower()}"
    st.button(label, icon=icon, key=key, type=kind, disabled=disabled, on_click=_go, args=(to,), shortcut=shortcut)


def _words(step: int) -> None:
    shown = scene(step)
    with st.container(key="demo_part"):
        st.markdown(escaped(shown.part))
    with st.container(key="demo_words"):
        st.header(escaped(shown.title), anchor=False)
        if shown.name == "proof":
            _difference()
        for sentence in shown.sentences:
            st.markdown(escaped(sentence))
    if shown.name == "live":
        _live()


def _difference() -> None:
    """Draw the difference in large type."""
    found = result()
    low, high = (theme.number(end, 3) for end in found.interval)
    with st.container(key="demo_number"):
        st.markdown(escaped(theme.number(found.difference, 3)))
    st.caption(escaped(f"Validation loss, treated − untreated; 95 %: {low} to {high}"))


def _live() -> None:
    if st.button("Open the patient and run it live", icon=HEALTH.icon, key="demo_live_button", type="primary"):
        st.switch_page(HEALTH.path, query_params=with_projector({"preset": PATIENT}))
    st.button("From the start again", icon=":material/replay:", key="demo_again", on_click=_go, args=(1,))


def _step() -> int:
    text = st.query_params[STEP]
    return int(text) if text.isascii() and text.isdigit() and 1 <= int(text) <= LAST else 1


def _pace() -> float:
    try:
        seconds = float(st.query_params.get(PACE, SECONDS))
    except ValueError:
        return SECONDS
    return seconds if FASTEST <= seconds <= SLOWEST else SECONDS


def _paused() -> bool:
    return st.query_params.get(PAUSED, "").lower() == "true"


def _say_wrong() -> None:
    given = parameters()
    say_not_whole(given, STEP, 1, LAST)
    say_not_number(given, PACE, FASTEST, SLOWEST)
    say_not_flag(given, PAUSED)


def _go(step: int) -> None:
    st.query_params[STEP] = str(min(max(step, 1), LAST))


def _toggle() -> None:
    if _paused():
        del st.query_params[PAUSED]
    else:
        st.query_params[PAUSED] = "true"


def _leave() -> None:
    for name in (STEP, PACE, PAUSED):
        st.query_params.pop(name, None)

"""A page's anatomy: picture with controls beside it and details below; on a phone picture, controls, details."""

from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

PARTS: Final = ("picture", "controls", "details")
# Streamlit's columns can only stack whole columns, which puts the controls below all details.
STYLE = """<style>
.st-key-anatomy { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.5rem 2rem; align-items: start; }
.st-key-anatomy > :has(> .st-key-anatomy_picture) { grid-area: picture; }
.st-key-anatomy > :has(> .st-key-anatomy_controls) { grid-area: controls; }
.st-key-anatomy > :has(> .st-key-anatomy_details) { grid-area: details; }
.st-key-anatomy { grid-template-areas: "picture" "controls" "details"; }
@media (min-width: 900px) {
  .st-key-anatomy {
    grid-template-columns: minmax(0, 3.3fr) minmax(0, 1fr);
    grid-template-rows: auto 1fr;
    grid-template-areas: "picture controls" "details controls";
  }
}
@media (max-width: 640px) { .st-key-anatomy [data-testid="stTable"] :is(td, th) { min-width: 5rem; } }
</style>"""


def anatomy() -> tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator]:
    """Return the places for picture, controls and details; once on a page."""
    st.html(STYLE)
    with st.container(key="anatomy"):
        picture, controls, details = (st.container(key=f"anatomy_{part}") for part in PARTS)
    return picture, controls, details

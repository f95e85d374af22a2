"""Brings what a click has started into view, once: a page that is drawn anew stays scrolled where it was."""

import streamlit as st

WANTED = "bring_into_view"  # of the session: the run whose page is to begin at its start
PLACE = "started_run"
# Streamlit draws an element when it arrives, and may still drop old ones above it: a moment long the place is held.
SCRIPT = """<script>
{
let tries = 0;
const bring = () => {
  const place = document.querySelector(".st-key-PLACE");
  if (place) place.scrollIntoView({ block: "start" });
  if (tries++ < 10) setTimeout(bring, 50);
};
bring();
}
</script>"""
STYLE = "<style>.st-key-PLACE { scroll-margin-top: 5rem; }</style>"


def bring(run_id: str) -> None:
    """Ask for this run to be in view when the page is drawn anew."""
    st.session_state[WANTED] = run_id


def come_into_view(run_id: str) -> None:
    """Draw the place where a run begins, and scroll there where a click has just started it."""
    with st.container(key=PLACE):
        wanted = st.session_state.pop(WANTED, None) == run_id
        script = SCRIPT if wanted else ""
        st.html((STYLE + script).replace("PLACE", PLACE), unsafe_allow_javascript=wanted)

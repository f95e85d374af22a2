"""The reception's lower part: the state of the workers, a race to start, and the latest runs."""

import streamlit as st

from gradcore.admission import estimate_seconds
from gradcore.presets import PRESETS
from gradcore.specs import HealthSpec, RaceSpec, TreatmentSpec
from ui import services
from ui.frame import HEALTH, RACE, Page, guarded_fragment
from ui.panels import runs_table
from ui.reception_doors import page_named, with_projector

LATEST = 8
LOOK_SECONDS = 5.0  # between two looks at the latest runs
NO_RUN = "No run yet. Start the demonstration race, or open a door above: every run is stored and found here again."


def latest_part() -> None:
    """Draw the latest runs, what the workers do, and the button that starts the default race."""
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.subheader("Latest runs", anchor=False)
        start_button()
    guarded_fragment(run_every=LOOK_SECONDS)(_latest)()


def start_button() -> None:
    """Draw the button that starts the default race, with its estimate, and opens it."""
    spec = PRESETS["default"]
    seconds = max(1, round(estimate_seconds(spec, services.settings().workers)))
    if st.button(f"Start the demonstration race · about {seconds} s", icon=":material/play_arrow:", key="start_race"):
        run_id = services.lab().submit(spec, visitor=services.visitor())
        st.switch_page(RACE.path, query_params=with_projector({"run": run_id}))


def _latest() -> None:
    lab = services.lab()
    st.caption(workers_text())
    runs = lab.runs(limit=LATEST)
    if not runs:
        st.caption(NO_RUN)
        return
    if run_id := runs_table(runs, key="latest"):
        st.switch_page(_page_of(lab.info(run_id).kind).path, query_params=with_projector({"run": run_id}))


def _page_of(kind: str) -> Page:
    """Return the page that shows runs of a kind."""
    known = {RaceSpec.kind: RACE, HealthSpec.kind: HEALTH, TreatmentSpec.kind: HEALTH}
    return known.get(kind) or page_named("Solutions") or HEALTH


def workers_text() -> str:
    """Return what the workers do, in a sentence."""
    state = services.lab().workers()
    if not state.ready:
        return f"{state.message[0].upper()}{state.message[1:]}. What is shown here does not wait for them."
    waiting = f"{state.queued} waiting" if state.queued else "nothing waiting"
    return f"Workers: {state.warm} of {state.total} warm, {state.busy} busy, {waiting}."

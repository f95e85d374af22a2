"""What a visitor can do with a race: start it, run it again, share its address."""

import streamlit as st

from gradcore.admission import admit, estimate_seconds
from gradcore.blow_ups import is_pair
from gradcore.errors import RefusedError
from gradcore.records import RunInfo, RunStatus
from gradcore.specs import RaceSpec
from ui import controls, services
from ui.frame import CLIPPING
from ui.panels import link_to
from ui.race_overlay import WITH
from ui.race_presets import preset_control
from ui.words import as_sentence, escaped


def start_row(asked: RaceSpec | None, shown: RunInfo | None, refusal: str) -> None:
    """Draw preset, start button with its estimate, and the link to what is shown; say why a race is refused."""
    again = shown is not None and asked is not None and shown.spec == asked.to_json()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        preset_control(asked)
        verb = "Run again" if again else "Start race" if shown is None or shown.status.ended else "Queue race"
        label = f"{verb}{_estimate(asked)}"
        started = st.button(label, type="primary", icon=":material/play_arrow:", disabled=asked is None, key="start")
        if shown is not None:
            link_to(shown.id, WITH)
    if refusal:
        st.error(escaped(refusal), icon=":material/error:")
    if started and asked is not None:
        _submit(asked, again=again)


def asked_race() -> tuple[RaceSpec | None, str]:
    """Draw the controls; return the race that they ask for, or None and why it is refused."""
    limits = services.settings().limits
    try:
        return admit(controls.race_controls(limits), limits), ""
    except RefusedError as error:
        return None, as_sentence(error)


def offer_inexpressible(shown: RunInfo | None, asked: RaceSpec | None, *, adopted: bool) -> None:
    """Say that the controls stand at another race than the one that was opened, where they cannot express it.

    `adopted` is whether the controls were just set to it.
    """
    if shown is None:
        return
    if adopted and (asked is None or asked.to_json() != shown.spec):
        st.session_state["inexpressible"] = shown.id
    if st.session_state.get("inexpressible") != shown.id:
        if asked is not None and asked.to_json() != shown.spec:
            st.caption("The controls ask for another race than the one below; start it to see it.")
        return
    st.caption("The controls cannot express this race and stand at one that is near it.")
    if shown.status is RunStatus.FINISHED and st.button("Run this race again", icon=":material/replay:", key="repeat"):
        _submit(RaceSpec.from_json(shown.spec), again=True)


def offer_again(shown: RunInfo, asked: RaceSpec | None) -> None:
    """Say why a run did not finish, and offer to run it again where the start button above asks for another."""
    say = st.error if shown.status is RunStatus.FAILED else st.warning
    say(escaped(as_sentence(shown.message or f"This run was {shown.status}; what it recorded is shown.")))
    same = asked is not None and asked.to_json() == shown.spec
    if not same and st.button("Run it again", icon=":material/replay:", key="rerun"):
        _submit(RaceSpec.from_json(shown.spec), again=True)


def link_to_pair(run_id: str, spec: RaceSpec) -> None:
    """Lead from a training with and without clipping to the part of the lab that shows what clipping did in it."""
    if not is_pair(spec):
        return
    address = {"part": "Real run", "run": run_id}
    label = "See who blew up and what was clipped"
    st.page_link(CLIPPING.path, label=label, icon=CLIPPING.icon, query_params=address)


def _submit(spec: RaceSpec, *, again: bool) -> None:
    st.query_params["run"] = services.lab().submit(spec, visitor=services.visitor(), again=again)
    st.rerun()


def _estimate(asked: RaceSpec | None) -> str:
    if asked is None:
        return ""
    return f" · about {max(1, round(estimate_seconds(asked, services.settings().workers)))} s"

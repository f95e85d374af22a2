"""What a visitor can do with a health check: start it, run it again, share its address."""

from typing import Literal

import streamlit as st

from gradcore.admission import admit, estimate_seconds
from gradcore.errors import RefusedError
from gradcore.records import RunInfo, RunStatus
from gradcore.specs import HealthSpec
from ui import services
from ui.health_controls import check_controls
from ui.health_presets import complaint, patient_control
from ui.panels import link_to
from ui.words import as_sentence, escaped

OTHER = "The controls ask for another check than the one below; start it to see it."
INEXPRESSIBLE = "The controls cannot express this check and stand at one that is near it."
NEAR = "health_inexpressible"  # of the session: the run that the controls cannot express


def start_row(asked: HealthSpec | None, shown: RunInfo | None, refusal: str) -> None:
    """Draw patient, start button with its estimate, and the link to what is shown; say why a check is refused."""
    again = shown is not None and asked is not None and shown.spec == asked.to_json()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        patient_control(asked)
        verb = "Run again" if again else "Start check" if shown is None or shown.status.ended else "Queue check"
        label = f"{verb}{_estimate(asked)}"
        kind: Literal["primary", "secondary"] = "secondary" if again else "primary"
        started = st.button(label, type=kind, icon=":material/play_arrow:", disabled=asked is None, key="start")
        if shown is not None:
            link_to(shown.id)
    if said := complaint():
        st.caption(escaped(said))
    if refusal:
        st.error(escaped(refusal), icon=":material/error:")
    if started and asked is not None:
        submit(asked, again=again)


def asked_check() -> tuple[HealthSpec | None, str]:
    """Draw the controls; return the check that they ask for, or None and why it is refused."""
    limits = services.settings().limits
    try:
        return admit(check_controls(limits), limits), ""
    except RefusedError as error:
        return None, as_sentence(error)


def offer_other(shown: RunInfo, asked: HealthSpec | None, *, adopted: bool) -> None:
    """Say that the controls stand at another check than the one that is shown; thresholds alone make no other one.

    `adopted` is whether the controls were just set to it.
    """
    if asked is None or same_training(shown, asked):
        return
    if adopted:
        st.session_state[NEAR] = shown.id
    if st.session_state.get(NEAR) != shown.id:
        st.caption(OTHER)
        return
    st.caption(INEXPRESSIBLE)
    if shown.status is RunStatus.FINISHED and st.button("Run this check again", icon=":material/replay:", key="repeat"):
        submit(HealthSpec.from_json(shown.spec), again=True)


def offer_again(shown: RunInfo, asked: HealthSpec | None) -> None:
    """Say why a run did not finish, and offer to run it again where the start button above asks for another."""
    say = st.error if shown.status is RunStatus.FAILED else st.warning
    say(escaped(as_sentence(shown.message or f"This run was {shown.status}; what it recorded is shown.")))
    same = asked is not None and asked.to_json() == shown.spec
    if not same and st.button("Run it again", icon=":material/replay:", key="rerun"):
        submit(HealthSpec.from_json(shown.spec), again=True)


def same_training(shown: RunInfo, asked: HealthSpec) -> bool:
    """Return whether the controls ask for the training that is shown, whatever their thresholds."""
    here, there = ({**spec, "thresholds": None} for spec in (asked.to_json(), shown.spec))
    return here == there


def submit(spec: HealthSpec, *, again: bool) -> None:
    """Start a check, or find one that is equal, and open it."""
    st.query_params["run"] = services.lab().submit(spec, visitor=services.visitor(), again=again)
    st.rerun()


def _estimate(asked: HealthSpec | None) -> str:
    if asked is None:
        return ""
    return f" · about {max(1, round(estimate_seconds(asked, services.settings().workers)))} s"

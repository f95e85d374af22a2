"""Health check: which layer of a network is sick, at which step, and why; live, then with findings to check by hand."""

from dataclasses import replace

import streamlit as st

from gradcore.errors import GradcoreError
from gradcore.prescriptions import prescribe
from gradcore.records import RunInfo, RunStatus
from gradcore.specs import HealthSpec, TreatmentSpec
from ui import services
from ui.anatomy import anatomy
from ui.frame import HEALTH, frame
from ui.health_actions import asked_check, offer_again, offer_other, same_training, start_row
from ui.health_controls import adopt
from ui.health_presets import EXPERIMENTS, take_preset
from ui.health_treatment import prescriptions_part
from ui.health_view import check_details, check_picture, live_check, status_line
from ui.panels import link_to, try_this
from ui.treatment_view import treatment_page, walk_back
from ui.words import as_sentence, escaped

FIRST = "Choose a patient of the ward, or build a network at the side, and start the check: its picture grows here."
INSTEAD = "Your latest check is shown instead."
NOT_A_CHECK = "Run {} is no health check. " + INSTEAD
NO_STEP = "No step was recorded."


def main() -> None:
    with frame(HEALTH):
        shown = shown_run()
        picture, settings, details = anatomy()
        with settings:
            take_preset()
            adopted = adopt(treated_patient(shown))
            asked, refusal = asked_check()
        with picture:
            if shown is not None and not shown.status.ended and asked is not None and asked.to_json() == shown.spec:
                link_to(shown.id)
            else:
                start_row(asked, shown, refusal)
            if shown is None:
                st.caption(FIRST)
            elif shown.kind == TreatmentSpec.kind:
                treatment_page(shown)
            elif not shown.status.ended:
                live_check(shown.id)
            else:
                walk_back(shown.id, HealthSpec.from_json(shown.spec))
                offer_other(shown, asked, adopted=adopted)
                ended_check(shown, asked, details)
        with details:
            try_this(EXPERIMENTS)


def shown_run() -> RunInfo | None:
    """Return the check in the address, else this visitor's latest one, else None."""
    lab = services.lab()
    if (run_id := st.query_params.get("run")) is not None:
        try:
            info = lab.info(run_id)
        except GradcoreError as error:
            st.warning(escaped(as_sentence(error, INSTEAD)), icon=":material/link_off:")
        else:
            if info.kind in (HealthSpec.kind, TreatmentSpec.kind):
                return info
            st.warning(escaped(NOT_A_CHECK.format(run_id)), icon=":material/link_off:")
    latest = lab.runs(kind=HealthSpec.kind, visitor=services.visitor(), limit=1)
    return latest[0] if latest else None


def treated_patient(shown: RunInfo | None) -> RunInfo | None:
    """Return the check that the controls stand at: of a treatment that of the treated network, the next patient."""
    if shown is None or shown.kind != TreatmentSpec.kind:
        return shown
    return replace(shown, kind=HealthSpec.kind, spec=shown.spec["after"])


def ended_check(shown: RunInfo, asked: HealthSpec | None, details: st.delta_generator.DeltaGenerator) -> None:
    """Draw a check that has ended: read with the thresholds of the controls where they ask for the same training."""
    spec = HealthSpec.from_json(shown.spec)
    st.caption(escaped(status_line(shown, spec)))
    if shown.status is not RunStatus.FINISHED:
        offer_again(shown, asked)
    checks, cursor = services.lab().checks(shown.id)
    if not checks.networks or not checks.networks[0].recorded:
        st.caption(NO_STEP)
        return
    (trace,) = checks.networks
    same = asked is not None and same_training(shown, asked)
    thresholds = asked.thresholds if asked is not None and same else spec.thresholds
    found = check_picture(shown.id, cursor, spec, trace, thresholds)
    prescriptions_part(shown, prescribe(spec, found), asked)
    with details:
        check_details(shown.id, cursor, spec, trace, thresholds, found)


if __name__ == "__main__":
    main()

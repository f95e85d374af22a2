"""What the health check's page shows: the run that the address names, the visitor's latest one, or the example."""

from dataclasses import replace

import streamlit as st

from gradcore.errors import GradcoreError
from gradcore.example_check import example_check
from gradcore.records import CheckTrace, RunInfo, RunStatus
from gradcore.specs import HealthSpec, TreatmentSpec
from ui import services
from ui.health_actions import offer_again, same_training
from ui.health_treatment import prescriptions_part
from ui.health_view import check_details, check_picture, status_line
from ui.panels import checked_kind
from ui.words import as_sentence, escaped

EXAMPLE = (
    "An example that ships with Gradient Clinic: eight sigmoid layers. Choose a patient and start a check of your own."
)
INSTEAD = "Your latest check is shown instead, or an example."
NO_STEP = "No step was recorded."
Details = st.delta_generator.DeltaGenerator


def shown_run() -> RunInfo | None:
    """Return the check or treatment in the address, else this visitor's latest check, else None."""
    lab = services.lab()
    if (run_id := st.query_params.get("run")) is not None:
        try:
            return checked_kind(lab.info(run_id), HealthSpec.kind, TreatmentSpec.kind)
        except GradcoreError as error:
            st.warning(escaped(as_sentence(error, INSTEAD)), icon=":material/link_off:")
    latest = lab.runs(kind=HealthSpec.kind, visitor=services.visitor(), limit=1)
    return latest[0] if latest else None


def patient_of(shown: RunInfo | None) -> RunInfo | None:
    """Return the check that the controls stand at: of a treatment that of the treated network, the next patient."""
    if shown is None or shown.kind != TreatmentSpec.kind:
        return shown
    return replace(shown, kind=HealthSpec.kind, spec=shown.spec["after"])


def example(asked: HealthSpec | None, details: Details) -> None:
    """Draw the bundled example."""
    spec, trace = example_check()
    st.caption(EXAMPLE)
    _result("example", 0, spec, trace, asked, details, same=False)


def ended_check(shown: RunInfo, asked: HealthSpec | None, details: Details) -> None:
    """Draw a check that has ended: read with the thresholds of the controls where they ask for the same training."""
    spec = HealthSpec.from_json(shown.spec)
    st.caption(escaped(status_line(shown, spec)))
    if shown.status is not RunStatus.FINISHED:
        offer_again(shown, asked)
    checks, cursor = services.lab().checks(shown.id)
    if not checks.networks or not checks.networks[0].recorded:
        st.caption(NO_STEP)
        return
    same = asked is not None and same_training(shown, asked)
    _result(shown.id, cursor, spec, checks.networks[0], asked, details, same=same)


def _result(
    run_id: str,
    cursor: int,
    spec: HealthSpec,
    trace: CheckTrace,
    asked: HealthSpec | None,
    details: Details,
    *,
    same: bool,
) -> None:
    """Draw picture, verdict, findings and treatments, and the details below."""
    thresholds = asked.thresholds if asked is not None and same else spec.thresholds
    found, prescribed = check_picture(run_id, cursor, spec, trace, thresholds)
    prescriptions_part(spec, prescribed, None if run_id == "example" else asked)
    with details:
        check_details(run_id, cursor, spec, trace, thresholds, found)

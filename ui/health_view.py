"""A health check on the page: live for all viewers at once while it runs, then its picture, verdict and findings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

import streamlit as st

from gradcore import health_documents
from gradcore.depth_theory import NoTheory
from gradcore.health import Diagnosis
from gradcore.health_reading import check_sentences
from gradcore.health_theory import Expected, expected_signal
from gradcore.prescriptions import Prescription, prescribe
from gradcore.records import CheckTrace, RunInfo
from gradcore.specs import HealthSpec, Thresholds
from gradcore.titles import check_title
from ui import services
from ui.frame import guarded_fragment
from ui.health_charts import LABEL, Drawn, draw_live, layer_part, overview, picture, show_overview, take_click
from ui.health_findings import finding_cards, verdict_line
from ui.health_tables import layer_fold, notebook_fold
from ui.health_thresholds import changed_thresholds_line
from ui.live_run import CALMER, DRAWN_SECONDS, look_interval, progress_text, status_text
from ui.plot import plot
from ui.race_script import check_script_fold
from ui.shared import Shared
from ui.terms import explained
from ui.words import as_sentence, escaped

SKELETON = """<div aria-hidden="true" style="height: 420px; border-radius: 0.5rem;
background: color-mix(in srgb, currentColor 5%, transparent)"></div>"""  # where the picture will stand
WORDS = ("backprop_ratio", "dead", "update_ratio", "gradient_norm", "theory_line")  # of the charts below


def live_check(run_id: str) -> None:
    """Draw a check that runs or waits, with its progress and a button to cancel it; draw the page anew at its end."""
    interval = look_interval(run_id)
    guarded_fragment(run_every=interval)(_look)(run_id, interval)


def check_picture(
    run_id: str, cursor: int, spec: HealthSpec, trace: CheckTrace, thresholds: Thresholds
) -> tuple[Diagnosis, Sequence[Prescription]]:
    """Draw a check that has ended: picture, verdict and findings; return what was found, and what is prescribed."""
    picture(run_id, cursor, trace)
    found = diagnosis_of(run_id, cursor, spec, thresholds, trace)
    prescribed = prescribe(spec, found)
    verdict_line(found, check_sentences(trace, found, prescribed))
    changed_thresholds_line(spec.thresholds, thresholds)
    finding_cards(trace, found)
    return found, prescribed


def check_details(
    run_id: str,
    cursor: int,
    spec: HealthSpec,
    trace: CheckTrace,
    thresholds: Thresholds,
    found: Diagnosis,
) -> None:
    """Draw what stands below: one layer, the charts by depth and over steps, the tables."""
    theory = _theory(run_id, spec, trace)
    layer_part(run_id, cursor, trace)
    overview(run_id, cursor, trace, thresholds, theory.ratio if isinstance(theory, Expected) else None)
    st.caption(escaped(theory.sentence if isinstance(theory, Expected) else f"No theory line: {theory.reason}"))
    st.caption(explained(sampled_text(trace), *WORDS))
    notebook_fold(trace, found)
    layer_fold(spec, trace)
    check_script_fold(spec)


def diagnosis_of(run_id: str, cursor: int, spec: HealthSpec, thresholds: Thresholds, trace: CheckTrace) -> Diagnosis:
    """Return what a recorded check comes to by these thresholds; made once for a run, cursor and thresholds."""
    return _diagnosis(run_id, cursor, replace(spec, thresholds=thresholds), trace)


def sampled_text(trace: CheckTrace) -> str:
    """Return what was measured at which steps."""
    every, some = "Loss, norms and updates are of every step", "signal, dead units, noise and histograms"
    return f"{every}; {some} of {len(trace.sampled)} of {trace.recorded} steps."


def status_line(info: RunInfo, spec: HealthSpec) -> str:
    """Return what is shown and what became of it, in one line."""
    return status_text(info, check_title(spec))


def _look(run_id: str, interval: float) -> None:
    view = _views().get(run_id, partial(_drawn, run_id))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(view.info.progress, 1.0), text=progress_text(view.info, datetime.now(UTC)))
        if st.button("Cancel", icon=":material/stop:", key="cancel"):
            services.lab().cancel(run_id)
    if view.info.message:  # a worker died, and its part was begun again
        st.caption(escaped(as_sentence(view.info.message)))
    if view.trace is None or view.charts is None:
        st.html(SKELETON)
    else:
        (text, height), over = view.charts
        take_click(plot(text, key="picture", label=LABEL, height=height, clickable=True, about=run_id), view.trace)
        show_overview(over, run_id)
    if view.info.status.ended or look_interval(run_id) > CALMER * interval:
        st.rerun()


@dataclass(frozen=True)
class _View:
    """A check as all who look at it now see it."""

    info: RunInfo
    cursor: int
    trace: CheckTrace | None  # None before the worker has built the network
    charts: tuple[Drawn, dict[str, Drawn]] | None


@st.cache_resource
def _views() -> Shared[_View]:
    return Shared(DRAWN_SECONDS)


def _drawn(run_id: str, before: _View | None) -> _View:
    info = services.lab().info(run_id)  # before the trace, so that an ended run is drawn whole
    found, cursor = services.lab().checks(run_id)
    if before is not None and before.cursor == cursor:
        return _View(info, cursor, before.trace, before.charts)
    trace = found.networks[0] if found.networks else None
    return _View(info, cursor, trace, None if trace is None else draw_live(trace))


@st.cache_data(max_entries=128, show_spinner=False)
def _theory(run_id: str, _spec: HealthSpec, _trace: CheckTrace) -> Expected | NoTheory:
    return expected_signal(_spec, _trace)


@st.cache_data(max_entries=128, show_spinner=False)
def _diagnosis(run_id: str, cursor: int, spec: HealthSpec, _trace: CheckTrace) -> Diagnosis:
    return health_documents.diagnosis_of(spec, _trace)

"""What a visitor can do with a measurement: start one, watch and cancel it, go on where one stopped."""

from datetime import UTC, datetime
from functools import cache
from typing import Literal

import streamlit as st

from gradcore.admission import admit, estimate_seconds
from gradcore.records import RunInfo, RunStatus
from gradcore.solutions import FULL, PROTOCOLS, QUICK
from gradcore.specs import SolutionsSpec
from gradcore.titles import counted, duration
from ui import services
from ui.frame import guarded_fragment
from ui.live_run import progress_text
from ui.panels import link, link_to
from ui.scroll import bring, come_into_view
from ui.solutions_source import Source, source_control
from ui.words import as_sentence, escaped

LOOK_SECONDS = 1.0
LABELS = {QUICK: "Measure here", FULL: "Measure everything here"}
HOW = (
    "Quick: each solution alone and all of them together, five learning rates, four seeds. Full: nine rates, six "
    "seeds, leaving each part out, pairs and recommended stacks. It leaves the workers to other runs between its cells."
)


def start_row(current: Source) -> None:
    """Draw what is shown, the button that measures anew, and the link."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        source_control(current)
        measure_button(QUICK)
        if current.info is not None:
            link_to(current.info.id, "view", "disease", "scenario")
        else:
            link({name: st.query_params[name] for name in st.query_params}, "what is shown")


def measure_button(protocol: str) -> None:
    """Draw the button that measures by a protocol, with its estimate."""
    label = f"{LABELS[protocol]} · about {_estimate(protocol, services.settings().workers)}"
    kind: Literal["primary", "secondary"] = "primary" if protocol == QUICK else "secondary"
    if st.button(label, type=kind, icon=":material/play_arrow:", key=f"measure_{protocol}", help=HOW):
        submit(PROTOCOLS[protocol]())


@cache
def _estimate(protocol: str, workers: int) -> str:
    return duration(estimate_seconds(PROTOCOLS[protocol](), workers))


def submit(spec: SolutionsSpec, *, again: bool = False, **address: str) -> None:
    """Start a measurement, or find one that is equal, and open it."""
    run_id = services.lab().submit(admit(spec, services.settings().limits), visitor=services.visitor(), again=again)
    st.query_params.pop("source", None)
    st.query_params.update({"run": run_id, **address})
    bring(run_id)
    st.rerun()


def state_line(current: Source) -> None:
    """Draw how far a measurement is, with a button to cancel it; of one that was stopped, a button to go on."""
    info = current.info
    if info is None:
        return
    come_into_view(info.id)
    if not info.status.ended:
        guarded_fragment(run_every=LOOK_SECONDS)(_look)(info.id, len(current.measurement.cells))
    elif info.status is not RunStatus.FINISHED:
        say = st.error if info.status is RunStatus.FAILED else st.warning
        say(escaped(as_sentence(info.message or f"This measurement was {info.status}; what it measured is kept.")))
        if st.button("Go on where it stopped", icon=":material/play_arrow:", key="go_on"):
            submit(SolutionsSpec.from_json(info.spec))


def _look(run_id: str, drawn: int) -> None:
    """Draw the progress; the page is drawn anew when there are more cells, at most one look in five."""
    info = services.lab().info(run_id)
    found, _ = services.lab().measurement(run_id)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(info.progress, 1.0), text=_progress(info, len(found.cells)))
        if st.button("Cancel", icon=":material/stop:", key="cancel"):
            services.lab().cancel(run_id)
    if info.status.ended or len(found.cells) >= drawn + max(3, drawn // 8):
        st.rerun()


def _progress(info: RunInfo, cells: int) -> str:
    whole = len(SolutionsSpec.from_json(info.spec).cells)
    return f"{progress_text(info, datetime.now(UTC))} · {cells} of {counted(whole, 'cell')}"

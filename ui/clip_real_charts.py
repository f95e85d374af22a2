"""Charts of the real run, live while it trains and whole afterwards; made once for all who look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from gradcore.figures import clip_real as figures
from gradcore.figures import theme
from gradcore.records import RaceTrace, RunInfo
from gradcore.specs import RaceSpec
from ui import services
from ui.frame import guarded_fragment
from ui.live_run import DRAWN_SECONDS, LOOKS_PER_SECOND, SLOWEST, progress_text
from ui.plot import plot
from ui.shared import Shared

HEIGHT = 400
SECONDS = 0.4  # between two looks at a running pair
OUTCOME: Mapping[str, str] = {  # key of a chart -> what it shows
    "real_share": "Share of runs that have blown up over steps, without and with clipping",
    "real_losses": "Training loss of every seed over steps, without and with clipping",
}
NORMS: Mapping[str, str] = {
    "real_norms": "Gradient norm of every seed over steps, before and after clipping",
    "real_rates": "Share of steps that are clipped, over steps",
}
MAKERS = {
    "real_share": figures.blow_up_share,
    "real_losses": figures.seed_losses,
    "real_norms": figures.seed_norms,
    "real_rates": figures.clip_rates,
}


def live_pair(run_id: str, spec: RaceSpec) -> None:
    """Draw a pair that runs or waits, with its progress and a button to cancel it; draw the page anew at its end."""
    viewers = services.viewers().count(run_id, _session())
    interval = min(max(SECONDS, viewers / LOOKS_PER_SECOND), SLOWEST)
    guarded_fragment(run_every=interval)(_look)(run_id, spec)


def draw_charts(charts: Mapping[str, str], run_id: str, cursor: int, spec: RaceSpec, trace: RaceTrace) -> None:
    """Draw two charts side by side, made once for a run and cursor."""
    _show(charts, run_id, [_drawn(key, run_id, cursor, spec, trace) for key in charts])


def _show(charts: Mapping[str, str], run_id: str, drawn: Sequence[str]) -> None:
    for column, (key, label), text in zip(st.columns(2), charts.items(), drawn, strict=True):
        with column:
            plot(text, key=key, label=label, height=HEIGHT, about=run_id)


def _look(run_id: str, spec: RaceSpec) -> None:
    view = _views().get(run_id, partial(_seen, run_id, spec))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(view.info.progress, 1.0), text=progress_text(view.info, datetime.now(UTC)))
        if st.button("Cancel", icon=":material/stop:", key="real_cancel"):
            services.lab().cancel(run_id)
    _show(OUTCOME, run_id, view.drawn)
    services.viewers().count(run_id, _session())
    if view.info.status.ended:
        st.rerun()


@dataclass(frozen=True)
class _View:
    """A pair as all who look at it now see it."""

    info: RunInfo
    cursor: int
    drawn: tuple[str, ...]  # the charts of OUTCOME as JSON


@st.cache_resource
def _views() -> Shared[_View]:
    return Shared(DRAWN_SECONDS)


def _seen(run_id: str, spec: RaceSpec, before: _View | None) -> _View:
    info = services.lab().info(run_id)  # before the trace, so that an ended run is drawn whole
    trace, cursor = services.lab().race(run_id)
    if before is not None and before.cursor == cursor:
        return _View(info, cursor, before.drawn)
    return _View(info, cursor, tuple(theme.to_json(MAKERS[key](spec, trace, HEIGHT)) for key in OUTCOME))


def _session() -> str:
    context = get_script_run_ctx()
    return context.session_id if context else ""


@st.cache_data(max_entries=64, show_spinner=False)
def _drawn(key: str, run_id: str, cursor: int, _spec: RaceSpec, _trace: RaceTrace) -> str:
    return theme.to_json(MAKERS[key](_spec, _trace, HEIGHT))

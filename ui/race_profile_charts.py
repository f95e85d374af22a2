"""The profile of several races on the page: live while they train and whole afterwards, made once for all who look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from gradcore.figures import theme
from gradcore.figures.profile import performance_profile
from gradcore.records import RunInfo, RunStatus
from gradcore.specs import RaceSpec
from gradcore.task_times import TaskTimes, profile_by, times_of_runs
from gradcore.titles import counted, task_text
from ui import services
from ui.frame import guarded_fragment
from ui.live_run import DRAWN_SECONDS, LOOKS_PER_SECOND, SLOWEST, progress_text
from ui.plot import plot
from ui.shared import Shared
from ui.words import as_sentence, escaped

HEIGHT = 420
SECONDS = 0.5  # between two looks at running races
LABEL = "Share of tasks solved within a multiple of the best time, for each optimizer"
Runs = tuple[str, ...]  # ids


def live_races(runs: Runs, measure: str) -> None:
    """Draw races that run or wait, a line each, with a button to cancel all; draw the page anew at their end."""
    viewers = services.viewers().count(",".join(runs), _session())
    interval = min(max(SECONDS, viewers / LOOKS_PER_SECOND), SLOWEST)
    guarded_fragment(run_every=interval)(_look)(runs, measure)


def times_of(runs: Sequence[RunInfo]) -> TaskTimes:
    """Return what the finished ones of several races came to, read once for all who look."""
    return _times(tuple(run.id for run in runs if run.status == RunStatus.FINISHED))


def profile_chart(about: str, measure: str, times: TaskTimes) -> None:
    """Draw the profile; `about` is what it is of, such as the ids of its runs."""
    plot(_drawn(about, measure, times), key="profile", label=LABEL, height=HEIGHT, about=about)


def _look(runs: Runs, measure: str) -> None:
    infos = _views().get(runs, partial(_seen, runs)).infos
    ended = [run for run in infos if run.status.ended]
    with st.container(horizontal=True, vertical_alignment="center"):
        done = sum(1.0 if run.status.ended else min(run.progress, 1.0) for run in infos) / len(infos)
        st.progress(done, text=f"{len(ended)} of {counted(len(infos), 'race')} ended")
        if st.button("Cancel all", icon=":material/stop:", key="profile_cancel"):
            for run_id in runs:
                services.lab().cancel(run_id)
    now = datetime.now(UTC)
    st.markdown("\n".join(_state_line(run, now) for run in infos))
    if finished := [run for run in ended if run.status == RunStatus.FINISHED]:
        st.caption(f"So far, on {counted(len(finished), 'task')}:")
        profile_chart(",".join(run.id for run in finished), measure, times_of(finished))
    if len(ended) == len(infos):
        st.rerun()


def _state_line(run: RunInfo, now: datetime) -> str:
    """Return a race's task and how far it is, as a line of a Markdown list."""
    if not run.status.ended:
        state = progress_text(run, now)
    elif run.status == RunStatus.FINISHED:
        state = f"Finished in {run.seconds or 0.0:.1f} s"
    else:
        state = as_sentence(run.message or run.status.value.capitalize())
    return f"- **{escaped(task_text(RaceSpec.from_json(run.spec).task))}** · {escaped(state)}"


@dataclass(frozen=True)
class _View:
    """Several races as all who look at them now see them."""

    infos: tuple[RunInfo, ...]


@st.cache_resource
def _views() -> Shared[_View]:
    return Shared(DRAWN_SECONDS)


def _seen(runs: Runs, before: _View | None) -> _View:
    lab = services.lab()
    known = {run.id: run for run in before.infos if run.status.ended} if before else {}  # these never change again
    return _View(tuple(known.get(run_id) or lab.info(run_id) for run_id in runs))


def _session() -> str:
    context = get_script_run_ctx()
    return context.session_id if context else ""


@st.cache_data(max_entries=64, show_spinner=False)
def _times(finished: Runs) -> TaskTimes:
    lab = services.lab()
    return times_of_runs([lab.info(run_id) for run_id in finished], lambda run_id: lab.race(run_id)[0])[0]


@st.cache_data(max_entries=64, show_spinner=False)
def _drawn(about: str, measure: str, _times: TaskTimes) -> str:
    return theme.to_json(performance_profile(_times, profile_by(_times, measure), HEIGHT))

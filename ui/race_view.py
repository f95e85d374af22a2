"""A race on the page: live curves made once for all viewers, what came of it, and what it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from gradcore.documents import compared, ranking
from gradcore.figures import race as figures
from gradcore.figures import theme
from gradcore.presets import is_notebook
from gradcore.ranking import nobody_left
from gradcore.reading import race_sentences, untuned_sentence
from gradcore.records import RaceTrace, Ranked, RunInfo, RunStatus
from gradcore.specs import RaceSpec
from gradcore.tasks import known_task
from gradcore.theory import Theory
from gradcore.titles import race_title
from gradcore.versus import Versus, needed_sentence
from ui import services
from ui.frame import guarded_fragment
from ui.plot import plot
from ui.race_notebook import notebook_fold
from ui.race_table import ranking_table
from ui.race_target import target_row
from ui.race_theory import theory_of
from ui.shared import Shared
from ui.words import as_sentence, escaped

FASTEST, SLOWEST = 0.25, 1.0  # seconds between two looks at a running race
LOOKS_PER_SECOND = 80  # of all viewers together: more than 20 look less often
CALMER = 1.25  # a page is drawn anew for a lower rate only, never for a higher: a class must not flap
DRAWN_SECONDS = 0.1  # within which all viewers of a run see the same
HEIGHT = 420


def live_race(run_id: str) -> None:
    """Draw a race that runs or waits, with its progress and a button to cancel it; draw the page anew at its end."""
    interval = _interval(run_id)
    guarded_fragment(run_every=interval)(_look)(run_id, interval)


def race_curves(run_id: str, cursor: int, spec: RaceSpec, trace: RaceTrace) -> None:
    """Draw loss and gradient norm of a race that has ended, side by side."""
    show_curves(run_id, _curves(run_id, cursor, spec, trace))


def show_curves(run_id: str, charts: tuple[str, str]) -> None:
    """Show the curves of a race, as JSON, side by side; zoom and hidden curves belong to `run_id`."""
    names = (("loss", "Training loss over steps"), ("norm", "Gradient norm over steps"))
    for column, text, (key, label) in zip(st.columns(2), charts, names, strict=True):
        with column:
            plot(text, key=key, label=f"{label} for each optimizer", height=HEIGHT, about=run_id)


def race_result(run_id: str, cursor: int, spec: RaceSpec, trace: RaceTrace) -> None:
    """Draw what a race came to: sentences, final losses, stability, ranking."""
    ranked = ranking(spec, trace)
    if not ranked:
        rates_row(run_id, cursor, spec, trace)
        return
    sentences = race_sentences(trace, ranked, notebook=is_notebook(spec), task=spec.task)
    st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in sentences))
    charts = _outcome(run_id, cursor, trace, ranked)
    names = (("final", "Final validation loss"), ("stability", "Mean gradient norm against its standard deviation"))
    for column, (text, height), (key, label) in zip(st.columns(2), charts[:2], names, strict=True):
        with column:
            plot(text, key=key, label=f"{label} for each optimizer", height=height, about=run_id)
    text, height = charts[2]
    plot(text, key="ranking", label="Loss ratio to the best optimizer, with ties", height=height, about=run_id)
    target_row(run_id, cursor, spec, trace)
    rates_row(run_id, cursor, spec, trace)
    versus_row(run_id, cursor, spec, trace, ranked)
    ranking_table(spec, trace, ranked)
    if is_notebook(spec):
        notebook_fold(spec, trace)


def rates_row(run_id: str, cursor: int, spec: RaceSpec, trace: RaceTrace) -> None:
    """Draw the learning rates that were tried, where they were; say for whom, where the run was stopped at it."""
    if spec.learning_rates != "tuned":
        return
    if any(entrant.tuning is not None for entrant in trace.entrants):
        task = known_task(spec.task)
        text = _rates(run_id, cursor, trace, task.chance_loss if task else None)
        plot(text, key="rates", label="Last training loss against the learning rate", height=HEIGHT, about=run_id)
    if sentence := untuned_sentence(trace):
        st.caption(escaped(sentence))


def versus_row(run_id: str, cursor: int, spec: RaceSpec, trace: RaceTrace, ranked: Sequence[Ranked]) -> None:
    """Draw each entrant against each other behind a fold, and say how many seeds would separate the first two."""
    found = compared(spec, trace, ranked)
    if found is None or found.seeds < 2 or nobody_left(trace):
        return
    if sentence := needed_sentence(found, ranked[0].label):
        st.caption(escaped(sentence))
    with st.expander("Each against each other"):
        text, height = _beats(run_id, cursor, found)
        plot(text, key="beats", label="Share of seeds on which one beats another", height=height, about=run_id)


def status_line(info: RunInfo, spec: RaceSpec) -> str:
    """Return what is shown and what became of it, in one line."""
    when = f"{info.created.astimezone(UTC):%d %b %H:%M} UTC"
    took = f" in {info.seconds:.1f} s" if info.seconds is not None and info.status is RunStatus.FINISHED else ""
    return f"{race_title(spec)} · {info.status}{took}, {when}, run {info.id}"


def _look(run_id: str, interval: float) -> None:
    view = _views().get(run_id, partial(_drawn, run_id))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(view.info.progress, 1.0), text=progress_text(view.info, datetime.now(UTC), tuning=view.tuning))
        if st.button("Cancel", icon=":material/stop:", key="cancel"):
            services.lab().cancel(run_id)
    if view.info.message:  # a worker died, and its part was begun again
        st.caption(escaped(as_sentence(view.info.message)))
    show_curves(run_id, view.curves)
    if view.info.status.ended or _interval(run_id) > CALMER * interval:
        st.rerun()


@dataclass(frozen=True)
class _View:
    """A race as all who look at it now see it."""

    info: RunInfo
    cursor: int
    curves: tuple[str, str]  # the charts as JSON
    tuning: bool  # whether no entrant has begun to race, because its learning rate is still to be chosen


@st.cache_resource
def _views() -> Shared[_View]:
    return Shared(DRAWN_SECONDS)


def _drawn(run_id: str, before: _View | None) -> _View:
    info = services.lab().info(run_id)  # before the trace, so that an ended run is drawn whole
    trace, cursor = services.lab().race(run_id)
    unchanged = before is not None and before.cursor == cursor
    tuning = info.spec["learning_rates"] == "tuned" and not any(entrant.steps for entrant in trace.entrants)
    drawn = before.curves if before and unchanged else _draw_curves(trace, ended=False)
    return _View(info, cursor, drawn, tuning)


def progress_text(info: RunInfo, now: datetime, *, tuning: bool = False) -> str:
    """Return how far a run is, in one line; `tuning` is whether it still tries learning rates."""
    if info.status is RunStatus.QUEUED or info.started is None:
        state, place = services.lab().workers(), services.lab().place_in_line(info.id)
        if not state.ready:
            return f"Queued: {state.message}; this {'race' if info.kind == RaceSpec.kind else 'check'} starts by itself"
        return "Starting" if place <= 1 and not state.busy else f"Queued: number {max(place, 1)} in line"
    elapsed = (now - info.started).total_seconds()
    left = elapsed * (1 - info.progress) / info.progress if info.progress > 0.05 and elapsed > 2 else None
    remaining = "" if left is None else f" · about {left:.0f} s left"
    doing = "Tuning the learning rates" if tuning else "Training"
    return f"{doing} · {100 * info.progress:.0f} % · {elapsed:.0f} s elapsed{remaining}"


def _interval(run_id: str) -> float:
    context = get_script_run_ctx()
    session = context.session_id if context else ""
    viewers = services.viewers().count(run_id, session)
    return min(max(FASTEST, viewers / LOOKS_PER_SECOND), SLOWEST)


@st.cache_data(max_entries=64, show_spinner=False)
def _curves(run_id: str, cursor: int, _spec: RaceSpec, _trace: RaceTrace) -> tuple[str, str]:
    """Return the curves of an ended race as JSON, made once for a run and cursor and shared by all who look."""
    return _draw_curves(_trace, ended=True, theory=theory_of(run_id, cursor, _spec, _trace))


def _draw_curves(trace: RaceTrace, *, ended: bool, theory: Sequence[Theory] = ()) -> tuple[str, str]:
    loss = figures.loss_curves(trace, HEIGHT, ended=ended, theory=theory)
    return theme.to_json(loss), theme.to_json(figures.gradient_norms(trace, HEIGHT, ended=ended))


@st.cache_data(max_entries=64, show_spinner=False)
def _rates(run_id: str, cursor: int, _trace: RaceTrace, chance_loss: float | None) -> str:
    return theme.to_json(figures.learning_rates(_trace, chance_loss, HEIGHT))


@st.cache_data(max_entries=64, show_spinner=False)
def _beats(run_id: str, cursor: int, _found: Versus) -> tuple[str, int]:
    drawn = figures.beat_matrix(_found)
    return theme.to_json(drawn), drawn.height


@st.cache_data(max_entries=64, show_spinner=False)
def _outcome(run_id: str, cursor: int, _trace: RaceTrace, _ranked: Sequence[Ranked]) -> list[tuple[str, int]]:
    made = figures.final_validation(_trace), figures.stability(_trace), figures.ranking(_trace, _ranked)
    return [(theme.to_json(figure), figure.height) for figure in made]

"""A race on the page: live curves made once for all viewers, what came of it, and what it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import streamlit as st

from gradcore.documents import compared, ranking
from gradcore.figures import race as figures
from gradcore.figures import theme
from gradcore.presets import is_notebook
from gradcore.ranking import nobody_left
from gradcore.reading import race_sentences, untuned_sentence
from gradcore.records import RaceTrace, Ranked, RunInfo
from gradcore.specs import RaceSpec
from gradcore.tasks import known_task
from gradcore.theory import Theory
from gradcore.titles import race_title
from gradcore.versus import Versus, needed_sentence
from ui import services
from ui.frame import guarded_fragment
from ui.live_run import CALMER, DRAWN_SECONDS, look_interval, progress_text, status_text
from ui.plot import plot
from ui.race_notebook import notebook_fold
from ui.race_table import ranking_table
from ui.race_target import target_row
from ui.race_theory import theory_of
from ui.shared import Shared
from ui.words import as_sentence, escaped

HEIGHT = 420


def live_race(run_id: str) -> None:
    """Draw a race that runs or waits, with its progress and a button to cancel it; draw the page anew at its end."""
    interval = look_interval(run_id)
    guarded_fragment(run_every=interval)(_look)(run_id, interval)


def race_curves(run_id: str, cursor: int, spec: RaceSpec, trace: RaceTrace) -> None:
    """Draw loss and gradient norm of a race that has ended, side by side."""
    show_curves(run_id, _curves(run_id, cursor, spec, trace))


def show_curves(run_id: str, charts: tuple[str, str], *, wide: bool = False) -> None:
    """Show the curves of a race, as JSON; zoom and hidden curves belong to `run_id`.

    They stand side by side, or, `wide`, one above the other: the names of two races need the room.
    """
    names = (("loss", "Training loss over steps"), ("norm", "Gradient norm over steps"))
    places = (st.container(), st.container()) if wide else st.columns(2)
    for place, text, (key, label) in zip(places, charts, names, strict=True):
        with place:
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
    return status_text(info, race_title(spec))


def _look(run_id: str, interval: float) -> None:
    view = _views().get(run_id, partial(_drawn, run_id))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(view.info.progress, 1.0), text=progress_text(view.info, datetime.now(UTC), tuning=view.tuning))
        if st.button("Cancel", icon=":material/stop:", key="cancel"):
            services.lab().cancel(run_id)
    if view.info.message:  # a worker died, and its part was begun again
        st.caption(escaped(as_sentence(view.info.message)))
    show_curves(run_id, view.curves)
    if view.info.status.ended or look_interval(run_id) > CALMER * interval:
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

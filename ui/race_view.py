"""A race on the page: live curves made once for all viewers, what came of it, and what it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import numpy as np
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from gradcore.documents import ranking
from gradcore.figures import race as figures
from gradcore.figures import theme
from gradcore.presets import is_notebook
from gradcore.ranking import median, steps_to_target
from gradcore.reading import METRICS, metric_value, race_sentences
from gradcore.records import EntrantTrace, RaceTrace, Ranked, RunInfo, RunStatus
from gradcore.specs import RaceSpec
from gradcore.tasks import TASKS
from gradcore.titles import race_title
from ui import services
from ui.frame import guarded_fragment
from ui.plot import plot
from ui.shared import Shared
from ui.words import escaped

FASTEST, SLOWEST = 0.25, 1.0  # seconds between two looks at a running race
LOOKS_PER_SECOND = 80  # of all viewers together: more than 20 look less often
CALMER = 1.25  # a page is drawn anew for a lower rate only, never for a higher: a class must not flap
DRAWN_SECONDS = 0.1  # within which all viewers of a run see the same
HEIGHT = 420
RANK_HELP = (
    "Rank: 1 and one more for each entrant that is significantly better, by paired tests over the seeds with Holm's "
    "correction. A wide interval can tie an entrant with better ones although its median is worse. The intervals are "
    "not corrected: one may leave out 1 where the corrected test sees no difference."
)


def live_race(run_id: str) -> None:
    """Draw a race that runs or waits, with its progress and a button to cancel it; draw the page anew at its end."""
    interval = _interval(run_id)
    guarded_fragment(run_every=interval)(_look)(run_id, interval)


def race_curves(run_id: str, cursor: int, trace: RaceTrace) -> None:
    """Draw loss and gradient norm side by side."""
    _show_curves(run_id, _curves(run_id, cursor, trace))


def _show_curves(run_id: str, charts: tuple[str, str]) -> None:
    names = (("loss", "Training loss over steps"), ("norm", "Gradient norm over steps"))
    for column, text, (key, label) in zip(st.columns(2), charts, names, strict=True):
        with column:
            plot(text, key=key, label=f"{label} for each optimizer", height=HEIGHT, about=run_id)


def race_result(run_id: str, cursor: int, spec: RaceSpec, trace: RaceTrace) -> None:
    """Draw what a race came to: sentences, final losses, stability, ranking."""
    ranked = ranking(spec, trace)
    if not ranked:
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
    st.dataframe(ranking_rows(spec, trace, ranked), hide_index=True, width="stretch")
    st.caption(RANK_HELP)


def ranking_rows(spec: RaceSpec, trace: RaceTrace, ranked: Sequence[Ranked]) -> list[dict[str, str]]:
    """Return the ranking as the rows of a table, every number with its unit or in a column that names it."""
    entrants = {entrant.label: entrant for entrant in trace.entrants}
    task = TASKS.get(spec.task.name)
    target = task.target if task else None
    return [_ranking_row(place, entrants[place.label], target, trace.metric) for place in ranked]


def status_line(info: RunInfo, spec: RaceSpec) -> str:
    """Return what is shown and what became of it, in one line."""
    when = f"{info.created.astimezone(UTC):%d %b %H:%M} UTC"
    took = f" in {info.seconds:.1f} s" if info.seconds is not None and info.status is RunStatus.FINISHED else ""
    return f"{race_title(spec)} — {info.status}{took}, {when}, run {info.id}"


def _look(run_id: str, interval: float) -> None:
    view = _views().get(run_id, partial(_drawn, run_id))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(view.info.progress, 1.0), text=progress_text(view.info, datetime.now(UTC)))
        if st.button("Cancel", icon=":material/stop:", key="cancel"):
            services.lab().cancel(run_id)
    _show_curves(run_id, view.curves)
    if view.info.status.ended or _interval(run_id) > CALMER * interval:
        st.rerun()


@dataclass(frozen=True)
class _View:
    """A race as all who look at it now see it."""

    info: RunInfo
    cursor: int
    curves: tuple[str, str]  # the charts as JSON


@st.cache_resource
def _views() -> Shared[_View]:
    return Shared(DRAWN_SECONDS)


def _drawn(run_id: str, before: _View | None) -> _View:
    info = services.lab().info(run_id)  # before the trace, so that an ended run is drawn whole
    trace, cursor = services.lab().race(run_id)
    unchanged = before is not None and before.cursor == cursor
    return _View(info, cursor, before.curves if before and unchanged else _draw_curves(trace))


def progress_text(info: RunInfo, now: datetime) -> str:
    """Return how far a run is, in one line."""
    if info.status is RunStatus.QUEUED or info.started is None:
        state, place = services.lab().workers(), services.lab().place_in_line(info.id)
        if not state.ready:
            return f"Queued: {state.message}; this race starts by itself"
        return "Starting" if place <= 1 and not state.busy else f"Queued: number {max(place, 1)} in line"
    elapsed = (now - info.started).total_seconds()
    left = elapsed * (1 - info.progress) / info.progress if info.progress > 0.2 else None
    remaining = "" if left is None else f" · about {left:.0f} s left"
    return f"Training · {info.progress:.0%} · {elapsed:.0f} s elapsed{remaining}"


def _interval(run_id: str) -> float:
    context = get_script_run_ctx()
    session = context.session_id if context else ""
    viewers = services.viewers().count(run_id, session)
    return min(max(FASTEST, viewers / LOOKS_PER_SECOND), SLOWEST)


@st.cache_data(max_entries=64, show_spinner=False)
def _curves(run_id: str, cursor: int, _trace: RaceTrace) -> tuple[str, str]:
    """Return the curves as JSON, made once for a run and cursor and shared by all who look."""
    return _draw_curves(_trace)


def _draw_curves(trace: RaceTrace) -> tuple[str, str]:
    loss, norm = figures.loss_curves(trace, HEIGHT), figures.gradient_norms(trace, HEIGHT)
    return theme.to_json(loss), theme.to_json(norm)


@st.cache_data(max_entries=64, show_spinner=False)
def _outcome(run_id: str, cursor: int, _trace: RaceTrace, _ranked: Sequence[Ranked]) -> list[tuple[str, int]]:
    made = figures.final_validation(_trace), figures.stability(_trace), figures.ranking(_trace, _ranked)
    return [(theme.to_json(figure), int(figure.layout.height)) for figure in made]


def _ranking_row(place: Ranked, entrant: EntrantTrace, target: float | None, metric: str) -> dict[str, str]:
    outcome = entrant.outcome
    reached = [step for step in steps_to_target(entrant.loss, target) if step is not None]
    row = {
        "Rank": str(place.rank) + (" (tied)" if place.tied_with else ""),
        "Optimizer": place.label,
        "Median validation loss": f"{place.median:.4g}",
        "Times the best (95 %)": _interval_text(place.interval),
        METRICS[metric].capitalize(): ""
        if outcome is None
        else metric_value(metric, median(outcome.validation_metric)),
        "No difference from": ", ".join(place.tied_with) or "none",
        "Learning rate": f"{entrant.learning_rate:g}",
    }
    if target is not None:
        found = f"{np.median(reached):.0f}" if len(reached) * 2 > entrant.loss.shape[1] else "not reached"
        row[f"Steps to loss {target:g}"] = found
    if entrant.clip is not None:
        row["Clipped steps"] = f"{100 * entrant.clip.rate().mean():.1f} %"
        row["Skipped steps"] = str(entrant.clip.skipped.sum())
    return row


def _interval_text(interval: tuple[float, float] | None) -> str:
    if interval is None:
        return "no interval"
    return "1, the best" if interval == (1.0, 1.0) else "{:.3g} to {:.3g}".format(*interval)

"""The ranking of a race as a table: every number with its unit, or in a column that names it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from gradcore.figures import theme
from gradcore.ranking import divergences, median, median_metric, nobody_left, steps_to_target, stops
from gradcore.reading import METRICS, metric_value
from gradcore.records import EntrantTrace, Outcome, RaceTrace, Ranked
from gradcore.specs import RaceSpec
from gradcore.stop_reading import count_stopped
from gradcore.target_times import step_numbers
from gradcore.tasks import known_task
from ui.table import typeset_rows
from ui.terms import explained

HELP = explained(
    "Rank: 1 and one more for each entrant that is significantly better, by paired tests over the seeds with Holm's "
    "correction. A wide interval can tie an entrant with better ones although its median is worse. The intervals are "
    "not corrected: one may leave out 1 where the corrected test sees no difference.",
    "rank",
    "tie",
    "interval",
    "paired_test",
    "holm",
)
ONE_SEED = "One seed gives no test and no interval: entrants that did not diverge share a rank. Take at least 5 seeds."
ALL_LOST = (
    "Rank: by the step at which an entrant diverged or was stopped, the median over its seeds; the later the better."
)
STOPPED = "Stopped at a warning"
WIDTHS: Mapping[str, tuple[str, int]] = {  # column -> heading where the whole one is too long, and px
    "Rank": ("Rank", 65),
    "Optimizer": ("Optimizer", 120),
    "Median validation loss": ("Median loss", 90),
    "Times the best (95 %)": ("Times best", 105),
    "No difference from": ("No difference from", 130),
    "Learning rate": ("Rate", 55),
    "Accuracy": ("Accuracy", 75),
    "R²": ("R²", 75),
    "Mean absolute error": ("MAE", 75),
    "Distance to the optimum": ("Distance", 85),
    STOPPED: ("Stopped", 125),
}
OTHERS = 95  # px


def ranking_table(spec: RaceSpec, trace: RaceTrace, ranked: Sequence[Ranked]) -> None:
    """Draw the table and how its ranks are made."""
    rows = ranking_rows(spec, trace, ranked)
    st.dataframe(typeset_rows(rows), column_config=_columns(rows), hide_index=True, width="stretch")
    st.caption(ALL_LOST if nobody_left(trace) else ONE_SEED if trace.seeds == 1 else HELP)


def ranking_rows(spec: RaceSpec, trace: RaceTrace, ranked: Sequence[Ranked]) -> list[dict[str, str]]:
    """Return a row for each ranked entrant, all with the same columns; what one has not is empty."""
    entrants = {entrant.label: entrant for entrant in trace.entrants}
    task = known_task(spec.task)
    target = task.target if task else None
    best = min((place.median for place in ranked), default=1.0)
    rows = [_row(place, entrants[place.label], target, trace.metric, best) for place in ranked]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    if STOPPED in columns:  # beside the losses, which it explains
        columns.remove(STOPPED)
        columns.insert(2, STOPPED)
    return [{name: row.get(name, "") for name in columns} for row in rows]


def _row(place: Ranked, entrant: EntrantTrace, target: float | None, metric: str, best: float) -> dict[str, str]:
    outcome, seeds = entrant.outcome, entrant.loss.shape[1]
    row = {
        "Rank": str(place.rank) + (" (tied)" if place.tied_with else ""),
        "Optimizer": place.label,
        "Median validation loss": f"{place.median:.4g}" if np.isfinite(place.median) else _no_loss(entrant),
        "Times the best (95 %)": _interval(place.interval) if best > 0 or place.median == 0 else "the best is 0",
        METRICS.get(metric, metric).capitalize(): "" if outcome is None else _metric(entrant, outcome, metric),
        "No difference from": ", ".join(place.tied_with) or "none",
        "Learning rate": theme.number(entrant.learning_rate, 3),
    }
    if target is not None:
        steps = median(step_numbers(steps_to_target(entrant.loss, target)))
        row[f"Steps to loss {target:g}"] = f"{steps:g}" if np.isfinite(steps) else "not reached"
    if fell := sum(step is not None for step in divergences(entrant)):
        row["Diverged"] = f"{fell} of {seeds}"
    if ended := [step for step in stops(entrant) if step is not None]:
        row[STOPPED] = f"{len(ended)} of {seeds}, step {median(np.array(ended)):g}"
    if entrant.clip is not None:
        row["Clipped steps"] = f"{100 * entrant.clip.rate().mean():.1f} %"
        row["Skipped steps"] = str(entrant.clip.skipped.sum())
    return row


def _metric(entrant: EntrantTrace, outcome: Outcome, metric: str) -> str:
    middle = median_metric(metric, outcome.validation_metric)
    return metric_value(metric, middle) if np.isfinite(middle) else _no_loss(entrant)


def _no_loss(entrant: EntrantTrace) -> str:
    """Return why there is no median loss."""
    return "not judged" if count_stopped(entrant) else "not finite"


def _columns(rows: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Return headings and widths that fit beside the controls; the whole heading is told on hover."""
    named = {name: WIDTHS.get(name, (name.replace(" to loss ", " to "), OTHERS)) for name in (rows[0] if rows else ())}
    return {name: st.column_config.TextColumn(short, help=name, width=px) for name, (short, px) in named.items()}


def _interval(interval: tuple[float, float] | None) -> str:
    if interval is None:
        return "no interval"
    return "1, the best" if interval == (1.0, 1.0) else " to ".join(theme.number(end, 3) for end in interval)

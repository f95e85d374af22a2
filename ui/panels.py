"""Reusable output: the table of runs, experiments to try, a link to copy."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from html import escape
from urllib.parse import urlencode

import numpy as np
import streamlit as st

from gradcore.errors import UnknownRunError
from gradcore.records import RunInfo, RunStatus
from gradcore.run_titles import run_title
from gradcore.specs import RaceSpec, read_spec
from ui import services

POINTS = 40  # of a sparkline
NAMES = {"race": "race", "health": "health check", "treatment": "treatment", "solutions": "measurement"}


def runs_table(runs: Sequence[RunInfo], key: str) -> str | None:
    """Draw runs as a table with status and sparkline; return the id of the one that was just clicked."""
    rows = [
        {
            "Status": str(run.status),
            "Loss": _curve(run),
            "Run": run_title(read_spec(run.kind, run.spec)),
            "Took": "" if run.seconds is None else f"{run.seconds:.1f} s",
            "Submitted": run.created.astimezone(UTC).strftime("%d %b %H:%M UTC"),
            "Id": run.id,
        }
        for run in runs
    ]
    columns = {
        "Status": st.column_config.TextColumn(width=80),
        "Loss": st.column_config.LineChartColumn("Loss", help="Median training loss of the best entrant", width=110),
        "Run": st.column_config.TextColumn(width=440),
        "Took": st.column_config.TextColumn(width=75),
        "Submitted": st.column_config.TextColumn(width=140),
        "Id": st.column_config.TextColumn(width=110),
    }
    event = st.dataframe(
        rows, column_config=columns, hide_index=True, key=key, on_select="rerun", selection_mode="single-cell"
    )
    chosen = [row for row, _ in event.selection.cells]
    return runs[chosen[0]].id if chosen and chosen[0] < len(runs) else None


def _curve(run: RunInfo) -> list[float]:
    """Return the stored sparkline; of a race without one, the median loss of its best entrant so far."""
    if run.sparkline or run.status is RunStatus.QUEUED or run.kind != RaceSpec.kind:
        return _finite(run.sparkline)
    trained = [one.loss for one in services.lab().race(run.id)[0].entrants if one.steps]  # (T, S) each
    shown = [np.median(loss[:: max(1, len(loss) // POINTS)], axis=1) for loss in trained]
    best = min(shown, key=lambda loss: float(np.nan_to_num(loss[-1], nan=np.inf)), default=np.empty(0))
    return _finite(best)


def _finite(curve: Iterable[float]) -> list[float]:
    """Return the finite values: a sparkline with NaN would be shown as a list of numbers."""
    return [float(value) for value in curve if np.isfinite(value)]


def try_this(experiments: Sequence[tuple[str, Mapping[str, str | Sequence[str]]]]) -> None:
    """Draw experiments that take a minute: a sentence each, which opens this page with its settings and no others.

    They are links, not `st.page_link`, which keeps controls that are not named and leaves the address behind them.
    """
    st.subheader("Try this", anchor=False)
    links = [
        f'<li><a href="?{escape(urlencode(settings, doseq=True))}" target="_self">{escape(sentence)}</a></li>'
        for sentence, settings in experiments
    ]
    st.html(f'<ul class="gradcore-try">{"".join(links)}</ul>')


def checked_kind(run: RunInfo, *kinds: str) -> RunInfo:
    """Return a run of one of these kinds; UnknownRunError where this page does not show its kind."""
    if run.kind not in kinds:
        raise UnknownRunError(f"run {run.id} is a {NAMES.get(run.kind, run.kind)}, and not shown on this page.")
    return run


def link_to(run_id: str, *also: str) -> None:
    """Draw a button that shows the address of a run, ready to copy; with these parameters of the page's own address."""
    kept = {name: st.query_params[name] for name in also if name in st.query_params}
    link({"run": run_id, **kept}, "this run")


def link(address: Mapping[str, str], what: str) -> None:
    """Draw a button that shows the address of what is shown on this page, ready to copy."""
    with st.popover("Link", icon=":material/link:"):
        st.caption(f"Opens {what} for anybody who can reach this server.")
        st.code(f"{st.context.url}?{urlencode(address, safe=',')}", language=None)

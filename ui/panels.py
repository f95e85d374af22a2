"""Reusable output: the table of runs, experiments to try, a link to copy."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from html import escape
from urllib.parse import urlencode

import streamlit as st

from gradcore.records import RunInfo
from gradcore.specs import RaceSpec
from gradcore.titles import race_title


def runs_table(runs: Sequence[RunInfo], key: str) -> str | None:
    """Draw runs as a table with status and sparkline; return the id of the one that was just clicked."""
    rows = [
        {
            "Status": str(run.status),
            "Loss": list(run.sparkline),
            "Run": race_title(RaceSpec.from_json(run.spec)),
            "Seconds": run.seconds,
            "Started": run.created.astimezone(UTC).strftime("%d %b %H:%M UTC"),
            "Id": run.id,
        }
        for run in runs
    ]
    columns = {
        "Run": st.column_config.TextColumn(width="large"),
        "Loss": st.column_config.LineChartColumn("Loss (best entrant)", help="Median training loss over steps"),
        "Seconds": st.column_config.NumberColumn("Took (s)", format="%.1f"),
    }
    event = st.dataframe(
        rows, column_config=columns, hide_index=True, key=key, on_select="rerun", selection_mode="single-cell"
    )
    chosen = [row for row, _ in event.selection.cells]
    return runs[chosen[0]].id if chosen and chosen[0] < len(runs) else None


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


def link_to(run_id: str) -> None:
    """Draw a button that shows the address of a run, ready to copy."""
    with st.popover("Link", icon=":material/link:"):
        st.caption("Opens this run for anybody who can reach this server.")
        st.code(f"{st.context.url}?run={run_id}", language=None)

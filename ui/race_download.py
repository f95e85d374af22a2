"""What a race recorded, as files to take away; each is made when it is asked for."""

from functools import partial

import streamlit as st

from gradcore.race_csv import MOST_PLAIN, curve_rows, curves_csv, file_name, ranking_csv
from gradcore.records import RaceTrace
from gradcore.specs import RaceSpec

WHAT = "Comma-separated, every number with all its digits. A chart is saved by the buttons at its lower right."


def download_fold(run_id: str, spec: RaceSpec, trace: RaceTrace) -> None:
    """Draw the files that can be taken away, behind a fold."""
    rows = curve_rows(trace)
    if not rows:
        return
    packed = rows > MOST_PLAIN
    with st.expander("Download"):
        st.caption(WHAT)
        with st.container(horizontal=True):
            if any(entrant.outcome is not None for entrant in trace.entrants):
                st.download_button(
                    "Ranking", partial(ranking_csv, spec, trace), file_name(spec, run_id, "ranking"), "text/csv",
                    key="download_ranking", on_click="ignore", icon=":material/download:",
                )  # fmt: skip
            st.download_button(
                f"Curves · {rows:,} rows", partial(curves_csv, spec, trace),
                file_name(spec, run_id, "curves", packed=packed), "application/gzip" if packed else "text/csv",
                key="download_curves", on_click="ignore", icon=":material/download:",
            )  # fmt: skip

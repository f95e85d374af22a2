"""A table of texts: rows with the same columns, without the detour through pandas that Streamlit would take."""

from collections.abc import Mapping, Sequence

import pyarrow as pa
import streamlit as st


def table(rows: Sequence[Mapping[str, str]]) -> None:
    """Draw one row under the other; the first one's keys are the columns, and every text may hold Markdown."""
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    st.table(pa.table(columns), border="horizontal", hide_index=True)

"""A table of texts: rows with the same columns, without the detour through pandas that Streamlit would take."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import streamlit as st

from gradcore.titles import typeset


def table(rows: Sequence[Mapping[str, str]]) -> None:
    """Draw one row under the other; the first one's keys are the columns, and every text may hold Markdown."""
    columns = {name: [typeset(row[name]) for row in rows] for name in rows[0]}
    st.table(pa.table(columns), border="horizontal", hide_index=True)


def typeset_rows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows for a table of Streamlit's own, with the numbers in their texts as they are written everywhere.

    Example:
        >>> typeset_rows([{"Loss": "1.2e-4", "Step": 3}])
        [{'Loss': '1.2e−4', 'Step': 3}]
    """
    return [{name: typeset(value) if isinstance(value, str) else value for name, value in row.items()} for row in rows]

"""A visitor's own gradients: an editable table (it lives in the address), or a CSV or .npz file (for the session)."""

from typing import Any

import pandas as pd
import streamlit as st

from gradcore.clip_trials.measures import Gradients
from gradcore.errors import RefusedError
from gradcore.uploads import tensors_from_table, tensors_from_upload
from ui.upload import upload
from ui.words import as_sentence, escaped

TABLE, BASE, ROWS, READ, UPLOADED = "own_table", "own_base", "own_rows", "own_read", "own_uploaded"
PACKED, LONGEST_PACKED = "own", 2000  # the table in the address, in characters; a longer one stays in the session
COLUMN = "Entries"
FIRST = [{COLUMN: "0.01, -50, 0.1"}, {COLUMN: "100, -0.05"}]
INSTEAD = "Shown instead: what was read before."
FILE_HELP = "CSV: rows of numbers, an empty line begins the next tensor. .npz: one tensor for each array."
HELP = "One row is one tensor. NaN and Inf are allowed; an empty row is a variable without a gradient."


def own_gradients() -> Gradients:
    """Draw the table and the upload; return the gradients; where they are refused, say why and return those before."""
    left, right = st.columns([1.6, 1])
    with left:
        edited = _table()
    with right:
        file = upload("Or a file: CSV or .npz", "own_file", FILE_HELP, _forget_upload)
    if file is None and UPLOADED in st.session_state:  # read before another part or page was visited
        return _kept_upload()
    try:
        found: Gradients = tensors_from_upload(file.name, file.getvalue()) if file else tensors_from_table(edited)
    except RefusedError as error:
        st.error(escaped(as_sentence(error, INSTEAD)), icon=":material/error:")
        before: Gradients = st.session_state.get(READ) or tensors_from_table([row[COLUMN] for row in FIRST])
        return before
    st.session_state[READ] = found
    if file:
        st.session_state[UPLOADED] = (file.name, found)
        st.caption(escaped(f"{file.name}: {_described(found)}. Remove the file to use the table."))
    return found


def _forget_upload() -> None:
    st.session_state.pop(UPLOADED, None)


def _kept_upload() -> Gradients:
    """Say which file is still used, and offer the table instead."""
    name, found = st.session_state[UPLOADED]
    st.caption(escaped(f"{name}: {_described(found)}, as it was read before."))
    st.button("Use the table instead", icon=":material/table:", on_click=_forget_upload)
    kept: Gradients = found
    return kept


def _table() -> list[str]:
    """Draw the editable table; its rows outlive a visit to another part or page."""
    if TABLE not in st.session_state or BASE not in st.session_state:
        packed = st.query_params.get(PACKED)
        given = FIRST if packed is None else [{COLUMN: row} for row in packed[:LONGEST_PACKED].split(";")]
        st.session_state[BASE] = st.session_state.get(ROWS, given)
    edited = st.data_editor(
        pd.DataFrame(st.session_state[BASE], columns=[COLUMN], dtype=object),
        key=TABLE,
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        column_config={COLUMN: st.column_config.TextColumn("Your tensors, entries separated by commas", help=HELP)},
    )
    rows = [_text(value) for value in edited[COLUMN]]
    st.session_state[ROWS] = [{COLUMN: row} for row in rows]
    _pack(rows)
    return rows


def _pack(rows: list[str]) -> None:
    """Keep the table in the address, where it is not the one that everybody starts with."""
    packed = ";".join(row.replace(";", ",") for row in rows)
    if packed != ";".join(row[COLUMN] for row in FIRST) and len(packed) <= LONGEST_PACKED:
        st.query_params[PACKED] = packed
    else:
        st.query_params.pop(PACKED, None)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _described(tensors: Gradients) -> str:
    shapes = [" × ".join(map(str, tensor.shape)) or "1" for tensor in tensors if tensor is not None]
    return f"{len(shapes)} tensor{'s' if len(shapes) != 1 else ''} of {', '.join(shapes[:6])}" + (
        ", ..." if len(shapes) > 6 else ""
    )

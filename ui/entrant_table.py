"""The table of a race's entrants: one row each to change, duplicate or remove, a bad cell marked where it is."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from gradcore.clipping import CLIP_RULES
from gradcore.entrant_rows import EntrantRow, labels, problems, proposed_arguments, row_of, with_optimizer
from gradcore.figures import theme
from gradcore.optimizers import OPTIMIZERS
from gradcore.schedules import SCHEDULES
from ui.entrants import FIRST, KNOWN, ROWS, add_row, duplicate_row, remove_row, set_row, set_rows
from ui.words import as_sentence, escaped

OPEN, ADD, MORE = "entrants_open", "entrant_add", "more"
AS_ALL = "as for all"
LONGEST = 90  # characters of the list of their names
LONGEST_CELL = 300
WIDTHS: Final = {"optimizer": 165, "learning_rate": 105, "schedule": 150, "clip": 190, "label": 150}  # px
BORDERS = {"solid": "solid", "dot": "dotted"}  # CSS knows one other dash
STYLE = """
[class*="st-key-entrant_row_"] { padding-left: 0.75rem; border-left: 4px solid; }
[class*="st-key-entrant_cells_"] button [data-testid="stMarkdownContainer"] {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
}
@media (min-width: 900px) {
  [class*="st-key-entrant_later_"] [class*="st-key-entrant_cells_"] [data-testid="stWidgetLabel"] { display: none; }
}
"""
BAD = '.st-key-{} [data-testid="stTextInputRootElement"] {{ border-color: light-dark(#C62828, #FF8A80); }}'


def entrant_table(most: int) -> None:
    """Name the entrants and draw their rows, after the controls; `most` is how many a race may have."""
    rows: Mapping[int, EntrantRow] = st.session_state[ROWS]
    names = labels(tuple(rows.values()))
    st.caption(escaped(_named(names)))
    # Its label stays, because a fold closes where that changes.
    fold = st.expander("Change the entrants", key=OPEN, on_change="rerun", icon=":material/edit_note:")
    if not fold.open:
        return
    with fold:
        bad = problems(tuple(rows.values()))
        st.html(f"<style>{STYLE}{_looks(rows, bad)}</style>")
        for place, (number, row) in enumerate(rows.items()):
            with st.container(key=f"entrant_{'later' if place else 'first'}_{number}"):
                _row(number, row, names[place], bad[place], full=len(rows) >= most)
        _last_row(len(rows), most)


def _named(names: Sequence[str]) -> str:
    text = ", ".join(names) or "none yet"
    return f"Entrants: {text if len(text) <= LONGEST else f'{len(names)} optimizers'}"


def _looks(rows: Mapping[int, EntrantRow], bad: Sequence[Collection[str]]) -> str:
    """Return each row's colour and dash as in the charts, and the mark of its bad cells, as CSS."""
    styles = theme.styles([row.optimizer for row in rows.values()])
    dark = theme.dark_of_light()
    found = []
    for number, columns, style in zip(rows, bad, styles, strict=True):
        color, dash = f"light-dark({style.color}, {dark[style.color]})", BORDERS.get(style.dash, "dashed")
        found.append(f".st-key-entrant_row_{number} {{ border-left-color: {color}; border-left-style: {dash}; }}")
        found += [BAD.format(_key(number, column)) for column in columns]
    return "\n".join(found)


def _row(number: int, row: EntrantRow, name: str, bad: Mapping[str, str], *, full: bool) -> None:
    """Draw one entrant, its schedule and clip rule only where they are its own or asked for."""
    with st.container(key=f"entrant_row_{number}", gap="xsmall"):
        with st.container(key=f"entrant_cells_{number}", horizontal=True, vertical_alignment="bottom", gap="xsmall"):
            _select(number, row, "optimizer", "Optimizer", {one: one for one in OPTIMIZERS})
            _text(number, row, "learning_rate", "Learning rate", f"{OPTIMIZERS[row.optimizer].learning_rate:g}")
            _text(number, row, "arguments", "Settings", "Keras' defaults", _arguments_help(row.optimizer))
            _text(number, row, "label", "Name", name)
            _icon("tune", f"Schedule and clipping of {name}", _turn_more, number)
            _icon("content_copy", f"Duplicate {name}", duplicate_row, number, disabled=full)
            _icon("close", f"Remove {name}", remove_row, number)
        if row.schedule or row.clip or st.session_state.get(_key(number, MORE)):
            _more(number, row)
        for sentence in bad.values():
            st.markdown(f":small[:red[{escaped(as_sentence(sentence))}]]")


def _more(number: int, row: EntrantRow) -> None:
    """Draw an entrant's own schedule and clip rule, each with its settings where it has any."""
    schedules = {"": AS_ALL, **{name: name for name in SCHEDULES}}
    rules = {"": AS_ALL, **{name: rule.title for name, rule in CLIP_RULES.items()}}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        for column, title, known in (("schedule", "Schedule", schedules), ("clip", "Clipping", rules)):
            _select(number, row, column, title, known)
            if proposed := proposed_arguments(getattr(row, column)):
                _text(number, row, f"{column}_arguments", f"{title} settings", proposed)


def _last_row(count: int, most: int) -> None:
    """Draw what adds an entrant, and what brings the first ones back."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(
            "Add an optimizer", list(KNOWN), index=None, key=ADD, on_change=_added, disabled=count >= most, width=250,
            placeholder="Add an optimizer" if count < most else f"{most} is the most", label_visibility="collapsed",
        )  # fmt: skip
        st.button(
            "Back to the notebook's six", icon=":material/restart_alt:", key="entrant_reset", on_click=set_rows,
            args=(FIRST,), type="tertiary",
        )  # fmt: skip


def _select(number: int, row: EntrantRow, column: str, label: str, titles: Mapping[str, str]) -> None:
    """Draw a cell of names; `titles` holds them with what is shown."""
    st.selectbox(
        label, list(titles), list(titles).index(getattr(row, column)), format_func=titles.__getitem__,
        key=_key(number, column), on_change=_selected, args=(number, column), width=WIDTHS[column],
    )  # fmt: skip


def _text(number: int, row: EntrantRow, column: str, label: str, placeholder: str, help_text: str = "") -> None:
    st.text_input(
        label, getattr(row, column), key=_key(number, column), placeholder=placeholder, help=help_text or None,
        on_change=_typed, args=(number, column), width=WIDTHS.get(column, "stretch"), max_chars=LONGEST_CELL,
    )  # fmt: skip


def _icon(icon: str, what: str, act: Callable[[int], None], number: int, *, disabled: bool = False) -> None:
    """Draw a button that shows its icon alone, and what it does on hover and to a screen reader."""
    name = escaped(what)
    st.button(
        name, icon=f":material/{icon}:", key=f"entrant_{icon}_{number}", help=name, on_click=act, args=(number,),
        type="tertiary", disabled=disabled,
    )  # fmt: skip


def _key(number: int, column: str) -> str:
    return f"entrant_{column}_{number}"


def _typed(number: int, column: str) -> None:
    row: EntrantRow = st.session_state[ROWS][number]
    set_row(number, replace(row, **{column: st.session_state[_key(number, column)]}))


def _selected(number: int, column: str) -> None:
    """Take a chosen name; what belonged to the name before is set to what the new one starts from."""
    row: EntrantRow = st.session_state[ROWS][number]
    name = st.session_state[_key(number, column)]
    if column == "optimizer":
        changed = with_optimizer(row, name)
    else:
        changed = replace(row, **{column: name, f"{column}_arguments": proposed_arguments(name)})
    set_row(number, changed)
    for other in ("learning_rate", "arguments", "label", "schedule_arguments", "clip_arguments"):
        if getattr(changed, other) != getattr(row, other):
            st.session_state[_key(number, other)] = getattr(changed, other)


def _turn_more(number: int) -> None:
    key = _key(number, MORE)
    st.session_state[key] = not st.session_state.get(key, False)


def _added() -> None:
    if name := st.session_state[ADD]:
        add_row(row_of(KNOWN[name]))
    st.session_state[ADD] = None


def _arguments_help(optimizer: str) -> str:
    entry = OPTIMIZERS[optimizer]
    known = ", ".join(f"{name}={value}" for name, value in entry.own_arguments.items())
    return escaped(f"{entry.summary} Keras' names, as in: {known}")

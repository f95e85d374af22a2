"""The entrants that a race page asks for: rows of the session, packed into one parameter of the address."""

from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from gradcore import checks, strict_json
from gradcore.clipping import CLIP_RULES
from gradcore.entrant_rows import EntrantRow, duplicate, problems, row_document, row_from_document, row_of
from gradcore.errors import RefusedError
from gradcore.optimizers import OPTIMIZERS
from gradcore.presets import NOTEBOOK_ENTRANTS
from gradcore.schedules import SCHEDULES
from gradcore.specs import CONSTANT_RATE, NO_CLIPPING, Choice, EntrantSpec, RaceSpec
from ui.address import DEFAULT, Parameters, say_unknown
from ui.words import as_sentence, escaped

PACKED, SHORT = "entrants", "optimizers"  # the rows as JSON; or just names, in links that people write
LONGEST_PACKED = 6000  # characters of the address; a longer table stays in the session
MOST_READ = 100  # rows of an address; limits are for admission to say
ROWS, NEXT = "entrant_rows", "entrant_next"
NOTEBOOKS = {entrant.label or entrant.optimizer.name: entrant for entrant in NOTEBOOK_ENTRANTS}
KNOWN: Mapping[str, EntrantSpec] = NOTEBOOKS | {  # the notebook's first, then every other of Keras at its default
    name: EntrantSpec(Choice(name), entry.learning_rate) for name, entry in OPTIMIZERS.items() if name not in NOTEBOOKS
}
FIRST = tuple(row_of(entrant) for entrant in NOTEBOOK_ENTRANTS)


def entrant_rows(given: Parameters) -> Mapping[int, EntrantRow]:
    """Return the rows by their number in this session: as they were left, else those of the address, else the first."""
    if ROWS not in st.session_state:
        set_rows(_from_address(given))
    say_unknown({SHORT: given.get(SHORT, [])}, SHORT, KNOWN, several=True)
    rows: Mapping[int, EntrantRow] = st.session_state[ROWS]
    _pack(tuple(rows.values()))
    return rows


def set_rows(rows: Iterable[EntrantRow]) -> None:
    """Replace all rows; new ones have new numbers, so that no cell keeps what another held."""
    st.session_state[ROWS] = {_new(): row for row in rows}


def set_row(number: int, row: EntrantRow) -> None:
    """Replace one row."""
    st.session_state[ROWS] = {**st.session_state[ROWS], number: row}


def add_row(row: EntrantRow) -> None:
    """Put a row at the end."""
    st.session_state[ROWS] = {**st.session_state[ROWS], _new(): row}


def remove_row(number: int) -> None:
    """Take a row away."""
    st.session_state[ROWS] = {one: row for one, row in st.session_state[ROWS].items() if one != number}


def duplicate_row(number: int) -> None:
    """Put a copy of a row below it."""
    rows = st.session_state[ROWS]
    copy = duplicate(rows[number], tuple(rows.values()))
    found = {}
    for one, row in rows.items():
        found[one] = row
        if one == number:
            found[_new()] = copy
    st.session_state[ROWS] = found


def show_entrants(spec: RaceSpec) -> None:
    """Set the rows to those of a race; an entrant that no catalogue knows any more has none."""
    clip, schedule = for_all(spec)
    set_rows(row_of(entrant, clip, schedule) for entrant in spec.entrants if _known(entrant))


def for_all(spec: RaceSpec) -> tuple[Choice, Choice]:
    """Return the clip rule and the schedule that the controls of all entrants show; none where the entrants differ.

    A schedule has no parameters there: one whose own are not at their defaults stands in the rows.
    """
    clips = {entrant.clip for entrant in spec.entrants}
    schedules = {entrant.schedule for entrant in spec.entrants}
    clip = clips.pop() if len(clips) == 1 else NO_CLIPPING
    schedule = schedules.pop() if len(schedules) == 1 else CONSTANT_RATE
    known = SCHEDULES.get(schedule.name)
    plain = known is not None and known.checked(Choice(known.name)) == known.checked(schedule)
    return (clip if clip.name in CLIP_RULES else NO_CLIPPING), (schedule if plain else CONSTANT_RATE)


def _known(entrant: EntrantSpec) -> bool:
    chosen = ((entrant.optimizer, OPTIMIZERS), (entrant.clip, CLIP_RULES), (entrant.schedule, SCHEDULES))
    return all(choice.name in catalogue for choice, catalogue in chosen)


def _new() -> int:
    number: int = st.session_state.get(NEXT, 0)
    st.session_state[NEXT] = number + 1
    return number


def _from_address(given: Parameters) -> Sequence[EntrantRow]:
    """Return the rows of the address; say why they cannot be read, and return the first ones then."""
    if packed := given.get(PACKED):
        try:
            return _unpacked(packed[0])
        except RefusedError as error:
            st.warning(escaped(f"{PACKED}: {as_sentence(error, DEFAULT)}"))
    if SHORT in given:
        return [row_of(KNOWN[name]) for name in given[SHORT] if name in KNOWN]
    return FIRST


def _unpacked(text: str) -> Sequence[EntrantRow]:
    """Return the rows of a packed table, or refuse what no row can show."""
    value = strict_json.loads(text)
    if not isinstance(value, list) or len(value) > MOST_READ:
        checks.refuse(PACKED, f"be a list of at most {MOST_READ} optimizers", text)
    return [row_from_document(item) for item in value]


def _pack(rows: Sequence[EntrantRow]) -> None:
    """Keep the rows in the address, where they are not the first ones; bad ones leave it as it is."""
    st.query_params.pop(SHORT, None)
    if any(problems(rows)):
        return
    packed = strict_json.dumps([row_document(row) for row in rows])
    if tuple(rows) == FIRST or len(packed) > LONGEST_PACKED:
        st.query_params.pop(PACKED, None)
    elif st.query_params.get(PACKED) != packed:
        st.query_params[PACKED] = packed

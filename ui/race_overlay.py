"""A second race on the charts of the first: which one, its curves, and who does better in it.

The address names it (`with=RUN_ID`), so that a link shows both.
"""

import re
from dataclasses import dataclass
from datetime import UTC
from math import isfinite

import streamlit as st

from gradcore.errors import GradcoreError, RefusedError
from gradcore.figures import race_overlay, theme
from gradcore.overlay import Both, in_both, overlay_refusal, ratio_text, seeds_sentence
from gradcore.race_differences import differences
from gradcore.records import RaceTrace, RunInfo, RunStatus
from gradcore.specs import RaceSpec
from gradcore.titles import race_title
from ui import services
from ui.race_view import HEIGHT, race_curves, show_curves
from ui.table import typeset_rows
from ui.terms import explained
from ui.words import as_sentence, escaped, unbroken, unbroken_number

WITH, PICK = "with", "compare"  # the parameter of the address, and the control
NONE = "none"
ID = re.compile(r"(?:^|[?&]run=)([a-z0-9]{10})(?:$|[&#])")
OFFERED = 15  # of this visitor's races, and of everybody's
NOTHING = "Nothing is laid over this race."
HELP = explained("Lays a second race over both charts. A run's id or its link can be typed here too.", "overlay")


@dataclass(frozen=True)
class _Second:
    """Race B."""

    info: RunInfo
    spec: RaceSpec
    trace: RaceTrace
    cursor: int


def curves_row(run_id: str, cursor: int, spec: RaceSpec, trace: RaceTrace) -> None:
    """Draw loss and gradient norm of a race that has ended, with a second race over them where one is asked for."""
    if not any(entrant.steps for entrant in trace.entrants):
        st.caption("No step of the race was recorded.")
        return
    second = _second(run_id, spec)
    if second is None:
        race_curves(run_id, cursor, spec, trace)
        _choice(run_id)
        return
    text = _drawn(run_id, cursor, second.info.id, second.cursor, trace, second.trace)
    show_curves(f"{run_id}+{second.info.id}", text, wide=True)
    _choice(run_id)
    _told(spec, trace, second)


def _second(run_id: str, spec: RaceSpec) -> _Second | None:
    """Return the race that the address asks to lay over; None, and one sentence, where it cannot be."""
    asked = _asked()
    if not asked:
        return None
    try:
        return _read(asked, run_id, spec)
    except GradcoreError as error:
        st.warning(escaped(as_sentence(error, NOTHING)), icon=":material/stacked_line_chart:")
        return None


def _read(asked: str, run_id: str, spec: RaceSpec) -> _Second:
    info = services.lab().info(asked)
    second = RaceSpec.from_json(info.spec)
    if info.id == run_id:
        raise RefusedError("a race is not compared with itself.")
    if not info.status.ended:
        raise RefusedError(f"run {info.id} has not ended yet.")
    if refusal := overlay_refusal(spec, second):
        raise RefusedError(refusal)
    trace, cursor = services.lab().race(info.id)
    if not any(entrant.steps for entrant in trace.entrants):
        raise RefusedError(f"run {info.id} recorded nothing.")
    return _Second(info, second, trace, cursor)


def _choice(run_id: str) -> None:
    """Draw the choice of the second race, at the one that the address names."""
    asked = _asked()
    offered = {NONE: "none", **{info.id: _title(info) for info in _offered(run_id)}}
    if asked and asked not in offered:
        offered[asked] = asked
    st.session_state[PICK] = asked or NONE
    st.selectbox(
        "Compare with", list(offered), format_func=lambda name: offered.get(name, name), key=PICK, on_change=_picked,
        accept_new_options=True, help=HELP, width=460,
    )  # fmt: skip


def _offered(run_id: str) -> list[RunInfo]:
    """Return this visitor's and everybody's latest finished races, each once."""
    found: dict[str, RunInfo] = {}
    for visitor in (services.visitor(), None):
        runs = services.lab().runs(kind=RaceSpec.kind, status=RunStatus.FINISHED, visitor=visitor, limit=OFFERED)
        found |= {run.id: run for run in runs if run.id not in (run_id, *found)}
    return list(found.values())


def _title(info: RunInfo) -> str:
    return f"{_when(info)} · {race_title(RaceSpec.from_json(info.spec))}"


def _picked() -> None:
    """Put what was chosen, or typed, into the address."""
    chosen = str(st.session_state[PICK] or NONE).strip()
    if chosen in (NONE, ""):
        st.query_params.pop(WITH, None)
    else:
        st.query_params[WITH] = chosen


def _asked() -> str:
    """Return what the address asks for: an id, that of the link that stands there, or what nobody can read."""
    asked = st.query_params.get(WITH, "")
    found = ID.search(asked)
    return found[1] if found else asked


def _told(spec: RaceSpec, trace: RaceTrace, second: _Second) -> None:
    """Say what race B is and how it differs, and draw who is in both."""
    info = second.info
    st.caption(
        escaped(f"B: {differences(spec, second.spec)} (run {info.id}, {info.status}, {_when(info)})")
        + f" · [open it](?run={info.id})"
    )
    found = in_both((spec, trace), (second.spec, second.trace))
    paired = any(both.ratio is not None for both in found)
    if found:
        st.table(typeset_rows([_row(both, paired=paired) for both in found]), border="horizontal")
    st.caption(escaped(seeds_sentence(spec, second.spec, found)))


def _when(info: RunInfo) -> str:
    return f"{info.created.astimezone(UTC):%d %b %H:%M} UTC"


def _row(both: Both, *, paired: bool) -> dict[str, str]:
    label = both.label if both.label == both.other else f"{both.label} (B: {both.other})"
    row = {"Entrant": unbroken(label)}
    row |= {f"Median loss in {race}": _loss(value) for race, value in zip("AB", both.medians, strict=True)}
    return {**row, "B / A": ratio_text(both), "What that says": both.verdict} if paired else row


def _loss(value: float) -> str:
    return unbroken_number(value) if isfinite(value) else "not finite"


@st.cache_data(max_entries=64, show_spinner=False)
def _drawn(run_id: str, cursor: int, other: str, at: int, _trace: RaceTrace, _other: RaceTrace) -> tuple[str, str]:
    """Return the charts of two ended races as JSON, made once for both runs and cursors."""
    made = race_overlay.overlaid_losses(_trace, _other, HEIGHT), race_overlay.overlaid_norms(_trace, _other, HEIGHT)
    return theme.to_json(made[0]), theme.to_json(made[1])

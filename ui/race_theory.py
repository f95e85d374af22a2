"""What theory says of a race, where it says anything: the numbers beside those that were measured."""

from collections.abc import Sequence

import streamlit as st

from gradcore.figures import theme
from gradcore.records import RaceTrace
from gradcore.specs import RaceSpec
from gradcore.theory import Theory, theories
from gradcore.theory.reading import how_compared, percent, theory_sentence
from ui.table import typeset_rows
from ui.words import escaped, unbroken

DIGITS = 6  # of a factor of the error per step: many are close to 1


@st.cache_data(max_entries=64, show_spinner=False)
def theory_of(run_id: str, cursor: int, _spec: RaceSpec, _trace: RaceTrace) -> tuple[Theory, ...]:
    """Return what theory says of a race's entrants, made once for a run and cursor."""
    return theories(_spec, _trace)


def theory_fold(run_id: str, cursor: int, spec: RaceSpec, trace: RaceTrace) -> None:
    """Draw predictions beside measurements; nothing where theory has no closed form."""
    found = theory_of(run_id, cursor, spec, trace)
    if not found:
        return
    with st.expander("Theory", expanded=True):
        if sentence := theory_sentence(found, trace.seeds):
            st.markdown(escaped(sentence))
        st.table(typeset_rows(theory_rows(found)), border="horizontal", hide_index=True)
        st.caption(escaped(how_compared(found)))


def theory_rows(found: Sequence[Theory]) -> list[dict[str, str]]:
    """Return a row for each entrant on a quadratic, for each mode of an entrant on a deep linear network."""
    if any(one.half_times for one in found):
        return [row for one in found for row in _modes(one)]
    return [_entrant(one) for one in found]


def _modes(one: Theory) -> list[dict[str, str]]:
    return [
        {
            "Optimizer": unbroken(one.label),
            "Mode": f"{half.mode:g}",
            "Half learned, theory": f"{half.predicted:.3f}",
            "Measured": "not reached" if half.measured is None else f"{half.measured:.3f}",
            "Deviation": percent(half.deviation),
        }
        for half in one.half_times
    ]


def _entrant(one: Theory) -> dict[str, str]:
    rate = one.rate
    row = {"Optimizer": unbroken(one.label), "Largest deviation": percent(one.deviation), "Steps": f"{one.compared:,}"}
    if rate is None:
        return row | dict.fromkeys(("Factor, theory", "Measured", "Least factor", "Learning rate limit"), "-")
    return row | {
        "Factor, theory": theme.number(rate.predicted, DIGITS) + (" (double root)" if rate.double_root else ""),
        "Measured": "too few steps" if rate.measured is None else theme.number(rate.measured, DIGITS),
        "Least factor": theme.number(rate.best, DIGITS),
        "Learning rate limit": theme.number(rate.limit),
    }

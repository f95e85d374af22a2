"""Controls of the thresholds: from where on a check calls something sick; they re-read a record at once."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

import streamlit as st

from gradcore.spec_titles import changes_text
from gradcore.specs import Thresholds
from gradcore.titles import number
from ui.address import Parameters, say_not_number
from ui.terms import term
from ui.words import escaped

BIND: Final = "query-params"
PREFIX = "thresholds_"  # begins the name of a control: their place in the JSON
LEAST, MOST = 1e-12, 1e12
LABELS: Mapping[str, str] = {
    "vanishing": "Vanished below",
    "vanishing_warn": "Vanishing, warned below",
    "through_time": "Through time, times less",
    "exploding": "Exploded above",
    "exploding_warn": "Exploding, warned above",
    "runaway": "Exploding though it trains, above",
    "dead": "Dead units above",
    "dead_alike": "The same where rows are nearly alike",
    "active": "Elements not flat below",
    "sparse": "The same where one side is flat, share of it",
    "alike": "Rows nearly alike above cosine",
    "converged": "Converged below error",
    "learns": "Trains below error",
    "moves": "Moves from update / weight, looked ahead",
    "stuck": "Learned nothing above error",
    "collapse": "Rows alike above cosine",
    "signal_to_noise": "Noise below",
    "window": "Noise judged from step",
    "rounding": "Rounding, in machine epsilons",
    "update_low": "Update / weight low",
    "update_high": "Update / weight high",
}
WORDS: Mapping[str, str] = {  # threshold -> its word in the glossary
    "vanishing": "vanishing",
    "vanishing_warn": "threshold_of_a_rule",
    "through_time": "vanishing",
    "exploding": "exploding",
    "exploding_warn": "threshold_of_a_rule",
    "runaway": "exploding",
    "dead": "dead",
    "dead_alike": "dead",
    "active": "saturated",
    "sparse": "saturated",
    "alike": "cosine_of_rows",
    "converged": "error",
    "learns": "error",
    "moves": "update_ratio",
    "stuck": "noise_floor",
    "collapse": "correlation_collapse",
    "signal_to_noise": "signal_to_noise",
    "window": "noise_floor",
    "rounding": "kappa",
    "update_low": "update_ratio",
    "update_high": "update_ratio",
}
FOLD = "Thresholds"
READ_BY = "Read with the thresholds of the controls, not with those of the check:"
BACK = "Set them back"
SAID = "A check that is shown is read again at once; nothing is trained. They are part of the next check."


def threshold_controls() -> Thresholds:
    """Draw the thresholds behind a fold; RefusedError where they do not go together."""
    first = asdict(Thresholds())
    with st.expander(FOLD):
        st.caption(SAID)
        found = {name: _control(name, label, first[name]) for name, label in LABELS.items()}
    return Thresholds(**found)


def threshold_state(thresholds: Thresholds) -> dict[str, object]:
    """Return the state of the controls for thresholds."""
    return {PREFIX + name: float(value) for name, value in asdict(thresholds).items()}


def changed_thresholds(own: Thresholds, read: Thresholds) -> list[str]:
    """Return what each threshold is that a check is read with, and was not started with.

    Example:
        >>> changed_thresholds(Thresholds(), Thresholds(vanishing=1e-8, dead=0.75))
        ['vanished below 1e-8 instead of 0.005', 'dead units above 0.75 instead of 0.5']
    """
    told = []
    for name, label in LABELS.items():
        old, new = (getattr(thresholds, name) for thresholds in (own, read))
        if old != new:
            told.append(f"{label[0].lower()}{label[1:]} {number(new)} instead of {number(old)}")
    return told


def changed_thresholds_line(own: Thresholds, read: Thresholds) -> None:
    """Say which thresholds a check is read with that it was not started with, and offer to set them back."""
    if found := changed_thresholds(own, read):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"{READ_BY} {escaped(changes_text(found))}.", width="stretch")
            st.button(BACK, icon=":material/undo:", key="set_back", on_click=_set_back, args=(own,))


def say_dropped_thresholds(given: Parameters) -> None:
    """Name each threshold of the address that its control could not take."""
    for name in LABELS:
        say_not_number(given, PREFIX + name, LEAST, MOST)


def _set_back(own: Thresholds) -> None:
    st.session_state.update(threshold_state(own))


def _control(name: str, label: str, first: float) -> float:
    step = float(f"{first / 10:.0e}")
    found = st.number_input(
        label, LEAST, MOST, first, step, "%.6g", key=PREFIX + name, bind=BIND, help=term(WORDS[name])
    )
    return float(found)

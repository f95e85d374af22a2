"""The controls of the page of solutions: what is drawn, of which disease, and how much each thing matters."""

from dataclasses import dataclass
from typing import Final

import streamlit as st

from gradcore.solution_ratings import Weights
from gradcore.solutions import DISEASES, FULL, QUICK, SOLUTIONS, Measurement
from ui.address import Parameters, addressed, parameters, say_not_flag, say_not_number, say_unknown, say_unknown_keys
from ui.solutions_choice import ALL, ON, SOLUTION, asked_stack, places_of
from ui.terms import explained

BIND: Final = "query-params"
BOTH, MEASURED, OPINION = "both", "measured", "opinion"
VIEWS = {BOTH: "Both", MEASURED: "Measured", OPINION: "Opinion"}
SOURCES = (FULL, QUICK)
USUAL = Weights()
WEIGHTS = {"effectiveness": "Effectiveness", "complexity": "Simplicity", "cost": "Low cost"}
PAGE_KEYS = ("run", "source", "scenario", "task", SOLUTION, ON)
WEIGHTS_HELP = explained(
    "How much it counts in the order below, from 0 to 10; nothing is trained anew.",
    "effectiveness",
    "complexity",
    "step_time_ratio",
)
DISEASE_HELP = explained(
    "Six networks that do not learn, whatever the learning rate; each solution is tried on each.", "disease"
)
OURS_HELP = explained("Solutions that the notebook does not score: some that it names, and some of today.", "textbook")


@dataclass(frozen=True)
class Asked:
    """What the controls stand at."""

    view: str
    disease: str | None  # None = the mean over all
    ours: bool
    weights: Weights

    @property
    def shown(self) -> tuple[str, ...]:
        """The solutions that are shown."""
        return tuple(name for name, one in SOLUTIONS.items() if self.ours or one.textbook)


def solution_controls(measurement: Measurement) -> Asked:
    """Draw the controls and return what they stand at."""
    given = parameters()
    _say_dropped(given, measurement)
    view = addressed("view", VIEWS, BOTH)
    st.segmented_control("Chart", **view.widget, required=True)
    titles = {ALL: "All, the mean"} | {name: DISEASES[name].title for name in measurement.spec.diseases}
    disease = addressed("disease", titles, ALL)
    st.selectbox("Disease", **disease.widget, help=DISEASE_HELP)
    ours = st.toggle("More than the eight", key="ours", bind=BIND, help=OURS_HELP)
    st.markdown("**What matters to you**", help=WEIGHTS_HELP)
    values = {
        name: st.slider(title, 0, 10, int(getattr(USUAL, name)), key=name, bind=BIND) for name, title in WEIGHTS.items()
    }
    return Asked(view.value, None if disease.value == ALL else disease.value, ours, Weights(**values))


def _say_dropped(given: Parameters, measurement: Measurement) -> None:
    """Name what the address asks for and no control can take."""
    say_unknown(given, "view", VIEWS)
    say_unknown(given, "disease", (ALL, *measurement.spec.diseases))
    if not asked_stack(measurement):
        say_unknown(given, SOLUTION, SOLUTIONS)
    say_unknown(given, ON, places_of(measurement))
    say_unknown(given, "source", SOURCES)
    say_not_flag(given, "ours")
    for name in WEIGHTS:
        say_not_number(given, name, 0, 10)
    say_unknown_keys(given, ("view", "disease", "ours", *WEIGHTS, *PAGE_KEYS))

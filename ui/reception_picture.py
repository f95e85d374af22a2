"""The reception's picture: a sick network and a treated one that train side by side."""

from functools import cache

import numpy as np
import streamlit as st

from gradcore.example_check import example_treatment
from gradcore.figures.glance_network import CURED, SICK, bar_reach, network
from gradcore.figures.miniature import Miniature
from gradcore.glance_reading import both_sentence
from gradcore.prescriptions import TREATMENTS
from gradcore.titles import counted
from ui.miniature import miniature
from ui.words import escaped

SECONDS = 7.0  # of 50 steps


def sick_and_treated() -> None:
    """Draw both networks, moving, and say what is seen."""
    miniature(both(), key="sick_and_treated", seconds=SECONDS, control=True)
    st.markdown(escaped(both_sentence(*example_treatment())))


@cache
def both() -> tuple[Miniature, ...]:
    """Return the untreated and the treated network of the example, as pictures."""
    spec, checks = example_treatment()
    most = max(float(np.nanmax(trace.loss)) for trace in checks.networks)
    hidden = spec.before.network
    titles = (counted(len(hidden.hidden), f"{hidden.activation} layer"), TREATMENTS[spec.solution].title)
    sides = zip(("Sick", "Treated"), checks.networks, titles, (SICK, CURED), strict=True)
    reach = bar_reach(checks.networks)
    return tuple(
        network(
            side.lower(),
            trace,
            f"{side}: {title[0].lower() if side == 'Sick' else title[0]}{title[1:]}",
            color,
            reach,
            most,
        )
        for side, trace, title, color in sides
    )

"""One step: what each rule makes of one gradient."""

import streamlit as st

from gradcore.scenarios import SCENARIOS


def draw() -> None:
    """Draw the part of the clipping lab that is about one step."""
    title = st.segmented_control(
        "Gradient",
        [scenario.title for scenario in SCENARIOS.values()],
        default=SCENARIOS["explosive"].title,
        key="gradient",
        bind="query-params",
        required=True,
    )
    scenario = next(entry for entry in SCENARIOS.values() if entry.title == title)
    st.caption(scenario.summary)

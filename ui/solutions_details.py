"""Below the picture: each solution on each disease, stacks and pairs, and all numbers as a file."""

import streamlit as st

from gradcore import strict_json
from gradcore.solutions import DISEASES, Measurement, measurement_document, solutions_document
from ui.solutions_charts import heat_chart, stack_charts
from ui.solutions_choice import asked_stack, choose
from ui.solutions_controls import Asked
from ui.solutions_source import Source
from ui.words import escaped

CLICK = "A click on any effect, cell, dot or bar of this page opens the evidence behind it."


def heat_part(current: Source, asked: Asked) -> None:
    """Draw solution x disease; a cell opens its evidence, a button does so for those who do not click on charts."""
    st.subheader("Each solution on each disease", anchor=False)
    heat_chart(current, asked)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Evidence by name", icon=":material/search:", key="evidence"):
            choose(asked_stack(current.measurement) or asked.shown[:1], asked.disease)
        st.caption(CLICK)


def stacks_part(current: Source, asked: Asked) -> None:
    """Draw, for one disease, what leaving a part out costs and what pairs gain."""
    st.subheader("Together", anchor=False)
    disease = asked.disease or current.measurement.spec.diseases[0]
    if asked.disease is None:
        st.caption(escaped(f"On {DISEASES[disease].title}. A disease that is chosen above is shown here instead."))
    stack_charts(current, disease)


def download(current: Source) -> None:
    """Draw the button that saves every number of a measurement: what is listed, and every loss behind it."""
    text = _document(current.key, current.measurement)
    st.download_button("All numbers as JSON", text, "solutions.json", "application/json", icon=":material/download:")


@st.cache_data(max_entries=16, show_spinner=False)
def _document(key: str, _measurement: Measurement) -> str:
    listed = solutions_document(_measurement)
    return strict_json.dumps({"solutions": listed, "measurement": measurement_document(_measurement)}, indent=1)

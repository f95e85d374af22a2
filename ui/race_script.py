"""An entrant of a race, or a health check's network, as a script to copy."""

import streamlit as st

from gradcore.errors import RefusedError
from gradcore.records import RaceTrace
from gradcore.script import check_script, script
from gradcore.specs import HealthSpec, RaceSpec
from ui.words import as_sentence, escaped

WHAT = (
    "Plain Keras, from the first seed: it runs alone and prints the training loss of every step, the same as here to "
    "within one in ten thousand."
)
UNTUNED = "This run was stopped before a learning rate was chosen for this entrant: there is no curve to repeat."


def check_script_fold(spec: HealthSpec) -> None:
    """Draw the script of a health check's network, behind a fold; say why where there can be none."""
    with st.expander("Copy as Python"):
        try:
            text = check_script(spec)
        except RefusedError as error:
            st.caption(escaped(as_sentence(error)))
            return
        st.caption(WHAT)
        st.code(text, language="python", height=360)


def script_fold(spec: RaceSpec, trace: RaceTrace) -> None:
    """Draw the script of one entrant, behind a fold; say why where there is none yet."""
    with st.expander("Copy as Python"):
        label = st.selectbox("Entrant", spec.labels, key="script_of")
        number = spec.labels.index(label)
        if spec.learning_rates == "tuned" and trace.entrants[number].tuning is None:
            st.caption(UNTUNED)
            return
        st.caption(WHAT)
        st.code(script(spec, number, trace.entrants[number].learning_rate), language="python", height=360)

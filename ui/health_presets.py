"""Patients: a choice of the ward, the one that the address names, and experiments to try."""

from collections.abc import Mapping
from functools import cache

import streamlit as st

from gradcore.admission import admit
from gradcore.settings import Limits
from gradcore.specs import HealthSpec
from gradcore.ward import WARD
from ui.address import EVERYWHERE, say_unknown
from ui.health_controls import show_spec

OWN = "Your own network"
KEY = "patient"  # of the session
PRESET = "preset"  # of the address: a patient, whose settings others in the address replace
TAKEN = "health_preset"  # of the session: the patient that the controls were set to
EXPERIMENTS = (
    ("Eight sigmoids: how much of the signal is left at the first layer?", {"preset": "sigmoid_stack"}),
    ("The notebook calls its own network sick. See why it is not", {"preset": "notebook"}),
    ("Batch normalisation without shortcuts: a gradient that grows by a fifth at every layer",
     {"preset": "batchnorm_no_residual_40"}),
    ("30 layers of ReLU with He's initialiser: choose Glorot's instead, and look at the first layer",
     {"depth": "30", "kernel_initializer": "he_uniform"}),
)  # fmt: skip


def patient_control(current: HealthSpec | None) -> None:
    """Draw the choice of patients, at the one that the controls now stand at."""
    here = None if current is None else current.to_json()
    st.session_state[KEY] = next((name for name, spec in _admitted().items() if spec.to_json() == here), "")
    titles = {**{name: patient.title for name, patient in WARD.items()}, "": OWN}
    st.selectbox("Patient", list(titles), format_func=titles.__getitem__, key=KEY, on_change=_apply)


def complaint() -> str:
    """Return what is wrong with the patient that the controls stand at, "" where it is none of the ward."""
    patient = WARD.get(st.session_state.get(KEY, ""))
    return patient.complaint if patient else ""


def take_preset(example: str) -> None:
    """Set the controls to the patient that the address names, once; settings beside it stand for its own.

    Who asks for nothing stands at the patient of the example, where that is shown ("" = it is not).
    """
    name = st.query_params.get(PRESET)
    if name is None:
        if example and set(st.query_params) <= {*EVERYWHERE} and "steps" not in st.session_state:
            show_spec(_admitted()[example])
        st.session_state.pop(TAKEN, None)
        return
    say_unknown({PRESET: [name]}, PRESET, WARD)
    if name in WARD and st.session_state.get(TAKEN) != name:
        st.session_state[TAKEN] = name
        show_spec(_admitted()[name], but=st.query_params)


@cache
def _admitted() -> Mapping[str, HealthSpec]:
    """Return the ward as its checks are submitted."""
    return {name: admit(patient.spec, Limits()) for name, patient in WARD.items()}


def _apply() -> None:
    name = st.session_state[KEY]
    if spec := _admitted().get(name):
        for setting in set(st.query_params) - {"run", *EVERYWHERE}:
            del st.query_params[setting]
        st.query_params[PRESET] = st.session_state[TAKEN] = name
        show_spec(spec)

"""Races that are ready to start: a choice of presets, one that the address names, and experiments to try."""

from collections.abc import Mapping

import streamlit as st

from gradcore.presets import PRESETS
from gradcore.specs import RaceSpec
from gradcore.stories import STORIES
from ui.address import say_unknown
from ui.controls import show_spec

PRESET_TITLES: Mapping[str, str] = {
    "default": "Digits",
    **{story.name: story.title for story in STORIES.values()},
    "": "Your own settings",
}
EXPERIMENTS = (
    ("The notebook's race: the labels are noise, nothing can be learned. Who wins?", {"preset": "notebook"}),
    ("Why momentum: the same valley, with and without an average of the steps before", {"preset": "why_momentum"}),
    ("A learning rate 2.5 % too high: watch it leave the valley", {"preset": "rate_too_high"}),
    (
        "Eight layers of sigmoids: watch every optimizer wait at the loss of a guess, 2.303",
        {"shape": "even", "width": "64", "depth": "8", "activation": "sigmoid", "kernel_initializer": "glorot_uniform"},
    ),
)


def preset_control(current: RaceSpec | None) -> None:
    """Draw the choice of presets, at the one that the controls now stand at."""
    st.session_state["preset"] = next((name for name in PRESET_TITLES if name and PRESETS[name] == current), "")
    st.selectbox("Preset", list(PRESET_TITLES), format_func=PRESET_TITLES.__getitem__, key="preset", on_change=_apply)


def take_preset() -> None:
    """Set the controls to the preset that the address names, for links that people write; its settings replace it."""
    name = st.query_params.pop("preset", None)
    if name is None:
        return
    say_unknown({"preset": [name]}, "preset", PRESETS)
    if spec := PRESETS.get(name):
        show_spec(spec)


def _apply() -> None:
    if spec := PRESETS.get(st.session_state["preset"]):
        show_spec(spec)

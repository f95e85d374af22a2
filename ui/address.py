"""What the address asks for and no control can take is named, with what must hold; call where controls are drawn."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from gradcore.checks import suggestion
from ui.words import escaped

Parameters = Mapping[str, list[str]]
DEFAULT = "The default is used."
EVERYWHERE = ("projector",)  # larger type and no menu: ui/frame.py
OPENED = "address_read"  # of the session: what the page was opened with has been looked at
LONGEST = 40  # characters of a value that are repeated


@dataclass(frozen=True)
class Addressed:
    """A choice of names that are shown by their titles and stand in the address by themselves."""

    value: str
    widget: Mapping[str, Any]  # arguments of the select box or segmented control


def addressed(key: str, titles: Mapping[str, str], default: str) -> Addressed:
    """Return a choice that lives in the address; Streamlit's own binding would put the title there.

    Call where the widget is drawn. What the address asks for and is no name counts as the default.
    """
    asked = st.query_params.get(key, default)
    value = asked if asked in titles else default
    own = f"{key}_chosen"  # of the session
    st.session_state[own] = value

    def take() -> None:
        if (chosen := st.session_state[own]) == default:
            st.query_params.pop(key, None)
        else:
            st.query_params[key] = chosen

    options = {"options": list(titles), "format_func": titles.__getitem__, "key": own, "on_change": take}
    return Addressed(value, options)


def parameters() -> Parameters:
    """Return every parameter of the address; call before the controls take what they can read and drop the rest."""
    return {key: st.query_params.get_all(key) for key in st.query_params}


def say_not_whole(given: Parameters, key: str, least: int, most: int) -> None:
    """Name a parameter that is not a whole number in its range."""
    for text in given.get(key, []):
        if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
            _say(f"`{key}` must be a whole number from {least} to {most}", key, text)


def say_not_number(given: Parameters, key: str, least: float, most: float) -> None:
    """Name a parameter that is not a number in its range."""
    for text in given.get(key, []):
        try:
            fits = least <= float(text) <= most
        except ValueError:
            fits = False
        if not fits:
            _say(f"`{key}` must be a number from {least:g} to {most:g}", key, text)


def say_not_flag(given: Parameters, key: str) -> None:
    """Name a parameter that is neither true nor false."""
    for text in given.get(key, []):
        if text.lower() not in ("true", "false"):
            _say(f"`{key}` must be true or false", key, text)


def say_unknown(given: Parameters, key: str, known: Collection[str], *, several: bool = False) -> None:
    """Name each value of a parameter that is none of those that are known; `several` where others may stay."""
    for text in given.get(key, []):
        if text not in known and (text or not several):  # an empty one is how no choice of several looks
            then = "It is left out." if several else DEFAULT
            _say(f"`{key}` must be one of {', '.join(known)}", key, text, then, suggestion(text, known))


def say_no_such(key: str, known: Collection[str], missing: str, then: str) -> None:
    """Say in one sentence that a place of the address is none of very many; `missing` begins it."""
    for text in parameters().get(key, []):
        if text not in known:
            st.warning(escaped(f"{missing} '{text[:LONGEST]}'{suggestion(text, known) or '.'} {then}"))


def say_unknown_keys(given: Parameters, known: Collection[str], families: tuple[str, ...] = ()) -> None:
    """Name each parameter that the page does not have; `families` begin the names of those that it may draw later."""
    for key in given:
        if key not in (*known, *EVERYWHERE) and not key.startswith(families):
            end = suggestion(key, known) or "."
            st.warning(escaped(f"Unknown setting '{key[:LONGEST]}' in the address{end} It is ignored."))


def say_without_control(given: Parameters, known: Collection[str], where: str) -> None:
    """Name, when a page is opened, each parameter whose control it does not draw; call once all are drawn."""
    if st.session_state.get(OPENED):
        return
    st.session_state[OPENED] = True
    for key in given:
        if key in known and key not in st.session_state:
            st.warning(escaped(f"'{key}' of the address has no control {where}. It is ignored."))


def _say(must: str, key: str, text: str, then: str = DEFAULT, near: str = "") -> None:
    st.warning(escaped(f"{must}. Received: {key}={text[:LONGEST]}{near or '.'} {then}"))

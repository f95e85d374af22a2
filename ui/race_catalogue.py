"""The catalogue of optimizers, as a table to read."""

import re

import streamlit as st

from gradcore.arguments_text import arguments_text
from gradcore.optimizers import OPTIMIZERS, Optimizer
from ui.words import escaped

LINK = re.compile(r"https://\S+")


def catalogue_fold() -> None:
    """Draw every optimizer that can enter: Keras' name, what it does, its settings, where it comes from."""
    with st.expander("Every optimizer that can enter"):
        st.table([_row(entry) for entry in OPTIMIZERS.values()], border="horizontal")
        st.caption("Names and settings are those of Keras; each can stand in Settings of the table of entrants.")


def _row(entry: Optimizer) -> dict[str, str]:
    return {
        "Optimizer": escaped(entry.name),
        "What it does": escaped(entry.summary),
        "Learning rate": f"{entry.learning_rate:g}",
        "Settings, at Keras' defaults": escaped(arguments_text(entry.own_arguments.items())),
        "Reference": _linked(entry.reference),
    }


def _linked(reference: str) -> str:
    """Return a reference whose title is its link, where it names one."""
    link = LINK.search(reference)
    title = escaped(LINK.sub("", reference).strip().rstrip(","))
    return f"[{title}]({link[0]})" if link else title

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
        st.caption("Names and settings are those of Keras; every setting can be typed in the table of entrants.")
        st.markdown("\n".join(f"- {_entry(entry)}" for entry in OPTIMIZERS.values()))


def _entry(entry: Optimizer) -> str:
    settings = arguments_text({"learning_rate": entry.learning_rate, **entry.own_arguments}.items())
    told = f"**{escaped(entry.name)}.** {escaped(entry.summary)} {_linked(entry.reference)}"
    return f"{told}  \n  :small[:gray[{escaped(settings)}]]"


def _linked(reference: str) -> str:
    """Return a reference whose title is its link, where it names one."""
    link = LINK.search(reference)
    title = escaped(LINK.sub("", reference).strip().rstrip(","))
    return f"[{title}]({link[0]})" if link else title

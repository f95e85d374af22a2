"""The guide's glossary: every word and symbol that the pages use; ?term=NAME brings one into view."""

from typing import Final

import streamlit as st

from gradcore.guide.glossary import GLOSSARY, SUBJECTS
from gradcore.guide.model import Term
from ui.address import say_no_such
from ui.guide_parts import bring_into_view, heading, see, shown, write

BIND: Final = "query-params"
TERM = "term"  # of the address


def draw() -> None:
    """Draw all entries by subject, or those that hold what is looked for."""
    say_no_such(TERM, GLOSSARY, "The glossary has no entry", "All entries are shown.")
    asked = st.query_params.get(TERM, "")
    wanted = st.text_input(
        "Find", key="find", bind=BIND, placeholder=f"one of {len(GLOSSARY)} words and symbols", width=360
    ).strip()
    found = {subject: [term for term in terms if holds(term, wanted)] for subject, terms in SUBJECTS.items()}
    if not any(found.values()):
        st.caption("No entry holds this; clear the field to see all.")
    for number, (subject, terms) in enumerate(found.items()):
        if terms:
            write(heading(f"subject-{number}", subject) + "\n".join(map(term_text, terms)))
    if asked in GLOSSARY:
        bring_into_view(place_of(asked))


def place_of(name: str) -> str:
    """Return the anchor of an entry."""
    return f"term-{name}"


def holds(term: Term, wanted: str) -> bool:
    """Return whether an entry has these letters in its title, its other words, or its definition.

    Example:
        >>> holds(GLOSSARY["tie"], "TIED"), holds(GLOSSARY["tie"], "sigmoid")
        (True, False)
    """
    return wanted.lower() in " ".join((term.title, *term.also, term.definition, term.name)).lower()


def term_text(term: Term) -> str:
    """Return an entry as Markdown."""
    formula = f"\n\n${term.formula}$" if term.formula else ""
    also = f" Also: {', '.join(term.also)}." if term.also else ""
    told = f"**{shown(term.title)}** · {shown(term.definition)}{formula}"
    return (
        f'<div class="guide-term" id="{place_of(term.name)}">\n\n{told}\n\n'
        f'<p class="guide-note">{see(*term.seen)}.{also}</p>\n</div>\n'
    )

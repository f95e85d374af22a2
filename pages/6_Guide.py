"""Guide: the notebook's framework, each claim beside what is measured; glossary, questions, how far to trust it."""

from collections.abc import Callable, Mapping

import streamlit as st

from ui import guide_framework, guide_glossary, guide_questions, guide_trust
from ui.address import parameters, say_unknown, say_unknown_keys
from ui.frame import GUIDE, frame
from ui.guide_parts import STYLE

# A chapter is a module of ui/ with one function `draw`; only the chosen one runs.
CHAPTERS: Mapping[str, Callable[[], None]] = {
    "Framework": guide_framework.draw,
    "Glossary": guide_glossary.draw,
    "Questions": guide_questions.draw,
    "How far to trust it": guide_trust.draw,
}
# Of its address; "part" is the clipping lab's, and the menu would carry one page's to the other.
CHAPTER = "chapter"
PLACES: Mapping[str, str] = {guide_framework.SECTION: "Framework", guide_glossary.TERM: "Glossary"}
KNOWN = (CHAPTER, *PLACES, "mark", "find")
FAMILIES = ("predict_",)
SEEN = "guide_place"  # of the session: the place that the address named last


def main() -> None:
    with frame(GUIDE):
        st.html(STYLE)
        say_unknown(parameters(), CHAPTER, CHAPTERS)
        say_unknown_keys(parameters(), KNOWN, FAMILIES)
        open_place()
        first = next(iter(CHAPTERS))
        chapter = st.segmented_control(
            "Chapter",
            list(CHAPTERS),
            default=first,
            key=CHAPTER,
            bind="query-params",
            required=True,
            label_visibility="collapsed",
            on_change=leave_place,
        )
        CHAPTERS[chapter or first]()


def open_place() -> None:
    """Open the chapter that holds the section or the term of the address, once for each that it names."""
    for key, chapter in PLACES.items():
        place = st.query_params.get(key)
        if place and st.session_state.get(SEEN) != (key, place):
            st.session_state[SEEN] = (key, place)
            st.session_state[CHAPTER] = chapter


def leave_place() -> None:
    """Take the place out of the address when another chapter is chosen."""
    for key in PLACES:
        st.query_params.pop(key, None)


if __name__ == "__main__":
    main()

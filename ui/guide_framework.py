"""The guide's framework: contents, pictures, and every claim with its mark, figure and link in the margin."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from gradcore.guide.model import Mark, Section
from gradcore.guide.sections import CLAIMS, SECTIONS
from ui.address import parameters, say_no_such, say_unknown
from ui.guide_parts import MARKS, bring_into_view, claim_text, heading, write
from ui.guide_pictures import PICTURES

BIND: Final = "query-params"
ALL = "All"
SECTION = "section"  # of the address
HOW = (
    "Each claim is the notebook's. In the margin stands what comes out when it is measured here: *confirmed here*, "
    "*depends* on something, or *not confirmed here*, with our figure and links that say what opens. Where something "
    "has to be trained first, the page that opens stands at its settings: press its start button. "
    "$a_l$ is the signal that comes back to a layer, in parts of the last layer's; E the share of what a disease costs "
    "that a solution gives back."
)


def draw() -> None:
    """Draw the framework, or those claims that have one mark."""
    say_no_such(SECTION, (*SECTIONS, *CLAIMS), "The guide has no part", "The whole framework is shown.")
    write(f'<div class="guide-opening">\n\n{HOW}\n\n</div>\n{contents()}')
    chosen = _marks()
    for section in SECTIONS.values():
        _section(section, chosen)
    place = st.query_params.get(SECTION, "")
    if place in SECTIONS or place in CLAIMS:
        bring_into_view(place)


def contents() -> str:
    """Return the table of contents as HTML; on a phone it is folded."""
    lines = "".join(f'<a href="#{name}" target="_self">{section.title}</a>' for name, section in SECTIONS.items())
    return (
        f'<nav class="guide-contents guide-wide" aria-label="Contents">{lines}</nav>\n'
        f'<details class="guide-narrow"><summary>Contents: {len(SECTIONS)} parts</summary>'
        f'<nav class="guide-contents" aria-label="Contents">{lines}</nav></details>\n'
    )


def counts() -> Mapping[Mark, int]:
    """Return how many claims have each mark."""
    marks = [claim.mark for claim in CLAIMS.values()]
    return {name: marks.count(name) for name in MARKS}


def _marks() -> Mark | None:
    """Draw the choice of a mark; return it, None where all claims are shown."""
    titles = {f"{title} ({counts()[name]})": name for name, title in MARKS.items()}
    say_unknown(parameters(), "mark", (ALL, *titles))
    chosen = st.segmented_control("Claims", [ALL, *titles], default=ALL, key="mark", bind=BIND, required=True)
    return titles.get(chosen or ALL)


def _section(section: Section, chosen: Mark | None) -> None:
    """Draw a section; of one mark only its claims, and nothing where there are none."""
    claims = [claim for claim in section.claims if chosen in (None, claim.mark)]
    if not claims:
        return
    opening = "\n\n".join(section.opening)
    write(f'{heading(section.name, section.title)}<div class="guide-opening">\n\n{opening}\n\n</div>\n')
    if section.picture and chosen is None:
        st.html(PICTURES[section.picture]())
    write("\n".join(map(claim_text, claims)))

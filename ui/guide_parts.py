"""Parts of the guide as Markdown and HTML: links, marks, claims. All text in them is the guide's own, no visitor's.

A claim stands in one readable column, its mark, figure and link in the margin; on a phone they stand below it.
"""

import json
import re
from collections.abc import Mapping
from html import escape

import streamlit as st

from gradcore.guide.measured import told
from gradcore.guide.model import CLIPPING, GUIDE, HEALTH, RACE, RECEPTION, SOLUTIONS, Claim, Link, Mark
from gradcore.titles import typeset
from ui import frame

# page of the guide's links -> its name in the address, and as its title has it
ROUTES: Mapping[str, tuple[str, str]] = {
    RECEPTION: ("./", frame.RECEPTION.title),
    CLIPPING: ("Clipping_Lab", frame.CLIPPING.title),
    RACE: ("Optimizer_Race", frame.RACE.title),
    HEALTH: ("Health_Check", frame.HEALTH.title),
    SOLUTIONS: ("Solutions", frame.SOLUTIONS.title),
    GUIDE: ("Guide", frame.GUIDE.title),
}
MARKS: Mapping[Mark, str] = {
    "confirmed": "Confirmed here",
    "depends": "Depends",
    "not_confirmed": "Not confirmed here",
}
STYLE = """<style>
.guide-text, .guide-opening, .guide-contents { max-width: 64ch; }
.guide-claim { display: grid; grid-template-columns: minmax(0, 64ch) minmax(14rem, 30rem); gap: 0 2.5rem;
  padding: 0.25rem 0; margin: 0 0 0.75rem; border-radius: 0.25rem; scroll-margin-top: 5rem; }
.guide-claim p { margin: 0 0 0.4rem; line-height: 1.6; }
.guide-note { font-size: 0.875rem; padding-left: 0.9rem; border-left: 2px solid light-dark(#E7EAEF, #242C3B);
  color: light-dark(#3C4657, #B8C1CF); }
.guide-claim .katex, .guide-term .katex { font-size: 1.08em; }
.guide-note p { line-height: 1.45; margin-bottom: 0.3rem; }
.guide-mark { display: inline-block; font-weight: 600; color: light-dark(#1A2233, #E6E9F0); }
.guide-dot { display: inline-block; width: 0.65em; height: 0.65em; border-radius: 50%; margin-right: 0.4em;
  border: 2px solid light-dark(#246C56, #9FEFA7); background: light-dark(#246C56, #9FEFA7); }
.guide-dot[data-mark="depends"] { border-color: light-dark(#785309, #EBBF02);
  background: linear-gradient(90deg, light-dark(#785309, #EBBF02) 50%, transparent 50%); }
.guide-dot[data-mark="not_confirmed"] { border-color: light-dark(#C61358, #EB8F71); background: transparent; }
.guide-see { font-weight: 500; color: light-dark(#234FFD, #869BF9); text-decoration: none; }
.guide-see:hover { text-decoration: underline; }
.guide-note p.guide-source { font-size: 0.75rem; color: light-dark(#5A6475, #9AA4B5); overflow-wrap: anywhere; }
.guide-contents { columns: 2; column-gap: 2rem; list-style: none; padding: 0; margin: 0 0 0.5rem; }
.guide-contents a { display: block; padding: 0.2rem 0; color: light-dark(#234FFD, #869BF9); text-decoration: none; }
.guide-contents a:hover { text-decoration: underline; }
.guide-term { max-width: 72ch; padding: 0.4rem 0.6rem; margin: 0 0 0.25rem -0.6rem; border-radius: 0.25rem;
  scroll-margin-top: 5rem; }
.guide-term p { margin: 0 0 0.25rem; line-height: 1.55; }
.guide-term .guide-note { border: 0; padding: 0; }
.guide-here, .guide-claim:target, .guide-term:target {
  background: light-dark(#EEF2FF, #1B2442); box-shadow: 0 0 0 0.5rem light-dark(#EEF2FF, #1B2442); }
.stMainBlockContainer h2.guide-head { font-size: 1.3rem; font-weight: 650; margin: 2rem 0 0.5rem; padding: 0; }
.guide-place { scroll-margin-top: 4rem; }
.stMainBlockContainer [data-testid="stTable"] [data-testid="stMarkdownContainer"] { overflow: visible; }
.stMainBlockContainer [data-testid="stTable"] .katex { font-size: 1.08em; }
@media (max-width: 1000px) {
  .guide-claim { grid-template-columns: minmax(0, 1fr); gap: 0.3rem; margin-bottom: 1.25rem; }
}
.guide-narrow { display: none; margin: 0 0 0.75rem; }
.guide-narrow summary { cursor: pointer; font-weight: 600; padding: 0.35rem 0; }
@media (max-width: 640px) {
  .guide-contents { columns: 1; }
  .guide-contents.guide-wide { display: none; }
  .guide-narrow { display: block; }
  .stMainBlockContainer [data-testid="stTable"] :is(td, th) { min-width: 6.5rem; }
}
</style>"""
SYMBOL = re.compile(r"(?<![\\\w$({])\b([acv])_l\b(?![\w$}^])")  # in words; a formula has its own
# Streamlit draws an element when it arrives; the place is looked for until it is there.
FIND = """<script>
{
let tries = 0;
const find = () => {
  const place = document.getElementById(NAME);
  if (place) {
    document.querySelectorAll(".guide-here").forEach((old) => old.classList.remove("guide-here"));
    place.classList.add("guide-here");
    place.scrollIntoView({ block: "center" });
  } else if (tries++ < 100) setTimeout(find, 50);
};
find();
}
</script>"""


def shown(text: str) -> str:
    """Return a text of the guide with its numbers and its symbols set as such.

    Example:
        >>> shown("a_l is 1e-6, c_l above 0.95")
        '$a_l$ is 1e−6, $c_l$ above 0.95'
    """
    return SYMBOL.sub(r"$\1_l$", typeset(text))


def address(link: Link) -> str:
    """Return where a link leads, relative to the guide's own address.

    Example:
        >>> address(Link(HEALTH, "Dying ReLU", (("preset", "dying_relu"),)))
        'Health_Check?preset=dying_relu'
    """
    return ROUTES[link.page][0] + link.query


def see(*links: Link, verb: str = "See it") -> str:
    """Return links as HTML: each says what is seen there; on hover, which page it opens.

    Example:
        >>> see(Link(HEALTH, "Dying ReLU", (("preset", "dying_relu"),), "dead units"))  # doctest: +ELLIPSIS
        'See it: <a class="guide-see" href="Health_Check?preset=dying_relu" ... title="Health check">dead units</a>'
    """
    return f"{escape(verb)}: {', '.join(map(_link, links))}"


def _link(link: Link) -> str:
    where = escape(ROUTES[link.page][1])
    return (
        f'<a class="guide-see" href="{escape(address(link))}" target="_self" title="{where}">'
        f"{escape(link.opens or link.shows)}</a>"
    )


def mark(name: Mark) -> str:
    """Return a mark as HTML: a filled, half filled or empty dot, and its name."""
    return f'<span class="guide-mark"><span class="guide-dot" data-mark="{name}"></span>{MARKS[name]}</span>'


def claim_text(claim: Claim) -> str:
    """Return a claim as Markdown: its text, and in the margin mark, figure, link and where the figure comes from."""
    joined = " " if claim.mark == "depends" else ". "
    evidence = shown(told(claim.evidence))
    return (
        f'<div class="guide-claim" id="{claim.name}">\n<div class="guide-text">\n\n{typeset(claim.text)}\n\n</div>\n'
        f'<div class="guide-note">\n\n{mark(claim.mark)}{joined}{evidence}\n\n'
        f'<p>{see(*claim.links, verb=claim.see)}</p>\n<p class="guide-source">{escape(claim.source)}</p>\n'
        "</div>\n</div>\n"
    )


def heading(name: str, title: str) -> str:
    """Return the heading of a part as HTML, with its anchor."""
    # Streamlit gives a heading an anchor of its own making, so the place is the box around it.
    return f'<div class="guide-place" id="{name}"><h2 class="guide-head">{escape(title)}</h2></div>\n'


def write(text: str) -> None:
    """Draw Markdown that holds HTML of the guide's own."""
    st.markdown(text, unsafe_allow_html=True)


def bring_into_view(name: str) -> None:
    """Scroll to the place with this anchor and mark it; the anchor is one of the guide's own."""
    st.html(FIND.replace("NAME", json.dumps(name)), unsafe_allow_javascript=True)

"""The frame of every page: page config, gate, menu, and one sentence instead of a traceback."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from gradcore.errors import GradcoreError
from ui import services
from ui.words import as_sentence, escaped

MARK = Path(__file__).with_name("mark.svg")  # the tab's icon; a material symbol would be fetched from the internet
STYLE = """<style>
.stMainBlockContainer { max-width: 1360px; padding: 2.25rem 2rem 4rem; }
[data-testid="stSidebar"] { width: 220px !important; min-width: 220px; }
.stMainBlockContainer h1 { font-size: 1.75rem; font-weight: 650; letter-spacing: -0.01em; padding: 0; }
.stMainBlockContainer { font-variant-numeric: tabular-nums; }
[data-testid="stSidebarHeader"] { height: 2.5rem; }
[data-testid="stCaptionContainer"] { color: light-dark(#5A6475, #9AA4B5) !important; opacity: 1 !important; }
[data-testid="stCaptionContainer"] p { color: inherit !important; opacity: 1 !important; }
.stMainBlockContainer h3 { font-size: 1.15rem; padding: 1rem 0 0.5rem; }
.stMainBlockContainer [data-testid="stPageLink"] p { white-space: normal; }
.stMainBlockContainer [data-testid="stButtonGroup"] button { padding-inline: 0.7rem; }
[data-testid="stBaseButton-primary"]:not(:disabled) { color: light-dark(#FFFFFF, #0F1420) !important; }
.gradcore-try { list-style: none !important; margin: 0 !important; padding: 0 !important; }
.gradcore-try li { margin: 0 0 0.5rem !important; padding: 0 !important; }
.gradcore-try a { color: light-dark(#234FFD, #869BF9); font-weight: 600; text-decoration: none; }
.gradcore-try a:hover { text-decoration: underline; }
@media (max-width: 640px) {
  .stMainBlockContainer { padding: 4.25rem 1rem 3rem; }
  .st-key-patient { flex-basis: 100% !important; }
  [class*="st-key-head_"] { flex-wrap: nowrap; align-items: flex-start; }
}
@media print {
  [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stToolbar"], .stMainBlockContainer :is(button,
  [data-testid="stPopover"], [data-testid="stSlider"], [data-testid="stStatusWidget"]) { display: none !important; }
  .stApp, [data-testid="stAppViewContainer"], [data-testid="stMain"], .stMainBlockContainer {
    position: static !important; display: block !important; height: auto !important; overflow: visible !important;
    max-width: none !important; padding: 0 !important;
  }
  .gradcore-plot, [data-testid="stTable"], .stMainBlockContainer h3 { break-inside: avoid; break-after: auto; }
  .gradcore-plot svg { max-width: 100%; }
}
</style>"""
# For a room: everything a quarter larger, charts with it (they follow the root's type size), and no menu.
PROJECTOR = """<style>
html { font-size: 20px !important; }
[data-testid="stSidebar"], [data-testid="stExpandSidebarButton"], [data-testid="stHeader"] { display: none !important; }
.stMainBlockContainer { max-width: none; padding-top: 1rem; }
</style>"""
# On a phone the menu covers the page: a tap on one of its links closes it.
CLOSE_MENU = """<script>
{
const menu = document.querySelector('[data-testid="stSidebar"]');
if (menu && !menu.dataset.closes) {
  menu.dataset.closes = "yes";
  menu.addEventListener("click", (event) => {
    if (window.innerWidth < 768 && event.target.closest('[data-testid="stPageLink"] a'))
      setTimeout(() => menu.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click(), 50);
  });
}
}
</script>"""
MENU_SECONDS = 2.0


@dataclass(frozen=True)
class Page:
    """One line of the menu."""

    path: str
    title: str
    icon: str
    sentence: str
    help: str  # what it is for, in two sentences


RECEPTION = Page(
    "app.py",
    "Reception",
    ":material/home:",
    "See, measure and cure the gradient problems of deep networks.",
    "Start here: a sick and a treated network train side by side, and four "
    "doors lead on. Show me walks through a whole treatment in three minutes.",
)
CLIPPING = Page(
    "pages/1_Clipping_Lab.py",
    "Clipping lab",
    ":material/content_cut:",
    "Find out what each way of clipping does to a gradient, to a stream of gradients, to a descent, and to your run.",
    "Use it to choose a clip rule and its threshold. Each rule is applied to one "
    "gradient, a stream, a descent over a cliff and the gradients of your own run.",
)
RACE = Page(
    "pages/2_Optimizer_Race.py",
    "Optimizer race",
    ":material/flag:",
    "Find out which optimizer trains a network best, and whether the difference is real.",
    "Use it to compare optimizers on equal terms: the same first weights, batches and budget "
    "for learning rates. The ranking says who is told apart from whom, and ties are called ties.",
)
HEALTH = Page(
    "pages/3_Health_Check.py",
    "Health check",
    ":material/cardiology:",
    "Find out which layer of a network is sick, at which step, and why.",
    "Use it when a network does not train: every layer is measured at every step, and findings "
    "say which one is sick and why. A treatment is then tried against the untreated network, in pairs.",
)
SOLUTIONS = Page(
    "pages/4_Solutions.py",
    "Solutions",
    ":material/balance:",
    "Find out what each remedy is worth: the textbook's opinion beside what was measured, with its cost.",
    "Use it to decide which remedy is worth its price on which problem. Every number was "
    "trained for and opens the evidence behind it, and can be measured again on this machine.",
)
GUIDE = Page(
    "pages/6_Guide.py",
    "Guide",
    ":material/menu_book:",
    "Find out which of the textbook's claims hold here, with the figure, and a link that shows it.",
    "Read it to learn what helps against gradient problems, and try each claim "
    "with one click. A glossary explains every term and symbol of the other pages.",
)
PAGES = (RECEPTION, CLIPPING, RACE, HEALTH, SOLUTIONS, GUIDE)


@contextmanager
def frame(page: Page) -> Iterator[None]:
    """Set up a page and draw its menu and title; an expected failure inside becomes one sentence.

    Must be the first statement of every page's `main`: a page is gated by its own frame, because a deep link
    may be the first request after a start.
    """
    st.set_page_config(page_title=f"{page.title} · Gradient Clinic", page_icon=str(MARK), layout="wide")
    st.html(STYLE)
    if st.query_params.get("projector") == "true":
        st.html(PROJECTOR)
    try:
        with st.sidebar:
            _menu()
        st.title(page.title, anchor=False, help=page.help)
        st.markdown(page.sentence)
    except GradcoreError as error:  # such as a store that cannot be reached
        st.error(escaped(as_sentence(error)), icon=":material/error:")
        st.stop()
    try:
        yield
    except GradcoreError as error:
        st.error(escaped(as_sentence(error)), icon=":material/error:")
    services.first_page().set()


def allowed() -> bool:
    """Return whether this visitor may see pages; without login everybody is a guest and may."""
    return True


def guarded_fragment(run_every: float | None = None) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a fragment that asks the gate at every rerun of its own; a bare one would go past it."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(function)
        def guarded(*arguments: Any) -> None:
            if not allowed():
                st.stop()
            try:
                function(*arguments)
            except GradcoreError as error:
                st.error(escaped(as_sentence(error)), icon=":material/error:")

        return st.fragment(guarded, run_every=run_every)

    return decorate


def _menu() -> None:
    st.markdown("**Gradient Clinic**")
    for page in PAGES:
        st.page_link(page.path, label=page.title, icon=page.icon)
    _workers()
    st.html(CLOSE_MENU, unsafe_allow_javascript=True)


@guarded_fragment(run_every=MENU_SECONDS)
def _workers() -> None:
    state = services.lab().workers()
    parts = [f"{state.warm} of {state.total} workers warm"]
    parts += [f"{state.busy} busy"] if state.busy else []
    parts += [f"queue {state.queued}"] if state.queued else []
    st.caption(" · ".join(parts))

"""The reception's four doors: a part of the medical analogy each, with a moving picture and where to play with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import streamlit as st

from gradcore.documents import example_document, trace_from_document
from gradcore.figures import glances as figures
from gradcore.figures.miniature import Miniature
from gradcore.glance_reading import blow_up_sentence, care_sentence, prevention_sentence, watched_sentence
from gradcore.glances import DIVERGING, INITIALIZERS, diverging, signals
from gradcore.records import RaceTrace
from ui.frame import CLIPPING, HEALTH, PAGES, RACE, Page
from ui.miniature import miniature
from ui.words import escaped

SECONDS = 6.0  # of a picture, from its first moment to its last
Link = tuple[Page | None, str, Mapping[str, str]]  # None: a page that this installation has not


@dataclass(frozen=True)
class Door:
    """One part of the analogy."""

    title: str
    about: str  # what belongs to it, in a few words
    drawn: Callable[[], tuple[Miniature, str]]  # the picture, and the sentence that says what is seen
    links: tuple[Link, ...]


def doors() -> None:
    """Draw the four doors, side by side where there is room."""
    st.html(STYLE)
    with st.container(key="doors"):
        for number, door in enumerate(DOORS):
            with st.container(key=f"door_{number}", border=True):
                _door(door, number)


def _door(door: Door, number: int) -> None:
    st.subheader(door.title, anchor=False)
    st.caption(door.about)
    picture, sentence = door.drawn()
    miniature([picture], key=f"door_picture_{number}", seconds=SECONDS)
    st.markdown(escaped(sentence))
    with st.container(gap="xxsmall"):
        for page, label, settings in door.links:
            if page is not None:
                st.page_link(page.path, label=label, icon=page.icon, query_params=with_projector(settings))


def warm_up() -> None:
    """Draw the pictures of all doors, for the first visitor."""
    for door in DOORS:
        door.drawn()


def with_projector(settings: Mapping[str, str]) -> dict[str, str]:
    """Return parameters of an address, with the one that every page keeps."""
    kept = st.query_params.get("projector")
    return {**settings, **({"projector": kept} if kept else {})}


def page_named(title: str) -> Page | None:
    """Return the page of this title in the menu, None where there is none.

    Example:
        >>> page_named("Reception").path, page_named("Operating theatre")
        ('app.py', None)
    """
    return next((page for page in PAGES if page.title == title), None)


@cache
def _prevention() -> tuple[Miniature, str]:
    found = signals()
    short, whole = (dict(zip(INITIALIZERS, names, strict=True)) for names in (("Glorot", "He"), ("Glorot's", "He's")))
    return figures.prevention(found, short), prevention_sentence(found, whole)


@cache
def _early_detection() -> tuple[Miniature, str]:
    found = diverging()
    return figures.early_detection(found.norms, found.warned, found.doubled), watched_sentence(found)


@cache
def _treatment() -> tuple[Miniature, str]:
    race = _race("exploding_rnn")
    return figures.treatment(race), blow_up_sentence(race)


@cache
def _long_term_care() -> tuple[Miniature, str]:
    race = _race("default")
    return figures.long_term_care(race), care_sentence(race)


def _race(preset: str) -> RaceTrace:
    return trace_from_document(example_document(preset))


WATCHED = {
    "depth": str(len(DIVERGING.network.hidden)),
    "learning_rate": str(DIVERGING.optimizer.learning_rate),
    "kernel_initializer": DIVERGING.network.kernel_initializer.name,
    "steps": str(DIVERGING.steps),
}
DOORS = (
    Door(
        "Prevention",
        "Initialisation and architecture",
        _prevention,
        (
            (HEALTH, "Check the 30 layers", {"preset": "glorot_relu_30"}),
            (page_named("Solutions"), "Compare the solutions", {}),
        ),
    ),
    Door(
        "Early detection",
        "Every layer watched at every step",
        _early_detection,
        (
            (HEALTH, "Watch this network", WATCHED),
            (HEALTH, "Stop it at the warning", {**WATCHED, "stop_at_warning": "true"}),
        ),
    ),
    Door(
        "Treatment",
        "Clipping and normalisation",
        _treatment,
        (
            (RACE, "Race the two", {"preset": "exploding_rnn"}),
            (CLIPPING, "See what each clip rule does", {}),
        ),
    ),
    Door(
        "Long-term care",
        "Optimizer, schedule, diagnostics",
        _long_term_care,
        (
            (RACE, "Race six optimizers", {"preset": "default"}),
            (RACE, "See why momentum helps", {"preset": "why_momentum"}),
        ),
    ),
)
STYLE = """<style>
.st-key-doors {
  display: grid; gap: 1rem; align-items: stretch;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 14.5rem), 1fr));
}
.st-key-doors > div, .st-key-doors > div > [class*="st-key-door_"] { height: 100%; }
.st-key-doors .gradcore-miniature-pictures > div { max-width: 19rem; }
.st-key-doors h3 { padding: 0 !important; }
.st-key-doors [data-testid="stPageLink"] p { white-space: normal; }
</style>"""

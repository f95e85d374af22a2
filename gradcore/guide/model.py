"""What the guide is made of: frozen records of text, marks, figures and links; it knows neither pages nor Streamlit."""

from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlencode

Mark = Literal["confirmed", "depends", "not_confirmed"]
MARKS: tuple[Mark, ...] = get_args(Mark)
RECEPTION, CLIPPING, RACE, HEALTH, SOLUTIONS, GUIDE = "reception", "clipping", "race", "health", "solutions", "guide"
PAGES = (RECEPTION, CLIPPING, RACE, HEALTH, SOLUTIONS, GUIDE)


@dataclass(frozen=True)
class Link:
    """A page in the state in which something can be seen."""

    page: str  # of PAGES
    shows: str  # a text that the page shows in this state
    parameters: tuple[tuple[str, str], ...] = ()  # of its address; a key may come several times
    opens: str = ""  # what is seen there, as the link says it; empty: what the page shows

    @property
    def query(self) -> str:
        """The parameters as they stand in an address, empty without any.

        Example:
            >>> link(CLIPPING, "Stream", part="Stream", stream_rules=["AutoClip", "ZClip"]).query
            '?part=Stream&stream_rules=AutoClip&stream_rules=ZClip'
        """
        return f"?{urlencode(self.parameters)}" if self.parameters else ""


def link(page: str, shows: str, opens: str = "", /, **parameters: str | list[str]) -> Link:
    """Return a link with these parameters; a list gives its key several times."""
    several = ((key, [value] if isinstance(value, str) else value) for key, value in parameters.items())
    return Link(page, shows, tuple((key, value) for key, values in several for value in values), opens)


@dataclass(frozen=True)
class Claim:
    """Something that is said of gradients, held against what is measured here."""

    name: str  # its anchor, unique in the guide
    text: str  # Markdown; what is claimed, and what it means
    mark: Mark
    evidence: str  # our figure, or on what it depends; {figure.value} stands for a number that was measured
    source: str  # the command or the page that the figure comes from
    links: tuple[Link, ...]  # where its figures are seen, the first one first
    see: str = "See it"


@dataclass(frozen=True)
class Section:
    """A part of the guide that can be read and linked alone."""

    name: str  # its anchor
    title: str
    opening: tuple[str, ...]  # paragraphs, Markdown
    claims: tuple[Claim, ...] = ()
    picture: str = ""  # of ui/guide_pictures.py
    covers: tuple[str, ...] = ()  # headings and phrases of the notebook that have their place here
    closing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Term:
    """A word or symbol that the pages use."""

    name: str  # its anchor, ?term=name
    title: str  # as the pages write it
    definition: str  # Markdown
    formula: str = ""  # LaTeX
    seen: tuple[Link, ...] = ()
    also: tuple[str, ...] = ()  # other words for it on the pages


@dataclass(frozen=True)
class Question:
    """Something to predict before it is run."""

    name: str
    text: str
    choices: tuple[str, ...]
    right: int  # place in the choices
    run: Link
    do: str  # what to press there, and where the number stands
    answer: str  # Markdown, with {figure.value}


@dataclass(frozen=True)
class Limit:
    """Something that this product cannot tell."""

    text: str
    link: Link | None = None


@dataclass(frozen=True)
class TheoryCheck:
    """A prediction in closed form, and what holds the product to it."""

    name: str  # as the paper or the tests call it
    subject: str
    formula: str  # LaTeX
    predicted: float  # by gradcore/theory or gradcore/depth_theory
    tolerance: str  # within which the measurement must lie
    tests: tuple[str, ...]  # path::function
    reference: str
    link: Link

"""Every link of the guide opens its page in its state; a word of a hover comes into view: a real browser, one page."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT
from tests.test_guide import LINKS
from ui.guide_parts import ROUTES, address

LOADED = 60_000  # ms, on a busy machine; a quiet one takes one second
# What a visitor reads, with what stands in fields.
SEEN = """() => document.body.innerText + "\\n" +
    [...document.querySelectorAll("input")].map((field) => field.value).join("\\n") + "\\n" +
    [...document.querySelectorAll("[aria-label]")].map((named) => named.getAttribute("aria-label")).join("\\n")"""
READY = """([title, shows]) => {
    const heading = document.querySelector("h1");
    const state = document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState;
    return heading?.innerText === title && state === "notRunning" && (%s)().includes(shows);
}"""
COMPLAINTS = '[data-testid="stAlertContentWarning"], [data-testid="stAlertContentError"], [data-testid="stException"]'
BECOME = ("preset", "optimizers")  # its settings, and entrants
# At these the controls stand anyhow, so the page leaves them out of its address.
USUAL = (("task_dimension", "10"), ("task_condition", "100"), ("gradient", "Explosive"))
ALL = {address(link): link for link in LINKS}


@pytest.fixture(scope="module")
def served(serve, tmp_path_factory):
    database = tmp_path_factory.mktemp("guide_links") / "runs.db"
    return serve(ROOT / "server.py", {"GRADCORE_DB": f"sqlite:///{database}", "GRADCORE_WORKERS": "1"})


@pytest.fixture(scope="module")
def visitor(chromium):
    """One page for all links: what is loaded once is not loaded again."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("place", ALL)
def test_a_link_opens_its_page_in_its_state_without_a_complaint(place, visitor: Page, served):
    link = ALL[place]
    visitor.goto(f"{served}/{place}", wait_until="commit")
    visitor.wait_for_function(READY % SEEN, arg=[ROUTES[link.page][1], link.shows], timeout=LOADED)
    complaints = visitor.locator(COMPLAINTS)
    assert complaints.count() == 0, complaints.all_inner_texts()
    kept = parse_qsl(urlsplit(visitor.url).query)
    taken = [pair for pair in link.parameters if pair[0] not in BECOME and pair not in USUAL]
    assert [pair for pair in taken if not _holds(pair, kept)] == []


def test_the_links_of_the_page_are_those_that_were_walked(visitor: Page, served):
    found = set()
    for chapter in ("Framework", "Glossary", "Questions", "How far to trust it"):
        visitor.goto(f"{served}/Guide?chapter={chapter}", wait_until="commit")
        expect(visitor.locator(".guide-see").first).to_be_attached(timeout=LOADED)
        visitor.wait_for_function(READY % SEEN, arg=["Guide", chapter], timeout=LOADED)
        found |= {link.get_attribute("href") for link in visitor.locator(".guide-see").all()}
    assert found == set(ALL)


def test_a_word_of_a_hover_comes_into_view_and_stands_out(visitor: Page, served):
    visitor.goto(f"{served}/Guide?term=holm", wait_until="commit")
    entry = visitor.locator("#term-holm")
    expect(entry).to_be_in_viewport(timeout=LOADED)
    expect(entry).to_have_class("guide-term guide-here")
    expect(entry).to_contain_text("Holm's correction")


def test_a_section_and_the_contents_lead_to_their_place(visitor: Page, served):
    visitor.goto(f"{served}/Guide?section=pitfalls", wait_until="commit")
    expect(visitor.locator("#pitfalls")).to_be_in_viewport(timeout=LOADED)
    visitor.get_by_role("link", name="The golden triangle").first.click()
    expect(visitor.locator("#triangle")).to_be_in_viewport()
    assert visitor.url.endswith("#triangle")


def _holds(pair: tuple[str, str], kept: list[tuple[str, str]]) -> bool:
    """Whether an address still asks for a value, however its number is written."""
    key, wanted = pair
    return any(other == key and _same(text, wanted) for other, text in kept)


def _same(text: str, wanted: str) -> bool:
    try:
        return float(text) == float(wanted)
    except ValueError:
        return text == wanted

"""Every page as a product: no serious accessibility finding, title, icon, help in two sentences, and on paper too."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ROOT
from ui.frame import PAGES

MINUTE = 60_000  # ms
GRAVE = ("serious", "critical")
ADDRESSES = {page.title: "/" if page.path == "app.py" else f"/{page.path.split('_', 1)[1][:-3]}" for page in PAGES}


@pytest.fixture(scope="module")
def address(serve, tmp_path_factory):
    database = tmp_path_factory.mktemp("every_page") / "runs.db"
    return serve(ROOT / "server.py", {"GRADCORE_DB": f"sqlite:///{database}", "GRADCORE_WORKERS": "1"})


def settled(page: Page, url: str, title: str) -> None:
    """Open a page and wait until it is drawn to its end."""
    page.goto(url)
    expect(page.get_by_role("heading", name=title, exact=True, level=1)).to_be_visible(timeout=MINUTE)
    expect(page.locator("[data-testid=stStatusWidget]")).to_have_count(0, timeout=MINUTE)
    expect(page.locator("[data-testid=stSkeleton]")).to_have_count(0, timeout=MINUTE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("title", ADDRESSES)
def test_axe_finds_nothing_serious(chromium: Browser, address, title, scheme):
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    settled(page, address + ADDRESSES[title], title)
    found = Axe().run(page).response["violations"]
    grave = [
        (one["id"], node["target"], node["html"][:200])
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]
    context.close()
    assert grave == []


@pytest.mark.parametrize("title", ADDRESSES)
def test_a_page_has_its_title_its_icon_and_help_and_fits_a_phone(chromium: Browser, address, title):
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    settled(page, address + ADDRESSES[title], title)
    expect(page).to_have_title(f"{title} · Gradient Clinic")
    assert page.locator("link[rel~=icon]").count() >= 1
    wide = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= 390
    context.close()


def test_the_menu_and_a_page_can_be_walked_with_the_keyboard(page: Page, address):
    settled(page, f"{address}/Solutions", "Solutions")
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.textContent.trim().slice(0, 40)"))
    wanted = [*ADDRESSES, "Measure here", "Breast cancer"]  # menu, primary button, a control below
    assert [name for name in wanted if not any(name in text for text in reached)] == []


def test_a_page_prints_without_menu_and_with_its_charts(page: Page, address):
    settled(page, f"{address}/Solutions", "Solutions")
    expect(page.locator(".gradcore-plot .main-svg").first).to_be_visible(timeout=MINUTE)
    page.emulate_media(media="print")
    expect(page.locator("[data-testid=stSidebar]")).to_be_hidden()
    expect(page.get_by_role("button", name=re.compile("^Measure here"))).to_be_hidden()
    expect(page.locator(".gradcore-plot .main-svg").first).to_be_visible()
    overflow = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stMain]')).overflow")
    assert overflow == "visible"


@pytest.mark.parametrize("page", PAGES, ids=[page.title for page in PAGES], indirect=False)
def test_help_says_what_a_page_is_for_in_two_sentences(page):
    assert page.help.count(". ") == 1
    assert page.help.endswith(".")

"""A first-time visitor sees something move, and the demonstration leads from a sick patient to its proven cure."""

import re

import pytest
from playwright.sync_api import Page, expect

from gradcore.demonstration import SCENES, scene
from tests.browser.conftest import ROOT

MINUTE = 60_000  # ms; the server loads what pages need first
LAST = len(SCENES)
BARS = ".gradcore-miniature rect[data-heights]"
# Lets some frames pass, then says how far the line of time has come.
FRAMES = """new Promise(done => {
  let left = COUNT;
  const next = () => left-- > 0 ? requestAnimationFrame(next)
    : done(document.querySelector('.gradcore-pace div')?.style.width);
  next();
})"""


@pytest.fixture(scope="module")
def address(serve, tmp_path_factory):
    database = tmp_path_factory.mktemp("demonstration") / "runs.db"
    return serve(ROOT / "server.py", {"GRADCORE_DB": f"sqlite:///{database}", "GRADCORE_WORKERS": "1"})


@pytest.fixture
def strict_complaints(complaints):
    """Console errors that are ours: Streamlit itself logs two 404s on every deep link."""
    yield complaints
    assert [text for text in complaints if "404" not in text] == []


def heading(page: Page, step: int):
    return page.get_by_role("heading", name=scene(step).title, exact=True)


def heights(page: Page) -> list[str]:
    return page.evaluate(f"[...document.querySelectorAll('{BARS}')].map(bar => bar.getAttribute('height'))")


def wait_until_moved(page: Page) -> None:
    """Wait until the bars are not where they were when this was asked."""
    page.wait_for_selector(BARS, timeout=MINUTE)
    before = ",".join(heights(page))
    page.wait_for_function(
        f"before => [...document.querySelectorAll('{BARS}')].map(bar => bar.getAttribute('height')).join() !== before",
        arg=before,
    )


def test_a_visitor_sees_something_move_and_is_led_to_the_patient(page: Page, address, strict_complaints):
    page.goto(f"{address}/?pace=600")  # however slow the machine, only this visitor leads on
    wait_until_moved(page)
    page.get_by_role("button", name=re.compile("^Show me")).click()
    for step in range(1, LAST + 1):
        expect(heading(page, step)).to_be_visible(timeout=MINUTE)
        page.wait_for_url(re.compile(f"demo={step}(&|$)"))
        if step < LAST:
            page.get_by_role("button", name=re.compile("^Next")).click()
    page.get_by_role("button", name="Open the patient and run it live").click()
    expect(page.get_by_role("heading", name="Health check")).to_be_visible(timeout=MINUTE)
    expect(page.get_by_role("combobox", name=re.compile("Patient"))).to_have_value("Sigmoid stack", timeout=MINUTE)
    expect(page.get_by_role("button", name=re.compile("^Start check"))).to_be_enabled(timeout=MINUTE)
    assert "demo" not in page.url
    assert "pace" not in page.url


def test_it_goes_on_by_itself_to_its_end_also_for_a_room(page: Page, address, strict_complaints):
    page.goto(f"{address}/?demo=1&pace=0.2&projector=true")
    expect(heading(page, LAST)).to_be_visible(timeout=MINUTE)
    assert f"demo={LAST}" in page.url
    assert "projector=true" in page.url
    page.get_by_role("button", name="Open the patient and run it live").click()
    page.wait_for_url(re.compile("/Health_Check.*projector=true"))


def test_paused_it_stands_still_and_the_keyboard_leads_on(page: Page, address, strict_complaints):
    page.goto(f"{address}/?demo=2&pace=0.2&paused=true")
    expect(heading(page, 2)).to_be_visible(timeout=MINUTE)
    page.wait_for_selector(".gradcore-pace div", state="attached")
    assert page.evaluate(FRAMES.replace("COUNT", "60")) == "0%"  # a second: five times the pace
    page.keyboard.press("ArrowRight")
    expect(heading(page, 3)).to_be_visible(timeout=MINUTE)
    page.keyboard.press("ArrowLeft")
    expect(heading(page, 2)).to_be_visible(timeout=MINUTE)
    page.keyboard.press("p")
    expect(heading(page, LAST)).to_be_visible(timeout=MINUTE)


def test_the_picture_is_there_before_the_front_end_and_leaves_to_the_page(page: Page, address):
    page.route("**/*.js", lambda route: route.abort())
    page.goto(address)
    first = page.locator("#gradcore-first")
    expect(first).to_be_visible(timeout=MINUTE)
    assert first.locator(".bar").count() == 18
    assert first.locator(".grow").first.evaluate("grow => getComputedStyle(grow).animationName") == "gradcore-grow"
    page.unroute("**/*.js")
    page.goto(address)
    page.wait_for_selector(BARS, timeout=MINUTE)
    expect(first).to_have_count(0, timeout=MINUTE)


def test_the_motion_of_the_reception_can_be_paused_and_goes_on(page: Page, address, strict_complaints):
    page.goto(address)
    wait_until_moved(page)
    page.get_by_role("button", name="Pause", exact=True).click()
    stood = heights(page)
    page.evaluate(FRAMES.replace("COUNT", "10"))
    assert heights(page) == stood
    page.get_by_role("button", name="Play", exact=True).click()
    wait_until_moved(page)


def test_who_asked_for_less_motion_sees_still_pictures_and_may_play_them(page: Page, address, strict_complaints):
    page.emulate_media(reduced_motion="reduce")
    page.goto(address)
    button = page.get_by_role("button", name="Play", exact=True)
    expect(button).to_be_visible(timeout=MINUTE)
    assert page.get_by_text("step 49 of 49").count() == 2  # the last moment, whole
    button.click()
    wait_until_moved(page)


@pytest.mark.parametrize("path", ["", "?demo=3", "?demo=7", "?demo=10"])
def test_it_fits_a_phone_in_the_dark(page: Page, address, strict_complaints, path):
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    page.goto(f"{address}/{path}")
    page.wait_for_selector(".gradcore-miniature svg, .gradcore-plot-area .plot-container", timeout=MINUTE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    wide = "[...document.querySelectorAll('.stMainBlockContainer *')].filter(e => e.getBoundingClientRect().right > 391"
    assert page.evaluate(f"{wide} && !e.closest('[data-testid=stDataFrame], .gradcore-plot')).length") == 0

"""A visitor's way over the cliff: the real server and its address, the paths played, controls changed."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT

AREA = ".gradcore-plot-area"
BAR = ".gradcore-plot-play"
MINUTE = 60_000
LAB = "Clipping_Lab?part=Cliff"


@pytest.fixture(scope="module")
def address(serve, tmp_path_factory):
    database = tmp_path_factory.mktemp("cliff") / "runs.db"
    return serve(ROOT / "server.py", {"GRADCORE_DB": f"sqlite:///{database}", "GRADCORE_WORKERS": "1"})


def open_part(page: Page, address: str, query: str = "", drawn: int = 2) -> None:
    page.set_default_timeout(MINUTE)
    page.goto(f"{address}/{LAB}{query}")
    page.wait_for_function(f"document.querySelectorAll('{AREA} .plot-container').length === {drawn}")


def steps_of(page: Page, name: str, chart: int = 0) -> int:
    """How many points of a path a chart shows."""
    line = f"t => t.name === '{name}' && t.mode.startsWith('lines')"
    return int(page.evaluate(f"document.querySelectorAll('{AREA}')[{chart}]._fullData.find({line}).x.length"))


def title(page: Page, chart: int = 0) -> str:
    return str(page.locator(f"{AREA} .gtitle").nth(chart).text_content())


def set_step(page: Page, step: int) -> None:
    page.locator(f"{BAR} input").fill(str(step))
    expect(page.locator(f"{BAR} output")).to_have_text(re.compile(f"Step {step} of "))


def test_a_visitor_plays_the_descent_up_to_the_throw(page: Page, address, complaints):
    open_part(page, address)
    assert steps_of(page, "No clipping") == 121
    assert "Without clipping the descent is thrown 4.58" in title(page)
    set_step(page, 20)
    for chart in (0, 1):
        page.wait_for_function(f"document.querySelectorAll('{AREA}')[{chart}]._fullData.some(t => t.x?.length === 21)")
    set_step(page, 21)
    landed = (
        f"document.querySelector('{AREA}')._fullData.find(t => t.name === 'No clipping' && t.mode === 'markers+text')"
    )
    page.wait_for_function(f"Math.abs({landed}.y[0] + 6.37) < 0.01")
    assert page.locator(f"{AREA} .contourfill path").count() > 5  # the ground stays while the paths move
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(f"document.querySelector('{BAR} output').textContent === 'Step 120 of 120'")
    page.wait_for_function(f"document.querySelector('{AREA}')._fullData.some(t => t.x?.length === 121)")
    assert [text for text in complaints if "404" not in text] == []


def test_a_changed_threshold_redraws_at_once_and_stays_in_the_address(page: Page, address, complaints):
    open_part(page, address)
    box = page.get_by_role("spinbutton", name="Global norm: max norm")
    box.fill("20")
    box.press("Enter")
    expect(page.locator(f"{AREA} .gtitle").first).to_contain_text("Global norm changes no gradient")
    expect(page).to_have_url(re.compile("cliff_clip_by_global_norm_max_norm=20"))
    page.reload()
    expect(page.locator(f"{AREA} .gtitle").first).to_contain_text("Global norm changes no gradient")
    assert [text for text in complaints if "404" not in text] == []


def test_x4_shows_where_the_unclipped_descent_is_lost(page: Page, address, complaints):
    open_part(page, address)
    page.get_by_text("x to the fourth", exact=True).click()
    page.wait_for_function(f"document.querySelectorAll('{AREA} .plot-container').length === 3")
    expect(page.locator(AREA).nth(1)).to_contain_text("not finite at step 4")
    expect(page.locator(AREA).first).to_contain_text("leaves the picture at step 1")
    set_step(page, 0)
    page.wait_for_function(f"!document.querySelectorAll('{AREA}')[1].textContent.includes('not finite at step 4')")
    assert "283 steps with clipping" in title(page, chart=2)
    expect(page.get_by_text("takes 101,003 steps", exact=True)).to_be_visible()
    assert [text for text in complaints if "404" not in text] == []


def test_an_experiment_sets_the_controls(page: Page, address):
    open_part(page, address)
    page.get_by_role("link", name=re.compile("A quarter of the learning rate")).click()
    expect(page.get_by_role("spinbutton", name="Learning rate")).to_have_value("0.1", timeout=MINUTE)
    expect(page.locator(f"{AREA} .gtitle").first).to_contain_text(re.compile(r"is thrown \d.*arrives at step 2\d\d"))
    page.reload()
    expect(page.get_by_role("spinbutton", name="Learning rate")).to_have_value("0.1", timeout=MINUTE)


def test_many_rules_are_told_apart_by_a_legend_of_several_columns(page: Page, address):
    rules = "".join(f"&cliff_rules={name}" for name in ("No+clipping", "By+value", "Global+norm", "ZClip", "AdaGC"))
    open_part(page, address, rules)
    entries = f"[...document.querySelector('{AREA}').querySelectorAll('.legend .traces')]"
    lefts = f"{entries}.map(one => Math.round(one.getBoundingClientRect().left))"
    assert len(set(page.evaluate(lefts))) > 1
    expect(page.get_by_role("cell", name="AdaGC")).to_be_visible()


def test_on_a_dark_phone_everything_fits(page: Page, address, complaints):
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    open_part(page, address, "&landscape=x+to+the+fourth", drawn=3)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(BAR).bounding_box()["width"] <= 390
    assert page.evaluate(f"document.querySelector('{AREA}')._fullLayout.paper_bgcolor") == "#0F1420"
    assert [text for text in complaints if "404" not in text] == []

"""A visitor's way through the dashboard: the real server, real workers, a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT

AREA = ".gradcore-plot-area"
MINUTE = 60_000  # ms; the first race waits until a worker has loaded TensorFlow
LONG = "steps=20000&width=128"  # trains long enough to look at it while it grows
STEPS_DRAWN = f"""() => {{
  const area = document.querySelector('{AREA}');
  const lines = (area?._fullData ?? []).filter(t => t.hovertemplate && t.x);
  return Math.max(0, ...lines.map(t => t.x.length ? Number(t.x[t.x.length - 1]) + 1 : 0));
}}"""


@pytest.fixture(scope="module")
def address(serve, tmp_path_factory):
    database = tmp_path_factory.mktemp("journey") / "runs.db"
    return serve(ROOT / "server.py", {"GRADCORE_DB": f"sqlite:///{database}", "GRADCORE_WORKERS": "2"})


def steps_drawn(page: Page) -> int:
    return int(page.evaluate(STEPS_DRAWN))


def wait_for_steps(page: Page, more_than: int) -> int:
    page.wait_for_function(f"({STEPS_DRAWN})() > {more_than}", timeout=MINUTE)
    return steps_drawn(page)


def x_range(page: Page) -> list[float]:
    return page.evaluate(f"document.querySelector('{AREA}')._fullLayout.xaxis.range.map(Number)")


def zoom(page: Page) -> None:
    """Drag over the middle of the loss chart."""
    box = page.locator(f"{AREA} .nsewdrag[data-subplot='xy']").first.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.2, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, y, steps=8)
    page.mouse.up()


def wait_for_end(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^(Run again|Start race)")).wait_for(timeout=2 * MINUTE)


@pytest.fixture
def strict_complaints(complaints):
    """Console errors that are ours: Streamlit itself logs two 404s on every deep link."""
    yield complaints
    assert [text for text in complaints if "404" not in text] == []


def test_a_visitor_starts_a_race_watches_it_leaves_and_finds_it_again(page: Page, address, strict_complaints):
    page.goto(address)
    page.get_by_role("button", name="Start the demonstration race").click(timeout=MINUTE)
    page.wait_for_url(re.compile(r"/Optimizer_Race\?run=[a-z0-9]{10}$"), timeout=MINUTE)
    first_race = page.url
    wait_for_end(page)
    expect(
        page.get_by_text("Times the best (95 %)").or_(page.locator("[data-testid=stDataFrame]")).first
    ).to_be_visible()
    expect(page.locator(AREA)).to_have_count(8)
    assert wait_for_steps(page, 199) == 200

    # a second, longer race with settings of its own: its curves grow, and a zoom survives that
    page.goto(f"{address}/Optimizer_Race?{LONG}")
    page.get_by_role("button", name=re.compile("^Start race")).click(timeout=MINUTE)
    page.wait_for_url(re.compile("run="), timeout=MINUTE)
    second_race = page.url
    seen = wait_for_steps(page, 0)
    seen = wait_for_steps(page, seen)
    zoom(page)
    page.wait_for_function(f"document.querySelector('{AREA}')._fullLayout.xaxis.range[1] < 19_999 * 0.7")
    zoomed = x_range(page)
    wait_for_steps(page, seen)
    assert x_range(page) == zoomed

    # reload: the same race, still growing, with the same settings
    page.reload()
    again = wait_for_steps(page, seen)
    wait_for_steps(page, again)
    expect(page.get_by_role("spinbutton", name="Steps")).to_have_value("20000")

    # cancel: what was recorded stays
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text(re.compile("cancelled")).first).to_be_visible(timeout=MINUTE)
    wait_for_steps(page, 0)

    # another day: the first race is opened by its link, and stands in the reception's table
    page.goto("about:blank")
    page.goto(first_race)
    expect(page.get_by_text(re.compile("finished in")).first).to_be_visible(timeout=MINUTE)
    assert wait_for_steps(page, 199) == 200
    page.goto(address)
    expect(page.locator("[data-testid=stDataFrame]")).to_be_visible(timeout=MINUTE)
    assert second_race != first_race


def test_this_visitors_latest_race_is_shown_and_nobody_elses(page: Page, chromium, address):
    page.goto(f"{address}/Optimizer_Race?steps=3&seeds=1&width=8")
    page.get_by_role("button", name=re.compile("^Start race")).click(timeout=MINUTE)
    page.wait_for_url(re.compile("run="), timeout=MINUTE)
    wait_for_end(page)
    page.goto(f"{address}/Optimizer_Race")
    expect(page.get_by_text(re.compile("8 – 4 relu · 1 seed × 3 steps"))).to_be_visible(timeout=MINUTE)
    stranger = chromium.new_context().new_page()
    stranger.goto(f"{address}/Optimizer_Race")
    expect(stranger.get_by_text("An example that ships with Gradient Clinic")).to_be_visible(timeout=MINUTE)
    stranger.context.close()


def test_an_experiment_sets_every_control_that_it_names(page: Page, address):
    page.goto(f"{address}/Optimizer_Race?run=nosuchrun1")
    expect(page.get_by_text("Your latest race is shown instead, or an example.")).to_be_visible(timeout=MINUTE)
    page.get_by_role("link", name=re.compile("The notebook's race")).click()
    expect(page.get_by_role("spinbutton", name="Steps")).to_have_value("5", timeout=MINUTE)
    expect(page.get_by_role("spinbutton", name="Depth")).to_have_value("4")
    expect(page.get_by_text("a constant answer expects 1/12").first).to_be_visible()
    page.get_by_role("link", name=re.compile("Eight layers of sigmoids")).click()
    expect(page.get_by_role("spinbutton", name="Depth")).to_have_value("8", timeout=MINUTE)
    expect(page.get_by_text("8 × 64")).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Steps")).to_have_value("200")  # not what the one before had set
    expect(page.get_by_text("a constant answer expects 1/12")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("spinbutton", name="Depth")).to_have_value("8", timeout=MINUTE)


def test_on_a_phone_the_menu_closes_after_a_tap(page: Page, address):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address)
    page.locator("[data-testid=stExpandSidebarButton]").click(timeout=MINUTE)
    page.locator("[data-testid=stSidebar]").get_by_role("link", name="Optimizer race").click()
    expect(page.get_by_role("heading", name="Optimizer race")).to_be_visible(timeout=MINUTE)
    expect(page.locator("[data-testid=stSidebar]")).to_have_attribute("data-collapsed", "true")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390

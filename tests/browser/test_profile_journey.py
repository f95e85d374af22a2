"""A visitor races over two tasks, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT

AREA = ".gradcore-plot-area"
MINUTE = 60_000  # ms; the first race waits until a worker has loaded TensorFlow
PART = "Optimizer_Race?view=Several+tasks"
SMALL = "steps=150&seeds=5&width=32&tasks=wine&tasks=diabetes"


@pytest.fixture(scope="module")
def address(serve, tmp_path_factory):
    database = tmp_path_factory.mktemp("profile") / "runs.db"
    return serve(ROOT / "server.py", {"GRADCORE_DB": f"sqlite:///{database}", "GRADCORE_WORKERS": "2"})


@pytest.fixture
def strict_complaints(complaints):
    """Console errors that are ours: Streamlit itself logs two 404s on every deep link."""
    yield complaints
    assert [text for text in complaints if "404" not in text] == []


def wait_for_text(page: Page, text: str) -> None:
    """Wait until the chart's title, which may be wrapped, holds a text."""
    found = f"(document.querySelector('{AREA}')?._fullLayout?.title.text ?? '').replace(/<br>/g, ' ')"
    page.wait_for_function(f"{found}.includes({text!r})", timeout=2 * MINUTE)


def test_a_visitor_races_over_two_tasks_and_finds_chart_table_and_link(page: Page, address, strict_complaints):
    page.goto(f"{address}/Optimizer_Race")
    page.get_by_text("Several tasks", exact=True).click(timeout=MINUTE)
    expect(page.get_by_text("An example that ships with Gradient Clinic")).to_be_visible(timeout=MINUTE)
    wait_for_text(page, "SGD + Momentum is significantly ahead")
    assert "view=Several+tasks" in page.url

    page.goto(f"{address}/{PART}&{SMALL}")
    page.get_by_role("button", name=re.compile(r"^Start · 2 races · about \d+ s")).click(timeout=MINUTE)
    page.wait_for_url(re.compile("runs="), timeout=MINUTE)
    expect(page.get_by_text("Diabetes ·")).to_be_visible(timeout=MINUTE)
    page.get_by_role("button", name=re.compile("^Run again · 2 races")).wait_for(timeout=2 * MINUTE)
    wait_for_text(page, "Share of 2 tasks solved")
    expect(page.locator(AREA)).to_have_count(1)
    expect(page.get_by_text(re.compile("has the highest score|share the highest score")).first).to_be_visible()
    expect(page.locator("[data-testid=stDataFrame]")).to_be_visible()
    table = page.locator("[data-testid=stTable]")
    expect(table.get_by_role("row")).to_have_count(3)

    # a task leads to its race, and the link alone to the same profile
    ids = re.search(r"runs=([a-z0-9]{10})%2C([a-z0-9]{10})", page.url)
    assert table.get_by_role("link", name="Wine").get_attribute("href") == f"?run={ids[1]}"
    page.goto(f"{address}/{PART}&runs={ids[1]},{ids[2]}")
    expect(page.get_by_role("spinbutton", name="Steps")).to_have_value("150", timeout=MINUTE)
    wait_for_text(page, "Share of 2 tasks solved")
    page.goto(f"{address}/Optimizer_Race?run={ids[1]}")
    expect(page.get_by_text(f"run {ids[1]}")).to_be_visible(timeout=MINUTE)


def test_a_hidden_line_leaves_the_other_names_where_their_lines_end(page: Page, address, strict_complaints):
    page.goto(f"{address}/{PART}")
    wait_for_text(page, "SGD + Momentum is significantly ahead")
    places = f"document.querySelector('{AREA}')._fullLayout.annotations.map((note) => [note.name, note.y, note.x])"
    before = {name: (y, x) for name, y, x in page.evaluate(places)}
    page.locator(f"{AREA} .annotation-text-g", has_text="Adagrad").first.click()
    page.wait_for_function(f"document.querySelector('{AREA}')._fullData.some((line) => line.visible === 'legendonly')")
    after = {name: (y, x) for name, y, x in page.evaluate(places)}
    assert after["SGD + Momentum"] == pytest.approx(before["SGD + Momentum"], abs=0.03)
    assert after["SGD"] == pytest.approx(before["SGD"], abs=0.03)


def test_the_menu_keeps_each_pages_part_apart(page: Page, address, strict_complaints):
    page.goto(f"{address}/Clipping_Lab?part=Stream")
    page.get_by_role("link", name="Optimizer race").first.click(timeout=MINUTE)
    page.get_by_text("Several tasks", exact=True).click(timeout=MINUTE)
    page.wait_for_url(re.compile("view=Several"), timeout=MINUTE)
    assert "part=" not in page.url
    page.get_by_role("link", name="Clipping lab").first.click()
    page.wait_for_url(re.compile("Clipping_Lab"), timeout=MINUTE)
    expect(page.get_by_text("Unknown setting")).to_have_count(0)


def test_on_a_phone_nothing_is_wider_than_the_screen(page: Page, address):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/{PART}")
    wait_for_text(page, "SGD + Momentum is significantly")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

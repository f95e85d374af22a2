"""A visitor weighs solutions, looks behind a number, starts a trial, stops it and goes on: real browser and worker."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT

MINUTE = 60_000  # ms; the first training waits until a worker has loaded TensorFlow


@pytest.fixture(scope="module")
def address(serve, tmp_path_factory):
    database = tmp_path_factory.mktemp("solutions_journey") / "runs.db"
    return serve(ROOT / "server.py", {"GRADCORE_DB": f"sqlite:///{database}", "GRADCORE_WORKERS": "1"})


def first_place(page: Page) -> str:
    return page.locator("[data-testid=stTable]").first.locator("td").nth(1).inner_text()


def test_opinion_meets_measurement_and_weights_rank_anew(page: Page, address):
    page.goto(f"{address}/Solutions")
    expect(page.get_by_role("figure", name="Effectiveness of solutions against their complexity")).to_be_visible(
        timeout=MINUTE
    )
    page.get_by_role("radio", name="Measured").click()
    expect(page).to_have_url(re.compile("view=measured"))
    page.get_by_text("More than the eight").click()
    expect(page.get_by_role("cell", name="Scaled residual")).to_be_visible()

    # what costs little comes first when only cost matters, and the address reproduces it
    slider = page.get_by_role("slider", name="Effectiveness")
    for _ in range(6):
        slider.press("ArrowLeft")
    expect(page).to_have_url(re.compile("effectiveness=0"))
    expect(page.locator("[data-testid=stTable]").first.locator("td").nth(1)).not_to_have_text("Scaled residual")
    place, link = first_place(page), page.url
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator("[data-testid=stTable]").first.locator("td").nth(1)).to_have_text(place, timeout=MINUTE)


def test_a_click_on_a_cell_shows_the_runs_behind_its_number(page: Page, address):
    page.goto(f"{address}/Solutions")
    heat = page.locator(".heatmaplayer").first
    heat.scroll_into_view_if_needed(timeout=MINUTE)
    box = heat.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 12, box["y"] + box["height"] / 16)
    expect(page.get_by_role("figure", name="Loss by rate")).to_be_visible()
    expect(page.get_by_text("Loss of each scored seed")).to_be_visible()
    expect(page).to_have_url(re.compile("solution="))

    # closing it leaves the page and its address as they were; the next number opens all diseases of a solution
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("solution="))
    bars = page.get_by_role("figure", name="Effectiveness of each solution").locator(".bars path").first
    bars.scroll_into_view_if_needed()
    box = bars.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.get_by_role("dialog").get_by_text(re.compile("Mean effect over"))).to_be_visible()
    expect(page).to_have_url(re.compile("on=all"))


def test_a_trial_is_started_stopped_and_goes_on_to_its_end(page: Page, address):
    page.goto(f"{address}/Solutions?task=wine")
    page.get_by_role("button", name=re.compile("^Try it")).nth(3).click(timeout=MINUTE)
    page.get_by_role("button", name="Cancel").click(timeout=MINUTE)
    page.get_by_role("button", name="Go on where it stopped").click(timeout=2 * MINUTE)
    expect(page.get_by_text(re.compile("Of 4 diseases the measured stack does better on"))).to_be_visible(
        timeout=6 * MINUTE
    )
    expect(page.get_by_role("heading", name="Resource constrained, tried on Wine")).to_be_visible()

"""A visitor checks a sick patient, looks at its sick layer, and moves a threshold: a real browser on a real worker."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT

MINUTE = 60_000  # ms; the first check waits until a worker has loaded TensorFlow


@pytest.fixture(scope="module")
def address(serve, tmp_path_factory):
    database = tmp_path_factory.mktemp("health_journey") / "runs.db"
    return serve(ROOT / "server.py", {"GRADCORE_DB": f"sqlite:///{database}", "GRADCORE_WORKERS": "1"})


@pytest.fixture
def strict_complaints(complaints):
    """Console errors that are ours: Streamlit itself logs two 404s on every deep link."""
    yield complaints
    assert [text for text in complaints if "404" not in text] == []


def test_a_sick_patient_is_checked_its_layer_looked_at_and_a_threshold_moved(page: Page, address, strict_complaints):
    page.goto(f"{address}/Health_Check?preset=sigmoid_stack")
    page.get_by_role("button", name=re.compile("^Start check")).click(timeout=MINUTE)
    expect(page.get_by_role("button", name=re.compile("^Run again"))).to_be_visible(timeout=2 * MINUTE)
    expect(page.get_by_text("Verdict: Vanishing gradient")).to_be_visible()

    # a click on a cell opens its layer, and the address says so
    rows = page.locator(".heatmaplayer").first.bounding_box()
    assert rows is not None
    page.mouse.click(rows["x"] + 0.5 * rows["width"], rows["y"] + 0.5 * rows["height"])
    expect(page.get_by_role("figure", name="Layer dense_5: curves")).to_be_visible()
    expect(page).to_have_url(re.compile(r"layer=dense_5&step=2\d"))

    # the finding shows its own place
    page.get_by_role("button", name="Show", exact=True).first.click()
    expect(page.get_by_role("figure", name="Layer dense_1: curves")).to_be_visible()

    # another threshold reads the same record again, without a worker
    page.get_by_text("Thresholds", exact=True).click()
    for label in ("Vanished below", "Vanishing, warned below"):
        field = page.get_by_label(label, exact=True)
        field.fill("0.000000001")
        field.press("Enter")
    expect(page.get_by_text("Read with the thresholds of the controls")).to_be_visible()
    expect(page.get_by_text("Verdict: Vanishing gradient")).to_be_hidden()

    # the link opens what is seen now
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    expect(page.get_by_role("figure", name="Layer dense_1: curves")).to_be_visible(timeout=MINUTE)
    expect(page.get_by_text("Read with the thresholds of the controls")).to_be_visible()


def test_a_treatment_is_proven_in_pairs_and_the_treated_network_is_the_next_patient(
    page: Page, address, strict_complaints
):
    page.goto(f"{address}/Health_Check?preset=dying_relu")
    page.get_by_role("button", name=re.compile("^Start check")).click(timeout=MINUTE)
    expect(page.get_by_role("button", name=re.compile("^Run again"))).to_be_visible(timeout=2 * MINUTE)
    page.get_by_role("button", name=re.compile("^Treat · about")).first.click()
    expect(page.get_by_role("button", name="Cancel")).to_be_in_viewport()  # far below it the click was
    expect(page.get_by_text("What was changed")).to_be_visible(timeout=3 * MINUTE)
    expect(page.get_by_text("The verdict changed from 'Dead or saturated units' to 'Healthy'.")).to_be_visible()
    for side in ("Before", "After"):
        expect(page.get_by_role("figure", name=re.compile(f"^{side} treatment"))).to_be_visible()
    page.get_by_role("button", name=re.compile("^Start check")).click()
    expect(page.get_by_text("Verdict: Healthy")).to_be_visible(timeout=2 * MINUTE)
    expect(page.get_by_role("link", name="Biases from 0")).to_be_visible()  # the way back

    # somebody else who opens the address sees it too
    assert page.context.browser is not None
    elsewhere = page.context.browser.new_context()
    opened = elsewhere.new_page()
    opened.goto(page.url)
    expect(opened.get_by_role("link", name="Biases from 0")).to_be_visible(timeout=MINUTE)
    elsewhere.close()

"""A visitor changes the entrants, tunes their rates, and takes a script home: a real browser on real workers."""

import re
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT

MINUTE = 60_000  # ms; the first race waits until a worker has loaded TensorFlow
SMALL = "steps=30&seeds=2&width=16&optimizers=SGD&optimizers=Adam"


@pytest.fixture(scope="module")
def address(serve, tmp_path_factory):
    database = tmp_path_factory.mktemp("race_journey") / "runs.db"
    return serve(ROOT / "server.py", {"GRADCORE_DB": f"sqlite:///{database}", "GRADCORE_WORKERS": "1"})


@pytest.fixture
def strict_complaints(complaints):
    """Console errors that are ours: Streamlit itself logs two 404s on every deep link."""
    yield complaints
    assert [text for text in complaints if "404" not in text] == []


def wait_for_end(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Run again")).wait_for(timeout=2 * MINUTE)


def test_entrants_are_edited_tuned_raced_and_taken_home_as_a_script(page: Page, address, strict_complaints):
    page.goto(f"{address}/Optimizer_Race?{SMALL}")
    expect(page.get_by_text("Entrants: SGD, Adam")).to_be_visible(timeout=MINUTE)
    page.get_by_text("Change the entrants").click()

    # a copy of Adam with another rate is an entrant of its own
    rates = page.get_by_label("Learning rate", exact=True)
    expect(rates).to_have_count(2)
    page.get_by_role("button", name="Duplicate Adam").first.click()
    expect(rates).to_have_count(3)
    rates.nth(2).fill("0.1x")
    rates.nth(2).press("Enter")
    expect(page.get_by_text(re.compile("Received: learning_rate='0.1x'")).first).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Start race"))).to_be_disabled()
    rates.nth(2).fill("0.1")
    rates.nth(2).press("Enter")
    expect(page.get_by_text("Entrants: SGD, Adam 0.001, Adam 0.1")).to_be_visible()

    # remove the first, tune the others, race
    page.get_by_role("button", name="Remove SGD").first.click()
    expect(page.get_by_text("Entrants: Adam 0.001, Adam 0.1")).to_be_visible()
    page.get_by_role("radio", name="tuned").click()
    page.get_by_text("Advanced", exact=True).click()
    page.get_by_text("Stop at an early warning", exact=True).click()
    expect(page.get_by_role("switch", name="Stop at an early warning")).to_be_checked()
    page.get_by_role("button", name=re.compile("^Start race")).click()
    wait_for_end(page)
    assert "stop_at_warning=true" in page.url
    expect(page.get_by_text(re.compile("tuned rates · stops at warnings")).first).to_be_visible()
    expect(page.locator("[data-gradcore-label*='learning rate'], [aria-label*='learning rate']").first).to_be_attached()
    link = page.url

    # the link opens the same race, with the same table
    page.goto(link)
    expect(page.get_by_text("Entrants: Adam 0.001, Adam 0.1")).to_be_visible(timeout=MINUTE)

    # the script runs alone
    page.get_by_text("Copy as Python").click()
    script = page.locator("[data-testid=stCode] code").first.inner_text()
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300, check=True)
    losses = [float(text) for text in re.findall(r"\d+\.\d+(?:e-?\d+)?", done.stdout)]
    assert len(losses) >= 30

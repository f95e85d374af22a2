"""A visitor trains the exploding network without and with clipping, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT

AREA = ".gradcore-plot-area"
MINUTE = 60_000  # ms; the first run waits until a worker has loaded TensorFlow
PART = "Clipping_Lab?part=Real+run"


@pytest.fixture(scope="module")
def address(serve, tmp_path_factory):
    database = tmp_path_factory.mktemp("real") / "runs.db"
    return serve(ROOT / "server.py", {"GRADCORE_DB": f"sqlite:///{database}", "GRADCORE_WORKERS": "2"})


@pytest.fixture
def strict_complaints(complaints):
    """Console errors that are ours: Streamlit itself logs two 404s on every deep link."""
    yield complaints
    assert [text for text in complaints if "404" not in text] == []


def wait_for_title(page: Page, number: int, text: str) -> None:
    found = f"(document.querySelectorAll('{AREA}')[{number}]?._fullLayout?.title.text ?? '').replace(/<br>/g, ' ')"
    page.wait_for_function(f"{found}.includes({text!r})", timeout=2 * MINUTE)


def test_a_visitor_sees_the_example_trains_both_watches_and_opens_the_link(page: Page, address, strict_complaints):
    page.goto(f"{address}/{PART}")
    expect(page.get_by_text("An example that ships with Gradient Clinic")).to_be_visible(timeout=MINUTE)
    expect(page.locator(AREA)).to_have_count(4, timeout=MINUTE)
    wait_for_title(page, 0, "10 of 10 runs blow up without clipping, 0 of 10 with it")

    # a pair of its own, long enough to be watched
    page.goto(f"{address}/{PART}&real_rate=0.3&real_seeds=4&real_steps=6000")
    page.get_by_role("button", name=re.compile("^Train both")).click(timeout=MINUTE)
    page.wait_for_url(re.compile("run="), timeout=MINUTE)
    wait_for_title(page, 0, "with it so far")
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Train both again")).wait_for(timeout=2 * MINUTE)
    wait_for_title(page, 0, "4 of 4 runs blow up without clipping, 0 of 4 with it")
    expect(page.get_by_text("4 of 4 seeds blew up only without clipping").first).to_be_visible()
    run_id = re.search(r"run=([a-z0-9]{10})", page.url)[1]

    # the link alone, for somebody else: the same run with its settings, also on the race page and back
    page.goto("about:blank")
    page.goto(f"{address}/{PART}&run={run_id}")
    expect(page.get_by_role("spinbutton", name="Steps")).to_have_value("6000", timeout=MINUTE)
    wait_for_title(page, 0, "4 of 4 runs blow up")
    page.goto(f"{address}/Optimizer_Race?run={run_id}")
    page.get_by_role("link", name="See who blew up and what was clipped").click(timeout=MINUTE)
    expect(page.get_by_text(f"run {run_id}")).to_be_visible(timeout=MINUTE)
    wait_for_title(page, 3, "Clipping changes")


def test_on_a_phone_nothing_is_wider_than_the_screen(page: Page, address):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/{PART}")
    wait_for_title(page, 3, "Clipping changes")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_experiment_sets_the_control_that_it_names(page: Page, address):
    page.goto(f"{address}/{PART}")
    page.get_by_role("link", name=re.compile("Half the learning rate")).click(timeout=MINUTE)
    expect(page.get_by_role("spinbutton", name="Learning rate")).to_have_value("0.05", timeout=MINUTE)
    expect(page.get_by_text("Spectral radius").first).to_be_visible()

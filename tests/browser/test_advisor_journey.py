"""A visitor takes a threshold from a run, sees how sure it is, proves it, and reads a file of its own."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT

AREA = ".gradcore-plot-area"
MINUTE = 60_000  # ms; the first run waits until a worker has loaded TensorFlow
PART = "Clipping_Lab?part=Advisor"


@pytest.fixture(scope="module")
def address(serve, tmp_path_factory):
    database = tmp_path_factory.mktemp("advisor") / "runs.db"
    return serve(ROOT / "server.py", {"GRADCORE_DB": f"sqlite:///{database}", "GRADCORE_WORKERS": "1"})


@pytest.fixture
def strict_complaints(complaints):
    """Console errors that are ours: Streamlit itself logs two 404s on every deep link."""
    yield complaints
    assert [text for text in complaints if "404" not in text] == []


def wait_for_title(page: Page, number: int, text: str) -> None:
    found = f"(document.querySelectorAll('{AREA}')[{number}]?._fullLayout?.title.text ?? '').replace(/<br>/g, ' ')"
    page.wait_for_function(f"{found}.includes({text!r})", timeout=2 * MINUTE)


def test_a_visitor_takes_a_threshold_from_the_example_proves_it_and_opens_the_link(
    page: Page, address, strict_complaints
):
    page.goto(f"{address}/{PART}")
    wait_for_title(page, 0, "5 % of the steps are above 3.98")
    page.wait_for_url(re.compile("advisor_run=example"))
    expect(page.get_by_text("95 % interval 4.39 % to 5.67 %")).to_be_visible(timeout=MINUTE)
    expect(page.get_by_text("Seat belt: it acts on 5 % of the steps")).to_be_visible()
    expect(page.get_by_text("dotted: no interval,").first).to_be_visible()

    # the other example: its norms fall, and no interval is given
    page.get_by_role("combobox", name=re.compile("Run")).click()
    page.get_by_role("option", name="Example: falling norms").click()
    wait_for_title(page, 0, "5 % of the steps are above 0.6394")
    expect(page.get_by_text("no interval: 500 correlated steps are worth")).to_be_visible(timeout=MINUTE)
    page.wait_for_url(re.compile("advisor_run=example_race"))

    # another rate: the threshold moves, and the address keeps it
    page.get_by_role("spinbutton", name="Wanted clip rate").fill("50")
    page.get_by_role("spinbutton", name="Wanted clip rate").press("Enter")
    wait_for_title(page, 0, "50 % of the steps are above")
    expect(page.get_by_text("Step-size limiter").first).to_be_visible(timeout=MINUTE)
    expect(page.get_by_text("95 % interval").first).to_be_visible(timeout=MINUTE)
    page.wait_for_url(re.compile("advisor_rate=50"))

    # the proof: both are trained, the two rates stand beside each other, and the link shows them again
    page.get_by_role("button", name=re.compile("^Prove it")).click()
    page.wait_for_url(re.compile("advisor_proof=[a-z0-9]{10}"), timeout=MINUTE)
    expect(page.get_by_text("Realised clip rate")).to_be_visible(timeout=4 * MINUTE)
    expect(page.get_by_text("Predicted clip rate", exact=True)).to_be_visible(timeout=MINUTE)
    expect(page.get_by_text("Clipping changes the path").first).to_be_visible(timeout=MINUTE)
    expect(page.locator(AREA)).to_have_count(4, timeout=MINUTE)
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    expect(page.get_by_text("Realised clip rate")).to_be_visible(timeout=MINUTE)
    wait_for_title(page, 0, "50 % of the steps are above")
    expect(page.get_by_text("SGD + Momentum of an example that ships")).to_be_visible(timeout=MINUTE)


def test_a_visitor_reads_a_file_of_norms_and_a_wrong_one_is_refused(page: Page, address, strict_complaints):
    page.goto(f"{address}/{PART}")
    wait_for_title(page, 0, "5 % of the steps are above")
    norms = np.exp(np.random.default_rng(0).normal(size=3000))
    page.locator("input[type=file]").set_input_files(
        {"name": "own.csv", "mimeType": "text/csv", "buffer": "\n".join(f"{norm:.4f}" for norm in norms).encode()}
    )
    expect(page.get_by_text("own.csv: 3,000 steps")).to_be_visible(timeout=MINUTE)
    wait_for_title(page, 1, "150 of 3,000 steps are above")
    expect(page.get_by_text("as good as independent here").first).to_be_visible(timeout=MINUTE)
    expect(page.get_by_role("button", name="Prove it")).to_be_disabled(timeout=MINUTE)
    page.get_by_role("button", name=re.compile("Remove own.csv")).click()
    expect(page.get_by_role("button", name=re.compile("^Prove it"))).to_be_enabled(timeout=MINUTE)
    page.locator("input[type=file]").set_input_files(
        {"name": "own.csv", "mimeType": "text/csv", "buffer": b"norm\n1.5\n-3\n"}
    )
    expect(page.get_by_text("own.csv must have a norm from 0 to 1e150 in line 3, column 1")).to_be_visible(
        timeout=MINUTE
    )


def test_on_a_phone_the_picture_comes_before_the_controls(page: Page, address):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/{PART}")
    wait_for_title(page, 0, "of the steps are above")
    picture, control = page.locator(AREA).first, page.get_by_role("spinbutton", name="Wanted clip rate")
    details = page.locator(AREA).nth(1)  # the norms, and all that follows
    assert picture.bounding_box()["y"] < control.bounding_box()["y"] < details.bounding_box()["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

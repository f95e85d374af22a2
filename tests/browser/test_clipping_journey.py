"""A visitor's way through the clipping lab's first two parts: one step and a stream, in a real browser."""

import io
import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT

AREA = ".gradcore-plot-area"
MINUTE = 60_000  # ms
TITLES = f"() => [...document.querySelectorAll('{AREA}')].map(a => a._fullLayout?.title?.text ?? '')"


@pytest.fixture(scope="module")
def address(serve, tmp_path_factory):
    database = tmp_path_factory.mktemp("clipping") / "runs.db"
    return serve(ROOT / "server.py", {"GRADCORE_DB": f"sqlite:///{database}", "GRADCORE_WORKERS": "1"})


@pytest.fixture
def strict_complaints(complaints):
    """Console errors that are ours: Streamlit itself logs two 404s on every deep link."""
    yield complaints
    assert [text for text in complaints if "404" not in text] == []


def wait_for_title(page: Page, part: str) -> None:
    """Wait until some chart's title holds a text, whatever its line breaks."""
    page.wait_for_function(
        f"part => ({TITLES})().some(t => t.replaceAll('<br>', ' ').includes(part))", arg=part, timeout=MINUTE
    )


def set_number(page: Page, label: str, value: str) -> None:
    control = page.get_by_role("spinbutton", name=label)
    control.fill(value)
    control.press("Enter")


def order_of(page: Page, *selectors: str) -> list[float]:
    """Where each thing begins on the page, in px from its top."""
    return [page.locator(one).first.evaluate("element => element.getBoundingClientRect().top") for one in selectors]


def test_a_visitor_clips_one_step_then_own_tensors_then_a_file(page: Page, address, strict_complaints):
    page.goto(f"{address}/Clipping_Lab")
    wait_for_title(page, "The largest entry, 300, becomes 3.162 (Global norm) to 10 (By value)")
    wait_for_title(page, "By value turns the gradient by 19.5°")
    expect(page.locator(AREA)).to_have_count(3)
    expect(page.get_by_role("cell", name="474.3416").first).to_be_visible()

    # another gradient and another threshold: charts and address follow at once
    page.get_by_role("radio", name="Mixed").or_(page.get_by_role("button", name="Mixed")).first.click()
    wait_for_title(page, "The largest entry, 100, becomes 4.472 (Global norm) to 10 (By value)")
    set_number(page, "Global norm: max norm", "2")
    wait_for_title(page, "becomes 1.789 (Global norm)")
    page.wait_for_url(re.compile("step_clip_by_global_norm_max_norm=2"))
    page.reload()
    wait_for_title(page, "becomes 1.789 (Global norm)")

    # own tensors, then a file, then a file that is refused by line and column
    page.goto(f"{address}/Clipping_Lab?gradient=Your+own")
    wait_for_title(page, "The largest entry, 100, becomes 4.472 (Global norm)")
    file = page.locator("input[type=file]")
    buffer = io.BytesIO()
    np.savez(buffer, kernel=np.array([[30.0, 0.0], [0.0, 40.0]]))
    file.set_input_files({"name": "own.npz", "mimeType": "application/zip", "buffer": buffer.getvalue()})
    wait_for_title(page, "The largest entry, 40, becomes 4 (3 rules) to 10 (By value)")
    expect(page.get_by_text("own.npz: 1 tensor of 2 × 2.")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Remove|^Delete")).first.click()
    file.set_input_files({"name": "own.csv", "mimeType": "text/csv", "buffer": b"1,2\n3,x\n"})
    expect(page.get_by_text("own.csv must have a number in line 2, column 2. Received: 'x'")).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Global norm: max norm").first).to_have_value("5")

    # a file that is too large for the browser to send
    page.get_by_role("button", name=re.compile("^Remove|^Delete")).first.click()
    file.set_input_files({"name": "big.csv", "mimeType": "text/csv", "buffer": b"1,2,3\n" * 900_000})
    page.wait_for_function(
        "getComputedStyle(document.querySelector('[data-testid=stFileUploader]'), '::after').content"
        " === '\"A file must be at most 4 MB large; this one was not read.\"'"
    )
    expect(page.locator(AREA)).to_have_count(3)


def test_a_visitor_watches_a_stream_its_presets_and_its_spread(page: Page, address, strict_complaints):
    page.goto(f"{address}/Clipping_Lab?part=Stream")
    wait_for_title(page, "Global norm clips 5 of 20 steps, Recent percentile 8")
    expect(page.get_by_role("cell", name="10.295")).to_be_visible()

    # pointing at a step shows what the notebook printed, and what is true
    box = page.locator(f"{AREA} .nsewdrag[data-subplot='xy']").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 12.5 / 20, box["y"] + box["height"] / 2)
    expect(page.locator(AREA).first.get_by_text(re.compile("clipped 17.+→ 5"))).to_be_visible()
    expect(page.locator(AREA).first.get_by_text(re.compile("the notebook printed “Clipped! 17"))).to_be_visible()

    for preset, sentence in (
        ("A lasting explosion", "becomes the new normal of Recent percentile"),
        ("A spike", "lifts its own threshold under Recent percentile"),
        ("One NaN", "holds its threshold at the upper clamp for 49 further steps"),
    ):
        page.locator("[data-test-script-state=notRunning]").wait_for()
        page.get_by_role("combobox", name="Preset").click()
        page.get_by_role("option", name=preset).click()
        expect(page.get_by_text(re.compile(sentence))).to_be_visible(timeout=MINUTE)

    page.goto(f"{address}/Clipping_Lab?part=Stream&stream_seed=7")
    page.get_by_role("button", name=re.compile("^Repeat for 200 seeds")).click(timeout=MINUTE)
    wait_for_title(page, "By luck alone Recent percentile clips 25 to 65 % of the steps")


def test_on_a_phone_nothing_is_wider_than_the_screen(page: Page, address, strict_complaints):
    page.set_viewport_size({"width": 390, "height": 844})
    for part, title in (("One step", "The largest entry, 300"), ("Stream", "Global norm clips 5 of 20 steps")):
        page.goto(f"{address}/Clipping_Lab?part={part}")
        wait_for_title(page, title)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_a_phone_picture_controls_and_details_follow_each_other(page: Page, address):
    page.set_viewport_size({"width": 390, "height": 844})
    for part, title in (
        ("One step", "The largest entry, 300"),
        ("Stream", "Global norm clips 5 of 20 steps"),
        ("Cliff", "Without clipping the descent"),
        ("Real run", "10 of 10 runs blow up"),
    ):
        page.goto(f"{address}/Clipping_Lab?part={part}")
        wait_for_title(page, title)
        numbers = "[data-testid=stNumberInput]"
        tops = order_of(page, "h1", AREA, numbers, ".gradcore-try")
        assert tops == sorted(tops), part
    page.set_viewport_size({"width": 1280, "height": 900})
    picture, controls = order_of(page, "[class*=anatomy_picture]", "[class*=anatomy_controls]")
    assert picture == controls  # beside each other

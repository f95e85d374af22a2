"""A visitor compares two races, takes the numbers and the pictures away: a real browser, real files."""

import contextlib
import csv
import io
import re
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Download, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.conftest import ROOT

AREA = ".gradcore-plot-area"
MINUTE = 60_000  # ms; the first race waits until a worker has loaded TensorFlow
SMALL = "steps=6&seeds=2&width=8"
NAMES = f"() => document.querySelector('{AREA}')?._fullData?.map(trace => trace.meta) ?? []"
# How wide a title is: in another font than the page's it would be wider.
WIDTH = "() => document.querySelector('.gtitle').getBoundingClientRect().width"


@pytest.fixture(scope="module")
def address(serve, tmp_path_factory):
    database = tmp_path_factory.mktemp("compare") / "runs.db"
    return serve(ROOT / "server.py", {"GRADCORE_DB": f"sqlite:///{database}", "GRADCORE_WORKERS": "1"})


@pytest.fixture
def strict_complaints(complaints):
    """Console errors that are ours: Streamlit itself logs two 404s on every deep link."""
    yield complaints
    assert [text for text in complaints if "404" not in text] == []


def race(page: Page, address: str, more: str = "") -> str:
    """Train a small race and return its id."""
    page.goto(f"{address}/Optimizer_Race?{SMALL}{more}")
    page.get_by_role("button", name=re.compile("^Start race")).click(timeout=MINUTE)
    page.wait_for_url(re.compile("run="), timeout=MINUTE)
    expect(page.get_by_text(re.compile("finished in")).first).to_be_visible(timeout=2 * MINUTE)
    return re.search(r"run=([a-z0-9]{10})", page.url)[1]


def saved(page: Page, title: str, chart: int = 0) -> Download:
    area = page.locator(AREA).nth(chart)
    area.hover()
    with page.expect_download() as found:
        area.locator(f".modebar-btn[data-title='{title}']").click()
    return found.value


def downloaded(page: Page, name: str) -> Download:
    with page.expect_download() as found:
        page.get_by_role("button", name=name).click()
    return found.value


def choose(page: Page, name: str) -> None:
    """Take an option of the second race; a list that opens while the page still runs is closed again."""
    for _ in range(5):
        page.get_by_role("combobox", name="Compare with").click()
        with contextlib.suppress(PlaywrightTimeout):
            page.get_by_role("option", name=name).click(timeout=3_000)
            return
    raise AssertionError(f"five clicks did not offer {name}")


def rows(file: Download) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.path().read_text(), newline="")))


def test_two_races_on_the_same_charts_and_their_numbers_and_pictures_as_files(page: Page, address, strict_complaints):
    first = race(page, address)
    second = race(page, address, "&first_seed=0&learning_rates=tuned")

    # a pasted link is taken for the run that it names; the address then holds both
    picker = page.get_by_role("combobox", name="Compare with")
    picker.click()
    picker.fill(f"{address}/Optimizer_Race?run={first}")
    picker.press("Enter")
    page.wait_for_function(f"({NAMES})().includes('Adam · B')", timeout=MINUTE)
    expect(page.get_by_text(re.compile("^B: learning rates as given"))).to_be_visible()
    expect(page.get_by_role("cell", name=re.compile("no difference detected|in B")).first).to_be_visible()
    page.reload()
    page.wait_for_function(f"({NAMES})().includes('Adam · B')", timeout=MINUTE)

    choose(page, "none")
    page.wait_for_function(f"!({NAMES})().includes('Adam · B')", timeout=MINUTE)
    assert "with=" not in page.url

    # the numbers
    page.get_by_text("Download", exact=True).click()
    ranking, curves = downloaded(page, "Ranking"), downloaded(page, "Curves")
    assert ranking.suggested_filename == f"digits-{second}-ranking.csv"
    assert curves.suggested_filename == f"digits-{second}-curves.csv"
    assert len(rows(ranking)) == 6
    assert len(rows(curves)) == 6 * 2 * 6


def test_a_saved_picture_opens_with_the_pages_own_letters(page: Page, address, tmp_path, strict_complaints):
    run_id = race(page, address)
    vector, pixels = saved(page, "Save as SVG"), saved(page, "Save as PNG")
    assert vector.suggested_filename == f"Training loss over steps for each optimizer, run {run_id}.svg"
    assert pixels.suggested_filename == f"Training loss over steps for each optimizer, run {run_id}.png"
    assert pixels.path().read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    file = tmp_path / "chart.svg"
    vector.save_as(file)
    assert ElementTree.parse(file).getroot().tag == "{http://www.w3.org/2000/svg}svg"
    on_page = page.evaluate(WIDTH)
    page.goto(file.as_uri())
    page.wait_for_function("document.fonts.status === 'loaded' && document.fonts.size === 1")
    assert page.evaluate(WIDTH) == pytest.approx(on_page, abs=2)

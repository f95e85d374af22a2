from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

PAGE = Path(__file__).with_name("play_page.py")
AREA = ".gradcore-plot-area"
BAR = ".gradcore-plot-play"


@pytest.fixture(scope="module")
def address(serve):
    return serve(PAGE)


def open_page(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/{query}")
    page.wait_for_function(f"document.querySelectorAll('{AREA} .plot-container').length === 3")
    page.wait_for_selector("#updates")


def path(page: Page, chart: int = 0, trace: int = 1) -> list[float]:
    """The x values that a trace shows."""
    return page.evaluate(f"[...document.querySelectorAll('{AREA}')[{chart}]._fullData[{trace}].x].map(Number)")


def wait_for_step(page: Page, step: int, chart: int = 0) -> None:
    last = f"document.querySelectorAll('{AREA}')[{chart}]._fullData[1].x"
    page.wait_for_function(f"{last}[{last}.length - 1] === {step}")


def set_step(page: Page, step: int) -> None:
    page.locator(f"{BAR} input").first.fill(str(step))
    wait_for_step(page, step)


def said(page: Page, bar: int = 0) -> str:
    return page.locator(f"{BAR} output").nth(bar).inner_text()


def updates(page: Page) -> int:
    return int(page.inner_text("#updates"))


def wait_for_updates(page: Page, more: int) -> None:
    page.wait_for_function(f"Number(document.querySelector('#updates').innerText) >= {updates(page) + more}")


def test_at_rest_a_chart_shows_its_whole_path(page, address, complaints):
    open_page(page, address)
    assert path(page) == list(range(41))
    assert path(page, trace=2) == [40]
    assert said(page) == "Step 40 of 40"
    assert page.get_by_role("button", name="Play").count() == 2  # the following chart has no bar
    assert complaints == []


def test_the_slider_cuts_every_chart_of_the_group_at_the_same_step(page, address, complaints):
    open_page(page, address)
    set_step(page, 12)
    wait_for_step(page, 12, chart=1)
    assert path(page) == path(page, chart=1) == list(range(13))
    assert path(page, trace=2) == path(page, chart=1, trace=2) == [12]
    assert said(page) == "Step 12 of 40"
    assert path(page, chart=2) == list(range(6))
    assert page.locator(AREA).first.locator(".heatmaplayer image").count() == 1  # what does not move stays
    assert complaints == []


def test_play_runs_from_the_start_to_the_end_and_stops(page, address, complaints):
    open_page(page, address)
    page.get_by_role("button", name="Play").first.click()
    expect(page.get_by_role("button", name="Pause")).to_have_count(1)
    page.wait_for_function(f"document.querySelector('{BAR} output').textContent.startsWith('Step 5 ')")
    assert len(path(page)) < 41
    page.wait_for_function(f"document.querySelector('{BAR} output').textContent === 'Step 40 of 40'")
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    wait_for_step(page, 40)
    assert complaints == []


def test_pause_stays_where_it_is_and_play_goes_on_from_there(page, address):
    open_page(page, address)
    page.get_by_role("button", name="Play").first.click()
    page.wait_for_function(f"parseInt(document.querySelector('{BAR} output').textContent.slice(5)) >= 8")
    page.get_by_role("button", name="Pause").click()
    stood = said(page)
    page.wait_for_timeout(400)
    assert said(page) == stood != "Step 40 of 40"
    page.get_by_role("button", name="Play").first.click()
    page.wait_for_timeout(100)
    assert int(said(page).split()[1]) >= int(stood.split()[1])


def test_the_keyboard_moves_the_step_and_plays(page, address, complaints):
    open_page(page, address)
    slider = page.get_by_role("slider", name="Step").first
    slider.focus()
    page.keyboard.press("Home")
    wait_for_step(page, 0)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    wait_for_step(page, 2)
    assert slider.get_attribute("aria-valuetext") == "Step 2 of 40"
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Pause")).to_have_count(1)
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    page.keyboard.press("End")
    wait_for_step(page, 40)
    assert complaints == []


def test_the_step_survives_updates_and_goes_on_playing_through_them(page, address, complaints):
    open_page(page, address, "?every=0.2")
    set_step(page, 7)
    wait_for_updates(page, 4)
    assert len(path(page)) == 8
    assert path(page, trace=2) == [7]
    page.get_by_role("button", name="Play").first.click()
    wait_for_updates(page, 2)
    expect(page.get_by_role("button", name="Pause")).to_have_count(1)
    page.wait_for_function(f"document.querySelector('{BAR} output').textContent === 'Step 40 of 40'")
    assert complaints == []


def test_a_chart_at_rest_shows_the_end_of_a_longer_path_and_one_that_stands_stays(page, address):
    open_page(page, address)
    page.get_by_text("longer").click()
    wait_for_step(page, 60)
    set_step(page, 30)
    page.get_by_text("longer").click()
    page.wait_for_function(f"document.querySelector('{BAR} output').textContent === 'Step 30 of 40'")
    wait_for_step(page, 30)
    assert path(page) == list(range(31))
    assert path(page, trace=2) == [30]


def test_another_subject_starts_at_rest(page, address, complaints):
    open_page(page, address)
    set_step(page, 7)
    page.get_by_text("other").click()
    wait_for_step(page, 40)
    assert said(page) == "Step 40 of 40"
    assert complaints == []


def test_less_motion_is_still_pictures(page, address):
    page.emulate_media(reduced_motion="reduce")
    open_page(page, address)
    seen = page.evaluate(f"""async () => {{
      const output = document.querySelector('{BAR} output'), seen = new Set();
      document.querySelector('{BAR} button').click();
      for (const end = Date.now() + 2000; Date.now() < end; await new Promise(r => setTimeout(r, 10)))
        seen.add(output.textContent);
      return [...seen];
    }}""")
    assert seen == ["Step 0 of 40", "Step 3 of 40", "Step 6 of 40"]


def test_the_bar_fits_a_phone_and_follows_the_theme(page, address, complaints):
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    open_page(page, address)
    box = page.locator(BAR).first.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    color = page.locator(f"{BAR} button").first.evaluate("button => getComputedStyle(button).color")
    assert color == "rgb(134, 155, 249)"
    assert complaints == []


def test_playing_draws_at_least_15_pictures_a_second(page, address):
    open_page(page, address, "?steps=300")
    drawn = page.evaluate(f"""async () => {{
      const area = document.querySelector('{AREA}');
      let count = 0;
      new MutationObserver(() => count++).observe(area.querySelector(".js-line"), {{ attributes: true }});
      document.querySelector('{BAR} button').click();
      await new Promise(r => setTimeout(r, 1500));
      return count / 1.5;
    }}""")
    assert drawn >= 15


def test_a_chart_that_leaves_while_it_plays_stops_its_clock(page, address, complaints):
    open_page(page, address)
    page.locator(f"{BAR} button").nth(1).click()
    page.get_by_text("alone").click()
    page.wait_for_function(f"document.querySelectorAll('{BAR}').length === 1")
    page.get_by_text("alone").click()
    page.wait_for_function(f"document.querySelectorAll('{BAR}').length === 2")
    page.locator(f"{BAR} button").nth(1).click()
    page.wait_for_function(f"document.querySelectorAll('{BAR} output')[1].textContent === 'Step 5 of 5'")
    assert complaints == []

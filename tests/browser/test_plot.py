import contextlib
from pathlib import Path

import pytest
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

PAGE = Path(__file__).with_name("plot_page.py")
AREA = ".gradcore-plot-area"


@pytest.fixture(scope="module")
def address(serve):
    return serve(PAGE)


def open_page(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/{query}")
    page.wait_for_function(f"document.querySelectorAll('{AREA} .plot-container').length === 3")
    page.wait_for_selector("#updates")


def updates(page: Page) -> int:
    return int(page.inner_text("#updates"))


def wait_for_updates(page: Page, more: int) -> None:
    wanted = updates(page) + more
    page.wait_for_function(f"Number(document.querySelector('#updates').innerText) >= {wanted}")


def axis_range(page: Page, axis: str, chart: int = 0) -> list[float]:
    return page.evaluate(f"document.querySelectorAll('{AREA}')[{chart}]._fullLayout.{axis}.range.map(Number)")


def points(page: Page) -> int:
    """How many steps the live chart's first median line has."""
    return page.evaluate(
        f"document.querySelector('{AREA}')._fullData.find(t => t.name === 'SGD' && t.hovertemplate).x.length"
    )


def visible(page: Page, chart: int = 0) -> list[str]:
    script = "area => area._fullData.filter(t => t.hovertemplate && t.visible === true).map(t => t.name)"
    return page.locator(AREA).nth(chart).evaluate(script)


def drag(page: Page, left: float, right: float, chart: int = 0) -> None:
    """Drag across a chart's plot, from one part of its width to another."""
    box = page.locator(f"{AREA} .nsewdrag[data-subplot='xy']").nth(chart).bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * left, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * right, y, steps=8)
    page.mouse.up()


def measure(page: Page) -> dict[str, float]:
    """Nodes, listeners and bytes of the page after a garbage collection."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    found = {entry["name"]: entry["value"] for entry in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return found


def click_name(page: Page, name: str) -> None:
    """Click a name at a line's end until it shows or hides its curve; a redraw may take the name from under a click."""
    before = name in visible(page)
    state = f"document.querySelector('{AREA}')._fullData.some(t => t.hovertemplate && t.visible === true && t.name === "
    for _ in range(5):
        page.locator(f"{AREA} .annotation-text-g", has_text=name).first.click()
        with contextlib.suppress(PlaywrightTimeout):
            page.wait_for_function(f"({state}'{name}')) !== {str(before).lower()}", timeout=3_000)
            return
    raise AssertionError(f"five clicks on {name} changed nothing")


def test_zoom_survives_live_updates_in_the_same_node(page, address, complaints):
    open_page(page, address)
    page.evaluate(f"document.querySelector('{AREA} .main-svg').mark = 'first'")
    before, grown = axis_range(page, "xaxis"), points(page)
    assert before == [0, 399]
    drag(page, 0.01, 0.05)
    page.wait_for_function(f"document.querySelector('{AREA}')._fullLayout.xaxis.range[1] < 100")
    zoomed = axis_range(page, "xaxis")
    wait_for_updates(page, 6)
    assert axis_range(page, "xaxis") == zoomed
    assert points(page) > grown
    assert page.evaluate(f"document.querySelector('{AREA} .main-svg').mark") == "first"
    assert complaints == []


def test_a_hidden_curve_stays_hidden_and_comes_back(page, address, complaints):
    open_page(page, address)
    click_name(page, "Adagrad")
    page.wait_for_function(f"document.querySelector('{AREA}')._fullData.some(t => t.visible === 'legendonly')")
    wait_for_updates(page, 5)
    assert "Adagrad" not in visible(page)
    assert "Adagrad" in visible(page, chart=1)
    click_name(page, "Adagrad")
    page.wait_for_function(f"document.querySelector('{AREA}')._fullData.every(t => t.visible === true)")
    assert complaints == []


def test_the_keyboard_hides_a_curve_too(page, address, complaints):
    open_page(page, address)
    button = page.locator(".gradcore-plot-names").first.get_by_text("RMSprop")
    button.focus()
    assert button.is_visible()
    page.keyboard.press("Enter")
    page.wait_for_function(f"document.querySelector('{AREA}')._fullData.some(t => t.visible === 'legendonly')")
    wait_for_updates(page, 4)
    assert "RMSprop" not in visible(page)
    assert button.get_attribute("aria-pressed") == "false"
    assert page.evaluate("document.activeElement.textContent") == "RMSprop"
    assert complaints == []


def test_a_double_click_shows_the_whole_chart_again(page, address, complaints):
    open_page(page, address)
    drag(page, 0.01, 0.05)
    page.wait_for_function(f"document.querySelector('{AREA}')._fullLayout.xaxis.range[1] < 100")
    page.locator(f"{AREA} .nsewdrag[data-subplot='xy']").first.dblclick()
    page.wait_for_function(f"document.querySelector('{AREA}')._fullLayout.xaxis.range[1] === 399")
    assert complaints == []


def test_zoom_and_hidden_curves_outlive_the_move_from_fragment_to_page(page, address, complaints):
    open_page(page, address)
    click_name(page, "Adagrad")
    drag(page, 0.01, 0.05)
    page.wait_for_function(f"document.querySelector('{AREA}')._fullLayout.xaxis.range[1] < 100")
    zoomed = axis_range(page, "xaxis")
    page.get_by_text("at rest").click()
    page.wait_for_function(f"document.querySelector('{AREA}')?._fullData?.some(t => t.x.length === 400)")
    range_now = f"document.querySelector('{AREA}')?._fullLayout?.xaxis?.range?.map(Number)"  # none while it moves
    page.wait_for_function(f"JSON.stringify({range_now}) === JSON.stringify({zoomed})")
    assert "Adagrad" not in visible(page)
    assert complaints == []


def test_a_drag_that_began_before_that_move_zooms_the_new_chart(page, address, complaints):
    open_page(page, address)
    box = page.locator(f"{AREA} .nsewdrag[data-subplot='xy']").first.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.2, y)
    page.mouse.down()
    page.get_by_role("switch", name="at rest").focus()
    page.keyboard.press("Space")
    page.wait_for_function(f"document.querySelector('{AREA}')?._fullData?.some(t => t.x.length === 400)")
    page.mouse.move(box["x"] + box["width"] * 0.6, y, steps=8)
    page.mouse.up()
    page.wait_for_function(f"document.querySelector('{AREA}')._fullLayout.xaxis.range[1] < 250")
    assert [round(end, -1) for end in axis_range(page, "xaxis")] == [80, 240]
    assert complaints == []


def test_another_run_starts_with_the_whole_chart(page, address, complaints):
    open_page(page, address)
    click_name(page, "Adagrad")
    drag(page, 0.01, 0.05)
    page.wait_for_function(f"document.querySelector('{AREA}')._fullLayout.xaxis.range[1] < 100")
    page.get_by_text("second run").click()
    page.wait_for_function(f"document.querySelector('{AREA}')._fullLayout.xaxis.range[1] === 399")
    assert "Adagrad" in visible(page)
    assert complaints == []


def test_scroll_position_survives_updates(page, address):
    open_page(page, address)
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 300)")
    wait_for_updates(page, 5)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 300


def test_the_dark_theme_recolours_without_a_reload(page, address, complaints):
    open_page(page, address)
    color = f"document.querySelector('{AREA}')._fullData.find(t => t.name === 'SGD' && t.hovertemplate).line.color"
    assert page.evaluate(color) == "#234FFD"
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"{color} === '#869BF9'")
    assert page.evaluate(f"document.querySelector('{AREA}')._fullLayout.paper_bgcolor") == "#0F1420"
    fill = f"document.querySelector('{AREA}')._fullData.find(t => t.fill === 'toself').fillcolor"
    assert page.evaluate(fill) == "rgba(134,155,249,0.22)"
    assert complaints == []


def test_hover_shows_all_entrants_sorted_by_value_in_both_charts(page, address, complaints):
    open_page(page, address, "?every=600")
    box = page.locator(f"{AREA} .nsewdrag[data-subplot='xy']").first.bounding_box()
    page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
    page.mouse.move(box["x"] + 10, box["y"] + box["height"] / 2)
    page.wait_for_function(
        f"[...document.querySelectorAll('{AREA}')].slice(0, 2).every(a => a.querySelector('.hoverlayer .legend'))"
    )
    rows = page.locator(AREA).first.locator(".hoverlayer .legendtext").all_text_contents()
    values = [float(row.rpartition(" ")[2]) for row in rows]
    assert len(values) == 6
    assert values == sorted(values, reverse=True)
    assert complaints == []


def standing_out(page: Page, chart: int) -> list[str]:
    """Whose curves are not faded."""
    script = "area => [...area.querySelectorAll('.scatterlayer .trace')].filter(t => t.style.opacity !== '0.12')"
    return page.locator(AREA).nth(chart).evaluate(f"{script}.map(t => t.__data__[0].trace.meta)")


FADED = f"document.querySelector('{AREA} .scatterlayer .trace[style*=\"opacity: 0.12\"]')"


def test_pointing_at_a_name_lets_its_curve_stand_out_in_every_chart(page, address, complaints):
    open_page(page, address, "?every=600")
    everything = [standing_out(page, chart) for chart in (0, 1)]
    assert "Adam" in everything[0]
    page.locator(f"{AREA} .annotation-text-g", has_text="SGD").first.hover()
    page.wait_for_function(FADED)
    assert [set(standing_out(page, chart)) for chart in (0, 1)] == [{"SGD"}, {"SGD"}]
    page.mouse.move(5, 5)
    page.wait_for_function(f"!{FADED}")
    assert [standing_out(page, chart) for chart in (0, 1)] == everything
    assert complaints == []


def test_a_name_that_the_keyboard_reaches_stands_out_also_after_updates(page, address, complaints):
    open_page(page, address)
    page.locator(".gradcore-plot-names").first.get_by_text("RMSprop").focus()
    page.wait_for_function(FADED)
    wait_for_updates(page, 4)
    page.wait_for_function(FADED)
    assert [set(standing_out(page, chart)) for chart in (0, 1)] == [{"RMSprop"}, {"RMSprop"}]
    assert complaints == []


def test_a_click_on_a_point_reaches_the_page(page, address, complaints):
    open_page(page, address, "?every=600")
    final = page.locator(AREA).nth(2)
    final.scroll_into_view_if_needed()
    point = final.locator(".scatterlayer .points path").last.bounding_box()
    page.mouse.move(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    page.mouse.click(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    page.wait_for_function("document.querySelector('#clicked').innerText.includes('Adagrad')")
    assert complaints == []


def test_a_narrow_screen_gets_a_legend_below_instead_of_names(page, address, complaints):
    page.set_viewport_size({"width": 390, "height": 900})
    open_page(page, address)
    first = page.locator(AREA).first
    assert first.locator(".legend .traces").count() == 6
    assert first.locator(".annotation").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    first.locator(".legendtoggle").first.click()
    page.wait_for_function(f"document.querySelector('{AREA}')._fullData.some(t => t.visible === 'legendonly')")
    wait_for_updates(page, 4)
    assert "SGD" not in visible(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.wait_for_function(f"document.querySelectorAll('{AREA}')[0].querySelectorAll('.annotation').length === 6")
    assert "SGD" not in visible(page)
    assert complaints == []


def test_type_grows_with_the_page(page, address):
    open_page(page, address)
    size = f"document.querySelector('{AREA}')._fullLayout.xaxis.tickfont.size"
    assert page.evaluate(size) == 13
    page.add_style_tag(content="html{font-size:24px!important}")
    page.wait_for_function(f"{size} === 19.5")


def test_each_chart_has_a_role_and_a_name(page, address):
    open_page(page, address)
    labels = page.locator(AREA).evaluate_all(
        "areas => areas.map(a => [a.getAttribute('role'), a.getAttribute('aria-label')])"
    )
    assert labels[:2] == [["figure", "Training loss over steps"], ["figure", "Gradient norm over steps"]]


def test_a_chart_that_comes_and_goes_leaves_nothing(page, address, complaints):
    open_page(page, address, "?every=600")
    toggle = page.get_by_text("show another")
    counts = []
    for _ in range(8):
        toggle.click()
        page.wait_for_function(f"document.querySelectorAll('{AREA} .plot-container').length === 4")
        toggle.click()
        page.wait_for_function(f"document.querySelectorAll('{AREA}').length === 3")
        counts.append(measure(page)["Nodes"])
    assert counts[-1] <= counts[2] * 1.1
    assert complaints == []


def test_500_updates_do_not_leak(page, address, complaints):
    open_page(page, address, "?every=0.05&speed=2")
    wait_for_updates(page, 50)
    before = measure(page)
    page.set_default_timeout(240_000)
    wait_for_updates(page, 500)
    found = []
    for _ in range(5):  # a measurement may fall into an update, whose old nodes still wait for their collection
        wait_for_updates(page, 1)
        found.append(measure(page))
    after = {name: min(one[name] for one in found) for name in before}
    assert after["Nodes"] <= before["Nodes"] * 1.2
    assert after["JSEventListeners"] <= before["JSEventListeners"] * 1.2
    assert after["JSHeapUsedSize"] <= before["JSHeapUsedSize"] + 15e6
    assert complaints == []

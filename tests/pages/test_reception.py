import pytest

from gradcore.admission import admit
from gradcore.demonstration import SCENES, scene
from gradcore.glances import DIVERGING
from gradcore.settings import Limits
from gradcore.specs import RaceSpec
from gradcore.titles import typeset
from tests.pages.conftest import RECEPTION, charts, shown, texts
from ui.frame import PAGES
from ui.reception_doors import DOORS, page_named

SMALL = {"entrants": [{"optimizer": "SGD"}], "network": {"hidden": [8]}, "seeds": 1, "steps": 3}
LINKS = [(link, door.title) for door in DOORS for link in door.links]
PICTURED = {"watch": 1, "signal": 1, "finding": 1, "cure": 1, "compare": 2, "pairs": 1, "proof": 1}  # charts of a scene


def headings(app):
    return [shown(heading.value) for heading in (*app.header, *app.subheader)]


def address(app, name):
    """What the address says of a parameter, which AppTest holds as a list until a page has set it."""
    value = app.query_params[name]
    return value[-1] if isinstance(value, list) else value


def labels(app):
    """What each page link says."""
    return [element.proto.label for element in app.get("page_link")]


def test_the_first_view_moves_without_a_run_or_a_worker(open_page):
    app = open_page(RECEPTION)
    pictures = charts(app)
    assert [len(one["pictures"]) for one in pictures] == [2, 1, 1, 1, 1]
    assert all(picture["moments"] > 0 for one in pictures for picture in one["pictures"])
    assert [one["control"] for one in pictures] == [True, False, False, False, False]
    assert any(text.startswith("The sick network's first layer gets a gradient 24,000 times") for text in texts(app))


def test_the_first_view_offers_a_demonstration_four_doors_and_a_race(open_page):
    app = open_page(RECEPTION)
    assert app.button(key="show_me").label == "Show me · about 3 minutes"
    assert app.button(key="start_race").label.startswith("Start the demonstration race · about ")
    assert headings(app) == ["Prevention", "Early detection", "Treatment", "Long-term care", "Latest runs"]
    assert [name for name in labels(app) if name not in [page.title for page in PAGES]] == [
        label for door in DOORS for page, label, _ in door.links if page is not None
    ]
    assert any(text.startswith("Workers: 1 of 1 warm, ") for text in texts(app))


def test_a_page_that_this_installation_has_not_is_no_link():
    assert page_named("Operating theatre") is None
    assert page_named("Health check").path == "pages/3_Health_Check.py"


@pytest.mark.parametrize(("link", "door"), [(link, door) for link, door in LINKS if link[0] is not None])
def test_every_door_opens_on_settings_that_its_page_knows(open_page, link, door):
    page, _, settings = link
    app = open_page(page.path, **settings)
    assert not app.warning
    assert not app.error


def test_the_watched_network_can_be_watched_anew(open_page, lab):
    page, _, settings = DOORS[1].links[0]
    app = open_page(page.path, **settings)
    app.button(key="start").click().run()
    run = lab.runs(limit=1)[0]
    lab.cancel(run.id)
    assert run.spec == admit(DIVERGING, Limits()).to_json()


def test_a_finished_run_stands_in_the_table_with_its_status_and_sparkline(open_page, lab, finish):
    run_id = lab.submit(RaceSpec.from_json(SMALL), again=True)
    finish(run_id)
    table = open_page(RECEPTION).dataframe[0].value
    first = table.iloc[0]
    assert first["Status"] == "finished"
    assert first["Run"] == "Digits · SGD at 0.01 · 8 relu · 1 seed × 3 steps"
    assert len(first["Loss"]) == 3
    assert float(first["Took"].removesuffix(" s")) >= 0


def test_the_demonstration_race_is_the_default_race_and_opens_on_its_page(open_page, lab):
    app = open_page(RECEPTION)
    app.button(key="start_race").click().run()
    run = lab.runs(limit=1)[0]
    lab.cancel(run.id)
    assert run.spec["steps"] == 200
    assert len(run.spec["entrants"]) == 6
    assert run.visitor == app.session_state["visitor"]


@pytest.mark.parametrize("step", range(1, len(SCENES) + 1))
def test_each_step_of_the_demonstration_has_its_words_and_one_picture(open_page, step):
    app = open_page(RECEPTION, demo=str(step))
    one = scene(step)
    assert shown(app.header[0].value) == one.title
    assert {typeset(sentence) for sentence in one.sentences} <= set(texts(app))
    drawn = charts(app)
    assert len([chart for chart in drawn if "figure" in chart]) == PICTURED.get(one.name, 0)
    assert len([chart for chart in drawn if "pictures" in chart]) == (0 if one.name in PICTURED else 1)
    assert not app.warning
    assert f"{step} of 10" in texts(app)


def test_the_demonstration_can_be_walked_paused_and_left(open_page):
    app = open_page(RECEPTION)
    app.button(key="show_me").click().run()
    assert address(app, "demo") == "1"
    assert app.button(key="demo_back").disabled
    app.button(key="demo_next").click().run()
    app.button(key="demo_pause").click().run()
    assert (address(app, "demo"), address(app, "paused")) == ("2", "true")
    assert app.button(key="demo_pause").label == "Go on"
    app.button(key="demo_back").click().run()
    assert address(app, "demo") == "1"
    app.button(key="demo_leave").click().run()
    assert not {"demo", "paused"} & set(app.query_params)
    assert headings(app)[-1] == "Latest runs"


def test_what_the_address_of_the_demonstration_got_wrong_is_named(open_page):
    app = open_page(RECEPTION, demo="eleven", pace="0", paused="perhaps")
    assert [shown(warning.value) for warning in app.warning] == [
        "`demo` must be a whole number from 1 to 10. Received: demo=eleven. The default is used.",
        "`pace` must be a number from 0.2 to 600. Received: pace=0. The default is used.",
        "`paused` must be true or false. Received: paused=perhaps. The default is used.",
    ]
    assert "1 of 10" in texts(app)


@pytest.mark.parametrize("page", ["app.py", "pages/1_Clipping_Lab.py", "pages/2_Optimizer_Race.py"])
def test_a_projector_is_known_on_every_page_and_enlarges_it(open_page, page):
    def enlarged(**address: str) -> bool:
        app = open_page(page, **address)
        assert not app.warning
        return any("font-size: 20px" in element.proto.body for element in app.get("html"))

    assert enlarged(projector="true")
    assert not enlarged()

import pytest

from gradcore.specs import RaceSpec
from tests.pages.conftest import RECEPTION, charts, texts

SMALL = {"entrants": [{"optimizer": "SGD"}], "network": {"hidden": [8]}, "seeds": 1, "steps": 3}


def test_the_first_view_shows_a_race_and_offers_one(open_page):
    app = open_page(RECEPTION)
    assert len(charts(app)) == 2
    assert app.button[0].label.startswith("Start the demonstration race · about ")
    assert any(text.endswith("workers warm") or "workers warm ·" in text for text in texts(app))


def test_a_finished_run_stands_in_the_table_with_its_status_and_sparkline(open_page, lab, finish):
    run_id = lab.submit(RaceSpec.from_json(SMALL), again=True)
    finish(run_id)
    table = open_page(RECEPTION).dataframe[0].value
    first = table.iloc[0]
    assert first["Status"] == "finished"
    assert first["Run"] == "Digits · SGD at 0.01 · 8 relu · 1 seed × 3 steps"
    assert len(first["Loss"]) == 3
    assert float(first["Took"].removesuffix(" s")) >= 0


def test_the_demonstration_is_the_default_race_and_opens_on_its_page(open_page, lab):
    app = open_page(RECEPTION)
    app.button[0].click().run()
    run = lab.runs(limit=1)[0]
    lab.cancel(run.id)
    assert run.spec["steps"] == 200
    assert len(run.spec["entrants"]) == 6
    assert run.visitor == app.session_state["visitor"]


@pytest.mark.parametrize("page", ["app.py", "pages/1_Clipping_Lab.py", "pages/2_Optimizer_Race.py"])
def test_a_projector_is_known_on_every_page_and_enlarges_it(open_page, page):
    def enlarged(**address: str) -> bool:
        app = open_page(page, **address)
        assert not app.warning
        return any("font-size: 20px" in element.proto.body for element in app.get("html"))

    assert enlarged(projector="true")
    assert not enlarged()

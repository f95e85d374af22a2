from gradcore.lab import Lab
from gradcore.specs import RaceSpec
from tests.pages.conftest import RACE


def test_files_are_offered_and_made_only_when_they_are_asked_for(open_page):
    found = [element.proto for element in open_page(RACE).get("download_button")]
    assert [proto.label for proto in found] == ["Ranking", "Curves · 6,000 rows"]
    assert all(proto.deferred_file_id and not proto.url for proto in found)


def test_a_run_that_recorded_nothing_offers_none_and_one_that_was_stopped_its_curves(open_page, lab: Lab, finish):
    run_id = lab.submit(RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}], "steps": 19_998, "seeds": 1}))
    lab.cancel(run_id)
    finish(run_id)
    rows = sum(entrant.loss.size for entrant in lab.race(run_id)[0].entrants)
    labels = [element.proto.label for element in open_page(RACE, run=run_id).get("download_button")]
    assert labels == ([f"Curves · {rows:,} rows"] if rows else [])

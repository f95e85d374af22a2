from gradcore.lab import Lab
from gradcore.specs import RaceSpec
from tests.pages.conftest import RACE, charts, texts


def labels(app) -> list[str]:
    return [chart["label"] for chart in charts(app)]


def test_steps_and_seconds_to_the_target_stand_on_the_page_where_the_task_has_one(open_page):
    found = labels(open_page(RACE))
    assert "Steps to the target loss for each optimizer" in found
    assert "Seconds to the target loss for each optimizer" in found


def test_a_target_that_nobody_reaches_is_said_and_a_task_without_one_says_nothing(open_page, lab: Lab, finish):
    small = {"entrants": [{"optimizer": "SGD"}], "steps": 3, "seeds": 1, "network": {"hidden": [4]}}
    digits = lab.submit(RaceSpec.from_json(small))
    noise = lab.submit(RaceSpec.from_json({**small, "task": "noise_regression"}))
    finish(digits)
    finish(noise)
    app = open_page(RACE, run=digits)
    assert "No entrant reaches the target, a training loss of 0.1, within 3 steps." in texts(app)
    assert not any("target loss" in label for label in labels(app))
    assert not any("reaches the target" in text for text in texts(open_page(RACE, run=noise)))

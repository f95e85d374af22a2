"""Each story is run as it ships: what it says afterwards is computed, and true."""

import dataclasses
import re

import pytest

from gradcore.assembly import Assembly
from gradcore.engine.race import run_race
from gradcore.presets import PRESETS
from gradcore.records import RaceTrace
from gradcore.stories import STORIES, story_of

NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?")


def trained(name: str) -> RaceTrace:
    spec = PRESETS[name]
    assembly = Assembly(spec)
    run_race(spec, range(len(spec.entrants)), lambda records, progress: assembly.add(records))
    return assembly.trace()


def numbers(sentence: str) -> list[float]:
    return [float(text) for text in NUMBER.findall(sentence)]


@pytest.fixture(scope="module")
def told():
    """What a story says after its race, trained once."""
    kept: dict[str, tuple[str, str]] = {}

    def told(name: str) -> tuple[str, str]:
        if name not in kept:
            found = STORIES[name].told(PRESETS[name], trained(name))
            assert found is not None
            kept[name] = found
        return kept[name]

    return told


@pytest.mark.parametrize("name", STORIES)
def test_a_story_says_two_sentences_before_and_two_after(told, name):
    story = STORIES[name]
    for sentence in (*story.before, *told(name)):
        assert sentence.endswith((".", "?"))
        assert "nan" not in sentence.lower().split()


def test_momentum_arrives_several_times_sooner_and_both_keep_to_theory(told):
    first, second = told("why_momentum")
    _, slow, fast, times = numbers(first)
    assert (slow, fast) == (pytest.approx(259, abs=3), pytest.approx(33, abs=3))
    assert times == pytest.approx(slow / fast, abs=0.06)
    measured, theory, heavy, heavy_theory = numbers(second)
    assert (theory, heavy_theory) == (0.961, 0.7)
    assert measured == pytest.approx(theory, abs=0.002)
    assert heavy == pytest.approx(heavy_theory, abs=0.02)


def test_adam_alone_solves_the_badly_scaled_problem(told):
    first, second = told("badly_scaled")
    sgd, momentum, adam, steps = numbers(first)
    assert steps == 500
    assert (sgd, momentum) == (pytest.approx(2.5e-4, rel=0.1), pytest.approx(1.3e-5, rel=0.1))
    assert adam < 1e-15
    assert second.startswith("Adam reaches 0.001 after 12")
    assert "none of the others does" in second


def test_the_first_step_of_rmsprop_is_three_times_that_of_adam(told):
    first, second = told("first_step")
    assert numbers(first) == [pytest.approx(3.01, abs=0.05), pytest.approx(0.95, abs=0.02)]
    assert "Adam 0.26" in second
    assert second.endswith("3 of the 3 pairs are told apart.")


def test_the_notebooks_weight_decay_makes_no_difference_and_a_thousand_times_it_does(told):
    first, second = told("weight_decay")
    assert numbers(first)[-1] < 2  # per cent
    assert "AdamW 0.01 1.00 times" in second
    assert "AdamW 10 4." in second
    assert second.endswith("3 of the 6 pairs are told apart.")


def test_a_rate_above_the_limit_grows_as_theory_has_it(told):
    first, second = told("rate_too_high")
    assert first.startswith("At 0.205 each step multiplies the loss by 1.10")
    assert "(theory: 1.102)" in first
    assert "the best of these rates, 0.18, is 90 % of the limit." in second


def test_the_notebooks_score_has_several_winners_and_nothing_separates(told):
    first, second = told("notebook")
    assert 3 <= numbers(first)[1] <= 6
    assert second == "Paired over the seeds, no difference is detected in any of the 15 pairs."


def test_another_race_and_one_that_was_stopped_tell_nothing():
    trace = trained("rate_too_high")
    story = STORIES["rate_too_high"]
    other = dataclasses.replace(PRESETS["rate_too_high"], seeds=4)
    assert story.told(other, trace) is None
    assert story_of(other) is None
    assert story_of(None) is None
    stopped = dataclasses.replace(trace, entrants=(dataclasses.replace(trace.entrants[0], outcome=None),))
    assert story.told(PRESETS["rate_too_high"], stopped) is None

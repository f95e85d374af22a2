"""The advisor on seeds that blew up: the threshold is read from before their growth."""

import numpy as np

from gradcore.advisor import NormStream, advice_sentences, advise


def exploding(steps: int, seeds: int = 3) -> tuple[np.ndarray, list[int]]:
    """Ordinary norms, none below 1, then tenfold growth at each of four steps; and where each seed has blown up."""
    ordinary = 1 + np.random.default_rng(0).random((steps, seeds))
    growth = 100 * 10.0 ** np.arange(4)[:, None] * np.ones(seeds)
    return np.concatenate([ordinary, growth]), [steps + 4] * seeds


def test_an_explosion_that_begins_at_once_gets_its_smallest_ordinary_norm_whatever_rate_is_wanted():
    norms, ends = exploding(4)
    for wanted in (0.01, 0.05, 0.5):
        advice = advise(NormStream.of(norms, ends=ends), wanted)
        assert advice.suggestion.threshold == norms[:4].min()
        assert advice.suggestion.rate == 23 / 24  # of 3 seeds x 8 steps all but that one
    said = advice_sentences(advice)
    assert said[2].startswith(
        "3 of 3 seeds blew up; the norms count until then. The growth begins at step 4, with a norm above 10 times the "
        "median of the seed's steps before. Too few steps come before it to read a threshold for a wanted rate. A start"
    )
    assert said[3].startswith("Prove it. If seeds still blow up")
    assert not any("wanted rate of" in sentence for sentence in said)


def test_an_explosion_after_many_ordinary_steps_gets_a_threshold_that_few_of_those_exceed():
    norms, ends = exploding(200)
    advice = advise(NormStream.of(norms, ends=ends), 0.05)
    assert np.mean(norms[:200] > advice.suggestion.threshold) == 0.05
    assert 1.9 < advice.suggestion.threshold < 2
    assert NormStream.of(norms, ends=ends).threshold_for(0.01) == 1e3  # among the growth: too late
    assert advise(NormStream.of(norms, ends=ends), 0.01).suggestion.threshold < 2
    assert "it is at most the one that 5 % of the 600 steps before that exceed." in advice_sentences(advice)[2]


def test_the_ordinary_norms_of_a_seed_that_grew_before_the_first_counted_step_are_read_from_the_start():
    norms, ends = exploding(4)
    advice = advise(NormStream.of(norms, first_step=5, ends=ends))
    assert advice.suggestion.threshold == norms[:4].min()


def test_seeds_that_live_leave_the_threshold_to_those_that_blew_up():
    norms, _ = exploding(4)
    living = np.column_stack([norms[:, 0], np.full(8, 7.0), np.full(8, 7.0)])
    assert advise(NormStream.of(living, ends=[8, None, None]), 0.05).suggestion.threshold == norms[:4, 0].min()
    assert advise(NormStream.of(living), 0.05).suggestion.threshold == 1e4


def test_an_explosion_without_an_ordinary_norm_says_that_none_can_be_read():
    said = advice_sentences(advise(NormStream.of([[0.0], [1e3], [1e9]], ends=[2])))
    assert any("No norm above 0 is recorded before that: no threshold can be read from it." in text for text in said)

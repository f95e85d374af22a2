"""The advisor's pictures: what their data holds."""

import numpy as np

from gradcore.advisor import NormStream, advice_sentences, advise
from gradcore.figures.clip_advice import rate_curve
from gradcore.figures.clip_norms import norms_over_steps
from tests.traces import decoded


def independent(steps: int = 2000) -> NormStream:
    return NormStream.of(np.exp(np.random.default_rng(0).normal(size=steps)))


def named(figure, name):
    return [trace for trace in decoded(figure) if trace["name"] == name]


def test_the_band_stands_where_an_interval_is_given_and_the_rest_is_dotted():
    figure = rate_curve(advise(independent()))
    curve = advise(independent()).curve
    given = curve.threshold[~np.isnan(curve.low) & (curve.rate > 0)]
    (band,) = named(figure, "95 % interval")
    assert min(band["x"]) == np.float32(given[0])
    assert max(band["x"]) == np.float32(given[-1])
    (dotted,), (solid,) = named(figure, "clip rate"), named(figure, "clip rate with interval")
    assert dotted["line"]["dash"] == "dot"
    assert np.isnan(solid["y"]).sum() == np.isnan(curve.low[curve.rate > 0]).sum()
    assert any("no interval" in note["text"] for note in figure.layout.annotations.__iter__() if note["text"])


def test_the_suggested_threshold_is_marked_with_its_interval():
    advice = advise(independent(), wanted=0.05)
    figure = rate_curve(advice)
    (mark,) = named(figure, "suggested")
    assert mark["x"] == [np.float32(advice.suggestion.threshold)]
    assert mark["y"] == [5.0]
    assert mark["error_y"]["visible"]
    assert figure.layout.title.text.startswith("5 % of the steps are above ")
    assert figure.layout.shapes[0].x0 == advice.suggestion.threshold


def test_without_any_interval_the_chart_says_so_and_stays_whole():
    figure = rate_curve(advise(NormStream.of([1.0, 2.0, 3.0])))
    assert "no interval anywhere" in figure.layout.title.subtitle.text
    assert named(figure, "95 % interval") == []


def test_streams_that_a_logarithmic_axis_cannot_hold_are_drawn_without_a_crash():
    for norms in ([0.0], [0.0, 0.0, 1.0], [5.0] * 20, [1e150, 1e-150], [np.nan, 2.0]):
        advice = advise(NormStream.of(norms))
        assert rate_curve(advice).data
        assert norms_over_steps(advice).layout.title.text


def test_the_norms_keep_their_peaks_and_mark_what_is_not_finite():
    norms = np.ones(50_000)
    norms[[123, 40_000]] = 1e3, np.nan
    norms[7] = 0
    figure = norms_over_steps(advise(NormStream.of(norms)))
    (line,) = named(figure, "seed 0")
    assert len(line["x"]) < 3000
    assert max(value for value in line["y"] if value == value) == 1e3
    assert decoded(figure)[1]["text"] == ["step 40000: not finite in 1 of 1"]
    assert decoded(figure)[2]["text"] == ["step 7: 0 in 1 of 1"]
    assert figure.layout.title.text == "1 of 49,999 steps are above 1"


def test_a_seed_that_blew_up_ends_with_a_mark():
    stream = NormStream.of([[1.0, 1.0], [2.0, 9.0], [3.0, 1e20]], ends=(None, 2))
    figure = norms_over_steps(advise(stream))
    assert named(figure, "blown up")[0]["text"] == ["step 2: blown up in 1 of 2"]


def test_a_run_whose_every_seed_blew_up_is_drawn_until_the_last_one_did():
    norms = np.ones((300, 2))
    figure = norms_over_steps(advise(NormStream.of(norms, ends=(4, 7))))
    assert figure.layout.xaxis.range == (0, 7)


def test_steps_that_are_left_out_are_not_on_the_axis():
    figure = norms_over_steps(advise(NormStream.of(np.arange(1.0, 101.0), first_step=40)), first_step=40)
    assert figure.layout.xaxis.range == (40, 99)
    assert named(figure, "seed 0")[0]["x"][0] == 40


def test_the_largest_norm_is_no_suggestion_where_so_few_steps_cannot_have_the_wanted_rate():
    advice = advise(NormStream.of(np.arange(1.0, 11.0)), 0.05)
    figure = rate_curve(advice)
    texts = [one.text for one in figure.layout.annotations]
    assert texts == ["the largest norm: 10", "dotted: no interval,<br>fewer than 500 steps"]
    assert figure.layout.xaxis.range[1] > 1.0  # log10 of 10
    assert advice_sentences(advice)[0].endswith("10 steps cannot have a clip rate of 5 %.")

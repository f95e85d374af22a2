"""A second race over a first: who is in both, ratios with scipy as reference, differences in words, the two charts."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from gradcore.figures import race_overlay
from gradcore.overlay import Both, common_seeds, in_both, matches, overlay_refusal, ratio_text, seeds_sentence
from gradcore.race_differences import differences
from gradcore.specs import RaceSpec
from tests.traces import decoded, make_entrant, make_race, make_trace, shortened

NAN = float("nan")
LOW, HIGH = [0.10, 0.12, 0.08, 0.11, 0.09], [0.30, 0.33, 0.29, 0.31, 0.27]


def spec(*names, **more):
    return RaceSpec.from_json({"entrants": [{"optimizer": name} for name in names or ("SGD",)], **more})


def race(**losses):
    """Entrants by their name, with these final validation losses."""
    made = [make_entrant([[1.0] * len(v), [0.5] * len(v)], label=k, validation_loss=v) for k, v in losses.items()]
    return make_trace(made)


def both(first, second):
    return in_both(first, second)[0]


# ---- who is in both


def test_the_ratio_and_its_interval_are_those_of_a_paired_t_test_of_the_logs():
    found = both((spec(), race(SGD=LOW)), (spec(steps=400), race(SGD=HIGH)))
    difference = np.log(HIGH) - np.log(LOW)
    expected = np.exp(stats.t.interval(0.95, 4, difference.mean(), stats.sem(difference)))
    assert (found.label, found.medians, found.seeds) == ("SGD", (0.10, 0.30), 5)
    assert found.ratio == pytest.approx(np.exp(difference.mean()))
    assert found.interval == pytest.approx(tuple(expected))
    assert found.verdict == "higher in B"
    assert both((spec(), race(SGD=HIGH)), (spec(), race(SGD=LOW))).verdict == "lower in B"


def test_an_interval_that_covers_one_says_no_difference_detected():
    found = both((spec(seeds=3), race(SGD=[0.1, 0.2, 0.3])), (spec(seeds=3), race(SGD=[0.2, 0.1, 0.3])))
    assert (round(found.ratio, 9), found.verdict) == (1.0, "no difference detected")
    same = both((spec(), race(SGD=LOW)), (spec(), race(SGD=LOW)))
    assert (same.interval, same.verdict) == ((1.0, 1.0), "no difference detected")


def test_only_seeds_that_both_have_are_paired():
    first, second = spec(seeds=5), spec(seeds=4, first_seed=3)
    found = both((first, race(SGD=[9.0, 9.0, 9.0, 0.1, 0.2])), (second, race(SGD=[0.2, 0.4, 9.0, 9.0])))
    assert (list(common_seeds(first, second)), found.seeds) == ([3, 4], 2)
    assert found.ratio == pytest.approx(2.0)
    assert found.medians == (9.0, pytest.approx(4.7))


def test_one_common_seed_gives_a_ratio_without_an_interval():
    found = both((spec(seeds=1), race(SGD=[0.1])), (spec(seeds=1), race(SGD=[0.3])))
    assert (ratio_text(found), found.verdict) == ("3", "one seed: no interval")


@pytest.mark.parametrize(
    ("other", "losses"),
    [
        (spec(task="wine"), LOW),
        (spec(first_seed=5), LOW),
        (spec(), [NAN] * 5),
        (spec(task="retired"), LOW),
    ],
    ids=["another task", "other seeds", "every seed diverged", "a task that is no longer known"],
)
def test_what_cannot_be_paired_has_medians_alone(other, losses):
    found = both((spec(), race(SGD=LOW)), (other, race(SGD=losses)))
    assert (found.medians[0], found.ratio, found.interval, ratio_text(found), found.verdict) == (
        0.1,
        None,
        None,
        "",
        "",
    )


def test_entrants_are_matched_by_label_then_by_optimizer_and_settings():
    named = {"optimizer": "Adam", "learning_rate": 0.1, "label": "mine"}
    first = RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}, {"optimizer": "Adam", "learning_rate": 0.1}]})
    second = RaceSpec.from_json(
        {"entrants": [named, {"optimizer": "SGD", "learning_rate": 0.5}, {"optimizer": "Lion"}]}
    )
    assert matches(first, second) == [("SGD", "SGD"), ("Adam", "mine")]
    found = in_both((first, race(SGD=LOW, Adam=LOW)), (second, race(mine=HIGH, SGD=LOW, Lion=LOW)))
    assert [(one.label, one.other) for one in found] == [("SGD", "SGD"), ("Adam", "mine")]


def test_an_entrant_that_did_not_end_is_left_out():
    assert in_both((spec(), make_trace([make_entrant([[1.0]], label="SGD")])), (spec(), race(SGD=LOW))) == ()


def test_a_sentence_says_on_what_the_ratios_rest():
    found = (Both("SGD", "SGD", (1.0, 1.0), 0, None, None),)
    assert "paired over the 5 seeds of both" in seeds_sentence(spec(), spec(), found)
    assert seeds_sentence(spec(), spec(task="wine"), found).startswith("The races are of two tasks")
    assert seeds_sentence(spec(), spec(first_seed=5), found).startswith("The races have no seed in common")
    assert seeds_sentence(spec(seeds=1), spec(), found).startswith("The races have one seed in common")
    assert seeds_sentence(spec(), spec(), ()) == "No entrant has ended in both races."


def test_losses_of_another_kind_are_refused_and_those_of_the_same_are_not():
    assert overlay_refusal(spec(), spec(task="breast_cancer")) == ""
    assert overlay_refusal(spec(task="quadratic"), spec(task="deep_linear")) == ""
    assert overlay_refusal(spec(), spec(task="diabetes")) == (
        "race B's losses are of another kind (mean squared error) than this race's (cross-entropy, nats)."
    )
    assert "no longer known" in overlay_refusal(spec(), spec(task="retired"))


# ---- how they differ


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        (spec(), spec(), "the same settings"),
        (spec(), spec(learning_rates="tuned", steps=400), "learning rates tuned, 400 steps"),
        (spec(), spec(seeds=1, first_seed=3, batch_size=None), "1 seed, first seed 3, full batch"),
        (spec(), spec(task="wine", network={"hidden": [8]}), "Wine, 8 relu from he_uniform"),
        (spec(shared_weights=False), spec(), "the same weights for all"),
        (spec("SGD", "Adam"), spec("SGD", "Lion"), "also Lion, no Adam"),
    ],
)
def test_what_differs_is_said_in_one_line(first, second, says):
    assert differences(first, second) == says


def test_changed_entrants_are_told_each_or_together():
    plain = [{"optimizer": "SGD", "learning_rate": 0.1}, {"optimizer": "Adam", "learning_rate": 0.1}]
    clip = {"rule": "clip_by_global_norm", "max_norm": 1.0}
    first = RaceSpec.from_json({"entrants": plain})

    def changed(*more):
        return RaceSpec.from_json({"entrants": [{**one, **new} for one, new in zip(plain, more, strict=True)]})

    assert (
        differences(first, changed({"learning_rate": 0.5}, {"beta_1": 0.5})) == "SGD at 0.5, Adam with other arguments"
    )
    assert differences(first, changed({"clip": clip}, {"clip": clip})) == (
        "every entrant with clip_by_global_norm (max_norm 1)"
    )
    assert differences(changed({"clip": clip}, {}), first) == "SGD without clipping"
    assert differences(first, changed({"schedule": "cosine"}, {"batch_seed_offset": 1})) == (
        "SGD with a cosine schedule, Adam with batches in another order"
    )


# ---- the charts


def test_the_second_race_is_paler_named_with_b_and_never_dashed_like_the_first():
    first, second = make_race(seeds=5), make_race(seeds=5, seed=3)
    figure = race_overlay.overlaid_losses(first, second)
    lines = {line["meta"]: line for line in decoded(figure) if line["mode"] == "lines" and "hovertemplate" in line}
    assert len(lines) == 12
    assert lines["Adam"]["line"] == {"color": "#AE630A", "dash": "solid", "width": 2}
    assert lines["Adam · B"]["line"] == {"color": "rgba(174,99,10,0.6)", "dash": "dash", "width": 1.5}
    assert lines["Adam · B"]["hovertemplate"].startswith("Adam · B  ")
    assert [name for name in lines if "legendrank" in lines[name]] == [f"{one.label} · B" for one in second.entrants]
    looks = [(line["line"]["color"][:12], line["line"]["dash"]) for line in lines.values()]
    assert len(set(looks)) == 12
    assert [note.text for note in figure.layout.annotations][-6:] == [name for name in lines if name.endswith("· B")]


def test_a_longer_second_race_stretches_the_axis_and_titles_name_both():
    first, second = shortened(make_race(), 50), make_race()
    assert race_overlay.overlaid_losses(first, second).layout.xaxis.range == (0, 199)
    assert race_overlay.overlaid_norms(second, first).layout.title.text.endswith(" in race A")
    gone = make_trace([make_entrant([[1.0], [NAN]])])
    adam, lion = (make_trace([make_entrant([[1.0], [0.5]], label=label)]) for label in ("Adam", "Lion"))
    assert race_overlay.overlaid_title(adam, adam) == "Loss ends lowest with Adam in both races"
    assert race_overlay.overlaid_title(adam, lion) == "Loss ends lowest with Adam in A, Lion in B"
    assert race_overlay.overlaid_title(gone, lion) == (
        "Loss ends lowest with Lion in B; A has no finite loss at its end"
    )
    assert race_overlay.overlaid_title(gone, gone) == "Neither race has a finite loss at its end"


def test_an_entrant_without_a_step_and_a_retired_task_are_drawn_too():
    bare = replace(make_race(), task="retired")
    unready = make_trace([make_entrant(np.zeros((0, 5)), label="SGD"), make_entrant([[1.0] * 5], label="Adam")])
    assert {line.name for line in race_overlay.overlaid_norms(bare, unready).data} >= {"Adam · B"}
    assert race_overlay.overlaid_losses(bare, unready).layout.title.subtitle.text.startswith("Training loss (no unit)")

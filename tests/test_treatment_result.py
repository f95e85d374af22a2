"""What counts as a cure, and the sentences that say what a treatment came to, on numbers written by hand."""

from dataclasses import replace

import numpy as np
import pytest

from gradcore.specs import HealthSpec, TreatmentSpec
from gradcore.treatment_result import TreatmentResult, result_sentences

SPEC = TreatmentSpec(HealthSpec(), HealthSpec())
LOWER = TreatmentResult(
    before=np.full(5, 2.3),
    after=np.full(5, 0.3),
    difference=-2.0,
    interval=(-2.1, -1.9),
    verdict_before="vanishing",
    verdict_after="healthy",
    learning_rates=(0.1, 0.1),
    step_time_ratio=1.5,
    parameters=(9000, 9000),
    chance=2.3,
)
BRANCH = replace(
    LOWER, difference=-0.01, interval=(-0.05, 0.03), verdict_before="disconnected", parameters=(13130, 8970)
)


def test_a_cure_changes_the_verdict_and_lowers_the_loss():
    assert LOWER.cured
    assert not replace(LOWER, verdict_after="vanishing").cured
    assert not replace(LOWER, interval=(-2.1, 0.01)).cured


def test_what_was_never_trained_is_cured_by_what_it_saves_where_the_loss_is_no_worse():
    assert (BRANCH.improved, BRANCH.no_worse, BRANCH.saved, BRANCH.cured) == (False, True, 4160, True)
    assert not replace(BRANCH, interval=(-0.05, 0.115)).cured
    assert not replace(BRANCH, parameters=(8970, 8970)).cured
    assert not replace(BRANCH, verdict_after="disconnected").cured
    assert replace(BRANCH, interval=(-0.05, -0.01), parameters=(8970, 8970)).cured


def test_fewer_parameters_excuse_no_other_verdict_from_lowering_the_loss():
    smaller = replace(BRANCH, verdict_before="vanishing")
    assert (smaller.saved, smaller.cured) == (0, False)


@pytest.mark.parametrize(
    ("interval", "told"),
    [
        ((-0.05, 0.03), "the loss is no worse: if it is higher, then by less than 0.115, 5 % of a guess's loss."),
        ((-0.05, -0.01), "4,160 parameters that no gradient reached were taken out, and the loss fell as well."),
        ((-0.05, 0.2), "but the loss may be higher by more than 0.115, 5 % of a guess's loss."),
    ],
)
def test_one_sentence_says_what_taking_out_the_branch_did(interval, told):
    sentences = result_sentences(SPEC, replace(BRANCH, interval=interval))
    assert len(sentences) == 4
    assert sentences[3].endswith(told)


def test_no_such_sentence_stands_where_nothing_was_cut_off():
    assert len(result_sentences(SPEC, LOWER)) == 3


def test_it_is_told_that_a_seed_above_a_guess_counts_as_one():
    assert "counts as a guess" not in result_sentences(SPEC, LOWER)[0]
    assert result_sentences(SPEC, replace(LOWER, capped=True))[0].endswith(
        "more than chance explains. A seed that ends above a guess's loss, 2.3, or diverges counts as a guess."
    )


def test_parameters_are_told_where_they_change():
    assert result_sentences(SPEC, LOWER)[2].endswith("A step takes 1.50 times as long.")
    told = result_sentences(SPEC, replace(LOWER, parameters=(4417, 4481)))[2]
    assert told.endswith("A step takes 1.50 times as long, with 4,481 parameters instead of 4,417.")


def test_the_sentence_says_how_the_rates_were_chosen():
    assert "each the best of the same grid, or a smaller one that is as good" in result_sentences(SPEC, LOWER)[2]
    given = replace(SPEC, learning_rates="given")
    assert result_sentences(given, LOWER)[2].startswith("Learning rates, as given: 0.1 before, 0.1 after.")

"""What the reception's pictures are drawn from, and what they say."""

from dataclasses import replace

import numpy as np
import pytest

from gradcore.documents import example_document, trace_from_document
from gradcore.example_check import example_treatment
from gradcore.glance_reading import (
    blow_up_sentence,
    both_sentence,
    care_sentence,
    prevention_sentence,
    watched_sentence,
)
from gradcore.glances import DIVERGING, INITIALIZERS, SIDES, Watched, diverging, expected, signals

NAN = float("nan")


def watched(norms, loss):
    length = np.array(norms, np.float32)
    return Watched(("dense",), length[:, None], length, np.array(loss, np.float32))


def test_the_signal_is_whole_at_the_output_and_lost_on_30_layers_from_glorot():
    found = signals()
    assert list(found) == list(INITIALIZERS)
    assert [len(one) for one in found.values()] == [31, 31]
    assert [float(one[-1]) for one in found.values()] == [1.0, 1.0]
    assert prevention_sentence(found, {"glorot_uniform": "Glorot's", "he_uniform": "He's"}) == (
        "Through 30 ReLU layers, 1.5e-5 of the signal reaches the first layer with Glorot's initialiser, "
        "0.44 with He's."
    )


def test_the_watched_network_gave_warning_before_its_loss_doubled():
    found = diverging()
    assert found.norms.shape == (DIVERGING.steps, 9)
    assert (found.warned, found.doubled) == (12, 86)
    assert watched_sentence(found) == (
        "Here the steps were too long: the warning came at step 12, 74 steps before the loss had doubled. "
        "Others leave less time."
    )


def test_without_a_warning_it_is_said_so():
    found = watched([1.0, 1.0, 1.0], [2.0, 2.0, NAN])
    assert (found.warned, found.doubled) == (None, 2)
    assert watched_sentence(found) == "The loss had doubled at step 2, without a warning."


def test_a_training_that_does_not_diverge_has_no_step_to_tell():
    assert watched([1.0, 1.0], [2.0, 1.0]).doubled is None
    assert watched_sentence(watched([1.0, 1.0], [2.0, 1.0])) == "Every layer is watched at every step."


@pytest.mark.parametrize(("side", "word"), [(SIDES[0], "sigmoid"), (SIDES[1], "ReLU")])
def test_theory_expects_the_signal_of_the_example(side, word):
    _, checks = example_treatment()
    found = expected(side)
    assert found.sentence.startswith(f"{word}: the mean square of the signal changes by × ")
    assert len(found.ratio) == len(checks.networks[0].setup.layers)


def test_the_two_networks_side_by_side():
    assert both_sentence(*example_treatment()) == (
        "The sick network's first layer gets a gradient 24,000 times smaller than its output layer, and its loss stays "
        "at 2.31. Treated, all 9 layers get gradients within a factor of 1.4, and the loss falls from 3.18 to 0.309 "
        "in 50 steps."
    )


def test_the_races_say_who_diverged_and_how_far_the_others_came():
    race = trace_from_document(example_document("exploding_rnn"))
    assert blow_up_sentence(race) == (
        "A recurrent network diverges in 10 of 10 runs without clipping and in 0 of 10 runs clipped at 1."
    )
    race = trace_from_document(example_document())
    assert care_sentence(race) == (
        "After 200 steps on the same batches the validation loss is 0.14 with RMSprop and 0.69 with SGD."
    )


def test_a_race_of_which_nobody_has_ended_says_nothing():
    race = trace_from_document(example_document())
    waiting = replace(race, entrants=tuple(replace(one, outcome=None) for one in race.entrants))
    assert care_sentence(waiting) == ""

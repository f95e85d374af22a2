from dataclasses import replace

import numpy as np
import pytest

from gradcore.blow_up_reading import pair_sentences, share_text
from gradcore.blow_ups import Side, clip_rate, clipped_steps, is_pair, read_pair, shares
from gradcore.documents import example_document, trace_from_document
from gradcore.presets import PRESETS, exploding_rnn
from gradcore.proportions import mcnemar, wilson
from gradcore.records import ClipRecord
from gradcore.specs import RaceSpec
from tests.traces import make_entrant, make_trace

SGD = {"optimizer": "SGD", "learning_rate": 0.1}
NAN = float("nan")


def pair(clip: dict, **changes: object) -> RaceSpec:
    return RaceSpec.from_json({"entrants": [SGD, {**SGD, **clip}], **changes})


def trace(clipped_loss: float = 0.2):
    """Three seeds: without clipping the first explodes at step 1, the second at step 2; clipped at 1 none."""
    loose = make_entrant(
        [[1, 1, 1], [2000, 1, 1], [NAN, NAN, 0.5]],
        label="without clipping", optimizer="SGD", gradient_norm=[[2, 2, 0.5], [1e9, 3, 0.5], [NAN, NAN, 0.5]],
        validation_loss=[NAN, NAN, 0.2],
    )  # fmt: skip
    held = make_entrant(
        [[1, 1, 1], [0.5, 0.5, 0.5], [0.2, 0.2, 0.2]],
        label="clipped at 1", optimizer="SGD", gradient_norm=[[2, 2, 0.5], [4, 0.5, 0.5], [NAN, 0.5, 0.5]],
        clipped_norm=[[1, 1, 0.5], [1, 0.5, 0.5], [NAN, 0.5, 0.5]], validation_loss=[clipped_loss] * 3,
    )  # fmt: skip
    return make_trace([loose, held], task="adding_problem", metric="mae")


def test_wilson_is_the_worked_example_of_a_textbook():
    """Newcombe 1998, Statistics in Medicine 17, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    found = [[round(end, 4) for end in wilson(*counts)] for counts in ((81, 263), (15, 148), (0, 20), (1, 29))]
    assert found == [[0.2553, 0.3662], [0.0624, 0.1605], [0.0, 0.1611], [0.0061, 0.1718]]


def test_mcnemar_is_the_binomial_test_of_the_discordant_pairs():
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(5, 0) == mcnemar(0, 5) == 2 / 32
    assert mcnemar(6, 1) == pytest.approx(2 * 8 / 128)
    assert mcnemar(1000, 0) < 1e-300


def test_a_pair_is_one_training_without_and_one_with_clipping_and_nothing_else():
    assert is_pair(exploding_rnn())
    assert is_pair(pair({"clip": "zclip"}))
    assert not is_pair(pair({}))
    assert not is_pair(pair({"clipnorm": 1, "learning_rate": 0.2}))
    assert not is_pair(pair({"clipnorm": 1}, shared_weights=False))
    assert not is_pair(PRESETS["default"])


def test_who_blew_up_when_and_on_which_seeds_only():
    found = read_pair(trace())
    assert found.without.blown_up_at == (1, 2, None)
    assert found.clipped.blown_up_at == (None, None, None)
    assert (found.only_without, found.only_clipped) == (2, 0)
    assert found.p_value == 0.5
    assert found.without.interval == wilson(2, 3)
    assert shares(found.without, 3).tolist() == [0, 1 / 3, 2 / 3]
    assert shares(found.clipped, 3).tolist() == [0, 0, 0]


def test_the_clip_rate_counts_finite_steps_only():
    loose, held = trace().entrants
    assert clipped_steps(held).tolist() == [[True, True, False], [True, False, False], [False] * 3]
    assert clip_rate(held) == 3 / 8
    assert clip_rate(loose) == 0
    assert np.isnan(clip_rate(make_entrant(np.zeros((0, 3)), optimizer="SGD")))


def test_recorded_decisions_count_where_there_are_some():
    held = trace().entrants[1]
    scale = np.ones((3, 3), np.float32)
    lengthened = np.array([[False, False, True]] + [[False] * 3] * 2)  # as a rule that normalises does
    record = ClipRecord(scale, scale, lengthened, np.zeros((3, 3), bool))
    assert clip_rate(replace(held, clip=record)) == 1 / 8


def test_the_sentences_say_what_the_numbers_hold():
    assert pair_sentences(trace()) == [
        "Without clipping 2 of 3 (95 % interval 21 to 94 %) runs blow up, at steps 1 to 2; with it 0 of 3 (95 % "
        "interval 0 to 56 %).",
        "From the same weights and batches, 2 of 3 seeds blew up only without clipping and 0 only with it (exact "
        "McNemar test, p = 0.5): these seeds do not show a difference.",
        "Clipping changed 37.5 % of the steps: more than a seat belt, but most steps passed unchanged.",
        "The clipped runs end at a median validation loss of 0.2; a constant answer has 0.167. Nothing is learned yet: "
        "clipping cures explosion, not vanishing.",
    ]


def test_a_clipped_run_that_learns_and_one_that_explodes_are_said_to():
    assert pair_sentences(trace(0.01))[3].endswith("They also solve the task; what clipping cured is the explosion.")
    assert "The clipped runs blow up too" in pair_sentences(trace(NAN))[3]


def test_one_seed_and_a_task_that_is_no_longer_known_are_read_too():
    one = make_entrant([[1.0]], label="without clipping", optimizer="SGD", validation_loss=[1.0])
    other = make_entrant([[1.0]], label="clipped at 5", optimizer="SGD", validation_loss=[1.0])
    said = pair_sentences(make_trace([one, other], task="retired"))
    assert said[0] == (
        "Without clipping 0 of 1 (95 % interval 0 to 79 %) runs blow up; with it 0 of 1 (95 % interval 0 to 79 %)."
    )
    assert said[2] == "Clipping changed no step: the threshold lies above every gradient norm."
    assert said[3] == "How well the clipped runs learned is not known."
    assert share_text(Side("SGD", (None,), None)) == "0 of 1 (95 % interval 0 to 79 %)"


def test_where_no_network_is_trained_there_is_no_constant_answer_to_compare_with():
    said = pair_sentences(replace(trace(), task="quadratic"))
    assert said[3] == "The clipped runs end at a median loss of 0.2."


def test_the_bundled_pair_is_the_preset_with_every_step_and_what_science_says_of_it():
    document = example_document("exploding_rnn")
    assert RaceSpec.from_json(document["spec"]) == PRESETS["exploding_rnn"]
    found = trace_from_document(document)
    assert [entrant.loss.shape for entrant in found.entrants] == [(300, 10)] * 2
    seen = read_pair(found)
    assert (seen.without.blow_ups, seen.clipped.blow_ups) == (10, 0)
    assert seen.p_value == 2 / 2**10
    assert 0.15 < seen.clipped.validation_loss < 0.2

"""The proof of an advice: the pair that is trained, and what is read from its records."""

from dataclasses import replace

import numpy as np
import pytest

from gradcore.advisor import is_proof, proof_sentences, proof_spec, read_proof
from gradcore.records import ClipRecord, RaceTrace
from gradcore.specs import Choice, EntrantSpec, RaceSpec
from tests.traces import make_entrant, make_trace

RULE = Choice.of("clip_by_global_norm", max_norm=2.5)
RACE = RaceSpec(
    (EntrantSpec(Choice("Adam")), EntrantSpec(Choice.of("SGD", momentum=0.9), 0.3, clip=RULE, batch_seed_offset=7)),
    seeds=2,
    shared_weights=False,
)
PAIR = proof_spec(RACE, 1, RULE)


def trace(without: list[list[float]], clipped: list[list[float]], **options: object) -> RaceTrace:
    """Return a pair whose gradient norms are given, (T, S); the second is clipped at 2.5."""
    flat = np.ones_like(np.array(without))
    one = make_entrant(
        flat, label="without clipping", optimizer="SGD", gradient_norm=without, validation_loss=[0.5, 0.7]
    )
    loss = options.get("loss", flat)
    two = make_entrant(
        loss, label="clipped at 2.5", optimizer="SGD", gradient_norm=clipped, validation_loss=[0.4, 0.6]
    )  # fmt: skip
    return make_trace([one, replace(two, clipped_norm=np.minimum(two.gradient_norm, np.float32(2.5)))])


def test_a_pair_is_the_same_entrant_without_and_with_the_rule_from_the_same_weights_and_batches():
    without, clipped = PAIR.entrants
    assert (without.clip.name, clipped.clip) == ("none", RULE)
    assert without.optimizer == clipped.optimizer == Choice.of("SGD", momentum=0.9)
    assert (without.learning_rate, clipped.learning_rate) == (0.3, 0.3)
    assert (without.batch_seed_offset, clipped.batch_seed_offset) == (7, 7)
    assert PAIR.shared_weights
    assert (PAIR.seeds, PAIR.steps, PAIR.task, PAIR.network) == (RACE.seeds, RACE.steps, RACE.task, RACE.network)


def test_only_such_a_pair_is_a_proof():
    assert is_proof(PAIR)
    assert is_proof(RaceSpec.from_json(PAIR.to_json()))
    assert not is_proof(RACE)
    assert not is_proof(replace(PAIR, shared_weights=False))
    assert not is_proof(replace(PAIR, entrants=PAIR.entrants[::-1]))
    other = replace(PAIR.entrants[1], learning_rate=0.1)
    assert not is_proof(replace(PAIR, entrants=(PAIR.entrants[0], other)))
    zclip = replace(PAIR.entrants[1], clip=Choice("zclip"))
    assert not is_proof(replace(PAIR, entrants=(PAIR.entrants[0], zclip)))


def test_predicted_is_of_the_path_without_clipping_and_realised_of_the_one_with_it():
    proof = read_proof(PAIR, trace([[1, 3], [1, 1], [1, 1], [3, 1]], [[1, 3], [3, 3], [1, 1], [3, 1]]))
    assert proof is not None
    assert (proof.predicted, proof.realised, proof.by_seed) == (0.25, 0.5, (0.5, 0.5))
    assert (proof.threshold, proof.interval, proof.earlier) == (2.5, None, None)
    assert (proof.without.validation_loss, proof.clipped.validation_loss) == (0.6, 0.5)


def test_recorded_clip_decisions_count_where_they_are_recorded():
    pair = trace([[1, 3], [1, 1]], [[1, 3], [3, 3]])
    flags = np.array([[True, False], [False, False]])
    record = ClipRecord(np.ones((2, 2), np.float32), np.ones((2, 2), np.float32), flags, ~flags)
    pair = replace(pair, entrants=(pair.entrants[0], replace(pair.entrants[1], clip=record)))
    proof = read_proof(PAIR, pair)
    assert proof is not None
    assert proof.realised == 0.25


def test_the_first_steps_are_left_out_of_both_rates_and_told():
    pair = trace([[9, 9], [9, 9], [1, 1], [3, 1]], [[9, 9], [9, 1], [1, 1], [1, 1]])
    proof = read_proof(PAIR, pair, first_step=2)
    assert proof is not None
    assert (proof.predicted, proof.realised, proof.earlier) == (0.25, 0.0, 0.75)
    assert "Of the earlier steps, which neither rate counts, the rule clipped 75 %." in proof_sentences(proof)[0]


def test_non_finite_steps_and_those_after_a_blow_up_count_on_neither_side():
    lost = np.array([[1.0, 1.0], [1.0, 5e3], [1.0, 6e3], [1.0, 1.0]])
    pair = trace([[1, 3], [np.nan, 1], [1, 1], [3, 1]], [[1, 3], [3, 9], [1, 9], [np.inf, 9]], loss=lost)
    proof = read_proof(PAIR, pair)
    assert proof is not None
    assert proof.predicted == pytest.approx(2 / 7)
    assert proof.realised == 0.5  # 1, 3 | 3 | 1: four steps count
    assert (proof.without.blow_ups, proof.clipped.blow_ups) == (0, 1)
    assert proof_sentences(proof)[1] == "Blown up: 0 of 2 seeds without clipping, 1 of 2 with it."


def test_nothing_is_read_before_both_have_a_step():
    pair = trace([[1, 3]], [[1, 3]])
    empty = replace(pair.entrants[1], **{
        name: getattr(pair.entrants[1], name)[:0]
        for name in ("loss", "gradient_norm", "clipped_norm", "layer_norms", "clipped_layer_norms", "update_ratio")
    })  # fmt: skip
    assert read_proof(PAIR, replace(pair, entrants=(pair.entrants[0], empty))) is None


def test_the_sentences_say_that_clipping_changes_the_path():
    proof = read_proof(PAIR, trace([[1, 3], [1, 1]], [[1, 3], [3, 3]]))
    assert proof is not None
    first, second = proof_sentences(proof)
    assert first.startswith(
        "Predicted clip rate 25 %, realised 75 %. The prediction counts the steps of the path without"
    )
    assert "Clipping changes the path" in first
    assert second == "No seed blew up, with or without clipping: here the rule had no explosion to prevent."


def test_a_realised_rate_is_told_to_lie_inside_the_interval_or_outside():
    norms = np.exp(np.random.default_rng(0).normal(size=(1000, 2))) * 2.5 / np.exp(1.28)  # 10 % are above 2.5
    for scale, place in ((1.0, "inside"), (1.5, "outside")):
        pair = trace(norms.tolist(), (norms * scale).tolist(), loss=np.ones((1000, 2)))
        proof = read_proof(PAIR, pair)
        assert proof is not None
        assert f"realised {100 * proof.realised:.3g} %: {place} the interval." in proof_sentences(proof)[0]

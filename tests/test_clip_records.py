"""What a clip rule decided: from the chunk through store and trace into the document, and back."""

import io
import json
from dataclasses import replace

import numpy as np

from gradcore import strict_json
from gradcore.assembly import Assembly
from gradcore.cli.results import describe
from gradcore.documents import race_document, trace_from_document
from gradcore.records import ClipRecord, pack, unpack
from gradcore.specs import RaceSpec
from tests.stand_in import chunk

CLIP = {"rule": "adaptive_percentile", "history": 2}
SPEC = RaceSpec.from_json({"steps": 4, "seeds": 2, "entrants": [{"optimizer": "Adam", "clip": CLIP}]})
NAN = np.nan


def clipped_chunk(first_step, threshold, clipped, skipped):
    flags = [np.array(values, bool) for values in (clipped, skipped)]
    limits = np.array(threshold, np.float32)
    plain = chunk(0, first_step, [2.0] * len(limits), 2)
    return replace(plain, clip_threshold=limits, clip_scale=limits / 2, clipped=flags[0], skipped=flags[1])


def trace(*chunks):
    assembly = Assembly(SPEC)
    assembly.add(chunks)
    return assembly.trace()


FIRST = clipped_chunk(0, [[1.0, NAN], [0.1, 2.0]], [[1, 0], [1, 0]], [[0, 1], [0, 0]])
SECOND = clipped_chunk(2, [[3.0, 3.0]], [[0, 1]], [[0, 0]])


def test_decisions_survive_the_store_and_a_chunk_without_them_opens():
    back = unpack("trace", pack(FIRST))
    for field in ("clip_threshold", "clip_scale", "clipped", "skipped"):
        np.testing.assert_array_equal(getattr(back, field), getattr(FIRST, field))
    assert back.clipped.dtype == np.bool_
    plain = pack(chunk(0, 0, [1.0], 2))
    assert unpack("trace", plain).clipped is None
    assert "clipped" not in np.load(io.BytesIO(plain)).files  # what was stored before decisions were recorded


def test_chunks_become_one_record():
    record = trace(FIRST, SECOND).entrants[0].clip
    assert record.clipped.tolist() == [[True, False], [True, False], [False, True]]
    assert record.skipped.tolist() == [[False, True], [False, False], [False, False]]
    np.testing.assert_array_equal(record.threshold, np.float32([[1, NAN], [0.1, 2], [3, 3]]))
    assert record.rate().tolist() == [2 / 3, 1 / 3]
    assert record.rate(last=2).tolist() == [0.5, 0.5]


def test_without_decisions_there_is_no_record():
    assert trace(chunk(0, 0, [1.0], 2)).entrants[0].clip is None
    assert trace().entrants[0].clip is None


def test_the_document_has_rates_skipped_steps_and_each_step():
    document = race_document(None, SPEC, trace(FIRST, SECOND))
    assert document["entrants"][0]["clip_record"] == {
        "rule": "adaptive_percentile",
        "history": 2,
        "clip_rate": [2 / 3, 1 / 3],
        "recent_clip_rate": [0.5, 0.5],  # of the last 2 steps, the rule's history
        "skipped_steps": [0, 1],
        "threshold": [[1.0, 0.1, 3.0], [None, 2.0, 3.0]],
        "scale": [[0.5, 0.05, 1.5], [None, 1.0, 1.5]],
        "clipped": [[True, True, False], [False, False, True]],
        "skipped": [[False, False, False], [True, False, False]],
    }
    assert strict_json.loads(json.dumps(document, allow_nan=False)) == document
    plain = race_document(None, SPEC, trace(chunk(0, 0, [1.0], 2)))  # from before decisions were recorded
    assert plain["entrants"][0]["clip_record"] is None


def test_the_record_comes_back_from_the_document():
    before = trace(FIRST, SECOND)
    after = trace_from_document(race_document(None, SPEC, before)).entrants[0].clip
    for field in ("threshold", "scale", "clipped", "skipped"):
        np.testing.assert_array_equal(getattr(after, field), getattr(before.entrants[0].clip, field))
    assert trace_from_document(race_document(None, SPEC, trace(chunk(0, 0, [1.0], 2)))).entrants[0].clip is None


def test_a_run_is_described_with_what_its_rule_did():
    shown = describe(race_document(None, SPEC, trace(FIRST, SECOND)))
    assert shown.splitlines()[-2:] == [
        "entrant  clip rule            clip rate  last steps  skipped steps",
        "Adam     adaptive_percentile     50.0 %      50.0 %              1",
    ]


def test_a_retired_rule_still_opens():
    spec = RaceSpec.from_json({"entrants": [{"optimizer": "Adam", "clip": "gone"}], "steps": 4, "seeds": 2})
    assembly = Assembly(spec)
    assembly.add([FIRST])
    record = race_document(None, spec, assembly.trace())["entrants"][0]["clip_record"]
    assert (record["rule"], record["recent_clip_rate"]) == ("gone", [1.0, 0.0])


def test_a_record_of_no_step_has_no_rate():
    empty, none = np.empty((0, 2), np.float32), np.empty((0, 2), bool)
    assert np.isnan(ClipRecord(empty, empty, none, none).rate()).all()

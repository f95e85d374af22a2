from dataclasses import replace

import numpy as np
import pytest

from gradcore.assembly import Assembly
from gradcore.records import Setup, pack, unpack
from gradcore.specs import RaceSpec
from tests.stand_in import LAYERS, chunk, outcome

SPEC = RaceSpec.from_json(
    {"steps": 5, "seeds": 2, "entrants": [{"optimizer": "SGD", "learning_rate": 0.5}, {"optimizer": "Adam"}]}
)


@pytest.fixture
def assembly():
    return Assembly(SPEC)


def test_nothing_recorded_is_a_trace_without_steps(assembly):
    trace = assembly.trace()
    assert (trace.task, trace.metric, trace.steps, trace.seeds, trace.layers) == ("digits", "accuracy", 5, 2, ())
    assert [(e.label, e.steps, e.loss.shape, e.layer_norms.shape) for e in trace.entrants] == [
        ("SGD", 0, (0, 2), (0, 2, 0)),
        ("Adam", 0, (0, 2), (0, 2, 0)),
    ]
    assert [entrant.learning_rate for entrant in trace.entrants] == [0.5, 0.001]


def test_chunks_are_joined_entrant_by_entrant(assembly):
    assembly.add([Setup(LAYERS, 7), chunk(0, 0, [5.0, 4.0], 2), chunk(1, 0, [9.0], 2), chunk(0, 2, [3.0], 2)])
    trace = assembly.trace()
    assert (trace.layers, trace.parameters) == (LAYERS, 7)
    assert trace.entrants[0].loss.tolist() == [[5, 5], [4, 4], [3, 3]]
    assert trace.entrants[1].loss.tolist() == [[9, 9]]
    assert trace.entrants[0].update_ratio.shape == (3, 2, 2)
    assert trace.entrants[1].outcome is None


def test_what_was_given_out_does_not_change_and_cannot_be_changed(assembly):
    assembly.add([chunk(0, 0, [5.0], 2)])
    before = assembly.trace()
    assembly.add([chunk(0, 1, [4.0], 2), outcome(0, 0.1, 2)])
    assert before.entrants[0].loss.tolist() == [[5, 5]]
    assert before.entrants[0].outcome is None
    assert assembly.trace().entrants[0].outcome.validation_loss.tolist() == [0.1, 0.1]
    with pytest.raises(ValueError, match="read-only"):
        before.entrants[0].loss[0] = 0


def test_points_are_stored_and_joined_and_a_chunk_without_them_has_none(assembly):
    points = np.arange(8, dtype=np.float32).reshape(2, 2, 2)
    first, second = (replace(chunk(0, at, [1.0], 2), points=points[at : at + 1]) for at in (0, 1))
    assembly.add([unpack("trace", pack(one)) for one in (first, second, chunk(1, 0, [1.0], 2))])
    drawn, plain = assembly.trace().entrants
    assert drawn.points.tolist() == points.tolist()
    assert plain.points is None
    assert unpack("trace", pack(chunk(1, 0, [1.0], 2))).points is None


def test_norms_of_updates_are_stored_and_joined_and_an_older_chunk_has_none(assembly):
    first, second = (replace(chunk(0, at, [1.0], 2), update_norm=np.full((1, 2), at, np.float32)) for at in (0, 1))
    assembly.add([unpack("trace", pack(one)) for one in (first, second, chunk(1, 0, [1.0], 2))])
    recorded, older = assembly.trace().entrants
    assert recorded.update_norm.tolist() == [[0, 0], [1, 1]]
    assert older.update_norm is None


def test_non_finite_losses_are_kept(assembly):
    assembly.add([chunk(0, 0, [np.nan, np.inf], 2)])
    assert np.isnan(assembly.trace().entrants[0].loss[0]).all()
    assert np.isinf(assembly.trace().entrants[0].loss[1]).all()


def test_a_race_opens_after_its_task_and_optimizer_were_retired():
    spec = RaceSpec.from_json({"task": "gone", "entrants": [{"optimizer": "Gone"}]})
    trace = Assembly(spec).trace()
    assert (trace.task, trace.metric, trace.entrants[0].label) == ("gone", "", "Gone")

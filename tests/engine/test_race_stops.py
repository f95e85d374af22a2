"""A race that stops at early warnings: where each seed ends, what is recorded of it, and that nothing else changes."""

from dataclasses import replace

import numpy as np
import pytest

from gradcore.assembly import Assembly
from gradcore.early_warning import first_warning
from gradcore.engine.stopping import Stops, after
from gradcore.records import Outcome, RaceTrace, TraceChunk, pack, unpack
from gradcore.specs import Choice, EntrantSpec, NetworkSpec, RaceSpec
from tests.races import records

RISE = Choice.of("warmup_cosine", warmup=0.6, final=1.0)
RISING = EntrantSpec(Choice("SGD"), 3.0, label="rising", schedule=RISE)
CLIPPED = replace(RISING, label="clipped", learning_rate=1.0, clip=Choice.of("clip_by_global_norm", max_norm=1.0))
NETWORK = NetworkSpec((32,) * 3, "relu", Choice("he_uniform"))
SPEC = RaceSpec(
    (RISING, EntrantSpec(Choice("SGD"), 0.1, label="calm"), CLIPPED), Choice("breast_cancer"), NETWORK, 5, 0, 60, 32
)  # fmt: skip


def raced(spec: RaceSpec) -> RaceTrace:
    assembly = Assembly(spec)
    assembly.add(records(spec))
    return assembly.trace()


@pytest.fixture(scope="module")
def whole() -> RaceTrace:
    return raced(SPEC)


@pytest.fixture(scope="module")
def stopped() -> RaceTrace:
    return raced(replace(SPEC, stop_at_warning=True))


def test_each_seed_ends_at_the_step_at_which_its_own_norms_warn(whole: RaceTrace, stopped: RaceTrace):
    for entrant, other in zip(stopped.entrants, whole.entrants, strict=True):
        own = zip(other.gradient_norm.T, other.update_norm.T, other.loss[0], strict=True)
        assert entrant.stopped_at == tuple(first_warning(*one) for one in own)
    assert all(step is not None for step in stopped.entrants[0].stopped_at)
    assert stopped.entrants[1].stopped_at == (None,) * 5
    assert None in stopped.entrants[2].stopped_at  # seeds of one entrant end apart
    assert any(stopped.entrants[2].stopped_at)


def test_up_to_its_stop_a_seed_is_recorded_as_without_it_and_nothing_after(whole: RaceTrace, stopped: RaceTrace):
    for entrant, other in zip(stopped.entrants, whole.entrants, strict=True):
        trained = entrant.trained
        for name in ("loss", "gradient_norm", "clipped_norm", "update_ratio", "update_norm"):
            mine, theirs = getattr(entrant, name), getattr(other, name)
            np.testing.assert_array_equal(mine[trained], theirs[trained])
            assert np.isnan(mine[~trained]).all()
        assert entrant.steps == 60
    assert not stopped.entrants[2].clip.clipped[~stopped.entrants[2].trained].any()


def test_a_stopped_seed_is_not_judged_and_the_others_are_as_without_it(whole: RaceTrace, stopped: RaceTrace):
    for entrant, other in zip(stopped.entrants, whole.entrants, strict=True):
        judged = np.array([step is None for step in entrant.stopped_at])
        expected = np.where(judged, other.outcome.validation_loss, np.nan)
        np.testing.assert_array_equal(entrant.outcome.validation_loss, expected)


def test_an_entrant_whose_every_seed_was_stopped_trains_no_further(stopped: RaceTrace):
    assert stopped.entrants[0].trained_steps == max(stopped.entrants[0].stopped_at) + 1 < 60


def test_a_race_without_the_wish_records_no_stops(whole: RaceTrace):
    assert all(entrant.stopped is None and entrant.stopped_at == (None,) * 5 for entrant in whole.entrants)
    assert all(entrant.trained.all() for entrant in whole.entrants)


def chunk(first_step: int, norms: list[list[float]]) -> TraceChunk:
    by_seed = np.array(norms, np.float32)
    by_layer = by_seed[:, :, None]
    arrays = (by_seed, by_seed, by_layer, by_layer, by_layer)
    return TraceChunk(0, first_step, np.ones_like(by_seed), *arrays, update_norm=np.full_like(by_seed, 0.5))


NORMS = [[1.0, 1.0]] * 12 + [[2.0, 1.0], [4.0, 1.0], [8.0, 1.0], [16.0, 1.0]]  # the first seed warns at step 14


@pytest.mark.parametrize("length", [1, 3, 16])
def test_where_a_seed_ends_does_not_depend_on_how_the_steps_are_cut(length: int):
    stops = Stops(2, 16)
    found = [stops.cut(chunk(first, NORMS[first : first + length])) for first in range(0, 16, length)]
    assert stops.at == [14, None]
    assert not stops.all_ended
    flags = np.concatenate([one.stopped for one in found])
    assert flags[:, 0].tolist() == [False] * 15 + [True]
    assert not flags[:, 1].any()
    assert np.isnan(np.concatenate([one.loss for one in found])[15, 0])


def test_a_norm_that_is_not_finite_ends_a_seed_at_once():
    stops = Stops(1, 4)
    found = stops.cut(chunk(0, [[1.0], [np.inf], [1.0]]))
    assert stops.at == [1]
    assert stops.all_ended
    np.testing.assert_array_equal(found.loss[:, 0], np.float32([1.0, 1.0, np.nan]))


def test_what_follows_the_last_stop_is_nothing_and_is_stored_like_any_record():
    rest = after(replace(chunk(0, [[1.0], [np.inf]]), clipped=np.array([[True], [True]])), 3)
    read = unpack("trace", pack(rest))
    assert (rest.first_step, rest.loss.shape, rest.layer_norms.shape) == (2, (3, 1), (3, 1, 1))
    assert isinstance(read, TraceChunk)
    assert read.stopped is not None
    assert read.stopped.all()
    assert np.isnan(read.loss).all()
    assert read.clipped is not None
    assert not read.clipped.any()


def test_the_seconds_of_a_stopped_entrant_are_those_of_the_steps_up_to_its_stop():
    spec = replace(SPEC, entrants=(RISING,), seeds=1, stop_at_warning=True)
    found = records(spec)
    outcome = next(one for one in found if isinstance(one, Outcome))
    assert 0 < outcome.seconds < 10

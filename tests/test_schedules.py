"""Learning-rate schedules: equal to Keras' own where it has them, and taken by the engine at every step."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from gradcore.admission import admit
from gradcore.errors import RefusedError
from gradcore.schedules import SCHEDULES, factors
from gradcore.settings import Limits
from gradcore.specs import Choice, RaceSpec
from tests.races import curve, records

decay = keras.optimizers.schedules
KERAS = {
    "cosine": (Choice.of("cosine", final=0.1), decay.CosineDecay(1.0, 40, alpha=0.1)),
    "exponential": (Choice.of("exponential", final=0.01), decay.ExponentialDecay(1.0, 40, 0.01)),
    "step": (Choice("step"), decay.PiecewiseConstantDecay([19, 29], [1.0, 0.1, 0.01])),
    "warmup_cosine": (
        Choice.of("warmup_cosine", warmup=0.25),
        decay.CosineDecay(0.0, 30, warmup_target=1.0, warmup_steps=10),
    ),
}


@pytest.mark.parametrize("name", KERAS)
def test_a_schedule_equals_that_of_keras(name):
    ours, theirs = KERAS[name]
    assert factors(ours, 40) == pytest.approx([float(theirs(step)) for step in range(40)], abs=1e-6)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("steps", [1, 2, 7])
def test_every_schedule_has_a_factor_from_0_to_1_for_each_step(name, steps):
    found = factors(Choice(name), steps)
    assert found.shape == (steps,)
    assert ((found >= 0) & (found <= 1)).all()


@pytest.mark.parametrize("warmup", [0.0, 1.0])
def test_a_warm_up_of_nothing_or_of_all_steps_is_finite(warmup):
    assert np.isfinite(factors(Choice.of("warmup_cosine", warmup=warmup), 10)).all()


def spec(**entrant: object) -> RaceSpec:
    asked = {"optimizer": "SGD", "learning_rate": 0.05, **entrant}
    return RaceSpec.from_json({"entrants": [asked], "network": {"hidden": [8]}, "seeds": 2, "steps": 12})


def losses(asked: RaceSpec) -> np.ndarray:
    return curve(records(asked), 0)


def test_the_engine_takes_the_schedules_rate_at_every_step():
    frozen, free = losses(spec(schedule={"name": "step", "factor": 0.0, "first": 0.5})), losses(spec())
    assert np.array_equal(frozen[:7], free[:7])  # the loss of step t is that before its update
    assert not np.array_equal(frozen[7:], free[7:])


def test_a_rate_of_zero_moves_nothing():
    still = losses(replace(spec(schedule={"name": "step", "factor": 0.0, "first": 0.0}), batch_size=None))
    assert np.array_equal(still, np.repeat(still[:1], 12, axis=0))


def test_a_schedule_is_admitted_with_its_defaults_and_round_trips():
    admitted = admit(spec(schedule="cosine"), Limits())
    assert admitted.entrants[0].schedule == Choice.of("cosine", final=0.0)
    assert RaceSpec.from_json(admitted.to_json()) == admitted


@pytest.mark.parametrize(
    ("schedule", "says"),
    [
        ("cosin", "unknown schedule 'cosin'; did you mean 'cosine'?"),
        ({"name": "cosine", "end": 0.1}, "unknown key 'end' in the schedule cosine"),
        ({"name": "cosine", "final": 2}, "`final` must be from 0 to 1. Received: final=2"),
        ({"name": "step", "factor": "NaN"}, "`factor` must be a finite number. Received: factor=nan"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(schedule, says):
    with pytest.raises(RefusedError, match=r".*") as refused:
        admit(spec(schedule=schedule), Limits())
    assert str(refused.value).startswith(says)

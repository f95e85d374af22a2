"""A check that stops where a divergence is seen coming: what it recorded, and that nothing else changes."""

from dataclasses import replace

import numpy as np

from gradcore.early_warning import first_warning
from gradcore.health.ahead import whole_norms
from gradcore.specs import Choice, EntrantSpec, HealthSpec, NetworkSpec
from tests.engine.test_checkup import checked

RISING = EntrantSpec(Choice("SGD"), 3.0, schedule=Choice.of("warmup_cosine", warmup=0.6, final=1.0))
NETWORK = NetworkSpec((32,) * 3, "relu", Choice("he_uniform"))
SPEC = HealthSpec(Choice("breast_cancer"), NETWORK, RISING, batch_size=32, stop_at_warning=True)


def test_a_check_stops_at_the_step_that_warns_and_is_judged_nevertheless():
    stopped, whole = checked(SPEC), checked(replace(SPEC, stop_at_warning=False))
    norms, updates = whole_norms(whole.gradient_norm), whole_norms(whole.update_norm)
    step = first_warning(norms[:, 0], updates[:, 0], whole.loss[0, 0])
    assert step is not None
    assert stopped.recorded == step + 1 < whole.recorded == 50
    assert stopped.outcome is not None
    np.testing.assert_array_equal(stopped.gradient_norm, whole.gradient_norm[: step + 1])


def test_the_loss_in_other_units_stops_it_at_the_same_step():
    other = replace(SPEC, loss_scale=1024.0, optimizer=replace(RISING, learning_rate=3.0 / 1024))
    assert checked(other).recorded == checked(SPEC).recorded


def test_a_check_without_a_warning_runs_to_its_end():
    assert checked(replace(SPEC, optimizer=EntrantSpec(Choice("SGD"), 0.1), steps=15)).recorded == 15

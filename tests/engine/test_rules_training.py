"""Training for the accuracy of the rules: networks that are checked side by side are as if each were alone."""

from dataclasses import replace

import numpy as np
import pytest

from bench._rules_training import checked
from gradcore.check_assembly import CheckAssembly
from gradcore.engine.checkup import run_check
from gradcore.specs import Choice, EntrantSpec, HealthSpec, NetworkSpec

SPECS = [
    HealthSpec(
        network=NetworkSpec((12, 8)), optimizer=EntrantSpec(Choice("SGD"), 0.1), steps=4, batch_size=16, seed=seed
    )
    for seed in (3, 5)
]


def alone(spec, rate):
    spec = replace(spec, optimizer=EntrantSpec(Choice("SGD"), rate))
    assembly = CheckAssembly(spec)
    run_check(spec, (0,), lambda records, progress: assembly.add(records))
    return assembly.trace().networks[0]


def test_networks_checked_side_by_side_are_as_if_alone_each_at_its_own_rate():
    rates = [0.3, 0.001]
    together, sizes = checked(SPECS, rates)
    assert sizes.tolist() == [64 * 12, 12, 12 * 8, 8, 8 * 10, 10]
    for trace, spec, rate in zip(together, SPECS, rates, strict=True):
        lone = alone(spec, rate)
        assert trace.loss == pytest.approx(lone.loss, rel=1e-4)
        assert trace.update_norm == pytest.approx(lone.update_norm, rel=1e-3)
        assert np.allclose(trace.signal, lone.signal, rtol=1e-3)

"""A treatment trains both networks in pairs: the same rows, batches and, where nothing changed, the same weights."""

from dataclasses import replace

import numpy as np
import pytest

from gradcore.admission import admit
from gradcore.check_assembly import CheckAssembly, Checks
from gradcore.engine.network import build_network
from gradcore.engine.treatment import run_treatment
from gradcore.errors import CancelledRunError, RefusedError
from gradcore.health import Diagnosis
from gradcore.prescriptions import prescribe
from gradcore.settings import Limits
from gradcore.specs import Choice, EntrantSpec, HealthSpec, NetworkSpec, TreatmentSpec
from gradcore.titles import number
from gradcore.treatment_result import pairs_line, pictures_line, proof_of, result_sentences, treatment_result
from gradcore.ward import WARD

SICK = HealthSpec(
    network=NetworkSpec((12, 12, 12), "relu", bias=-20.0), optimizer=EntrantSpec(Choice("SGD"), 0.1), steps=5
)
TREATED = replace(SICK, network=NetworkSpec((12, 12, 12), "relu"))


def proven(spec: TreatmentSpec) -> Checks:
    assembly = CheckAssembly(spec)
    run_treatment(admit(spec, Limits()), (0, 1), lambda records, progress: assembly.add(records))
    return assembly.trace()


@pytest.fixture(scope="module")
def cured():
    spec = admit(TreatmentSpec(SICK, TREATED, "zero_bias", steps=60), Limits())
    return spec, proven(spec)


def test_dead_units_that_come_alive_are_a_cure_with_an_interval_that_excludes_zero(cured):
    result = treatment_result(*cured)
    assert (result.verdict_before, result.verdict_after, result.cured) == ("dead", "healthy", True)
    assert result.interval[0] < result.difference < result.interval[1] < 0
    assert result.before == pytest.approx([2.3026] * 5, abs=0.01)
    assert 0.3 < result.step_time_ratio < 3


def test_both_networks_have_five_seeds_and_tuned_rates(cured):
    _, checks = cured
    assert [entrant.loss.shape for entrant in checks.pairs.entrants] == [(60, 5), (60, 5)]
    assert [len(entrant.tuning.learning_rates) >= 7 for entrant in checks.pairs.entrants] == [True, True]
    assert [trace.recorded for trace in checks.networks] == [50, 50]


def test_the_sentences_say_what_was_measured(cured):
    spec, checks = cured
    told = result_sentences(spec, treatment_result(spec, checks))
    assert told[0].startswith("Over 5 seeds the final validation loss fell by ")
    assert told[1] == "The verdict changed from 'Dead or saturated units' to 'Healthy'."
    assert "each the best of the same grid, or a smaller one that is as good" in told[2]


def test_lines_at_the_pictures_say_what_they_are_of(cured):
    spec, checks = cured
    first, second = (number(entrant.learning_rate) for entrant in checks.pairs.entrants)
    told = "Pictures and verdicts: 50 steps from seed 0, untreated as it came, at learning rate 0.1, treated at"
    assert pictures_line(spec, checks.pairs) == f"{told} {second}."
    told = pairs_line(spec, checks.pairs)
    assert told.startswith(f"Losses: 5 seeds of 60 steps, at learning rates {first} and {second}. Both networks of ")
    assert "a seed see the same batches;" in told
    larger = replace(spec, after=replace(spec.after, batch_size=256, seed=4))
    assert "see the same rows, in batches of another size;" in pairs_line(larger, checks.pairs)
    assert "from seeds 0 and 4, untreated" in pictures_line(larger, checks.pairs)


def test_a_treatment_that_changes_nothing_makes_no_difference_at_all():
    spec = TreatmentSpec(TREATED, TREATED, steps=10, learning_rates="given")
    checks = proven(spec)
    before, after = checks.pairs.entrants
    assert np.array_equal(before.loss, after.loss)
    result = treatment_result(spec, checks)
    assert (result.difference, result.improved, result.cured) == (0.0, False, False)
    assert "no difference detected" in result_sentences(spec, result)[0]


@pytest.mark.parametrize(("name", "rate"), [("zeros_init", 0.3162), ("unused_branch", 0.3162)])
def test_the_first_prescription_cures_the_patient_at_a_rate_at_which_every_seed_trains(name, rate):
    patient = WARD[name]
    found = Diagnosis(patient.verdict, (), ())
    spec = proof_of(patient.spec, prescribe(patient.spec, found)[0])
    result = treatment_result(spec, proven(spec))
    assert (result.verdict_before, result.verdict_after, result.cured) == (patient.verdict, "healthy", True)
    assert result.after.max() < 0.3
    assert result.learning_rates[1] == pytest.approx(rate, rel=1e-3)


def test_without_its_cut_branch_a_network_starts_from_the_same_weights():
    cut = NetworkSpec((12, 10), unused_branch=True)
    with_branch = build_network(cut, "digits", seed=3)
    without = build_network(replace(cut, unused_branch=False), "digits", seed=3)
    for layer in without.layers:
        both = zip(layer.get_weights(), with_branch.get_layer(layer.name).get_weights(), strict=True)
        assert all(np.array_equal(one, other) for one, other in both), layer.name


def test_a_treatment_that_is_stopped_has_no_result():
    spec = admit(TreatmentSpec(TREATED, SICK, steps=10, learning_rates="given"), Limits())
    assembly = CheckAssembly(spec)

    def stop(records, progress):
        assembly.add(records)
        raise CancelledRunError("stopped")

    with pytest.raises(CancelledRunError):
        run_treatment(spec, (0, 1), stop)
    assert treatment_result(spec, assembly.trace()) is None


def test_networks_of_different_tasks_cannot_be_paired():
    with pytest.raises(RefusedError, match="a treatment must be tried on the task of the sick network"):
        TreatmentSpec(SICK, replace(SICK, task=Choice("wine")))

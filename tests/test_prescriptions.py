"""What is prescribed for whom, what it changes, and what a treatment that does not fit is refused with."""

from dataclasses import replace

import pytest

from gradcore.admission import admit
from gradcore.errors import RefusedError
from gradcore.health import Diagnosis, diagnose
from gradcore.prescriptions import Change, Expected, prescribe, treat
from gradcore.prescriptions.expected import STACKS
from gradcore.records import Finding
from gradcore.settings import Limits
from gradcore.solutions import DISEASES, shipped
from gradcore.specs import NO_NETWORK, Choice, EntrantSpec, HealthSpec, NetworkSpec, Thresholds
from gradcore.treatments import TREATMENTS
from gradcore.ward import WARD
from tests.check_traces import make_check

FIRST = {  # patient -> the first prescription
    "sigmoid_stack": "relu_he",
    "glorot_relu_30": "residual_scaled",
    "large_init_relu": "he_init",
    "batchnorm_no_residual_40": "residual_preactivation",
    "plain_sum_residual": "residual_preactivation",
    "dying_relu": "zero_bias",
    "saturated_tanh": "glorot_init",
    "zeros_init": "he_init",
    "exploding_rnn": "contracting_attention",
    "vanishing_rnn": "attention_adam",
    "high_learning_rate": "lower_learning_rate",
    "nan_in_data": "clean_data",
    "unused_branch": "connect_branch",
}


def sick(verdict, *rules):
    named = rules or (verdict,)
    found = [Finding(rule, "critical", "dense_1", 0, 1e-6, 1e-3, "a", "The evidence.", "Advice.") for rule in named]
    return Diagnosis(verdict, tuple(found), ())


def prescribed(name):
    patient = WARD[name]
    return prescribe(patient.spec, sick(patient.verdict))


def changed(name, solution):
    return treat(WARD[name].spec, sick(WARD[name].verdict), solution).changes


@pytest.mark.parametrize(("name", "solution"), FIRST.items())
def test_the_first_prescription_of_each_curable_patient(name, solution):
    assert prescribed(name)[0].solution == solution


def test_every_patient_is_prescribed_for_or_needs_nothing():
    assert {name for name, patient in WARD.items() if patient.verdict in ("healthy", "converged")} == set(WARD) - {
        *FIRST
    }


@pytest.mark.parametrize("verdict", ["healthy", "converged", "pending"])
@pytest.mark.parametrize("name", ["healthy_mlp", "sigmoid_stack"])
def test_healthy_converged_and_pending_networks_get_none(name, verdict):
    assert prescribe(WARD[name].spec, Diagnosis(verdict, (), ())) == ()


def test_a_warning_is_no_reason_to_treat():
    found = diagnose(make_check(signal=[7e-3, 1, 1]), Thresholds())
    assert len(found.findings) == 1
    assert prescribe(HealthSpec(), found) == ()


def test_a_prescription_says_what_changes_before_and_after():
    assert prescribed("sigmoid_stack")[0].changes == (
        Change("network.activation", "sigmoid", "relu"),
        Change("network.kernel_initializer", "glorot_uniform", "he_uniform"),
    )
    assert prescribed("batchnorm_no_residual_40")[0].changes == (Change("network.residual", None, "preactivation"),)
    assert prescribed("plain_sum_residual")[0].changes == (
        Change("network.residual", "plain", "preactivation"),
        Change("network.normalization", None, "batch"),
    )
    assert prescribed("dying_relu")[0].changes == (Change("network.bias", -6.0, 0.0),)
    assert prescribed("nan_in_data")[0].changes == (Change("missing_share", 0.002, 0.0),)
    assert prescribed("high_learning_rate")[0].changes == (Change("optimizer.learning_rate", 10.0, 0.01),)


def test_an_exploding_recurrent_kernel_is_made_to_shrink_and_one_with_gates_starts_orthogonal():
    assert [(one.field, one.before, one.after) for one in prescribed("exploding_rnn")[0].changes] == [
        ("network.recurrent_initializer.gain", 2.0, 0.8),
        ("optimizer.optimizer", "SGD", "Adam"),
        ("optimizer.learning_rate", 0.01, 0.003),
        ("network.pooling", None, "attention"),
    ]
    patient = WARD["exploding_rnn"].spec
    gated = replace(patient, network=replace(patient.network, cell="lstm"))
    assert prescribe(gated, sick("exploding"))[0].solution == "orthogonal_attention"


def test_a_gated_cell_is_offered_where_the_cell_has_no_gates():
    offered = {one.solution: one.spec.network for one in prescribed("exploding_rnn")}
    assert (offered["gated_attention"].cell, offered["gated_attention"].recurrent_initializer) == (
        "gru",
        Choice("orthogonal"),
    )


def test_attention_comes_with_adam():
    assert [(one.field, one.after) for one in prescribed("vanishing_rnn")[0].changes] == [
        ("optimizer.optimizer", "Adam"),
        ("optimizer.learning_rate", 0.003),
        ("network.pooling", "attention"),
    ]


def test_the_reason_holds_the_finding():
    assert prescribed("dying_relu")[0].reason == (
        "The evidence. From 0 on half of the units are active on a row, on average."
    )


def test_what_to_expect_is_what_was_measured_on_a_network_with_the_same_disease():
    effect = prescribed("glorot_relu_30")[0].effect
    assert effect == Expected(pytest.approx(0.96, abs=0.02), pytest.approx((0.94, 0.98), abs=0.02), effect.network)
    assert effect.sentence.startswith("Measured on 22 ReLU layers, Glorot: it gave back 9")
    assert prescribed("plain_sum_residual")[0].effect is None


def test_behind_the_first_they_follow_by_their_measured_effect():
    found = [one.solution for one in prescribed("large_init_relu")]
    assert found[:5] == ["he_init", "lsuv", "batch_norm", "residual_scaled", "adam"]


def test_no_solution_is_prescribed_twice_or_for_nothing():
    for name, patient in WARD.items():
        found = prescribe(patient.spec, sick(patient.verdict))
        assert len({one.solution for one in found}) == len(found), name
        assert all(one.changes and one.spec != patient.spec for one in found), name


@pytest.mark.parametrize("name", WARD)
def test_every_treated_network_can_be_admitted_and_round_trips(name):
    spec = WARD[name].spec
    for solution, treatment in TREATMENTS.items():
        treated = treatment.apply(spec)
        assert HealthSpec.from_json(treated.to_json()) == treated, solution
        admit(treated, Limits())


def test_treating_twice_changes_nothing_more():
    for patient in WARD.values():
        for name, treatment in TREATMENTS.items():
            once = treatment.apply(patient.spec)
            if name not in ("lower_learning_rate", "larger_batch"):
                assert treatment.apply(once) == once


def test_a_loss_that_diverges_because_the_gradient_explodes_is_treated_for_that():
    spec = WARD["large_init_relu"].spec
    assert prescribe(spec, sick("diverged", "diverged", "exploding"))[0].solution == "he_init"
    assert prescribe(spec, sick("diverged", "diverged"))[0].solution == "lower_learning_rate"


def test_treatments_can_be_chosen_freely():
    assert changed("glorot_relu_30", "clipping") == (
        Change("optimizer.clip.rule", "none", "clip_by_global_norm"),
        Change("optimizer.clip.max_norm", None, 1.0),
    )
    with pytest.raises(RefusedError, match="unknown treatment 'he_inti'; did you mean 'he_init'"):
        changed("glorot_relu_30", "he_inti")
    with pytest.raises(RefusedError, match="`treat` must name a treatment that changes this network"):
        changed("glorot_relu_30", "attention")


def test_a_healthy_network_cannot_be_treated_by_default():
    with pytest.raises(RefusedError, match="verdict 'healthy'"):
        treat(WARD["healthy_mlp"].spec, Diagnosis("healthy", (), ()))


def test_a_task_without_a_network_is_treated_by_its_optimizer_alone():
    spec = HealthSpec(Choice("quadratic"), NO_NETWORK, EntrantSpec(Choice("SGD"), 10.0), batch_size=None)
    assert [one.solution for one in prescribe(spec, sick("diverged"))] == ["lower_learning_rate", "clipping", "warmup"]
    assert [one.solution for one in prescribe(spec, sick("vanishing"))] == ["adam"]


def test_a_learning_rate_that_was_left_to_the_catalogue_is_lowered_from_its_default():
    spec = replace(HealthSpec(), optimizer=EntrantSpec(Choice("SGD")))
    assert treat(spec, sick("diverged"), "lower_learning_rate").spec.optimizer.learning_rate == 1e-4


def test_a_tanh_network_is_never_given_hes_initialiser():
    spec = replace(HealthSpec(), network=NetworkSpec((8,) * 4, "tanh", Choice("zeros")))
    assert prescribe(spec, sick("symmetric"))[0].solution == "glorot_init"


@pytest.mark.parametrize("treatment", STACKS)
def test_treatments_that_are_several_solutions_were_measured_as_a_stack(treatment):
    assert treatment in TREATMENTS
    diseases = [name for name in DISEASES if shipped().effect(name, STACKS[treatment]) is not None]
    assert diseases != []

"""Titles of treatments: what was changed, told apart from one another."""

from dataclasses import replace

from gradcore.run_titles import run_title, treatment_title
from gradcore.specs import Choice, EntrantSpec, HealthSpec, NetworkSpec, TreatmentSpec

SICK = HealthSpec(network=NetworkSpec((64,) * 8, "sigmoid", Choice("glorot_uniform")))


def changed(**network: object) -> HealthSpec:
    return replace(SICK, network=replace(SICK.network, **network))  # type: ignore[arg-type]


def test_a_treatment_of_the_catalogue_has_its_title_and_a_retired_one_its_name():
    assert treatment_title(TreatmentSpec(SICK, SICK, "zero_bias")) == "Biases from 0"
    assert treatment_title(TreatmentSpec(SICK, SICK, "a_retired_one")) == "a retired one"


def test_an_own_change_is_told_by_the_settings_that_differ():
    assert treatment_title(TreatmentSpec(SICK, changed(activation="tanh"))) == "sigmoid to tanh"
    assert treatment_title(TreatmentSpec(SICK, changed(normalization="batch"))) == "normalisation: none to batch"
    assert treatment_title(TreatmentSpec(changed(bias=-6.0), SICK)) == "biases start at: -6 to 0"
    assert treatment_title(TreatmentSpec(SICK, changed(hidden=(64,) * 4))) == "hidden layers: 8 × 64 to 4 × 64"
    assert treatment_title(TreatmentSpec(SICK, SICK)) == "no change"


def test_another_choice_is_told_without_its_arguments_and_another_argument_alone():
    orthogonal = changed(kernel_initializer=Choice.of("orthogonal", gain=1.5))
    assert treatment_title(TreatmentSpec(SICK, orthogonal)) == "initialiser: Glorot, uniform to orthogonal"
    assert treatment_title(TreatmentSpec(orthogonal, SICK)) == "initialiser: orthogonal to Glorot, uniform"
    plain = changed(kernel_initializer=Choice("orthogonal"))
    assert treatment_title(TreatmentSpec(orthogonal, plain)) == "initialiser, gain: 1.5 to none"


def test_of_many_changes_three_are_told():
    adam = EntrantSpec(Choice("Adam"), 0.003)
    own = replace(changed(activation="tanh", dropout=0.1, residual="scaled"), optimizer=adam)
    told = treatment_title(TreatmentSpec(SICK, own))
    assert told == "sigmoid to tanh; SGD to Adam; learning rate: 0.1 to 0.003; and 2 more"
    assert run_title(TreatmentSpec(SICK, own)).startswith(f"Treatment, {told}: Digits · 8 × 64 sigmoid · SGD at 0.1")

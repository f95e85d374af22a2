"""Which gradients are zero by construction, and which only look like it."""

import pytest

from gradcore.network_plan import plan
from gradcore.network_steps import Step
from gradcore.specs import NetworkSpec
from gradcore.structural_zeros import zero_by_construction
from gradcore.tasks import task_of
from gradcore.ward import WARD


def zeros_of(network, task="digits"):
    return list(zero_by_construction(plan(network, task_of(task))))


def test_the_notebooks_network_has_exactly_three():
    spec = WARD["notebook"].spec
    assert zeros_of(spec.network, spec.task) == ["dense_2b/bias", "dense_3b/bias", "dense_4b/bias"]


def test_the_reason_names_the_normalisation_and_what_it_does():
    network = NetworkSpec((8,), normalization="batch")
    assert zero_by_construction(plan(network, task_of("digits"))) == {
        "dense_1/bias": "The batch normalisation norm_1 reads it directly and subtracts the mean over the batch, so a "
        "shift has no effect."
    }


@pytest.mark.parametrize("residual", [None, "plain", "scaled"])
def test_every_bias_before_batch_normalisation_is_one(residual):
    network = NetworkSpec((8, 8, 8), normalization="batch", residual=residual)
    assert zeros_of(network) == ["dense_1/bias", "dense_2/bias", "dense_3/bias"]


@pytest.mark.parametrize(
    "changed",
    [
        {"normalization": None},
        {"normalization": "layer"},
        {"normalization": "rms"},
        {"normalization_place": "after"},
        {"normalization_place": "after", "dropout": 0.5},
        {"residual": "preactivation", "hidden": (8, 8)},
    ],
)
def test_activation_another_normalisation_or_a_shortcut_to_the_head_keeps_the_gradient(changed):
    network = NetworkSpec(**{"hidden": (8,), "normalization": "batch", **changed})
    first_block = {"dense_1/bias"} if changed.get("residual") else set()
    assert set(zeros_of(network)) == first_block


def test_dropout_between_bias_and_batch_normalisation_keeps_the_gradient():
    steps = [
        Step("Dense", "dense_1", ("input",), (), (4,), (8,)),
        Step("Dropout", "dropout_1", ("dense_1",), (("rate", 0.5),), (8,), (8,)),
        Step("BatchNormalization", "norm_1", ("dropout_1",), (), (8,), (8,)),
    ]
    assert zero_by_construction(steps) == {}


def test_the_offset_of_a_normalisation_is_one_where_only_linear_layers_follow_up_to_the_next():
    network = NetworkSpec((8, 8), "linear", normalization="batch")
    assert zeros_of(network) == ["dense_1/bias", "norm_1/beta", "dense_2/bias"]


def test_a_bias_that_the_head_reads_as_well_is_none():
    steps = [
        Step("Dense", "dense_1", ("input",), (), (4,), (8,)),
        Step("BatchNormalization", "norm_1", ("dense_1",), (), (8,), (8,)),
        Step("Add", "add_1", ("dense_1", "norm_1"), (), (8,), (8,)),
    ]
    assert zero_by_construction(steps) == {}


def test_the_bias_of_an_attention_score_is_one_and_our_plan_leaves_it_out():
    score = Step("Dense", "score", ("input",), (), (20, 2), (20, 1))
    weight = Step("Softmax", "weight", ("score",), (("axis", 1),), (20, 1), (20, 1))
    assert list(zero_by_construction([score, weight])) == ["score/bias"]
    assert zeros_of(NetworkSpec((8,), "tanh", cell="simple_rnn", pooling="attention"), "adding_problem") == []


def test_a_softmax_over_classes_does_not_make_one():
    score = Step("Dense", "score", ("input",), (), (4,), (3,))
    assert zero_by_construction([score, Step("Softmax", "out", ("score",), (("axis", -1),), (3,), (3,))]) == {}

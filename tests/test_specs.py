import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcore import strict_json
from gradcore.errors import RefusedError
from gradcore.specs import NO_NETWORK, Choice, EntrantSpec, NetworkSpec, RaceSpec

ADAM = {"optimizer": "Adam", "learning_rate": 0.001}


def race(**changes: object) -> RaceSpec:
    return RaceSpec.from_json({"entrants": [ADAM], **changes})


def test_the_contracts_example_round_trips():
    document = {
        "version": 1,
        "task": {"name": "digits"},
        "network": {"hidden": [128, 64], "activation": "relu", "kernel_initializer": "he_uniform"},
        "entrants": [
            {"optimizer": "SGD", "momentum": 0.9, "learning_rate": 0.01},
            {
                "optimizer": "Adam",
                "learning_rate": 0.001,
                "clip": {"rule": "clip_by_global_norm", "max_norm": 1.0},
                "label": "Adam",
            },
        ],
        "seeds": 5,
        "first_seed": 0,
        "steps": 200,
        "batch_size": 64,
        "learning_rates": "given",
        "shared_weights": True,
    }
    spec = RaceSpec.from_json(document)
    assert spec.to_json() == document
    assert RaceSpec.from_json(strict_json.loads(strict_json.dumps(spec.to_json()))) == spec


@given(
    hidden=st.lists(st.integers(1, 4096), max_size=6),
    rate=st.floats(1e-8, 1e3),
    seeds=st.integers(1, 100),
    batch=st.none() | st.integers(1, 512),
    label=st.none() | st.text(min_size=1, max_size=20).filter(str.strip),
    momentum=st.floats(0, 1),
)
def test_every_spec_round_trips_and_hashes(hidden, rate, seeds, batch, label, momentum):
    spec = RaceSpec(
        entrants=(EntrantSpec(Choice.of("SGD", momentum=momentum), rate, label=label),),
        network=NetworkSpec(hidden=tuple(hidden)),
        seeds=seeds,
        batch_size=batch,
    )
    again = RaceSpec.from_json(strict_json.loads(strict_json.dumps(spec.to_json())))
    assert again == spec
    assert hash(again) == hash(spec)


def test_a_recurrent_network_round_trips_and_a_dense_one_says_nothing_of_it():
    document = {
        "hidden": [20],
        "activation": "tanh",
        "kernel_initializer": "glorot_uniform",
        "cell": "simple_rnn",
        "recurrent_initializer": {"name": "orthogonal", "gain": 1.5},
    }
    network = NetworkSpec.from_json(document)
    assert network.to_json() == document
    assert NetworkSpec.from_json(strict_json.loads(strict_json.dumps(document))) == network
    assert set(NetworkSpec().to_json()) == {"hidden", "activation", "kernel_initializer"}
    assert NetworkSpec.from_json({"cell": None}) == NetworkSpec()
    assert race(task={"name": "adding_problem", "length": 30}).to_json()["task"] == {
        "name": "adding_problem",
        "length": 30,
    }


def test_the_short_form_of_a_deep_network_is_its_list_of_widths():
    assert race(network={"hidden": {"width": 64, "depth": 3}}).network.hidden == (64, 64, 64)


def test_keras_clip_arguments_become_the_rule_of_the_same_meaning():
    found = [
        race(entrants=[{**ADAM, argument: 2.0}]).entrants[0].clip
        for argument in ("clipnorm", "clipvalue", "global_clipnorm")
    ]
    assert found == [
        Choice.of("clip_by_norm", max_norm=2.0),
        Choice.of("clip_by_value", max_value=2.0),
        Choice.of("clip_by_global_norm", max_norm=2.0),
    ]


def test_repeated_optimizers_are_numbered_and_given_labels_stay():
    spec = race(entrants=[ADAM, ADAM, {**ADAM, "label": "Adam 2"}, {**ADAM, "label": "mine"}])
    assert spec.labels == ("Adam", "Adam 3", "Adam 2", "mine")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"entrants": [{**ADAM, "learning_rate": 0}]},
            "`learning_rate` must be a finite number > 0. Received: learning_rate=0",
        ),
        (
            {"entrants": [{**ADAM, "learning_rate": -1}]},
            "`learning_rate` must be a finite number > 0. Received: learning_rate=-1",
        ),
        (
            {"entrants": [{**ADAM, "learning_rate": "NaN"}]},
            "`learning_rate` must be a finite number > 0. Received: learning_rate=nan",
        ),
        (
            {"entrants": [{**ADAM, "learning_rate": "fast"}]},
            "`learning_rate` must be a finite number > 0. Received: learning_rate='fast'",
        ),
        (
            {"entrants": [{**ADAM, "learning_rate": True}]},
            "`learning_rate` must be a finite number > 0. Received: learning_rate=True",
        ),
        ({"entrants": []}, "`entrants` must hold at least one optimizer. Received: entrants=[]"),
        ({"entrants": "Adam"}, "`entrants` must be a list of optimizers. Received: entrants='Adam'"),
        ({"entrants": [{"learning_rate": 1}]}, "`entrant` must name its 'optimizer'. Received: entrant={}"),
        ({"seeds": 0}, "`seeds` must be a whole number >= 1. Received: seeds=0"),
        ({"steps": 2.5}, "`steps` must be a whole number >= 1. Received: steps=2.5"),
        ({"steps": True}, "`steps` must be a whole number >= 1. Received: steps=True"),
        ({"batch_size": 0}, "`batch_size` must be a whole number >= 1. Received: batch_size=0"),
        ({"version": 2}, "`version` must be 1. Received: version=2"),
        ({"optimzers": []}, "unknown key 'optimzers' in the race."),
        ({"step": 5}, "unknown key 'step' in the race; did you mean 'steps'?"),
        ({"network": {"hidden": [64, 0]}}, "`width` must be a whole number >= 1. Received: width=0"),
        (
            {"network": {"hidden": {"width": 8, "depth": 10**9}}},
            "`depth` must be at most 10000. Received: depth=1000000000",
        ),
        ({"network": {"cell": 3}}, "`cell` must be a non-empty text. Received: cell=3"),
        (
            {"network": {"cell": "simple_rnn", "hidden": []}},
            "`hidden` must hold at least one width where there is a `cell`. Received: hidden=[]",
        ),
        (
            {"network": {"recurrent_initializer": "ones"}},
            "`recurrent_initializer` must be left out where there is no `cell`. Received: recurrent_initializer='ones'",
        ),
        ({"network": {"widths": [8]}}, "unknown key 'widths' in network"),
        ({"shared_weights": 1}, "`shared_weights` must be true or false. Received: shared_weights=1"),
        (
            {"entrants": [{**ADAM, "label": "A"}, {**ADAM, "label": "A"}]},
            "`label` must be different for each entrant. Received: label='A'",
        ),
        (
            {"entrants": [{**ADAM, "clipnorm": 1, "clipvalue": 1}]},
            "an entrant must have one clip rule. Received: clipnorm and clipvalue",
        ),
        (
            {"entrants": [{**ADAM, "beta_1": [0.9]}]},
            "`beta_1` must be a number, a text, true, false or null. Received: beta_1=[0.9]",
        ),
    ],
)
def test_bad_input_gets_one_sentence(changes, sentence):
    with pytest.raises(RefusedError) as refusal:
        race(**changes)
    assert str(refusal.value).startswith(sentence)


def test_a_spec_made_in_python_is_checked_too():
    with pytest.raises(RefusedError, match="learning_rate=nan"):
        EntrantSpec(Choice("Adam"), math.nan)


def test_an_empty_network_is_no_network_and_round_trips():
    spec = race(network={})
    assert spec.network == NO_NETWORK
    assert spec.to_json()["network"] == {}
    assert RaceSpec.from_json(spec.to_json()) == spec
    assert race(network={"hidden": []}).network != NO_NETWORK

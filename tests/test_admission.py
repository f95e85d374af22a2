import pytest

from gradcore.admission import admit, estimate_seconds
from gradcore.errors import RefusedError
from gradcore.presets import PRESETS
from gradcore.settings import Limits
from gradcore.specs import Choice, HealthSpec, NetworkSpec, RaceSpec, TreatmentSpec
from gradcore.tasks import TASKS

SGD = {"optimizer": "SGD"}
RECURRENT = {"hidden": [4], "cell": "simple_rnn"}
LINEAR = {"hidden": [8], "activation": "linear"}
ALIGNED = {"name": "aligned", "strength": 0.01}


def race(**changes: object) -> RaceSpec:
    return RaceSpec.from_json({"entrants": [SGD], **changes})


def test_a_missing_learning_rate_becomes_kerass_default():
    spec = race(entrants=[SGD, {"optimizer": "Adam"}, {"optimizer": "Adam", "learning_rate": 0.5}])
    assert [entrant.learning_rate for entrant in admit(spec, Limits()).entrants] == [0.01, 0.001, 0.5]


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_admitted(name):
    assert admit(PRESETS[name], Limits()) == PRESETS[name]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"entrants": [{"optimizer": "Adm"}]}, "unknown optimizer 'Adm'; did you mean 'Adam'?"),
        ({"entrants": [{"optimizer": "sgd"}]}, "unknown optimizer 'sgd'; did you mean 'SGD'?"),
        (
            {"entrants": [{**SGD, "momentun": 0.9}]},
            "unknown key 'momentun' in the optimizer SGD; did you mean 'momentum'?",
        ),
        ({"entrants": [{**SGD, "momentum": "much"}]}, "`momentum` must be a finite number. Received: momentum='much'"),
        ({"entrants": [{**SGD, "momentum": 1.5}]}, "`momentum` must be at least 0 and below 1. Received: momentum=1.5"),
        (
            {"entrants": [{"optimizer": "Muon", "ns_steps": 2.5}]},
            "`ns_steps` must be a whole number >= 0. Received: ns_steps=2.5",
        ),
        ({"entrants": [{**SGD, "nesterov": 1}]}, "`nesterov` must be true or false. Received: nesterov=1"),
        ({"entrants": [{**SGD, "clip": "clip_norm"}]}, "unknown clip rule 'clip_norm'; did you mean 'clip_by_norm'?"),
        (
            {"entrants": [{**SGD, "clip": {"rule": "clip_by_norm", "max_norm": 0}}]},
            "`max_norm` must be a finite number > 0. Received: max_norm=0",
        ),
        ({"task": {"name": "digit"}}, "unknown task 'digit'; did you mean 'digits'?"),
        ({"task": {"name": "digits", "length": 5}}, "unknown key 'length' in the task digits."),
        (
            {"task": {"name": "adding_problem", "lenght": 5}},
            "unknown key 'lenght' in the task adding_problem; did you mean 'length'?",
        ),
        (
            {"task": {"name": "adding_problem", "length": 1}},
            "`length` must be a whole number >= 2. Received: length=1",
        ),
        (
            {"task": {"name": "adding_problem", "length": 20.0}},
            "`length` must be a whole number >= 2. Received: length=20.0",
        ),
        (
            {"task": {"name": "adding_problem", "length": "long"}},
            "`length` must be a whole number >= 2. Received: length='long'",
        ),
        ({"task": {"name": "adding_problem", "length": 201}}, "`length` must be at most 200. Received: length=201"),
        (
            {"task": {"name": "adding_problem", "length": 200}, "seeds": 60, "network": {"hidden": [4]}},
            "`seeds` must be at most 16 for rows of 400 numbers. Received: seeds=60",
        ),
        (
            {"network": {"cell": "simple_rnn"}},
            "`cell` must be null for the task digits, whose rows have no time steps. Received: cell='simple_rnn'",
        ),
        (
            {"task": "adding_problem", "network": {**RECURRENT, "kernel_initializer": "lsuv"}},
            "`kernel_initializer` must be one of Keras' own for a recurrent network. Received: kernel_initializer='ls",
        ),
        ({"network": {"normalization": "bach"}}, "unknown normalization 'bach'; did you mean 'batch'?"),
        ({"network": {"residual": "skip"}}, "unknown residual 'skip'; known: plain, scaled, preactivation, notebook."),
        ({"network": {"pooling": "attention"}}, "`pooling` must be null for the task digits, whose rows have no time"),
        ({"network": {"dropout": 1.0}}, "`dropout` must be at least 0 and below 1. Received: dropout=1.0"),
        (
            {"network": {"hidden": [8, 8], "dropout": [0.1]}},
            "`dropout` must be one rate, or one for each of the 2 hidden layers. Received: dropout=[0.1]",
        ),
        (
            {"task": "adding_problem", "network": {**RECURRENT, "normalization": "batch"}},
            "`cell` must be null where layers are normalised, joined by shortcuts or thinned by dropout.",
        ),
        ({"task": "diabetes", "network": {"head": "probabilities"}}, "`head` must be 'logits' for the task diabetes"),
        (
            {"task": "deep_linear", "network": {"hidden": [8], "activation": "linear", "residual": "plain"}},
            "the network must be a plain stack for the task deep_linear, whose theory holds for one.",
        ),
        ({"task": "adding_problem", "network": {"cell": "rnn"}}, "unknown cell 'rnn'; known: simple_rnn, lstm, gru."),
        (
            {"task": "adding_problem", "network": {**RECURRENT, "recurrent_initializer": "orthogonl"}},
            "unknown recurrent_initializer 'orthogonl'; did you mean 'orthogonal'?",
        ),
        (
            {"task": "adding_problem", "network": {**RECURRENT, "recurrent_initializer": {"name": "zeros", "gain": 1}}},
            "unknown key 'gain' in the recurrent_initializer zeros.",
        ),
        (
            {"task": "adding_problem", "network": {**RECURRENT, "hidden": {"width": 4, "depth": 21}}},
            "hidden layers x time steps must be at most 400. Received: 420",
        ),
        (
            {"task": "adding_problem", "network": {**RECURRENT, "hidden": [300]}, "batch_size": None},
            "seeds x batch size x hidden units x time steps must be at most 50,000,000. Received: 60,000,000",
        ),
        (
            {"task": {"name": "quadratic", "condition": 0}},
            "`condition` must be at least 1. Received: condition=0",
        ),
        (
            {"task": {"name": "quadratic", "condition": "NaN"}},
            "`condition` must be a finite number. Received: condition=nan",
        ),
        ({"task": {"name": "quadratic", "condition": 1e9}}, "`condition` must be at most 1e+08. Received:"),
        (
            {"task": {"name": "quadratic", "condition": True}},
            "`condition` must be a finite number. Received: condition=True",
        ),
        (
            {"task": {"name": "quadratic", "dimension": 0}},
            "`dimension` must be a whole number >= 1. Received: dimension=0",
        ),
        ({"task": {"name": "quadratic", "dimension": 201}}, "`dimension` must be at most 200. Received: dimension=201"),
        ({"task": {"name": "quadratic", "rotated": 1}}, "`rotated` must be true or false. Received: rotated=1"),
        (
            {"task": {"name": "quadratic", "conditon": 10}},
            "unknown key 'conditon' in the task quadratic; did you mean 'condition'?",
        ),
        (
            {"task": "quadratic", "network": {"hidden": [8]}},
            "`network` must be {} for the task quadratic, which trains no network. Received: network={'hidden': [8], ",
        ),
        (
            {"task": "quadratic", "batch_size": 32},
            "`batch_size` must be null for the task quadratic, which has no rows. Received: batch_size=32",
        ),
        (
            {"task": "wine", "network": {"cell": "simple_rnn"}},
            "`cell` must be null for the task wine, whose rows have no time steps. Received: cell='simple_rnn'",
        ),
        ({"task": "wine", "batch_size": 134}, "`batch_size` must be at most 133, the training rows of wine."),
        (
            {"task": "deep_linear", "network": {"hidden": [8], "activation": "tanh"}},
            "`activation` must be 'linear' for the task deep_linear. Received: activation='tanh'",
        ),
        (
            {"network": {"kernel_initializer": "aligned"}},
            "`kernel_initializer` must be another one for the task digits, which has no teacher. Received: ",
        ),
        (
            {"task": "deep_linear", "network": {**LINEAR, "kernel_initializer": "aligned"}},
            "`strength` must be a finite number > 0. Received: strength=None",
        ),
        (
            {"task": "deep_linear", "network": {**LINEAR, "hidden": [8, 2], "kernel_initializer": ALIGNED}},
            "`hidden` must hold widths >= 3 to start aligned with 3 modes. Received: hidden=[8, 2]",
        ),
        ({"network": {"activation": "rleu"}}, "unknown activation 'rleu'; did you mean 'relu'?"),
        ({"network": {"kernel_initializer": "he"}}, "unknown kernel_initializer 'he'"),
        ({"steps": 20_001}, "`steps` must be at most 20000. Received: steps=20001"),
        ({"seeds": 101}, "`seeds` must be at most 100. Received: seeds=101"),
        ({"entrants": [SGD] * 25}, "`entrants` must hold at most 24 optimizers. Received: entrants=25"),
        (
            {"batch_size": 1348},
            "`batch_size` must be at most 1347, the training rows of digits. Received: batch_size=1348",
        ),
        (
            {"learning_rates": "tuned", "network": {"hidden": [1200, 1000]}},
            "a tuned race trains 21 replicas of the network side by side: it must have at most 952,380 parameters. "
            "Received: 1,289,010",
        ),
        (
            {"learning_rates": "tuned", "task": {"name": "adding_problem", "length": 200}, "seeds": 2, "steps": 5},
            "`learning_rates` must be 'given' for rows of 400 numbers: a tuned race holds those of 21 replicas. "
            "Received: learning_rates='tuned'",
        ),
        (
            {"learning_rates": "tuned", "first_seed": 2**32 - 6, "seeds": 5},
            "`first_seed` must be at most 4294967288 for 5 seeds. Received: first_seed=4294967290",
        ),
        (
            {"network": {"hidden": [1000, 2000]}},
            "the network must have at most 2,000,000 parameters. Received: 2,087,010",
        ),
        (
            {"network": {"hidden": [1000, 1000]}, "seeds": 50},
            "`seeds` must be at most 18 for 1,076,010 parameters. Received: seeds=50",
        ),
        (
            {"network": {"hidden": [1000, 1000]}, "steps": 20_000, "batch_size": None},
            "a race must take at most 10 minutes on one worker. Received: an estimated",
        ),
    ],
)
def test_what_is_not_admitted_gets_one_sentence(changes, sentence):
    with pytest.raises(RefusedError) as refusal:
        admit(race(**changes), Limits())
    assert str(refusal.value).startswith(sentence)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"steps": 20_001}, "`steps` must be at most 20000. Received: steps=20001, an estimated 49 s on one worker"),
        ({"seeds": 101}, "`seeds` must be at most 100. Received: seeds=101, an estimated 10 s on one worker"),
        (
            {"steps": 20_000, "seeds": 100, "entrants": [SGD, SGD]},
            "steps x seeds x entrants x layers must be at most 10,000,000. Received: 12,000,000, an estimated 30 "
            "minutes on one worker",
        ),
        (
            {"network": {"hidden": [1000, 1000]}, "steps": 20_000, "batch_size": None},
            "a race must take at most 10 minutes on one worker. Received: an estimated 12 hours",
        ),
    ],
)
def test_too_much_work_is_refused_with_an_estimate_of_its_time(changes, sentence):
    with pytest.raises(RefusedError) as refusal:
        admit(race(**changes), Limits())
    assert str(refusal.value) == sentence


def test_more_workers_than_entrants_do_not_shorten_the_estimate():
    spec = PRESETS["default"]
    assert estimate_seconds(spec, 1) == 2 * estimate_seconds(spec, 2)
    assert estimate_seconds(spec, 6) == estimate_seconds(spec, 60)


def test_a_task_gets_every_argument_that_it_takes():
    assert admit(race(task="adding_problem"), Limits()).task == Choice.of("adding_problem", length=20)
    assert admit(race(task={"name": "adding_problem", "length": 7}), Limits()).task.get("length") == 7
    assert admit(race(), Limits()).task == Choice("digits")


def test_both_dense_and_recurrent_networks_are_admitted_to_the_adding_problem():
    assert admit(race(task="adding_problem"), Limits()).network.cell is None
    assert admit(race(task="adding_problem", network=RECURRENT), Limits()).network.cell == "simple_rnn"


def test_longer_sequences_take_a_recurrent_network_longer():
    short, long = (
        admit(race(task={"name": "adding_problem", "length": length}, network=RECURRENT), Limits())
        for length in (20, 40)
    )
    assert 1.5 < estimate_seconds(long, 1) / estimate_seconds(short, 1) < 2.5


@pytest.mark.parametrize("name", TASKS)
def test_every_task_is_admitted_with_nothing_but_its_name_and_its_spec_round_trips(name):
    spec = admit(race(task=name, network={}), Limits())
    assert spec.network == TASKS[name].network
    assert RaceSpec.from_json(spec.to_json()) == spec == admit(spec, Limits())
    assert admit(race(task=name), Limits()) == spec


def test_the_quadratic_is_stored_without_a_network_or_a_batch_and_with_every_argument():
    spec = admit(race(task={"name": "quadratic", "condition": 7, "rotated": True}), Limits())
    stored = spec.to_json()
    assert stored["task"] == {"name": "quadratic", "condition": 7.0, "dimension": 10, "rotated": True}
    assert stored["network"] == {}
    assert stored["batch_size"] is None
    assert RaceSpec.from_json(stored).to_json() == stored
    assert admit(race(task=stored["task"], batch_size=None, network={}), Limits()) == spec


def test_deep_linear_networks_may_start_anywhere_and_have_any_depth():
    network = {**LINEAR, "hidden": [8, 5, 5], "kernel_initializer": ALIGNED}
    assert admit(race(task="deep_linear", network=network), Limits()).network.to_json() == network
    assert admit(race(task="deep_linear", network=LINEAR), Limits()).network.kernel_initializer.name == "he_uniform"
    assert (
        admit(race(task="deep_linear", network={"hidden": [], "activation": "linear"}), Limits()).network.hidden == ()
    )


def test_a_treatment_that_tunes_its_rates_counts_all_replicas_that_train_side_by_side():
    wide = HealthSpec(network=NetworkSpec((1000, 1000)))  # 1,076,010 parameters
    with pytest.raises(RefusedError, match="21 replicas train side by side: the network must have at most 952,380"):
        admit(TreatmentSpec(wide, wide), Limits())
    admit(TreatmentSpec(wide, wide, learning_rates="given", steps=20), Limits())


def test_a_deep_normalised_network_takes_longer_to_build_than_a_shallow_one():
    shallow = HealthSpec(network=NetworkSpec((64,) * 3), steps=1)
    deep = HealthSpec(network=NetworkSpec((64,) * 40, normalization="batch"), steps=1)
    assert [round(estimate_seconds(spec, 2)) for spec in (shallow, deep)] == [1, 11]


def test_a_check_of_a_network_without_hidden_layers_is_refused():
    with pytest.raises(RefusedError) as error:
        admit(HealthSpec(network=NetworkSpec(())), Limits())
    assert str(error.value) == (
        "`hidden` must have at least one layer: a check looks for what layers do to a signal. Received: hidden=[]"
    )

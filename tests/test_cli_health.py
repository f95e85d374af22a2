"""`gradcore health` as people script it: the document of the contract, treatments in pairs, refusals."""

import json

import pytest

from gradcore.cli import main
from gradcore.store import RunStore
from gradcore.ward import WARD

TINY = {
    "network": {"hidden": [8, 8, 8], "activation": "relu", "bias": -20.0},
    "optimizer": {"optimizer": "SGD", "learning_rate": 0.1},
    "steps": 5,
}


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    return f"sqlite:///{tmp_path_factory.mktemp('health') / 'runs.db'}"


def run(capfd, database, *words):
    status = main([*words, "--db", database])
    captured = capfd.readouterr()
    return status, captured.out, captured.err


def spec_file(tmp_path, spec):
    path = tmp_path / "check.json"
    path.write_text(json.dumps(spec))
    return str(path)


def test_a_patient_of_the_ward_gets_its_verdict_on_the_command_line(capfd, database):
    status, out, _ = run(capfd, database, "health", "--preset", "healthy_mlp", "--json")
    document = json.loads(out)
    assert (status, document["verdict"], document["parameters"], document["steps"]) == (0, "healthy", 13130, 50)
    assert document["layers"] == ["dense_1", "dense_2", "dense_3", "output"]
    assert len(document["loss"]) == len(document["layer_norms"]) == len(document["backprop_ratio"]) == 50
    assert document["backprop_ratio"][0][-1] == 1.0
    assert next(iter(document["variable_norms"])) == "dense_1/kernel"
    assert document["notebook"]["steps"][0]["total"] == 8
    assert document["prescriptions"] == []


def test_the_notebook_s_network_is_healthy_with_three_zeros_although_the_notebook_says_otherwise(capfd, database):
    _, out, _ = run(capfd, database, "health", "--preset", "notebook", "--json")
    document = json.loads(out)
    assert document["verdict"] == "healthy"
    assert document["structural_zeros"] == ["dense_2b/bias", "dense_3b/bias", "dense_4b/bias"]
    assert document["notebook"]["vanished"] == 30
    assert "NEEDS IMPROVEMENT" in document["notebook"]["verdict"]


def test_a_treatment_is_proven_in_pairs_and_found_again_among_the_runs(capfd, database, tmp_path):
    status, out, _ = run(capfd, database, "health", "--spec", spec_file(tmp_path, TINY), "--treat", "--json")
    document = json.loads(out)
    proof = document["treatment"]
    assert (status, document["verdict"], proof["solution"]) == (0, "dead", "zero_bias")
    assert (proof["verdict_before"], proof["verdict_after"], proof["cured"]) == ("dead", "healthy", True)
    assert proof["interval"][0] <= proof["difference"] <= proof["interval"][1] < 0
    assert len(proof["before"]) == len(proof["after"]) == 5
    _, shown, _ = run(capfd, database, "runs", "show", proof["run_id"], "--json")
    assert json.loads(shown) == proof
    _, listed, _ = run(capfd, database, "runs", "list", "--kind", "treatment")
    assert "Treatment, Biases from 0" in listed


def test_a_check_is_read_by_people_too(capfd, database):
    _, out, _ = run(capfd, database, "health", "--preset", "healthy_mlp")
    assert "healthy. 13130 parameters, 50 steps." in out
    assert "This network is healthy" in out


def test_people_read_each_reason_once_the_treatments_as_a_table_and_the_proof_by_its_title(capfd, database, tmp_path):
    _, out, _ = run(capfd, database, "health", "--spec", spec_file(tmp_path, TINY), "--treat")
    lines = out.splitlines()
    assert out.count("100 % of the units of dense_2 are flat on every probe row at step 4") == 1
    place = lines.index("dead")
    assert lines[place + 1] == "  value:      share of a layer's units whose activation is flat on every probe row"
    assert lines[place + 2].startswith("  what to do: Start the biases at 0, ")
    (notebook,) = [line for line in lines if line.startswith("The notebook's verdict: ")]
    assert notebook.endswith("This check's: dead (1 critical, 0 warning, 0 info).")
    table = next(number for number, line in enumerate(lines) if line.startswith("treatment "))
    assert lines[table].split() == ["treatment", "what", "it", "is", "gave", "back"]
    assert lines[table + 1].split() == ["zero_bias", "Biases", "from", "0", "-"]
    assert any(line.startswith("Why zero_bias: ") for line in lines)
    assert any(line.startswith("Treatment ") and line.endswith(": Biases from 0.") for line in lines)


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ({"netwrk": {}}, "unknown key 'netwrk' in the check; did you mean 'network'?"),
        ({"network": {"hidden": [0]}}, "`width` must be a whole number >= 1. Received: width=0"),
        ({"network": {"hidden": {"width": 8, "depth": 0}}}, "`depth` must be a whole number >= 1. Received: depth=0"),
        (
            {"network": {"hidden": [8], "normalization": "batch"}, "batch_size": 1},
            "`batch_size` must be at least 2 where batches are normalised: one row has no spread. Received: ",
        ),
        ({"task": {"name": "quadratic"}}, "`task` must be one that trains a network. Received: task='quadratic'"),
        ({"network": {"hidden": [8], "cell": "lstm"}}, "`cell` must be null for the task digits, whose rows have no"),
        (
            {"network": {"hidden": {"width": 4000, "depth": 3}}},
            "must have at most 2,000,000 parameters. Received: 32,3",
        ),
        ({"thresholds": {"vanishing": -1}}, "`vanishing` must be a finite number > 0. Received: vanishing=-1"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(capfd, database, tmp_path, spec, sentence):
    status, out, err = run(capfd, database, "health", "--spec", spec_file(tmp_path, spec))
    assert (status, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1


def test_a_healthy_network_has_nothing_to_treat(capfd, database):
    status, out, err = run(capfd, database, "health", "--preset", "healthy_mlp", "--treat")
    assert (status, out) == (2, "")
    assert "there must be something to treat. Received: a check with verdict 'healthy'" in err


def test_an_unknown_patient_is_refused_with_the_nearest_one(capfd, database):
    _, _, err = run(capfd, database, "health", "--preset", "sigmoid_stak")
    assert "unknown preset 'sigmoid_stak'; did you mean 'sigmoid_stack'?" in err


def test_every_patient_s_spec_round_trips():
    assert all(type(one.spec).from_json(one.spec.to_json()) == one.spec for one in WARD.values())


def test_the_curve_of_a_treatment_in_lists_is_that_of_its_pairs_alone(capfd, database):
    _, out, _ = run(capfd, database, "runs", "list", "--kind", "treatment", "--json")
    proof = json.loads(out)[0]["run_id"]
    curve = RunStore(database).info(proof).sparkline
    assert len(curve) == 40
    assert max(curve[30:]) < 0.3 < 2 < curve[0]  # no second start from an untrained network

"""`gradcore solutions` as people script it: the document of the contract, and refusals."""

import json

import pytest

from gradcore.cli import main
from gradcore.jobs import InProcess
from gradcore.lab import Lab
from gradcore.settings import Settings
from gradcore.specs import Cell, SolutionsSpec
from gradcore.store import RunStore
from tests.waiting import wait_until

SMALL = SolutionsSpec((Cell("sigmoid_stack"), Cell("sigmoid_stack", ("relu",))), rates=2, tuning_seeds=1, steps=12)


@pytest.fixture
def database(tmp_path):
    return f"sqlite:///{tmp_path / 'runs.db'}"


def run(capfd, *words):
    status = main(list(words))
    captured = capfd.readouterr()
    return status, captured.out, captured.err


def test_every_solution_is_listed_with_its_opinion_and_what_ships(capfd, database):
    status, out, _ = run(capfd, "solutions", "--json", "--db", database)
    document = json.loads(out)
    assert (status, document[0]["id"], document[0]["name"]) == (0, "relu", "ReLU Activation")
    assert document[0]["textbook"] == {"effectiveness": 9, "complexity": 1, "cost": 1}
    measured = {one["id"]: one["measured"] for one in document}
    assert measured["batch_norm"]["by_disease"]["vanishing_rnn"] is None
    assert 0.8 < measured["relu"]["effectiveness"] <= 1
    assert measured["relu"]["interval"][0] < measured["relu"]["effectiveness"] < measured["relu"]["interval"][1]
    assert (measured["adam"]["extra_state_per_weight"], measured["sgd"]) == (2.0, None)
    assert set(measured["adam"]) >= {"step_time_ratio", "measured_at", "run_ids"}


def test_without_json_it_is_a_table(capfd, database):
    _, out, _ = run(capfd, "solutions", "--db", database)
    assert out.splitlines()[0].split()[:3] == ["solution", "opinion", "measured"]
    assert "Gradient Health Monitoring" in out


def test_a_stored_measurement_is_shown_and_listed_among_the_runs(capfd, database):
    store = RunStore(database)
    lab = Lab(store, InProcess(store.database), Settings(database, 1))
    run_id = lab.submit(SMALL)
    wait_until(lambda: lab.info(run_id).status.ended, 180, "the measurement has ended")
    lab.close()
    _, out, _ = run(capfd, "runs", "list", "--kind", "solutions", "--db", database)
    assert "Solutions: 2 cells on 1 disease · 2 rates · 6 seeds × 12 steps" in out
    _, out, _ = run(capfd, "runs", "show", run_id, "--json", "--db", database)
    (relu,) = [one for one in json.loads(out) if one["id"] == "relu"]
    assert relu["measured"]["run_ids"] == [run_id]
    assert relu["measured"]["step_time_ratio"] > 0


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (["--first-seed", "-1"], "must be a whole number from 0 on. Received: -1"),
        (["--qick"], "unrecognized arguments: --qick"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_one_line(capfd, words, refusal):
    status, out, err = run(capfd, "solutions", "measure", *words)
    assert (status, out) == (2, "")
    assert refusal in err
    assert len(err.splitlines()) == 1

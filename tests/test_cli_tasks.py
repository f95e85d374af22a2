"""Every task through the real command, which trains in its own process as a worker does."""

import json

import pytest

from gradcore import strict_json
from gradcore.cli import main
from gradcore.tasks import TASKS
from gradcore.titles import levels_text
from tests.test_cli import command

ADAM = {"optimizer": "Adam", "learning_rate": 0.01}
MOMENTUM = {"optimizer": "SGD", "learning_rate": 0.01, "momentum": 0.9}
NEW = {"breast_cancer": "accuracy", "wine": "accuracy", "diabetes": "r2", "two_spirals": "accuracy",
       "quadratic": "distance", "rosenbrock": "distance", "deep_linear": "r2"}  # fmt: skip


@pytest.fixture
def database(tmp_path):
    return f"sqlite:///{tmp_path / 'runs.db'}"


@pytest.mark.parametrize("name", NEW)
def test_a_short_race_with_the_tasks_own_network_ends_below_chance(name, database, capsys):
    spec = {"task": name, "network": {}, "entrants": [MOMENTUM, ADAM], "seeds": 2, "steps": 60}
    result = command("race", "--spec", "-", "--json", database=database, stdin=json.dumps(spec))
    assert result.returncode == 0, result.stderr
    document = strict_json.loads(result.stdout)
    task = TASKS[name]
    assert document["levels"] == {
        "chance_loss": task.chance_loss, "linear_anchor": task.linear_anchor, "target": task.target,
    }  # fmt: skip
    assert {entrant["metric"] for entrant in document["entrants"]} == {NEW[name]}
    assert document["ranking"][0]["median"] < 0.95 * task.chance_loss
    if not task.has_network:
        assert (document["layers"], document["parameters"]) == (["x"], 10 if name == "quadratic" else 2)
        assert (document["spec"]["network"], document["spec"]["batch_size"]) == ({}, None)
    assert main(["runs", "show", document["run_id"], "--db", database]) == 0
    assert levels_text(task) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("task", "more", "sentence"),
    [
        ({"name": "quadratic", "condition": 0}, {}, "`condition` must be at least 1. Received: condition=0"),
        ("quadratic", {"network": {"hidden": [8]}}, "`network` must be {} for the task quadratic, which trains no"),
        ("spirals", {}, "unknown task 'spirals'; did you mean 'two_spirals'?"),
    ],
)
def test_what_a_task_does_not_take_is_refused_in_one_line(task, more, sentence, database, tmp_path, capsys):
    file = tmp_path / "race.json"
    file.write_text(json.dumps({"task": task, "entrants": [ADAM], **more}))
    assert main(["race", "--spec", str(file), "--db", database]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err
    assert said.err.count("\n") == 1

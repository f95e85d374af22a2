"""`gradcore profile`: it trains one race after the other, prints their profile, and opens what is stored."""

import json
import signal
import subprocess
import sys
from functools import partial

import pytest

from gradcore import strict_json
from gradcore.cli import main, session
from gradcore.jobs import InProcess
from gradcore.lab import Lab
from gradcore.settings import Limits, Settings
from gradcore.several_tasks import admit_races
from gradcore.specs import RaceSpec
from gradcore.store import RunStore
from tests import stand_in
from tests.waiting import wait_until

SMALL = {
    "network": {"hidden": [32]},
    "entrants": [{"optimizer": "SGD", "learning_rate": 0.1}, {"optimizer": "Adam", "learning_rate": 0.01}],
    "seeds": 2,
    "steps": 120,
    "batch_size": 16,
}


def command(*words, database, stdin=None):
    return subprocess.run(
        [sys.executable, "-m", "gradcore", *words, "--db", database],
        check=False,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    return f"sqlite:///{tmp_path_factory.mktemp('profile') / 'runs.db'}"


@pytest.fixture(scope="module")
def raced(database):
    words = ("profile", "--spec", "-", "--tasks", "wine, quadratic", "--json")
    return command(*words, database=database, stdin=json.dumps(SMALL))


@pytest.fixture
def spec_file(tmp_path):
    file = tmp_path / "spec.json"
    file.write_text(json.dumps(SMALL))
    return str(file)


@pytest.fixture
def fresh(tmp_path):
    return f"sqlite:///{tmp_path / 'runs.db'}"


def test_it_trains_a_race_for_each_task_and_prints_one_document(raced, database):
    assert raced.returncode == 0, raced.stderr
    assert raced.stdout.count("\n") == 1
    document = strict_json.loads(raced.stdout)
    assert [task["title"] for task in document["tasks"]] == ["Wine", "Quadratic (condition 100, dimension 10)"]
    assert document["left_out"] == []
    adam = document["tasks"][0]["steps_to_target"][1]
    assert all(0 < step < 120 for step in adam)
    assert {place["label"] for place in document["by_steps"]["scores"]} == {"SGD", "Adam"}
    stored = {run.id: run.status for run in RunStore(database).runs()}
    assert stored == {task["run_id"]: "finished" for task in document["tasks"]}
    assert raced.stderr.splitlines()[0] == "Wine (1 of 2)"


def test_stored_races_give_the_same_document_again_without_training(raced, database, spec_file, capsys):
    ids = ",".join(task["run_id"] for task in strict_json.loads(raced.stdout)["tasks"])
    assert main(["profile", "--runs", ids, "--json", "--db", database]) == 0
    assert capsys.readouterr().out == raced.stdout
    assert main(["profile", "--spec", spec_file, "--tasks", "wine,quadratic", "--json", "--db", database]) == 0
    assert capsys.readouterr().out == raced.stdout
    assert len(RunStore(database).runs()) == 2


def test_without_json_a_person_reads_sentences_scores_and_times(raced, database, capsys):
    ids = ",".join(task["run_id"] for task in strict_json.loads(raced.stdout)["tasks"])
    assert main(["profile", "--runs", ids, "--db", database]) == 0
    shown = capsys.readouterr().out
    assert strict_json.loads(raced.stdout)["by_steps"]["sentences"][0] in shown
    assert "rank  entrant  score  95 %  best on  reached on  score by seconds  tied with" in shown
    assert "Quadratic (condition 100, dimension 10)" in shown
    assert "missed" in shown
    assert "Rank: 1 and one more for each entrant" in shown


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--tasks", "wine,noise_regression"], "a task of a profile must have a target. Received: Noise"),
        (["--tasks", "wine,wines"], "unknown task 'wines'; did you mean 'wine'?"),
        (["--tasks", ","], "`tasks` must name at least one task"),
    ],
)
def test_refused_tasks_are_status_two_and_nothing_is_stored(words, sentence, spec_file, fresh, capsys):
    assert main(["profile", "--spec", spec_file, *words, "--db", fresh]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err
    assert err.count("\n") == 1
    assert not any(RunStore(fresh).runs())


def test_runs_that_are_unknown_or_do_not_fit_are_refused(raced, database, capsys):
    known = strict_json.loads(raced.stdout)["tasks"][0]["run_id"]
    assert main(["profile", "--runs", f"{known},aaaaaaaaaa", "--db", database]) == 2
    assert "no run has the id 'aaaaaaaaaa'" in capsys.readouterr().err
    assert main(["profile", "--runs", f"{known},{known}", "--db", database]) == 2
    assert "must have different tasks. Received: Wine twice" in capsys.readouterr().err
    assert main(["profile", "--runs", known, "--tasks", "wine", "--db", database]) == 2
    assert "--tasks must come with --spec or --preset" in capsys.readouterr().err
    assert main(["profile", "--db", database]) == 2
    assert "one of the arguments --spec --preset --runs is required" in capsys.readouterr().err


def test_a_race_that_failed_is_left_out_and_said(fresh, capsys):
    store = RunStore(fresh)
    lab = Lab(store, InProcess(store.database, stand_in.FALLING), Settings(fresh, 1, Limits()))
    wine, digits = admit_races(RaceSpec.from_json(SMALL), ["wine", "digits"], Limits())
    ids = [lab.submit(wine)]
    wait_until(lambda: lab.info(ids[0]).status.ended, 30, "the stand-in has ended")
    lab.close()
    broken = Lab(store := RunStore(fresh), InProcess(store.database, stand_in.BROKEN), Settings(fresh, 1, Limits()))
    ids.append(broken.submit(digits))
    wait_until(lambda: broken.info(ids[1]).status.ended, 30, "the broken one has ended")
    broken.close()
    assert main(["profile", "--runs", ",".join(ids), "--json", "--db", fresh]) == 0
    document = strict_json.loads(capsys.readouterr().out)
    assert [task["run_id"] for task in document["tasks"]] == ids[:1]
    assert [(run["title"], run["status"]) for run in document["left_out"]] == [("Digits", "failed")]
    assert main(["profile", "--runs", ",".join(ids), "--db", fresh]) == 0
    assert f"Digits is left out (run {ids[1]}, failed)." in capsys.readouterr().out
    assert main(["profile", "--runs", ids[1], "--db", fresh]) == 2
    assert "a profile must have at least one finished race" in capsys.readouterr().err


def test_a_signal_cancels_the_race_in_training_and_begins_no_other(fresh, tmp_path):
    spec = tmp_path / "long.json"
    spec.write_text(json.dumps({**SMALL, "steps": 20_000}))
    store = RunStore(fresh)
    process = subprocess.Popen(
        [sys.executable, "-m", "gradcore", "profile", "--spec", str(spec), "--tasks", "digits,wine", "--db", fresh],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until(lambda: any(run.progress > 0 for run in store.runs()), 120, "the first race records")
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, out) == (143, ""), err
    assert "Traceback" not in err
    assert [run.status for run in store.runs()] == ["cancelled"]


def test_a_training_that_fails_on_one_task_is_status_one_with_the_profile_of_the_others(
    fresh, spec_file, monkeypatch, capsys
):
    monkeypatch.setattr(session, "InProcess", partial(InProcess, runner=stand_in.BROKEN_ON_DIGITS))
    assert main(["profile", "--spec", spec_file, "--tasks", "digits,wine", "--json", "--db", fresh]) == 1
    out, err = capsys.readouterr()
    document = strict_json.loads(out)
    assert [task["title"] for task in document["tasks"]] == ["Wine"]
    assert [run["title"] for run in document["left_out"]] == ["Digits"]
    assert f"run {document['left_out'][0]['run_id']} (Digits): training stopped with KeyError" in err


def test_a_training_that_fails_on_every_task_is_status_one_and_prints_nothing(fresh):
    # Keras refuses the argument, in the worker
    entrants = [{"optimizer": "SGD", "use_ema": True, "ema_overwrite_frequency": -1}]
    spec = json.dumps({**SMALL, "entrants": entrants, "steps": 2})
    result = command("profile", "--spec", "-", "--tasks", "wine,quadratic", database=fresh, stdin=spec)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.count("`ema_overwrite_frequency` must be") == 2
    assert [run.status for run in RunStore(fresh).runs()] == ["failed", "failed"]


def test_the_help_has_an_example(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["profile", "--help"])
    assert ended.value.code == 0
    assert "example:\n  gradcore profile --preset default" in capsys.readouterr().out

"""The real command: what it prints, its exit status, its refusals, and what the store holds afterwards."""

import json
import os
import signal
import subprocess
import sys

import pytest
from sqlalchemy import text

from gradcore import strict_json
from gradcore.cli import main
from gradcore.cli.race import follow
from gradcore.cli.text import Progress
from gradcore.errors import StoreError
from gradcore.jobs import InProcess
from gradcore.lab import Lab
from gradcore.settings import Limits, Settings
from gradcore.specs import RaceSpec
from gradcore.store import RunStore
from tests import stand_in
from tests.waiting import wait_until

SMALL = {
    "network": {"hidden": [8]},
    "entrants": [
        {"optimizer": "SGD", "learning_rate": 1e30, "label": "explodes"},
        {"optimizer": "Adam", "learning_rate": 0.01},
        {"optimizer": "SGD", "learning_rate": 0.1},
    ],
    "seeds": 2,
    "steps": 30,
    "batch_size": 16,
}
LONG = {**SMALL, "entrants": [{"optimizer": "Adam"}], "seeds": 1, "steps": 20_000}


def command(*words, database, stdin=None, **options):
    return subprocess.run(
        [sys.executable, "-m", "gradcore", *words, "--db", database],
        check=False,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        **options,
    )


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    return f"sqlite:///{tmp_path_factory.mktemp('cli') / 'runs.db'}"


@pytest.fixture(scope="module")
def raced(database):
    return command("race", "--spec", "-", "--json", database=database, stdin=json.dumps(SMALL))


@pytest.fixture
def fresh(tmp_path):
    return f"sqlite:///{tmp_path / 'runs.db'}"


def answer(result):
    assert result.returncode == 0, result.stderr
    return strict_json.loads(result.stdout)


def test_a_race_prints_one_strict_json_document_and_stores_its_run(raced, database):
    document = answer(raced)
    assert raced.stdout.count("\n") == 1
    assert (document["status"], document["steps"], document["seeds"]) == ("finished", 30, 2)
    assert document["parameters"] == 64 * 8 + 8 + 8 * 10 + 10
    assert len(document["layers"]) == 2
    assert [entrant["label"] for entrant in document["entrants"]] == ["explodes", "Adam", "SGD"]
    adam = document["entrants"][1]
    assert [len(seed) for seed in adam["loss"]] == [30, 30]
    assert adam["loss"][0][-1] < adam["loss"][0][0]
    assert 0.3 < min(adam["validation_metric"]) <= 1
    assert document["seconds"] > 0
    assert RunStore(database).info(document["run_id"]).status == "finished"


def test_progress_goes_to_standard_error(raced):
    assert "%" in raced.stderr


def test_a_loss_that_becomes_nan_is_a_result_shown_as_diverged_and_ranked_last(raced):
    document = answer(raced)
    exploded = document["entrants"][0]
    assert all(step is not None and step <= 2 for step in exploded["diverged_at"])
    assert "NaN" in exploded["loss"][0] or "Infinity" in exploded["loss"][0]
    assert document["ranking"][-1]["label"] == "explodes"
    assert document["ranking"][-1]["rank"] == 3
    assert document["ranking"][-1]["interval"] is None


def test_runs_show_prints_the_same_document(raced, database):
    run_id = answer(raced)["run_id"]
    assert command("runs", "show", run_id, "--json", database=database).stdout == raced.stdout


def test_a_table_that_a_person_can_read(raced, database, capsys):
    assert main(["runs", "show", answer(raced)["run_id"], "--db", database]) == 0
    shown = capsys.readouterr().out
    assert "rank" in shown
    assert "explodes (diverged: 2 of 2)" in shown
    assert "paired t-tests" in shown
    assert "No entrant reaches the target, a training loss of " in shown


def test_layer_norms_come_on_request(raced, database, capsys):
    assert main(["runs", "show", answer(raced)["run_id"], "--json", "--layer-norms", "--db", database]) == 0
    adam = strict_json.loads(capsys.readouterr().out)["entrants"][1]
    assert [len(adam["layer_norms"]), len(adam["layer_norms"][0]), len(adam["layer_norms"][0][0])] == [2, 30, 2]


def test_the_same_race_is_opened_instead_of_trained_again(raced, database, capsys, tmp_path):
    spec = tmp_path / "race.json"
    spec.write_text(json.dumps(SMALL))
    assert main(["race", "--spec", str(spec), "--json", "--db", database]) == 0
    assert capsys.readouterr().out == raced.stdout
    assert len(RunStore(database).runs()) == 1


def test_runs_list_shows_the_run(raced, database, capsys):
    run_id = answer(raced)["run_id"]
    assert main(["runs", "list", "--kind", "race", "--status", "finished", "--json", "--db", database]) == 0
    listed = strict_json.loads(capsys.readouterr().out)
    assert [(run["run_id"], run["status"], run["progress"]) for run in listed] == [(run_id, "finished", 1.0)]
    assert main(["runs", "list", "--status", "failed", "--db", database]) == 0
    assert capsys.readouterr().out == "No runs.\n"
    assert main(["runs", "list", "--db", database]) == 0
    assert run_id in capsys.readouterr().out


def test_cancelling_a_run_that_has_ended_leaves_it_as_it_is(raced, database, capsys):
    run_id = answer(raced)["run_id"]
    assert main(["runs", "cancel", run_id, "--db", database]) == 0
    assert "had ended already: finished" in capsys.readouterr().out
    assert RunStore(database).info(run_id).status == "finished"


LIGHT = """
import sys
from gradcore.cli import main
status = main(["runs", "list", "--db", sys.argv[1]])
names = {"tensorflow", "keras", "sklearn", "scipy", "distributed", "plotly"}
heavy = {name.partition(".")[0] for name in sys.modules} & names
sys.exit(f"loaded {heavy}" if heavy else status)
"""


def test_listing_runs_loads_nothing_heavy(fresh):
    found = subprocess.run([sys.executable, "-c", LIGHT, fresh], check=False, capture_output=True, text=True)
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize(
    "words", [[], ["race"], ["runs"], ["runs", "list"], ["runs", "show"], ["runs", "cancel"], ["doctor"]]
)
def test_every_command_has_help_with_an_example(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    assert ended.value.code == 0
    assert "example:\n  " in capsys.readouterr().out


def test_a_failed_training_is_status_one_with_its_reason_and_stored_as_failed(fresh):
    spec = {
        **SMALL,
        "entrants": [{"optimizer": "SGD", "use_ema": True, "ema_overwrite_frequency": -1}],
    }  # Keras refuses it, in the worker
    result = command("race", "--spec", "-", "--json", database=fresh, stdin=json.dumps(spec))
    assert result.returncode == 1
    assert result.stdout == ""
    assert "`ema_overwrite_frequency` must be" in result.stderr
    (run,) = RunStore(fresh).runs()
    assert run.status == "failed"
    assert "`ema_overwrite_frequency` must be" in run.message


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_stopped_race_is_stored_as_cancelled_with_what_it_had_recorded(number, status, fresh, tmp_path):
    spec = tmp_path / "race.json"
    spec.write_text(json.dumps(LONG))
    store = RunStore(fresh)
    process = subprocess.Popen(
        [sys.executable, "-m", "gradcore", "race", "--spec", str(spec), "--json", "--db", fresh],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until(lambda: any(run.progress > 0 for run in store.runs()), 120, "the race records")
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == status, err
    assert out == ""
    assert "Traceback" not in err
    (run,) = store.runs()
    assert run.status == "cancelled"
    assert 0 < run.progress < 1
    shown = answer(command("runs", "show", run.id, "--json", database=fresh))
    assert shown["status"] == "cancelled"
    assert 0 < len(shown["entrants"][0]["loss"][0]) < 20_000
    assert shown["entrants"][0]["validation_loss"] == [None]
    assert shown["ranking"] == []


@pytest.fixture
def endless(fresh):
    """A race in training, with a stand-in that never ends: (lab, run id)."""
    store = RunStore(fresh)
    lab = Lab(store, InProcess(store.database, stand_in.ENDLESS), Settings(fresh, 1, Limits()))
    run_id = lab.submit(RaceSpec.from_json(SMALL))
    wait_until(lambda: lab.info(run_id).progress > 0, 30, "the stand-in records")
    yield lab, run_id
    lab.close()


def test_runs_cancel_stops_a_race_that_another_process_trains(endless, fresh, capsys):
    lab, run_id = endless
    assert main(["runs", "cancel", run_id, "--json", "--db", fresh]) == 0
    assert strict_json.loads(capsys.readouterr().out) == {"run_id": run_id, "status": "cancelled"}
    assert lab.info(run_id).status == "cancelled"


def test_a_race_whose_records_the_store_does_not_take_ends_instead_of_waiting_for_ever(endless, fresh):
    lab, run_id = endless
    with RunStore(fresh).database.writing() as connection:
        connection.execute(text("ALTER TABLE parts RENAME COLUMN heartbeat TO gone"))
    with pytest.raises(StoreError, match=f"run {run_id} cannot be trained to its end"):
        follow(lab, lab.info(run_id), Progress(), lambda: 0)
    with RunStore(fresh).database.writing() as connection:
        connection.execute(text("ALTER TABLE parts RENAME COLUMN gone TO heartbeat"))


def test_any_label_is_printed_whatever_the_terminals_encoding(fresh):
    store = RunStore(fresh)
    lab = Lab(store, InProcess(store.database, stand_in.FALLING), Settings(fresh, 1, Limits()))
    run_id = lab.submit(RaceSpec.from_json({"entrants": [{"optimizer": "SGD", "label": "größer 😀"}], "steps": 2}))
    wait_until(lambda: lab.info(run_id).status.ended, 30, "the stand-in has ended")
    lab.close()
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    shown = command("runs", "show", run_id, "--json", database=fresh, env=ascii_only, encoding="utf-8")
    assert answer(shown)["entrants"][0]["label"] == "größer 😀"


def test_the_notebooks_preset_prints_its_own_table_too(fresh):
    document = answer(command("race", "--preset", "notebook", "--json", database=fresh))
    rows = document["notebook"]
    assert [row["rank"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert {row["label"] for row in rows} == {"SGD", "SGD + Momentum", "Adam", "AdamW", "RMSprop", "Adagrad"}
    assert all(
        row["score"] == pytest.approx(row["final_loss"] + row["gradient_stability"] - row["convergence_speed"])
        for row in rows
    )
    assert all(0.05 < row["final_loss"] < 0.15 for row in rows)  # noise: the best is 1/12
    starts = [entrant["loss"][0][0] for entrant in document["entrants"]]
    assert len(set(starts)) == 6  # weights drawn independently for each entrant
    assert all(place["rank"] == 1 for place in document["ranking"] if place["label"] != "SGD + Momentum")


def test_a_race_is_told_to_stop_at_a_warning_and_is_then_another_race(database):
    few = json.dumps({**SMALL, "steps": 12})
    result = command("race", "--spec", "-", "--stop-at-warning", "--json", database=database, stdin=few)
    document = answer(result)
    assert document["spec"]["stop_at_warning"] is True
    exploded, adam, _ = document["entrants"]
    assert all(step is not None and step <= 2 for step in exploded["stopped_at"])  # its gradient is not finite there
    assert adam["stopped_at"] == [None, None]
    assert document["ranking"][-1]["label"] == "explodes"
    plain = answer(command("race", "--spec", "-", "--json", database=database, stdin=few))
    assert plain["run_id"] != document["run_id"]
    assert "stopped_at" not in plain["entrants"][0]

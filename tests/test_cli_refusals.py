"""What the command refuses: one sentence on standard error, nothing on standard output, nothing stored."""

import json
import os

import pytest

from gradcore.cli import main
from gradcore.store import RunStore

RACE = {"entrants": [{"optimizer": "SGD"}], "seeds": 2, "steps": 30}


@pytest.fixture
def fresh(tmp_path):
    return f"sqlite:///{tmp_path / 'runs.db'}"


def entrant(**changes):
    return {**RACE, "entrants": [{"optimizer": "SGD", **changes}]}


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (entrant(learning_rate=0), "`learning_rate` must be a finite number > 0. Received: learning_rate=0"),
        (entrant(learning_rate=-0.1), "`learning_rate` must be a finite number > 0. Received: learning_rate=-0.1"),
        (entrant(learning_rate="NaN"), "`learning_rate` must be a finite number > 0. Received: learning_rate=nan"),
        (entrant(learning_rate="fast"), "`learning_rate` must be a finite number > 0. Received: learning_rate='fast'"),
        (entrant(optimizer="Adm"), "unknown optimizer 'Adm'; did you mean 'Adam'?"),
        (entrant(momentun=0.9), "unknown key 'momentun' in the optimizer SGD; did you mean 'momentum'?"),
        (entrant(clip={"rule": "clip_by_nrom"}), "unknown clip rule 'clip_by_nrom'; did you mean 'clip_by_norm'?"),
        ({**RACE, "task": {"name": "digit"}}, "unknown task 'digit'; did you mean 'digits'?"),
        ({**RACE, "entrnts": []}, "unknown key 'entrnts' in the race; did you mean 'entrants'?"),
        ({**RACE, "optimzers": []}, "unknown key 'optimzers' in the race."),
        (
            {**RACE, "steps": 20_001},
            "`steps` must be at most 20000. Received: steps=20001, an estimated 22 s on one worker",
        ),
        ({**RACE, "steps": 2.5}, "`steps` must be a whole number >= 1. Received: steps=2.5"),
        (
            {**RACE, "first_seed": 2**32 - 1},
            "`first_seed` must be at most 4294967294 for 2 seeds. Received: first_seed=4294967295",
        ),
        ({**RACE, "seeds": 101}, "`seeds` must be at most 100. Received: seeds=101, an estimated 2 s on one worker"),
        ({**RACE, "entrants": []}, "`entrants` must hold at least one optimizer. Received: entrants=[]"),
        ([], "`spec` must be an object with named values. Received: spec=[]"),
    ],
)
def test_a_bad_spec_is_one_sentence_and_nothing_is_stored(spec, says, fresh, tmp_path, capsys):
    file = tmp_path / "race.json"
    file.write_text(json.dumps(spec))
    assert main(["race", "--spec", str(file), "--json", "--db", fresh]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == f"gradcore: {says}\n"
    assert RunStore(fresh).runs() == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"steps": NaN}', 'non-finite numbers must be written as text, "NaN". Received: NaN'),
        ('{"steps": 5, "steps": 6}', "the key 'steps' must appear once. Received: it twice"),
        ("{", "the document must be valid JSON."),
        ("", "the document must be valid JSON."),
        ('{"entrants": [{"optimizer": "SGD", "label": "\\ud800"}]}', "the document must be valid JSON."),
        (
            '{"entrants": [{"optimizer": "SGD", "learning_rate": 1' + 400 * "0" + "}]}",
            "`learning_rate` must be a finite number > 0.",
        ),
    ],
)
def test_text_that_is_not_strict_json_is_refused(text, says, fresh, tmp_path, capsys):
    file = tmp_path / "race.json"
    file.write_text(text)
    assert main(["race", "--spec", str(file), "--db", fresh]) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith(f"gradcore: {says}")
    assert shown.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["rac"], "invalid choice: 'rac'"),
        (["race"], "one of the arguments --spec --preset is required"),
        (["race", "--preset", "notebok"], "unknown preset 'notebok'; did you mean 'notebook'?"),
        (["race", "--spec", "/nowhere/race.json"], "`--spec` must name a file of UTF-8 text that can be read"),
        (["race", "--spec", os.devnull], "the document must be valid JSON."),
        (["runs", "list", "--limit", "none"], "must be a whole number from 1 to 1000000. Received: none"),
        (["runs", "list", "--limit", "1" + 30 * "0"], "must be a whole number from 1 to 1000000."),
        (["runs", "list", "--status", "finishd"], "unknown status 'finishd'; did you mean 'finished'?"),
        (["runs", "show", "abcdefghij"], "no run has the id 'abcdefghij'."),
        (["runs", "show", "'; drop table runs"], "a run's id must be 10 letters and digits."),
        (["runs", "cancel", "abcdefghij"], "no run has the id 'abcdefghij'."),
    ],
)
def test_what_cannot_be_done_is_one_line_and_status_two(words, says, fresh, monkeypatch, capsys):
    monkeypatch.setenv("GRADCORE_DB", fresh)
    assert main(words) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert says in shown.err
    assert shown.err.count("\n") == 1


def test_a_setting_that_is_not_a_number_is_refused(fresh, monkeypatch, capsys):
    monkeypatch.setenv("GRADCORE_MAX_STEPS", "many")
    assert main(["race", "--preset", "default", "--db", fresh]) == 2
    assert capsys.readouterr().err == (
        "gradcore: `GRADCORE_MAX_STEPS` must be a whole number > 0. Received: GRADCORE_MAX_STEPS='many'\n"
    )


def test_a_store_that_cannot_be_used_is_status_one_and_its_password_stays_hidden(capsys):
    assert main(["runs", "list", "--db", "postgresql://me:secret@nowhere/db"]) == 1
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    assert "secret" not in shown

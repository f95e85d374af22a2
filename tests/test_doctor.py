"""The doctor: what it looks at, and what it says to do."""

import pytest

from gradcore import strict_json
from gradcore.cli import main


@pytest.fixture
def fresh(tmp_path):
    return f"sqlite:///{tmp_path / 'runs.db'}"


def test_the_doctor_finds_a_good_installation_healthy(fresh, capsys):
    assert main(["doctor", "--json", "--db", fresh]) == 0
    found = strict_json.loads(capsys.readouterr().out)
    assert found["ok"] is True
    assert [check["check"] for check in found["checks"]] == [
        "python",
        "packages",
        "training",
        "workers",
        "disk",
        "store",
        "runs",
    ]


def test_the_doctor_says_what_to_do_about_each_failure(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GRADCORE_WORKERS", "1000")
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert main(["doctor", "--db", f"sqlite:///{blocked}/runs.db"]) == 1
    shown = capsys.readouterr().out
    assert "workers: Set GRADCORE_WORKERS to " in shown
    assert "Check GRADCORE_DB or --db" in shown


def test_commands_that_only_look_make_no_store(tmp_path, capsys):
    url = f"sqlite:///{tmp_path}/mistyped/runs.db"
    assert main(["doctor", "--db", url]) == 0
    assert f"not made yet; the first run makes it: {url}" in capsys.readouterr().out
    assert main(["runs", "list", "--db", url]) == 0
    assert capsys.readouterr().out == "No runs: the run store is made by the first one.\n"
    assert main(["runs", "show", "abcdefghij", "--db", url]) == 2
    assert main(["clip", "--from-run", "abcdefghij", "--db", url]) == 2
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_reports_a_setting_that_is_refused(fresh, monkeypatch, capsys):
    monkeypatch.setenv("GRADCORE_WORKERS", "two")
    assert main(["doctor", "--json", "--db", fresh]) == 1
    last = strict_json.loads(capsys.readouterr().out)["checks"][-1]
    assert (last["check"], last["ok"]) == ("settings", False)
    assert "`GRADCORE_WORKERS` must be a whole number > 0" in last["advice"]

"""`gradcore clip --from-run`: the advisor's numbers for a stored run, and its refusals."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence

import numpy as np
import pytest

from gradcore.cli import main
from gradcore.jobs import InProcess
from gradcore.lab import Lab
from gradcore.records import Setup, TraceChunk
from gradcore.settings import Limits, Settings
from gradcore.specs import RaceSpec
from gradcore.store import Database, RunStore
from gradcore.worker import Report
from tests.waiting import wait_until

STEPS, SEEDS = 400, 2
RACE = {"entrants": [{"optimizer": "SGD"}, {"optimizer": "Adam"}], "seeds": SEEDS, "steps": STEPS}


def waves(spec: RaceSpec, entrants: Sequence[int], report: Report) -> None:
    """Norms 1 to 100 in random order, of Adam ten times as large; one of them is not finite."""
    report([Setup(("dense",), 5)], 0.0)
    for entrant in entrants:
        draw = np.random.default_rng(entrant)
        norms = draw.integers(1, 101, size=(spec.steps, spec.seeds)).astype(np.float32) * 10**entrant
        norms[7, 0] = np.nan
        flat = np.ones((spec.steps, spec.seeds), np.float32)
        report([TraceChunk(entrant, 0, flat, norms, norms, *(flat[:, :, None],) * 3)], 0.5)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A database with one run, and the run's id."""
    url = f"sqlite:///{tmp_path_factory.mktemp('advice') / 'runs.db'}"
    database = Database(url)
    executor = InProcess(database, runner=f"{__name__}:waves")
    lab = Lab(RunStore(database), executor, Settings(database=url, workers=1, limits=Limits()))
    run_id = lab.submit(RaceSpec.from_json(RACE))
    wait_until(lambda: lab.info(run_id).status.ended, 30, "the run ends")
    lab.close()
    return url, run_id


@pytest.fixture
def advise(stored, capsys):
    """Run the command on the stored run; return its status, what it printed and what it said."""

    def advise(*options, run_id=stored[1]):
        status = main(["clip", "--from-run", run_id, *options, "--db", stored[0]])
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return advise


def test_the_document_holds_the_threshold_its_interval_and_the_rules(advise, stored):
    status, out, err = advise("--rate", "0.2", "--json")
    document = json.loads(out)
    assert (status, err) == (0, "")
    assert (document["run_id"], document["entrant"], document["steps"], document["seeds"]) == (stored[1], "SGD", 400, 2)
    assert (document["counted"], document["non_finite"]) == (799, 1)
    found = document["suggestion"]
    assert 75 <= found["threshold"] <= 85
    assert 0.17 <= found["clip_rate"] <= 0.2
    low, high = found["interval"]
    assert low < found["clip_rate"] < high
    assert found["rule"] == {"rule": "clip_by_global_norm", "max_norm": found["threshold"]}
    assert [rule["rule"] for rule in document["rules"]] == [
        "clip_by_global_norm", "adaptive_percentile", "autoclip", "zclip"
    ]  # fmt: skip


def test_another_entrant_is_chosen_by_its_label(advise):
    _, out, _ = advise("--entrant", "Adam", "--rate", "0.2", "--json")
    assert 750 <= json.loads(out)["suggestion"]["threshold"] <= 850


def test_a_table_that_a_person_can_read(advise):
    status, out, _ = advise("--first-step", "100")
    assert status == 0
    assert "SGD of run" in out
    assert "2 x 300 steps from step 100 on." in out
    assert "95 % interval" in out
    assert "adaptive_percentile" in out
    assert ("too few below" in out, "too few above" in out, "too few steps" in out) == (True, True, False)


def test_below_500_steps_it_is_their_number_that_is_too_small(advise):
    _, out, _ = advise("--first-step", "300")
    assert ("too few below" in out, "too few above" in out, "too few steps" in out) == (False, False, True)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--rate", "1.5"), "`rate` must be above 0 and below 1. Received: rate=1.5"),
        (("--rate", "much"), "`rate` must be a finite number. Received: rate='much'"),
        (("--first-step", "400"), "`first_step` must be a step of the stream, 0 to 399. Received: first_step=400"),
        (("--first-step", "1.5"), "`first-step` must be a whole number. Received: first-step='1.5'"),
        (("--entrant", "Adan"), "unknown entrant 'Adan'; did you mean 'Adam'?"),
    ],
)
def test_what_cannot_be_advised_is_refused_in_one_sentence(advise, options, sentence):
    assert advise(*options) == (2, "", f"gradcore: {sentence}\n")


def test_a_run_that_is_not_there_is_refused(advise):
    status, out, err = advise(run_id="nosuchrun0")
    assert (status, out) == (2, "")
    assert "nosuchrun0" in err


def test_options_of_the_advisor_need_a_run(capsys):
    assert main(["clip", "--spec", "-", "--rate", "0.1"]) == 2
    assert capsys.readouterr().err == "gradcore: --rate must come with --from-run. Received: --spec\n"
    assert main(["clip", "--spec", "-", "--from-run", "x"]) == 2


def test_it_answers_at_once(advise):
    started = time.process_time()
    advise("--json")
    assert time.process_time() - started < 1.5


LIGHT = """
import sys
from gradcore.cli import main
status = main(["clip", "--from-run", sys.argv[1], "--json", "--db", sys.argv[2]])
heavy = {"tensorflow", "keras", "sklearn", "scipy", "distributed", "plotly", "pandas", "numpy.ma"} & set(sys.modules)
sys.exit(f"loaded {heavy}" if heavy else status)
"""


def test_the_advice_loads_nothing_heavy(stored):
    words = [sys.executable, "-c", LIGHT, stored[1], stored[0]]
    found = subprocess.run(words, check=False, capture_output=True, text=True)
    assert (found.returncode, found.stderr) == (0, "")

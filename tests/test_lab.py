import dataclasses
import subprocess
import sys
import threading

import pytest

from gradcore.errors import RefusedError, UnknownRunError
from gradcore.jobs import InProcess
from gradcore.lab import Lab, fingerprint, restarted
from gradcore.presets import PRESETS
from gradcore.records import RunStatus
from gradcore.settings import Limits, Settings
from gradcore.specs import RaceSpec
from gradcore.store import QueueStore, RunStore, WorkStore
from tests import stand_in
from tests.waiting import wait_until

RACE = RaceSpec.from_json({"steps": 4, "seeds": 2, "entrants": [{"optimizer": "SGD"}, {"optimizer": "Adam"}]})
OTHER = dataclasses.replace(RACE, first_seed=1)


@pytest.fixture
def open_lab(tmp_path):
    """Return a function that opens a lab on the test's store, training with a stand-in."""
    opened = []

    def open_one(runner=stand_in.FALLING, limits=Limits()):  # noqa: B008
        url = f"sqlite:///{tmp_path / 'runs.db'}"
        store = RunStore(url)
        opened.append(Lab(store, InProcess(store.database, runner), Settings(url, 1, limits)))
        return opened[-1]

    yield open_one
    for lab in opened:
        lab.close()


def ended(lab, run_id):
    wait_until(lambda: lab.info(run_id).status.ended, 180, f"run {run_id} has ended")
    return lab.info(run_id)


def test_a_race_is_submitted_trained_and_read(open_lab):
    lab = open_lab()
    run_id = lab.submit(RACE, author="Ada", visitor="v1")
    info = ended(lab, run_id)
    assert (info.status, info.kind, info.author, info.visitor) == ("finished", "race", "Ada", "v1")
    assert (info.environment["seed"], info.environment["threads"]) == (0, 1)
    trace, cursor = lab.race(run_id)
    assert [entrant.steps for entrant in trace.entrants] == [4, 4]
    assert trace.entrants[1].loss[:, 0].tolist() == pytest.approx([2, 1, 2 / 3, 0.5])
    assert [entrant.outcome.validation_loss.tolist() for entrant in trace.entrants] == [[0.25, 0.25], [0.5, 0.5]]
    assert cursor == lab.watch(run_id)[1]


def test_the_stored_spec_is_the_admitted_one_and_reads_back_exactly(open_lab):
    lab = open_lab()
    spec = RaceSpec.from_json(lab.info(lab.submit(RACE)).spec)
    assert [entrant.learning_rate for entrant in spec.entrants] == [0.01, 0.001]
    assert dataclasses.replace(spec, entrants=RACE.entrants) == RACE


def test_records_are_watched_from_a_cursor(open_lab):
    lab = open_lab()
    run_id = lab.submit(RACE)
    seen, cursor = [], 0
    while not lab.info(run_id).status.ended:
        records, cursor = lab.watch(run_id, cursor)
        seen += records
    seen += lab.watch(run_id, cursor)[0]
    assert [record.kind for record in seen] == ["setup"] + ["trace"] * 8 + ["outcome"] * 2


def test_an_equal_race_is_opened_and_run_again_trains_it_anew(open_lab):
    lab = open_lab()
    first = lab.submit(RACE, visitor="v1")
    assert lab.submit(RACE, visitor="v2") == first  # while it goes on
    ended(lab, first)
    assert lab.submit(RACE) == first
    assert lab.submit(OTHER) != first
    again = lab.rerun(first)
    assert again != first
    assert lab.info(again).visitor == "v1"
    assert ended(lab, again).status == "finished"


def test_twenty_clicks_at_once_train_one_race(open_lab):
    lab = open_lab()
    found = []
    clicks = [threading.Thread(target=lambda: found.append(lab.submit(RACE))) for _ in range(20)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert len(found) == 20
    assert len(set(found)) == 1


def test_other_versions_are_another_race(monkeypatch):
    before = fingerprint(RACE)
    monkeypatch.setattr("gradcore.worker.versions", lambda: {"keras": "4"})
    assert fingerprint(RACE) != before


def test_a_running_race_is_cancelled_and_keeps_what_it_recorded(open_lab):
    lab = open_lab(stand_in.ENDLESS)
    run_id = lab.submit(RACE)
    wait_until(lambda: lab.race(run_id)[0].entrants[0].steps, 30, "a first step")
    assert lab.workers().busy == 1
    lab.cancel(run_id)
    assert ended(lab, run_id).status == "cancelled"
    assert [entrant.steps for entrant in lab.race(run_id)[0].entrants] == [1, 1]
    assert lab.submit(RACE) != run_id


def test_a_waiting_race_is_cancelled_at_once(open_lab):
    lab = open_lab(stand_in.ENDLESS)
    running, waiting = lab.submit(RACE), lab.submit(OTHER)
    wait_until(lambda: lab.info(running).status == RunStatus.RUNNING, 30, "the first race runs")
    assert lab.workers().queued == 1
    lab.cancel(waiting)
    assert lab.info(waiting).status == "cancelled"
    assert lab.info(running).status == "running"


def test_a_race_whose_part_begins_again_is_put_together_anew(open_lab):
    lab = open_lab(stand_in.ENDLESS)
    run_id = lab.submit(RACE)
    wait_until(lambda: lab.race(run_id)[0].entrants[1].steps, 30, "a first step")
    before, cursor = lab.race(run_id)
    database = RunStore(lab._store.database.url).database
    QueueStore(database, "nobody:1:1:1").lose(run_id, 0, "the worker was killed")
    work = WorkStore(database).begin(run_id, 0, "host:1", {})
    WorkStore(database).append(work, [stand_in.chunk(0, 0, [7.0, 6.0], 2)], 0.5)
    database.close()
    after, later = lab.race(run_id)
    assert [entrant.steps for entrant in before.entrants] == [1, 1]
    assert [entrant.steps for entrant in after.entrants] == [2, 0]
    assert after.entrants[0].loss[0, 0] == 7.0
    assert restarted(cursor, later)
    assert [record.kind for record in lab.watch(run_id, cursor)[0]] == ["trace"]
    assert lab.watch(run_id, later) == ([], later)


def test_viewers_share_one_trace_and_each_sees_the_whole_race(open_lab):
    lab = open_lab()
    run_id = lab.submit(RACE)
    ended(lab, run_id)
    assert lab.race(run_id)[0] is lab.race(run_id)[0]
    assert open_lab().race(run_id)[0].entrants[0].steps == 4


def test_a_race_of_many_records_is_read_whole(open_lab):
    lab = open_lab()
    run_id = lab.submit(dataclasses.replace(RACE, steps=150))
    ended(lab, run_id)
    trace, cursor = open_lab().race(run_id)
    assert [entrant.steps for entrant in trace.entrants] == [150, 150]
    assert (cursor, len(lab.watch(run_id)[0])) == (303, 303)
    assert trace.entrants[0].outcome is not None


def test_what_breaks_a_rule_is_refused_and_nothing_is_stored(open_lab):
    lab = open_lab(limits=Limits(steps=3))
    with pytest.raises(RefusedError, match=r"`steps` must be at most 3. Received: steps=4"):
        lab.submit(RACE)
    assert lab.runs() == []


def test_a_stored_race_opens_under_a_limit_that_was_lowered(open_lab):
    run_id = open_lab().submit(RACE)
    lab = open_lab(limits=Limits(steps=3))
    assert lab.race(run_id)[0].steps == 4


def test_an_unknown_run_is_refused_in_one_sentence(open_lab):
    lab = open_lab()
    for ask in (lab.info, lab.watch, lab.race, lab.cancel, lab.rerun):
        with pytest.raises(UnknownRunError, match="no run has the id 'abcdefghij'"):
            ask("abcdefghij")
        with pytest.raises(UnknownRunError, match="must be 10 letters and digits"):
            ask("<script>")


def test_a_failed_race_says_why_and_can_be_run_again(open_lab):
    lab = open_lab(stand_in.OUT_OF_MEMORY)
    failed = ended(lab, lab.submit(RACE))
    assert (failed.status, failed.message) == ("failed", "the network needs more memory than this worker has")
    assert lab.submit(RACE) != failed.id


@pytest.mark.parametrize("milliseconds", [0, 2, 4, 8, 16])
def test_a_lab_closes_at_whatever_moment_a_race_begins(open_lab, milliseconds):
    lab = open_lab(stand_in.ENDLESS)
    run_id = lab.submit(RACE)
    threading.Event().wait(milliseconds / 1000)
    closing = threading.Thread(target=lab.close, daemon=True)
    closing.start()
    closing.join(30)
    assert not closing.is_alive()
    assert lab.info(run_id).status in ("queued", "interrupted")


def test_a_lab_that_closes_interrupts_what_it_trains(open_lab):
    lab, reader = open_lab(stand_in.ENDLESS), open_lab()
    run_id, waiting = lab.submit(RACE), lab.submit(OTHER)
    wait_until(lambda: lab.info(run_id).status == RunStatus.RUNNING, 30, "the race runs")
    lab.close()
    assert reader.info(run_id).status == "interrupted"
    assert reader.info(waiting).status == "queued"


def test_the_command_line_gets_the_same_numbers_in_its_own_process_twice(open_lab):
    lab = open_lab("gradcore.engine.race:run_race")
    spec = dataclasses.replace(PRESETS["default"], steps=5, seeds=2)
    first = lab.submit(spec)
    second = lab.rerun(first)
    traces = [lab.race(ended(lab, run_id).id)[0] for run_id in (first, second)]
    assert [info.status for info in lab.runs()] == ["finished", "finished"]
    for one, two in zip(traces[0].entrants, traces[1].entrants, strict=True):
        assert one.loss.tobytes() == two.loss.tobytes()


def test_asking_about_runs_loads_neither_tensorflow_nor_dask(tmp_path):
    program = f"""
import sys
from gradcore.jobs import Cluster, InProcess
from gradcore.lab import Lab
from gradcore.presets import PRESETS
from gradcore.settings import read_settings
from gradcore.store import RunStore
settings = read_settings({{"GRADCORE_DB": "sqlite:///{tmp_path / "runs.db"}"}})
store = RunStore(settings.database)
lab = Lab(store, Cluster(store.database, 1), settings)
lab.race(lab.submit(PRESETS["default"])); lab.runs(); lab.workers(); lab.close()
print(sorted({{"tensorflow", "keras", "distributed", "sklearn"}} & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")

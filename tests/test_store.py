import os
import sqlite3
import subprocess
import sys
import threading

import pytest

from gradcore.errors import CancelledRunError, StoreError, SupersededError, UnknownRunError
from gradcore.records import RunStatus, Setup
from gradcore.store import Database, NewRun, QueueStore, Result, RunStore, WorkStore, new_owner
from tests.stand_in import chunk, outcome

FINISHED = Result(RunStatus.FINISHED)
SPEC = {"version": 1, "entrants": [{"optimizer": "SGD"}, {"optimizer": "Adam"}]}


class Desk:
    """One store seen by everybody: pages, a dashboard with a queue, and workers."""

    def __init__(self, url: str) -> None:
        self.runs = RunStore(url)
        self.work = WorkStore(self.runs.database)
        self.queue = QueueStore(self.runs.database, new_owner())
        self.queue.beat()

    def add(self, fingerprint: str = "f", again: bool = True, spec: object = SPEC, **fields: object) -> str:
        run = NewRun("race", spec, fingerprint, self.queue.owner, **fields)  # type: ignore[arg-type]
        return self.runs.add(run, again=again)[0]

    def split(self, groups: list[list[int]], **fields: object) -> str:
        run_id = self.add(**fields)
        assert self.queue.split(run_id, groups)
        return run_id

    def begin(self, run_id: str, part: int = 0):
        return self.work.begin(run_id, part, "host:1", {"threads": 1})


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'deep' / 'folder' / 'runs.db'}"


@pytest.fixture
def desk(url):
    desk = Desk(url)
    yield desk
    desk.runs.database.close()


# --- the database


def test_the_folder_and_the_tables_are_made_at_the_first_use(url, desk):
    assert desk.runs.runs() == []
    assert desk.runs.database.check_schema() == 1
    assert Database(url).check_schema() == 1


def test_the_store_writes_ahead_and_waits_for_a_busy_writer(desk):
    with desk.runs.database.reading() as connection:
        settings = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "busy_timeout")]
    assert settings == ["wal", 5000]


def test_another_schema_is_refused_in_one_sentence(url, desk, tmp_path):
    with sqlite3.connect(tmp_path / "deep" / "folder" / "runs.db") as connection:
        connection.execute("UPDATE schema SET version = 99")
    connection.close()
    with pytest.raises(StoreError, match=r"must have schema version 1. Received: version 99$"):
        Database(url)


def test_a_file_that_is_no_database_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "runs.db").write_text("not a database at all, only a text that is long enough to be read" * 20)
    with pytest.raises(StoreError, match=r"runs.db cannot be used: file is not a database$"):
        Database(f"sqlite:///{tmp_path / 'runs.db'}")


def test_a_folder_that_cannot_be_made_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"file, cannot be made"):
        Database(f"sqlite:///{tmp_path / 'file' / 'runs.db'}")


@pytest.mark.parametrize("url", ["", "runs.db", "sqlite://", "sqlite:///:memory:", "postgresql://me:secret@db/runs"])
def test_only_an_sqlite_file_is_taken_and_no_password_is_shown(url):
    with pytest.raises(StoreError, match=r"must be .* sqlite:///runs.db") as refused:
        Database(url)
    assert "secret" not in str(refused.value)


def test_processes_that_start_together_make_one_store(url):
    program = "import sys; from gradcore.store import Database; Database(sys.argv[1]).close()"
    started = [subprocess.Popen([sys.executable, "-c", program, url]) for _ in range(4)]
    assert [process.wait(60) for process in started] == [0, 0, 0, 0]


def test_many_writers_and_readers_at_once_are_never_refused(desk):
    run_id = desk.split([[0], [1]])
    works = [desk.begin(run_id, part) for part in (0, 1)]
    troubles = []

    def write(work):
        try:
            for step in range(50):
                desk.work.append(work, [chunk(work.entrants[0], step, [1.0], 1)], step / 50)
        except StoreError as error:
            troubles.append(error)

    def read():
        try:
            cursor = 0
            for _ in range(50):
                cursor = desk.runs.read(run_id, cursor).cursor
        except StoreError as error:
            troubles.append(error)

    threads = [threading.Thread(target=write, args=(work,)) for work in works]
    threads += [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert len(desk.runs.read(run_id).records) == 100


# --- runs


def test_a_new_run_waits_with_what_was_said_of_it(desk):
    said = {"author": "Ada", "visitor": "v1", "name": "first", "note": "why", "tags": ("a", "b")}
    info = desk.runs.info(desk.add(environment={"seed": 3}, **said))
    assert (info.status, info.author, info.visitor, info.name, info.note) == ("queued", "Ada", "v1", "first", "why")
    assert (info.spec, info.tags, info.attempt, info.progress, info.started) == (SPEC, ("a", "b"), 0, 0.0, None)
    assert info.environment == {"seed": 3}
    assert len(info.id) == 10
    assert info.id.isalnum()


def test_an_equal_run_is_opened_unless_it_is_wanted_again_or_has_failed(desk):
    first = desk.add()
    assert desk.add(again=False) == first
    assert desk.add(fingerprint="other", again=False) != first
    second = desk.add(again=True)
    assert second != first
    for run_id in (first, second):
        desk.runs.cancel(run_id)
    assert desk.add(again=False) not in (first, second)


@pytest.mark.parametrize(
    "run_id", ["", "abc", "ABCDEFGHIJ", "a' OR '1'='1", "../../etc", "a" * 5000, "0123456789\n", None]
)
def test_what_is_no_id_is_refused_before_it_reaches_the_database(desk, run_id):
    for ask in (desk.runs.info, desk.runs.read, desk.runs.cancel):
        with pytest.raises(UnknownRunError, match="must be 10 letters and digits"):
            ask(run_id)


def test_an_id_that_no_run_has_is_refused(desk):
    for ask in (desk.runs.info, desk.runs.read, desk.runs.cancel):
        with pytest.raises(UnknownRunError, match="no run has the id 'abcdefghij'"):
            ask("abcdefghij")


def test_runs_are_listed_newest_first_and_filtered(desk):
    first = desk.add(tags=("a%", "x"), visitor="v1")
    second = desk.add(tags=("ab",))
    desk.runs.cancel(first)
    assert [info.id for info in desk.runs.runs()] == [second, first]
    assert [info.id for info in desk.runs.runs(limit=1)] == [second]
    assert [info.id for info in desk.runs.runs(tag="a%")] == [first]
    assert [info.id for info in desk.runs.runs(tag="a")] == []
    assert [info.id for info in desk.runs.runs(visitor="v1")] == [first]
    assert [info.id for info in desk.runs.runs(status="cancelled")] == [first]
    assert desk.runs.runs(kind="health") == []


def test_runs_beside_a_run_are_those_of_everybody_who_asked_for_it(desk):
    first, second, other = desk.add("f", visitor="v1"), desk.add("g", visitor="v1"), desk.add("h", visitor="v2")
    assert {info.id for info in desk.runs.runs(beside=first)} == {first, second}
    desk.add("f", again=False, visitor="v2")
    assert {info.id for info in desk.runs.runs(beside=first)} == {first, second, other}
    assert desk.runs.runs(beside=first, kind="health") == []
    assert desk.runs.runs(beside=desk.add("n")) == []  # nobody is known to have asked for it


def test_runs_that_lead_to_a_network_are_the_treatments_that_made_it(desk):
    sick, treated = {"seed": 1, "network": {"hidden": [8], "bias": -20.0}}, {"seed": 1, "network": {"hidden": [8]}}
    there = desk.add("f", spec={"version": 1, "before": sick, "after": treated, "solution": "zero_bias"})
    back = desk.add("g", spec={"version": 1, "before": treated, "after": sick, "solution": ""})
    desk.add("h")
    assert [info.id for info in desk.runs.runs(leads_to=treated)] == [there]
    assert [info.id for info in desk.runs.runs(leads_to=sick)] == [back]
    assert desk.runs.runs(leads_to={**treated, "seed": 11}) == []


def test_a_race_that_somebody_else_has_trained_is_also_the_visitors_who_asked_for_it(desk):
    shared, later = desk.add("f", visitor="v1"), desk.add("g", visitor="v2")
    assert [info.id for info in desk.runs.runs(visitor="v2")] == [later]
    for _ in range(2):
        assert desk.add("f", again=False, visitor="v2") == shared
    assert [info.id for info in desk.runs.runs(visitor="v2")] == [shared, later]  # what was asked for last comes first
    assert [info.id for info in desk.runs.runs(visitor="v1")] == [shared]
    assert desk.runs.info(shared).visitor == "v1"
    assert desk.add("f", again=False) == shared
    assert desk.runs.runs(visitor="") == []


# --- work


def test_a_run_goes_from_queued_over_running_to_finished(desk):
    run_id = desk.split([[0, 1]], environment={"seed": 3})
    work = desk.begin(run_id)
    assert (work.attempt, work.entrants, work.spec) == (1, (0, 1), SPEC)
    info = desk.runs.info(run_id)
    assert (info.status, info.attempt, info.environment) == ("running", 1, {"seed": 3, "threads": 1})
    assert desk.work.append(work, [Setup(("dense",), 5)], 0.25) is False
    assert desk.runs.info(run_id).progress == 0.25
    desk.work.end(work, Result(RunStatus.FINISHED, score=0.1, sparkline=(2.0, 1.0)))
    info = desk.runs.info(run_id)
    assert (info.status, info.progress, info.sparkline, info.message) == ("finished", 1.0, (2.0, 1.0), "")
    assert info.created < info.started < info.finished


def test_the_last_part_ends_the_run_and_the_best_entrant_stands_for_it(desk):
    run_id = desk.split([[0, 2], [1]])
    works = [desk.begin(run_id, part) for part in (0, 1)]
    desk.work.append(works[0], [], 0.3)
    desk.work.append(works[1], [], 0.9)
    assert desk.runs.info(run_id).progress == pytest.approx((0.3 * 2 + 0.9) / 3)
    desk.work.end(works[0], Result(RunStatus.FINISHED, score=0.2, sparkline=(0.2,)))
    assert desk.runs.info(run_id).status == "running"
    desk.work.end(works[1], Result(RunStatus.FINISHED, score=0.1, sparkline=(0.1,)))
    info = desk.runs.info(run_id)
    assert (info.status, info.sparkline) == ("finished", (0.1,))


def test_records_are_read_on_from_a_cursor(desk):
    run_id = desk.split([[0, 1]])
    work = desk.begin(run_id)
    desk.work.append(work, [Setup(("dense", "head"), 7), chunk(0, 0, [3.0], 1)], 0.1)
    first = desk.runs.read(run_id)
    assert [record.kind for record in first.records] == ["setup", "trace"]
    desk.work.append(work, [outcome(1, 0.5, 1)], 0.2)
    second = desk.runs.read(run_id, first.cursor)
    assert [record.kind for record in second.records] == ["outcome"]
    assert desk.runs.read(run_id, second.cursor).records == ()
    assert desk.runs.read(run_id, second.cursor).cursor == second.cursor


def test_a_part_that_begins_again_loses_what_it_recorded_and_readers_start_over(desk):
    run_id = desk.split([[0], [1]])
    works = [desk.begin(run_id, part) for part in (0, 1)]
    desk.work.append(works[0], [chunk(0, 0, [1.0], 1)], 0.5)
    desk.work.append(works[1], [chunk(1, 0, [2.0], 1)], 0.5)
    before = desk.runs.read(run_id)
    desk.queue.lose(run_id, 0, "the worker was killed")
    again = desk.begin(run_id, 0)
    assert again.attempt == 2
    desk.work.append(again, [chunk(0, 0, [3.0], 1)], 0.1)
    after = desk.runs.read(run_id, before.cursor, before.restarts)
    assert (before.restarts, after.restarts) == (0, 1)
    assert [(record.entrant, record.loss.item()) for record in after.records] == [(1, 2.0), (0, 3.0)]
    info = desk.runs.info(run_id)
    assert (info.attempt, info.status) == (2, "running")
    assert info.message == "the worker was killed; once more."


def test_an_attempt_that_lost_its_part_can_no_longer_write(desk):
    run_id = desk.split([[0, 1]])
    lost = desk.begin(run_id)
    desk.queue.lose(run_id, 0, "the worker was killed")
    for write in (
        lambda: desk.work.append(lost, [], 0.5),
        lambda: desk.work.beat(lost),
        lambda: desk.work.end(lost, FINISHED),
    ):
        with pytest.raises(SupersededError):
            write()
    current = desk.begin(run_id)
    with pytest.raises(SupersededError):
        desk.work.append(lost, [], 0.5)
    assert desk.work.append(current, [], 0.5) is False


def test_a_part_whose_worker_is_lost_twice_fails_with_the_reason(desk):
    run_id = desk.split([[0], [1]])
    other = desk.begin(run_id, 1)
    for _ in range(2):
        desk.begin(run_id, 0)
        desk.queue.lose(run_id, 0, "the worker was killed")
    assert desk.work.beat(other) is True  # the rest of the run is asked to stop
    desk.work.end(other, Result(RunStatus.CANCELLED))
    info = desk.runs.info(run_id)
    assert (info.status, info.message) == ("failed", "the worker was killed, in each of 2 attempts.")


def test_a_worker_that_dies_before_it_begins_costs_an_attempt_too(desk):
    run_id = desk.split([[0, 1]])
    desk.queue.lose(run_id, 0, "the worker was killed")
    assert desk.runs.info(run_id).status == "queued"
    desk.queue.lose(run_id, 0, "the worker was killed")
    assert desk.runs.info(run_id).status == "failed"


def test_a_failed_part_fails_the_run_and_stops_the_parts_that_wait(desk):
    run_id = desk.split([[0], [1]])
    desk.work.end(desk.begin(run_id, 0), Result(RunStatus.FAILED, "out of memory."))
    info = desk.runs.info(run_id)
    assert (info.status, info.message) == ("failed", "out of memory.")
    with pytest.raises(SupersededError):
        desk.begin(run_id, 1)


def test_a_queued_run_is_cancelled_at_once_split_or_not(desk):
    for run_id in (desk.add(), desk.split([[0], [1]])):
        desk.runs.cancel(run_id)
        assert desk.runs.info(run_id).status == "cancelled"
        with pytest.raises(SupersededError):
            desk.begin(run_id)


def test_a_running_run_learns_that_it_is_cancelled_and_keeps_what_it_recorded(desk):
    run_id = desk.split([[0], [1]])
    work = desk.begin(run_id, 0)
    desk.runs.cancel(run_id)
    assert desk.runs.info(run_id).status == "running"
    assert desk.work.append(work, [chunk(0, 0, [1.0], 1)], 0.5) is True
    desk.work.end(work, Result(RunStatus.CANCELLED))
    info = desk.runs.info(run_id)
    assert (info.status, info.progress) == ("cancelled", 0.25)
    assert len(desk.runs.read(run_id).records) == 1
    desk.runs.cancel(run_id)
    assert desk.runs.info(run_id) == info


def test_a_part_given_out_just_before_the_cancel_does_not_begin(desk):
    run_id = desk.split([[0], [1]])
    desk.begin(run_id, 0)
    desk.queue.lose(run_id, 0, "the worker was killed")
    running = desk.begin(run_id, 1)
    desk.runs.cancel(run_id)
    with pytest.raises((CancelledRunError, SupersededError)):
        desk.begin(run_id, 0)
    desk.work.end(running, Result(RunStatus.CANCELLED))
    assert desk.runs.info(run_id).status == "cancelled"


# --- queue


def test_each_visitors_first_run_comes_before_anybodys_second(desk):
    a1, a2, a3 = (desk.add(visitor="a") for _ in range(3))
    b1 = desk.add(visitor="b")
    c1, c2 = (desk.add(visitor="c") for _ in range(2))
    assert [run.id for run in desk.queue.queued()] == [a1, b1, c1, a2, c2, a3]
    assert [desk.runs.place_in_line(run_id) for run_id in (a1, b1, c1, a2, c2, a3)] == [1, 2, 3, 4, 5, 6]
    desk.queue.split(a1, [[0]])
    desk.work.end(desk.begin(a1), FINISHED)
    assert [desk.runs.place_in_line(run_id) for run_id in (a1, b1)] == [0, 1]
    assert [run.id for run in desk.queue.queued()] == [b1, c1, a2, c2, a3]
    d1 = desk.add(visitor="d")
    assert [run.id for run in desk.queue.queued()] == [b1, c1, d1, a2, c2, a3]


def test_only_the_owner_splits_a_run_and_only_once(desk):
    run_id = desk.add()
    assert QueueStore(desk.runs.database, new_owner()).split(run_id, [[0]]) is False
    assert desk.queue.split(run_id, [[0], [1]]) is True
    desk.begin(run_id)
    assert desk.queue.split(run_id, [[0]]) is False


def test_a_living_owner_keeps_its_runs(desk):
    run_id = desk.add()
    desk.begin(desk.split([[0, 1]]))
    other = QueueStore(desk.runs.database, new_owner())
    other.beat()
    other.recover(claim=True)
    assert run_id in [run.id for run in desk.queue.queued()]
    assert {info.status for info in desk.runs.runs()} == {"queued", "running"}


def test_what_a_dead_owner_ran_is_interrupted_and_what_it_queued_goes_on(url, desk):
    program = f"""
from tests.test_store import Desk
desk = Desk({url!r})
cancelled = desk.split([[0, 1]]); desk.begin(cancelled); desk.runs.cancel(cancelled)
running = desk.split([[0], [1]]); desk.begin(running)
print(cancelled, running, desk.split([[0], [1]]), desk.add(), flush=True)
import os; os._exit(9)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    cancelled, running, split, queued = done.stdout.split()
    desk.queue.recover(claim=False)
    statuses = {run_id: desk.runs.info(run_id).status for run_id in (cancelled, running, split, queued)}
    assert list(statuses.values()) == ["cancelled", "interrupted", "queued", "queued"]
    assert "run it again" in desk.runs.info(running).message
    assert desk.queue.queued() == []
    desk.queue.recover(claim=True)
    assert [run.id for run in desk.queue.queued()] == [split, queued]


def test_an_owner_that_leaves_interrupts_what_runs_and_leaves_the_rest_to_the_next(desk):
    running, queued = desk.split([[0, 1]]), desk.add()
    work = desk.begin(running)
    desk.queue.release()
    with pytest.raises(SupersededError):
        desk.work.append(work, [], 0.5)
    assert desk.runs.info(running).status == "interrupted"
    next_one = QueueStore(desk.runs.database, new_owner())
    next_one.beat()
    next_one.recover(claim=True)
    assert [run.id for run in next_one.queued()] == [queued]


def test_two_owners_of_one_process_have_two_names():
    assert new_owner() != new_owner()
    assert f":{os.getpid()}:" in new_owner()

import logging
import os
import socket

import pytest

from gradcore import worker
from gradcore.errors import SupersededError
from gradcore.presets import PRESETS
from gradcore.records import RunStatus
from gradcore.store import NewRun, QueueStore, RunStore, WorkStore, new_owner
from tests import stand_in
from tests.waiting import wait_until

SPEC = {"version": 1, "steps": 4, "seeds": 2, "entrants": [{"optimizer": "SGD"}, {"optimizer": "Adam"}]}


@pytest.fixture
def store(tmp_path):
    store = RunStore(f"sqlite:///{tmp_path / 'runs.db'}")
    yield store
    store.database.close()


@pytest.fixture
def queue(store):
    queue = QueueStore(store.database, new_owner())
    queue.beat()
    return queue


def split(store, queue, groups=((0, 1),), spec=SPEC):
    run_id, _ = store.add(NewRun("race", spec, "f", queue.owner), again=True)
    assert queue.split(run_id, groups)
    return run_id


def test_a_part_is_trained_to_its_end_and_leaves_its_records_in_order(store, queue):
    run_id = split(store, queue, [[0], [1]])
    for part in (0, 1):
        worker.execute(store.database.url, run_id, part, stand_in.FALLING)
    info = store.info(run_id)
    assert (info.status, info.progress, info.attempt) == ("finished", 1.0, 1)
    records = store.read(run_id).records
    assert [record.kind for record in records] == (["setup"] + ["trace"] * 4 + ["outcome"]) * 2
    assert [record.first_step for record in records if record.kind == "trace"] == [0, 1, 2, 3] * 2


def test_the_best_entrants_curve_stands_for_the_run(store, queue):
    run_id = split(store, queue)
    worker.execute(store.database.url, run_id, 0, stand_in.FALLING)
    assert store.info(run_id).sparkline == pytest.approx((1.0, 0.5, 1 / 3, 0.25))


def test_a_long_curve_is_thinned_to_forty_points():
    curve = worker.thin([float(step) for step in range(1000)])
    assert (len(curve), curve[0], curve[-1]) == (40, 0.0, 999.0)
    assert worker.thin([]) == ()


def test_the_environment_says_where_and_with_what_a_run_was_trained(store, queue):
    run_id = split(store, queue)
    worker.execute(store.database.url, run_id, 0, stand_in.FALLING)
    found = store.info(run_id).environment
    assert set(found) == {"python", "tensorflow", "keras", "numpy", "gradcore", "host", "machine", "threads"}
    assert (found["host"], found["threads"]) == (socket.gethostname(), 1)


def test_losses_that_are_no_numbers_finish_a_run_like_any_other(store, queue):
    run_id = split(store, queue)
    worker.execute(store.database.url, run_id, 0, stand_in.NOT_A_NUMBER)
    info = store.info(run_id)
    assert info.status == "finished"
    assert str(info.sparkline) == "(1.0, nan)"


def test_an_exception_ends_the_run_as_failed_in_one_sentence_and_the_log_has_the_rest(store, queue, caplog):
    run_id = split(store, queue)
    with caplog.at_level(logging.ERROR, logger="gradcore.worker"):
        worker.execute(store.database.url, run_id, 0, stand_in.BROKEN)
    info = store.info(run_id)
    assert (info.status, info.message) == ("failed", r"training stopped with KeyError: 'first line\nsecond line'")
    assert len(store.read(run_id).records) == 2  # what was recorded stays
    assert "Traceback" in caplog.text
    assert "in broken" in caplog.text


def test_an_error_inside_a_traced_graph_is_told_by_its_last_line_which_holds_the_reason():
    traced = TypeError(
        'in user code:\n\n    File "muon.py", line 284, in f\n        for _ in range(steps):\n\n    TypeError: no\n'
    )
    assert worker._sentence(traced) == "training stopped with TypeError: no"


def test_a_training_error_is_its_own_sentence(store, queue, caplog):
    run_id = split(store, queue)
    worker.execute(store.database.url, run_id, 0, stand_in.OUT_OF_MEMORY)
    assert store.info(run_id).message == "the network needs more memory than this worker has"


def test_a_stored_spec_that_the_engine_cannot_train_fails_that_run_only(store, queue, caplog):
    run_id = split(store, queue, [[0]], SPEC | {"entrants": [{"optimizer": "Gone"}]})
    worker.execute(store.database.url, run_id, 0)
    info = store.info(run_id)
    assert (info.status, info.message) == ("failed", "training stopped with KeyError: 'Gone'")


def test_a_cancelled_run_is_not_begun(store, queue):
    run_id = split(store, queue)
    store.cancel(run_id)
    worker.execute(store.database.url, run_id, 0, "nowhere:nothing")
    assert store.info(run_id).status == "cancelled"


def test_the_heartbeat_goes_on_while_nothing_is_recorded(store, queue, monkeypatch):
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.02)
    work = WorkStore(store.database).begin(run_id := split(store, queue), 0, "host:1", {})
    with worker._Reporter(WorkStore(store.database), work):
        begun = store.info(run_id).heartbeat
        assert wait_until(lambda: store.info(run_id).heartbeat > begun, 10, "a heartbeat")


def test_a_reporter_learns_from_its_heartbeat_that_another_attempt_owns_the_part(store, queue, monkeypatch):
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.02)
    monkeypatch.setattr(worker, "APPEND_SECONDS", 1000.0)
    run_id = split(store, queue)
    reporter = worker._Reporter(WorkStore(store.database), WorkStore(store.database).begin(run_id, 0, "host:1", {}))
    with reporter:
        reporter.report([], 0.1)
        queue.lose(run_id, 0, "the worker was killed")
        wait_until(lambda: reporter._stop, 10, "the reporter knows")
        with pytest.raises(SupersededError):
            reporter.report([], 0.2)


def test_the_versions_are_known_without_importing_tensorflow():
    assert worker.versions()["tensorflow"].startswith("2.")
    assert worker.versions()["gradcore"] == "0.1.0"


def test_the_presets_run_under_the_real_engine(store, queue, monkeypatch):
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)  # another test may have chosen a level of its own
    spec = PRESETS["default"].to_json() | {"steps": 3, "seeds": 1}
    run_id = split(store, queue, [range(6)], spec)
    worker.execute(store.database.url, run_id, 0)
    info = store.info(run_id)
    assert (info.status, info.message) == (RunStatus.FINISHED, "")
    assert len(info.sparkline) == 3
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "3"

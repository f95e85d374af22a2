"""The cluster with real workers and the real engine; one for all tests, because TensorFlow takes its time."""

import dataclasses
import os
import socket

import psutil
import pytest

from gradcore.jobs import Cluster
from gradcore.jobs.split import split
from gradcore.lab import Lab
from gradcore.presets import PRESETS
from gradcore.records import RunStatus
from gradcore.settings import Settings
from gradcore.solutions import quick_measurement
from gradcore.specs import Cell, HealthSpec, RaceSpec, SolutionsSpec, TreatmentSpec
from gradcore.store import QueuedRun, QueueStore, RunStore
from tests.waiting import wait_until

WARM_SECONDS = 180
SHORT = RaceSpec.from_json(
    {"steps": 30, "seeds": 2, "network": {"hidden": [8]}, "entrants": [{"optimizer": "SGD"}, {"optimizer": "Adam"}]}
)
LONG = dataclasses.replace(SHORT, steps=20_000)
MANY = tuple(Cell("sigmoid_stack", (name,)) for name in ("relu", "he_init", "adam", "clipping", "orthogonal", "warmup"))
MEASUREMENT = SolutionsSpec(MANY, rates=2, tuning_seeds=1, seeds=2, steps=12, costs=False)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('jobs') / 'runs.db'}"
    store = RunStore(url)
    lab = Lab(store, Cluster(store.database, 2).start(), Settings(url, 2))
    yield lab
    lab.close()


@pytest.fixture
def warm(lab):
    wait_until(lambda: lab.workers().warm == 2, WARM_SECONDS, "both workers are warm")
    return lab


def ended(lab, run_id, seconds=180):
    wait_until(lambda: lab.info(run_id).status.ended, seconds, f"run {run_id} has ended")
    return lab.info(run_id)


def told(port):
    """What a port answers to somebody who asks for the scheduler's state."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"GET /json/identity.json HTTP/1.0\r\n\r\n")
        connection.settimeout(0.5)
        try:
            return connection.recv(100).decode("latin-1")
        except TimeoutError:
            return ""


def parts(lab):
    return QueueStore(lab._store.database, lab._executor.owner).parts()


def test_a_race_clicked_while_workers_warm_up_is_queued_and_then_trained_by_both(lab):
    state = lab.workers()
    assert (state.total, state.warm, state.ready, state.message) == (2, 0, False, "workers are warming up")
    run_id = lab.submit(SHORT)
    assert (lab.info(run_id).status, lab.workers().queued) == ("queued", 1)
    assert ended(lab, run_id, WARM_SECONDS).status == "finished"
    assert [record.kind for record in lab.watch(run_id)[0]].count("setup") == 2  # one for each part
    trace, _ = lab.race(run_id)
    assert [(entrant.label, entrant.steps) for entrant in trace.entrants] == [("SGD", 30), ("Adam", 30)]


def test_the_dashboards_process_does_not_load_tensorflow_and_listens_on_loopback_only(warm):
    assert warm.workers().message == "workers are ready"
    listening = [c.laddr for c in psutil.Process().net_connections() if c.status == psutil.CONN_LISTEN]
    assert {address.ip for address in listening} == {"127.0.0.1"}
    answers = [told(address.port) for address in listening]
    assert not any("200 OK" in answer for answer in answers)


def test_the_same_race_gives_the_same_bits_on_any_worker(warm):
    first = ended(warm, warm.submit(SHORT, again=True))
    second = ended(warm, warm.rerun(first.id))
    one, two = warm.race(first.id)[0], warm.race(second.id)[0]
    for a, b in zip(one.entrants, two.entrants, strict=True):
        assert a.loss.tobytes() == b.loss.tobytes()
        assert a.update_ratio.tobytes() == b.update_ratio.tobytes()


def test_all_curves_of_a_part_grow_together(warm):
    spec = dataclasses.replace(LONG, entrants=PRESETS["default"].entrants[:4])
    run_id = warm.submit(spec)
    steps = lambda: [entrant.steps for entrant in warm.race(run_id)[0].entrants]  # noqa: E731
    wait_until(lambda: min(steps()) > 100, 60, "every entrant has 100 steps")
    assert max(steps()) < 20_000
    warm.cancel(run_id)
    assert ended(warm, run_id).status == "cancelled"


def test_a_race_that_starts_beside_another_takes_the_worker_that_is_free(warm):
    alone = dataclasses.replace(LONG, entrants=LONG.entrants[:1])
    first = warm.submit(alone)
    wait_until(lambda: warm.info(first).status == RunStatus.RUNNING, 60, "the first race runs")
    second = warm.submit(LONG)
    wait_until(lambda: warm.info(second).status == RunStatus.RUNNING, 60, "the second race runs beside it")
    assert [(part.run_id, part.part) for part in parts(warm)] == [(first, 0), (second, 0)]
    assert warm.workers().message == "all workers are busy"
    for run_id in (first, second):
        warm.cancel(run_id)
        assert ended(warm, run_id).status == "cancelled"


def test_each_visitors_first_race_is_trained_before_anybodys_second(warm, monkeypatch):
    sent: list[str] = []  # what two workers note as their start, both free at once, need not be in this order
    send = Cluster._send
    monkeypatch.setattr(Cluster, "_send", lambda self, pool, key: (sent.append(key[0]), send(self, pool, key))[1])
    blocker = warm.submit(LONG)
    wait_until(lambda: warm.info(blocker).status == RunStatus.RUNNING, 60, "both workers are busy")
    order = [("a", 1), ("a", 2), ("a", 3), ("b", 4), ("c", 5)]
    runs = {seed: warm.submit(dataclasses.replace(SHORT, first_seed=seed), visitor=visitor) for visitor, seed in order}
    assert warm.workers().queued == 5
    warm.cancel(blocker)
    assert all(ended(warm, run_id).started for run_id in runs.values())
    assert list(dict.fromkeys(run_id for run_id in sent if run_id != blocker)) == [runs[n] for n in (1, 4, 5, 2, 3)]


def test_a_running_race_is_cancelled_within_a_second(warm):
    run_id = warm.submit(LONG, again=True)
    wait_until(lambda: warm.race(run_id)[0].entrants[0].steps, 60, "a first step")
    warm.cancel(run_id)
    wait_until(lambda: warm.info(run_id).status == RunStatus.CANCELLED, 2, "the race is cancelled")
    assert warm.race(run_id)[0].entrants[0].steps > 0
    wait_until(lambda: warm.workers().busy == 0, 5, "the workers are free")


def test_a_race_that_cannot_be_trained_fails_and_the_next_one_is_trained(warm):
    broken = SHORT.to_json() | {"entrants": [{"optimizer": "Gone"}]}
    from gradcore.store import NewRun

    run_id, _ = warm._store.add(NewRun("race", broken, "f", warm._executor.owner), again=True)
    warm._executor.wake()
    failed = ended(warm, run_id)
    assert (failed.status, failed.message) == ("failed", "training stopped with KeyError: 'Gone'")
    assert ended(warm, warm.submit(SHORT, again=True)).status == "finished"


def test_entrants_are_dealt_out_so_that_workers_end_together():
    run = QueuedRun("", "race", PRESETS["default"].to_json())
    assert split(run, 2) == [[0, 2, 4], [1, 3, 5]]
    assert split(run, 4) == [[0, 4], [1, 5], [2], [3]]
    assert split(run, 9) == [[0], [1], [2], [3], [4], [5]]


def test_optimizers_that_train_seed_by_seed_count_for_as_many():
    names = ["SGD", "Lamb", "Adam", "RMSprop"]
    spec = {"seeds": 5, "entrants": [{"optimizer": name} for name in names]}
    assert split(QueuedRun("", "race", spec), 2) == [[1], [0, 2, 3]]


def test_a_check_and_both_networks_of_a_treatment_stay_with_one_worker():
    check = HealthSpec()
    treatment = TreatmentSpec(check, check)
    assert split(QueuedRun("", "health", check.to_json()), 4) == [[0]]
    assert split(QueuedRun("", "treatment", treatment.to_json()), 4) == [[0, 1]]


def test_a_measurement_is_cut_into_parts_of_three_cells():
    spec = quick_measurement()
    groups = split(QueuedRun("", "solutions", spec.to_json()), 2)
    assert groups[:2] == [[0, 1, 2], [3, 4, 5]]
    assert groups[-1] == [len(spec.cells)]  # the costs


def test_a_race_does_not_wait_for_the_end_of_a_measurement(warm):
    measurement = warm.submit(dataclasses.replace(MEASUREMENT, cells=MANY * 4, steps=40))
    wait_until(lambda: warm.info(measurement).status == RunStatus.RUNNING, 60, "the measurement runs")
    race = warm.submit(SHORT, again=True)
    assert ended(warm, race).status == "finished"
    assert not warm.info(measurement).status.ended
    warm.cancel(measurement)
    assert ended(warm, measurement).status == "cancelled"


def test_a_measurement_that_was_cancelled_goes_on_where_it_stopped(warm):
    spec = dataclasses.replace(MEASUREMENT, first_seed=7)
    first = warm.submit(spec)
    wait_until(lambda: len(warm.measurement(first)[0].cells) >= 1, 120, "a first cell is measured")
    warm.cancel(first)
    assert ended(warm, first).status in ("cancelled", "finished")
    kept = {cell.key: cell for cell in warm.measurement(first)[0].cells}
    second = warm.submit(spec, again=True)
    assert ended(warm, second).status == "finished"
    found = {cell.key: cell for cell in warm.measurement(second)[0].cells}
    assert len(found) == 6
    assert {key: found[key].run_id for key in kept} == dict.fromkeys(kept, first)
    assert all(found[key].scored.tolist() == kept[key].scored.tolist() for key in kept)
    assert warm.measurement(second)[0].taken_over == (first,)


def test_a_store_out_of_reach_is_said_and_passes(warm, monkeypatch):
    from gradcore.errors import StoreError

    def fail(**_: object) -> None:
        raise StoreError("the run store cannot be used: disk is full")

    queue = warm._executor._queue
    monkeypatch.setattr(queue, "recover", fail)
    wait_until(lambda: "disk is full" in warm.workers().message, 10, "the trouble is said")
    monkeypatch.undo()
    assert wait_until(lambda: warm.workers().message == "workers are ready", 10, "the trouble has passed")


def test_workers_keep_their_memory_between_steps(warm):
    answers = []
    warm._executor._pool.submit(answers.append, os.environ.get, "MALLOC_TRIM_THRESHOLD_", "not set")
    wait_until(lambda: answers, 60, "a worker has answered")
    assert answers[0].result() == "not set"  # with Dask's own value a race took twice as long

"""Faults, with the real engine and real kills: a worker, a dashboard, a command."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from gradcore.jobs import Cluster, InProcess
from gradcore.lab import Lab
from gradcore.records import RunStatus
from gradcore.settings import Settings
from gradcore.specs import HealthSpec, NetworkSpec, RaceSpec, TreatmentSpec
from gradcore.store import QueueStore, RunStore
from tests.waiting import wait_until

pytestmark = pytest.mark.faults

ROOT = Path(__file__).resolve().parent.parent
WARM_SECONDS = 180
RACE = RaceSpec.from_json(
    {"steps": 20_000, "seeds": 2, "network": {"hidden": [8]}, "entrants": [{"optimizer": "SGD"}, {"optimizer": "Adam"}]}
)
SHORT = dataclasses.replace(RACE, steps=20)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'runs.db'}"


@pytest.fixture
def lab(url):
    """A lab in this process with one warm worker."""
    store = RunStore(url)
    lab = Lab(store, Cluster(store.database, 1).start(), Settings(url, 1))
    wait_until(lambda: lab.workers().warm == 1, WARM_SECONDS, "the worker is warm")
    yield lab
    lab.close()


@pytest.fixture
def reader(url):
    """A lab that trains nothing."""
    store = RunStore(url)
    lab = Lab(store, InProcess(store.database), Settings(url, 1))
    yield lab
    lab.close()


class Dashboard:
    """A dashboard in a process of its own."""

    def __init__(self, url: str, log: Path) -> None:
        self.log = log
        command = [sys.executable, "-m", "tests.dashboard", url]
        with log.open("w") as stderr:
            self.process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True
            )
        assert self.process.stdout.readline() == "ready\n"

    def submit(self, spec: RaceSpec) -> str:
        self.process.stdin.write(json.dumps(spec.to_json()) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, with_signal: signal.Signals, seconds: float) -> int:
        self.process.send_signal(with_signal)
        status = self.process.wait(seconds)
        self.process.stdin.close()
        self.process.stdout.close()
        return status


@pytest.fixture
def dashboard(url, tmp_path):
    """Return a function that starts a dashboard on the test's store."""
    started = []

    def start() -> Dashboard:
        started.append(Dashboard(url, tmp_path / f"{len(started)}.log"))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.end(signal.SIGKILL, 10)


def ended(lab, run_id, seconds=180):
    wait_until(lambda: lab.info(run_id).status.ended, seconds, f"run {run_id} has ended")
    return lab.info(run_id)


def trains(lab, run_id, attempt=1):
    wait_until(
        lambda: lab.info(run_id).attempt == attempt and min(e.steps for e in lab.race(run_id)[0].entrants) > 0,
        WARM_SECONDS,
        f"attempt {attempt} has recorded steps of every entrant",
    )


def kill_worker(lab, with_signal=signal.SIGKILL):
    part = QueueStore(lab._store.database, lab._executor.owner).parts()[0]
    os.kill(int(part.owner.rpartition(":")[2]), with_signal)


def steps_recorded(lab, run_id):
    """The numbers of all recorded steps, entrant by entrant, in the order in which they were recorded."""
    found = {}
    for record in lab.watch(run_id)[0]:
        if record.kind == "trace":
            found.setdefault(record.entrant, []).extend(range(record.first_step, record.first_step + len(record.loss)))
    return found


def gone(processes):
    wait_until(
        lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes if p.is_running()),
        15,
        f"none of {[p.pid for p in processes]} is left",
    )


def test_a_killed_worker_costs_one_attempt_and_no_record_is_doubled(lab):
    unharmed = ended(lab, lab.submit(RACE))
    run_id = lab.rerun(unharmed.id)
    trains(lab, run_id)
    kill_worker(lab)
    info = ended(lab, run_id)
    assert (info.status, info.attempt, info.message) == ("finished", 2, "")
    assert steps_recorded(lab, run_id) == {0: list(range(20_000)), 1: list(range(20_000))}
    assert sum(record.kind == "outcome" for record in lab.watch(run_id)[0]) == 2
    for ours, theirs in zip(lab.race(run_id)[0].entrants, lab.race(unharmed.id)[0].entrants, strict=True):
        assert ours.loss.tobytes() == theirs.loss.tobytes()


def test_a_worker_killed_during_a_treatment_costs_an_attempt_and_both_networks_are_trained_again(lab):
    plain = HealthSpec(network=NetworkSpec((8,)), steps=5)
    spec = TreatmentSpec(
        plain, dataclasses.replace(plain, network=NetworkSpec((6,))), steps=20_000, learning_rates="given"
    )
    run_id = lab.submit(spec)
    wait_until(
        lambda: any(one.steps for one in lab.checks(run_id)[0].pairs.entrants), WARM_SECONDS, f"run {run_id} trains"
    )
    kill_worker(lab)
    info = ended(lab, run_id)
    assert (info.status, info.attempt) == ("finished", 2)
    pairs = lab.checks(run_id)[0].pairs
    assert [entrant.loss.shape for entrant in pairs.entrants] == [(20_000, 5), (20_000, 5)]
    assert sum(record.kind == "outcome" for record in lab.watch(run_id)[0]) == 2


def test_a_worker_killed_twice_fails_the_run_with_its_reason_and_the_next_run_is_trained(lab):
    run_id = lab.submit(RACE)
    for attempt in (1, 2):
        trains(lab, run_id, attempt)
        kill_worker(lab)
    info = ended(lab, run_id)
    assert (info.status, info.attempt) == ("failed", 2)
    assert info.message == "the worker that trained this run was killed or ran out of memory, in each of 2 attempts."
    assert ended(lab, lab.submit(SHORT)).status == "finished"


def test_a_worker_that_hears_nothing_is_ended_so_that_a_run_can_be_cancelled(lab):
    run_id = lab.submit(RACE)
    trains(lab, run_id)
    kill_worker(lab, signal.SIGSTOP)
    lab.cancel(run_id)
    info = ended(lab, run_id, 30)
    assert (info.status, info.attempt) == ("cancelled", 1)
    assert ended(lab, lab.submit(SHORT)).status == "finished"


def test_a_killed_dashboard_leaves_no_process_and_the_next_one_goes_on(dashboard, reader):
    first = dashboard()
    running, waiting = first.submit(RACE), first.submit(SHORT)
    trains(reader, running)
    family = first.family()
    assert len(family) >= 3  # resource tracker, fork server, worker
    first.end(signal.SIGKILL, 10)
    gone(family)
    second = dashboard()
    wait_until(lambda: reader.info(running).status == RunStatus.INTERRUPTED, 5, "the running race is interrupted")
    assert "run it again" in reader.info(running).message
    recorded = steps_recorded(reader, running)
    assert recorded[0] == list(range(len(recorded[0])))  # what was recorded stays
    assert ended(reader, waiting, WARM_SECONDS).status == "finished"
    assert ended(reader, second.submit(SHORT)).status == "finished"


def test_a_dashboard_that_is_asked_to_stop_stops_at_once_and_cleanly(dashboard, reader):
    first = dashboard()
    running, waiting = first.submit(RACE), first.submit(SHORT)
    trains(reader, running)
    family = first.family()
    assert first.end(signal.SIGTERM, 10) == 0
    gone(family)
    assert "Traceback" not in first.log.read_text()
    assert (reader.info(running).status, reader.info(waiting).status) == ("interrupted", "queued")
    dashboard()
    assert ended(reader, waiting, WARM_SECONDS).status == "finished"


def test_a_dashboard_killed_while_its_workers_warm_up_loses_no_queued_race(dashboard, reader):
    first = dashboard()
    waiting = first.submit(SHORT)
    family = first.family()
    first.end(signal.SIGKILL, 10)
    gone(family)
    assert reader.info(waiting).status == "queued"
    dashboard()
    assert ended(reader, waiting, WARM_SECONDS).status == "finished"


def test_a_killed_command_leaves_an_interrupted_run(url, reader):
    program = f"""
from gradcore.jobs import InProcess
from gradcore.lab import Lab
from gradcore.settings import Settings
from gradcore.store import RunStore
from tests.test_faults import RACE
store = RunStore({url!r})
lab = Lab(store, InProcess(store.database), Settings({url!r}, 1))
print(lab.submit(RACE), flush=True)
input()
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        run_id = process.stdout.readline().strip()
        trains(reader, run_id)
        process.kill()
    wait_until(lambda: reader.info(run_id).status == RunStatus.INTERRUPTED, 10, "the run is interrupted")
    assert len(steps_recorded(reader, run_id)) == 2

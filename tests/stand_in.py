"""Stand-ins for the engine's run_race: they record at once what a test needs, without TensorFlow."""

import threading
from collections.abc import Sequence

import numpy as np

from gradcore.errors import TrainingError
from gradcore.records import Outcome, Setup, TraceChunk
from gradcore.specs import RaceSpec
from gradcore.worker import Report

LAYERS = ("dense", "head")
FALLING = "tests.stand_in:falling"
ENDLESS = "tests.stand_in:endless"
OUT_OF_MEMORY = "tests.stand_in:out_of_memory"
BROKEN = "tests.stand_in:broken"
BROKEN_ON_DIGITS = "tests.stand_in:broken_on_digits"
NOT_A_NUMBER = "tests.stand_in:not_a_number"


def chunk(entrant: int, first_step: int, losses: Sequence[float], seeds: int) -> TraceChunk:
    """A chunk in which every seed has the same losses and every norm is 1."""
    loss = np.repeat(np.array(losses, np.float32)[:, None], seeds, axis=1)
    norm = np.ones_like(loss)
    layers = np.ones((*loss.shape, len(LAYERS)), np.float32)
    return TraceChunk(entrant, first_step, loss, norm, norm, layers, layers, layers)


def outcome(entrant: int, loss: float, seeds: int) -> Outcome:
    return Outcome(entrant, np.full(seeds, loss), np.full(seeds, 0.5), 0.1)


def falling(spec: RaceSpec, entrants: Sequence[int], report: Report) -> None:
    """Step t of entrant e has the loss (e + 1) / (t + 1)."""
    report([Setup(LAYERS, 7)], 0.0)
    for step in range(spec.steps):
        records = [chunk(entrant, step, [(entrant + 1) / (step + 1)], spec.seeds) for entrant in entrants]
        report(records, (step + 1) / spec.steps)
    report([outcome(entrant, (entrant + 1) / spec.steps, spec.seeds) for entrant in entrants], 1.0)


def endless(spec: RaceSpec, entrants: Sequence[int], report: Report) -> None:
    """One step of every entrant, then nothing more, until it is stopped."""
    report([Setup(LAYERS, 7), *(chunk(entrant, 0, [1.0], spec.seeds) for entrant in entrants)], 0.1)
    pause = threading.Event()
    while True:
        pause.wait(0.01)
        report([], 0.1)


def out_of_memory(spec: RaceSpec, entrants: Sequence[int], report: Report) -> None:
    raise TrainingError("the network needs more memory than this worker has")


def broken(spec: RaceSpec, entrants: Sequence[int], report: Report) -> None:
    report([Setup(LAYERS, 7), chunk(entrants[0], 0, [2.0], spec.seeds)], 0.1)
    raise KeyError("first line\nsecond line")


def broken_on_digits(spec: RaceSpec, entrants: Sequence[int], report: Report) -> None:
    (broken if spec.task.name == "digits" else falling)(spec, entrants, report)


def not_a_number(spec: RaceSpec, entrants: Sequence[int], report: Report) -> None:
    report([Setup(LAYERS, 7)], 0.0)
    for entrant in entrants:
        losses = [1.0, float("nan")] if entrant == 0 else [1.0, float("inf")]
        report([chunk(entrant, 0, losses, spec.seeds), outcome(entrant, losses[-1], spec.seeds)], 1.0)

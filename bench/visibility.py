"""From a measured record to 20 viewers: each looks four times a second through `Lab.race`, as a page does.

The engine's report is wrapped so that a chunk carries the times when its first step began and when it was measured.
"""

import dataclasses
import json
import os
import tempfile
import threading
import time
from collections.abc import Sequence

import numpy as np

from bench.two_workers import lab
from gradcore.lab import Lab
from gradcore.presets import PRESETS
from gradcore.records import Record, TraceChunk
from gradcore.specs import RaceSpec
from gradcore.worker import Report

GOAL = 0.6
VIEWERS = 20
LOOKS_PER_SECOND = 4
CLOCK = 4096.0  # seconds after which the stamps begin anew; float32 keeps them to 0.5 ms
RACE = dataclasses.replace(PRESETS["default"], steps=2000)


def main() -> None:
    """Measure and print."""
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder, lab(folder, 2, "bench.visibility:stamped") as made:
        found = watch(made, made.submit(RACE))
    print(json.dumps({**found, "viewers": VIEWERS, "goal": GOAL, "load_before": before}, indent=2))


def stamped(spec: RaceSpec, entrants: Sequence[int], report: Report) -> None:
    """Train, with the times of each chunk in place of its clipped norms."""
    from gradcore.engine.race import run_race

    begun = stamp()

    def report_stamped(records: Sequence[Record], progress: float) -> None:
        nonlocal begun
        report([_stamped(record, begun) for record in records], progress)
        begun = stamp()

    run_race(spec, entrants, report_stamped)


def _stamped(record: Record, begun: float) -> Record:
    if not isinstance(record, TraceChunk):
        return record
    begun_at = np.full_like(record.clipped_norm, begun)
    measured_at = np.full_like(record.clipped_layer_norms, stamp())
    return dataclasses.replace(record, clipped_norm=begun_at, clipped_layer_norms=measured_at)


def stamp() -> float:
    """Return the time on a short clock."""
    return time.time() % CLOCK


def watch(made: Lab, run_id: str) -> dict[str, float | int]:
    """Let all viewers look until the run has ended, and return how long after its measurement each saw each step."""
    waits: list[tuple[float, float]] = []
    viewers = [threading.Thread(target=look, args=(made, run_id, number, waits)) for number in range(VIEWERS)]
    for viewer in viewers:
        viewer.start()
    for viewer in viewers:
        viewer.join()
    measured, begun = np.percentile(np.array(waits), 95, axis=0)
    return {
        "p95_seconds": round(float(measured), 3),
        "p50_seconds": round(float(np.median([wait for wait, _ in waits])), 3),
        "p95_seconds_from_the_chunks_first_step": round(float(begun), 3),
        "seen": len(waits),
    }


def look(made: Lab, run_id: str, number: int, waits: list[tuple[float, float]]) -> None:
    """Look at a race as one viewer does, out of step with the others."""
    time.sleep(number / VIEWERS / LOOKS_PER_SECOND)
    seen = [0] * len(RACE.entrants)
    ended = False
    while not ended:
        ended = made.info(run_id).status.ended
        trace, _ = made.race(run_id)
        now = stamp()
        for place, entrant in enumerate(trace.entrants):
            for step in range(seen[place], entrant.steps):
                times = (entrant.clipped_layer_norms[step, 0, 0], entrant.clipped_norm[step, 0])
                waits.append(((now - times[0]) % CLOCK, (now - times[1]) % CLOCK))
            seen[place] = entrant.steps
        time.sleep(1 / LOOKS_PER_SECOND)


if __name__ == "__main__":
    main()

"""One race on two workers against the same race on one, from its first step to its stored end.

Both clusters are warm and have raced before; they take turns, so that a loaded machine slows both. Needs two free
cores.
"""

import dataclasses
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gradcore.jobs import Cluster
from gradcore.lab import Lab
from gradcore.presets import PRESETS
from gradcore.settings import Settings
from gradcore.specs import RaceSpec
from gradcore.store import RunStore

GOAL = 1.6
ROUNDS = 9
REHEARSALS = 3  # until every worker has traced every entrant
RACES = {"default": PRESETS["default"], "default, 600 steps": dataclasses.replace(PRESETS["default"], steps=600)}


def main() -> None:
    """Measure and print."""
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder, lab(folder, 1) as one, lab(folder, 2) as two:
        found = {name: compare(one, two, spec) for name, spec in RACES.items()}
    print(json.dumps({**found, "goal": GOAL, "load_before": before}, indent=2))


def compare(one: Lab, two: Lab, spec: RaceSpec) -> dict[str, float]:
    """Return the seconds of the race on one worker and on two, the best of some rounds, and their ratio."""
    for _ in range(REHEARSALS):
        seconds(one, spec), seconds(two, spec)
    rounds = [(seconds(one, spec), seconds(two, spec)) for _ in range(ROUNDS)]
    alone, both = (min(times) for times in zip(*rounds, strict=True))
    return {
        "one_worker_seconds": round(alone, 3),
        "two_workers_seconds": round(both, 3),
        "ratio": round(alone / both, 2),
        "median_ratio": round(statistics.median(one / two for one, two in rounds), 2),
    }


def seconds(lab: Lab, spec: RaceSpec) -> float:
    """Run a race and return its seconds from start to end."""
    run_id = lab.submit(spec, again=True)
    while not (info := lab.info(run_id)).status.ended:
        time.sleep(0.2)
    if info.seconds is None or info.message:
        raise RuntimeError(f"the race ended as {info.status}: {info.message}")
    return info.seconds


@contextmanager
def lab(folder: str, workers: int, runner: str | None = None) -> Iterator[Lab]:
    """Yield a lab with warm workers and a store of its own."""
    url = f"sqlite:///{Path(folder) / f'{workers}.db'}"
    store = RunStore(url)
    made = Lab(store, Cluster(store.database, workers, runner).start(), Settings(url, workers))
    try:
        while made.workers().warm < workers:
            time.sleep(0.1)
        yield made
    finally:
        made.close()


if __name__ == "__main__":
    main()

"""How a race's time grows: with its steps, and with its seeds.

One entrant, Adam on the digits as in the default race, trained in this process with one thread by loops that were
traced before. The sizes take turns for some rounds, and each keeps its fastest. Growth is told by processor seconds, to
which other work on the machine adds little; the wall's are printed beside. Prints JSON; `--figure PATH` also draws it,
with Chromium.
"""

import argparse
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from dataclasses import replace

import numpy as np

from bench._scaling_figure import draw
from gradcore.engine.race import run_race
from gradcore.engine.threads import use_one_thread
from gradcore.presets import PRESETS
from gradcore.records import Doubles
from gradcore.specs import RaceSpec

STEPS = (250, 500, 1_000, 2_000, 4_000)
SEEDS = (1, 2, 5, 10, 20, 50)
FEW_STEPS, FEW_SEEDS = 400, 5  # what stays the same while the other grows
ADAM = 2  # its number in the default race
ROUNDS = 5


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--figure", type=Path, help="where to draw it, a .png")
    figure = asked.parse_args().figure
    before = os.getloadavg()[0]
    use_one_thread()
    by_steps = measured({steps: replace(PRESETS["default"], steps=steps, seeds=FEW_SEEDS) for steps in STEPS})
    by_seeds = measured({seeds: replace(PRESETS["default"], steps=FEW_STEPS, seeds=seeds) for seeds in SEEDS})
    found = {"steps": summary(by_steps), "seeds": summary(by_seeds)}
    goal = "exponent about 1 in the steps, below 1 in the seeds"
    print(json.dumps({**found, "goal": goal, "load_before": before, "load_after": os.getloadavg()[0]}, indent=2))
    if figure:
        what = f"Adam on the digits, batch 64, {FEW_SEEDS} seeds"
        draw(processor(by_steps), processor(by_seeds), what, f"{FEW_STEPS} steps", figure)


def measured(specs: Mapping[int, RaceSpec]) -> dict[int, tuple[float, float]]:
    """Return the seconds of one entrant for each size, of the wall and of the processor, each the least of its rounds.

    The first round, which may trace a loop, is left out.
    """
    rounds = [{size: seconds(spec) for size, spec in specs.items()} for _ in range(ROUNDS + 1)]
    return {size: (min(one[size][0] for one in rounds[1:]), min(one[size][1] for one in rounds[1:])) for size in specs}


def seconds(spec: RaceSpec) -> tuple[float, float]:
    """Return the seconds of one entrant, of the wall and of the processor."""
    began, spent = time.perf_counter(), time.process_time()
    run_race(spec, [ADAM], lambda records, progress: None)
    return time.perf_counter() - began, time.process_time() - spent


def processor(found: Mapping[int, tuple[float, float]]) -> dict[int, float]:
    """Return the processor seconds alone."""
    return {size: spent for size, (_, spent) in found.items()}


def summary(found: Mapping[int, tuple[float, float]]) -> dict[str, object]:
    """Return the seconds of each size, and how the processor's grow: as size^exponent."""
    spent = processor(found)
    sizes, times = np.array(list(spent), np.float64), np.array(list(spent.values()))
    return {
        "seconds": {str(size): round(wall, 3) for size, (wall, _) in found.items()},
        "processor_seconds": {str(size): round(value, 3) for size, value in spent.items()},
        "exponent": round(float(np.polyfit(np.log(sizes), np.log(times), 1)[0]), 2),
        "largest_over_smallest": round(float(times[-1] / times[0]), 1),
        "sizes_differ_by": round(float(sizes[-1] / sizes[0]), 1),
        "largest_distance_from_a_line": round(off_a_line(sizes, times), 3),
    }


def off_a_line(sizes: Doubles, times: Doubles) -> float:
    """Return how far a point lies from the straight line through all of them, at most, as a share of its value."""
    fitted = np.polyval(np.polyfit(sizes, times, 1, w=1 / times), sizes)
    return float(np.max(np.abs(times / fitted - 1)))


if __name__ == "__main__":
    main()

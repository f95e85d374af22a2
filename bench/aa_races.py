"""How often the ranking separates an optimizer from itself: real races of two equal entrants, batches in other orders.

Both entrants of a race have the same optimizer, learning rate and first weights, and see other batches; a rank other
than 1 is a false separation. The optimizers of the default race take turns, each from seeds that no other race uses.
Prints JSON; `--races N` runs more than 20.
"""

import argparse
import json
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from dataclasses import dataclass, replace
from itertools import cycle, islice

import numpy as np

from gradcore.assembly import Assembly
from gradcore.documents import ranking
from gradcore.engine.race import run_race
from gradcore.paired_tests import LEVEL, paired_p_values
from gradcore.presets import PRESETS
from gradcore.proportions import wilson
from gradcore.ranking import log_losses
from gradcore.records import RaceTrace
from gradcore.specs import EntrantSpec, RaceSpec
from gradcore.tasks import task_of

RACES = 20
SEEDS = 5  # of each race, as in the default one
SEED_STEP = 100  # between the first seeds of two races
GOAL = 0.07  # what the ranking may separate of identical entrants


@dataclass(frozen=True)
class Raced:
    """One race of an entrant against itself."""

    entrant: str
    p: float  # of the paired t-test
    separated: bool


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--races", type=int, default=RACES, help=f"how many (default {RACES})")
    count = asked.parse_args().races
    races = [race(number, entrant) for number, entrant in enumerate(islice(cycle(PRESETS["default"].entrants), count))]
    false = sum(one.separated for one in races)
    found = {
        "races": count,
        "seeds_of_each": SEEDS,
        "level": LEVEL,
        "false_separations": false,
        "share": round(false / count, 3),
        "wilson_interval": [round(end, 3) for end in wilson(false, count)],
        "goal_share": GOAL,
        "p_values_in_each_fifth": np.histogram([one.p for one in races], bins=5, range=(0, 1))[0].tolist(),
        "separated": [f"{one.entrant}, p = {one.p:.3f}" for one in races if one.separated],
    }
    print(json.dumps(found, indent=2))


def race(number: int, entrant: EntrantSpec) -> Raced:
    """Train one race of an entrant against itself, and return whether the ranking tells them apart."""
    label = entrant.label or entrant.optimizer.name
    first, second = replace(entrant, label=label), replace(entrant, label=f"{label} again", batch_seed_offset=1)
    spec = replace(PRESETS["default"], entrants=(first, second), seeds=SEEDS, first_seed=number * SEED_STEP)
    trace, task = trained(spec), task_of(spec.task)
    logs = np.stack([log_losses(one, task.chance_loss, task.loss_floor) for one in trace.entrants])  # (2, S)
    p = float(paired_p_values((logs[0] - logs[1])[None])[0])
    return Raced(label, p, any(place.rank > 1 for place in ranking(spec, trace)))


def trained(spec: RaceSpec) -> RaceTrace:
    """Return the trace of a race trained here."""
    whole = Assembly(spec)
    run_race(spec, range(len(spec.entrants)), lambda records, progress: whole.add(records))
    return whole.trace()


if __name__ == "__main__":
    main()

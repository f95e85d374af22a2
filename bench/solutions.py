"""Solutions: how long a quick measurement takes on two warm workers, and whether it agrees with the one that ships.

The fresh measurement starts from other seeds (goal: at most 240 s). A cell agrees where the 95 % intervals of both
overlap, or both effects are within 0.02 of each other (goal: 85 % of the cells that have an interval in both). The page
is timed from a changed weight to the JSON of all its charts, with the measurement at hand (goal: 200 ms). Prints JSON.
"""

import json
import os
import tempfile
import time
from dataclasses import replace
from statistics import median
from typing import Any

from bench.two_workers import lab
from gradcore.figures import solution_bars, solution_heat, solution_scatter, theme
from gradcore.lab import Lab
from gradcore.solution_ratings import Weights, measured, opinions, ranked
from gradcore.solutions import QUICK, Measurement, quick_measurement, shipped
from gradcore.specs import SolutionsSpec

FRESH_SEED = 100
NEAR = 0.02
LOOK_SECONDS = 0.1
ROUNDS = 20


def main() -> None:
    """Measure and print."""
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder, lab(folder, 2) as made:
        spec = replace(quick_measurement(), first_seed=FRESH_SEED)
        seconds, fresh = _measured(made, spec)
    found = {"seconds": round(seconds, 1), "goal": 240, "cells": len(fresh.cells)}
    redraw = [_redraw(Weights(float(place), 2.0, 2.0)) for place in range(ROUNDS)]
    page = {"median_ms": round(median(redraw), 1), "goal_ms": 200}
    agreement = agreed(shipped(QUICK), fresh)
    print(json.dumps({"quick": found, "agreement": agreement, "redraw": page, "load_before": before}, indent=1))


def agreed(one: Measurement, other: Measurement) -> dict[str, Any]:
    """Return in how many cells two measurements agree, and in which they do not."""
    same, apart, unbounded = 0, [], 0
    for disease, stack in one.by_place:
        first, second = one.effect(disease, stack), other.effect(disease, stack)
        if not stack or first is None or second is None:
            continue
        if first.interval is None or second.interval is None:
            unbounded += 1
        elif abs(first.value - second.value) <= NEAR or _overlap(first.interval, second.interval):
            same += 1
        else:
            apart.append([disease, "+".join(stack), round(first.value, 3), round(second.value, 3)])
    compared = same + len(apart)
    return {"share": round(same / compared, 3), "goal": 0.85, "of": compared, "no_interval": unbounded, "apart": apart}


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _measured(made: Lab, spec: SolutionsSpec) -> tuple[float, Measurement]:
    started = time.perf_counter()
    run_id = made.submit(spec, again=True)
    while not made.info(run_id).status.ended:
        time.sleep(LOOK_SECONDS)
    return time.perf_counter() - started, made.measurement(run_id)[0]


def _redraw(weights: Weights) -> float:
    """Return the milliseconds from other weights to the JSON of every chart that depends on them."""
    started = time.perf_counter()
    found = shipped(QUICK)
    ratings = measured(found)
    order = [one.solution for one in ranked(ratings, weights)]
    for figure in (
        solution_scatter.measured_scatter(ratings, ""),
        solution_bars.effectiveness_bars(order, opinions(), ratings),
        solution_bars.complexity_bars(order, opinions(), ratings),
        solution_heat.heatmap(found, order),
    ):
        theme.to_json(figure)
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    main()

"""Measures what the server takes for one set of frames of a cliff (goal 300 ms) and prints it as JSON.

A set is what a changed control costs on the page, nothing cached: both descents, landscape and loss as JSON text and,
on x^4, the steps for each learning rate. The browser plays it without asking again. Run: python -m bench.cliff
"""

import json
import statistics
import time
from collections.abc import Callable

from gradcore.cliffs import LANDSCAPES
from ui.clip_cliff import MOST_STEPS, Asked, charts, descents, rates_chart

ROUNDS = 25
GOAL_MS = 300.0


def main() -> None:
    """Measure every landscape with its own steps and with the most, and print."""
    found = {}
    for land in LANDSCAPES.values():
        for steps in (land.steps, MOST_STEPS):
            found[f"{land.name}, {steps} steps"] = measure(land.name, steps)
    print(json.dumps({"goal_ms": GOAL_MS, "rounds": ROUNDS, **found}, indent=2))


def measure(landscape: str, steps: int) -> dict[str, float]:
    """Return the median and the 95th percentile in ms of one set, and the bytes that go to the browser."""
    land = LANDSCAPES[landscape]
    asked = Asked(landscape, land.start, land.learning_rate, land.max_norm, steps)
    frame_set(asked)
    times = sorted(clock(lambda: frame_set(asked)) for _ in range(ROUNDS))
    return {
        "median_ms": round(1000 * statistics.median(times), 1),
        "p95_ms": round(1000 * times[int(0.95 * (ROUNDS - 1))], 1),
        "kilobytes": round(frame_set(asked) / 1000, 1),
    }


def frame_set(asked: Asked) -> int:
    """Make one set as the page does, with empty caches; return its size in bytes."""
    for cached in (descents, charts, rates_chart):
        cached.clear()
    texts = list(charts(asked))
    if asked.landscape == "quartic":
        texts.append(rates_chart(asked.start[0], asked.max_norm, asked.learning_rate)[0])
    return sum(len(text.encode()) for text in texts)


def clock(call: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()

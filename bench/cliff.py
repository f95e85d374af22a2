"""Measures what the server takes for one set of frames of a cliff (goal 300 ms) and prints it as JSON.

A set is what a changed control costs on the page, nothing cached: the descents, landscape and loss as JSON text and,
on x^4, the steps for each learning rate. The browser plays it without asking again. Run: python -m bench.cliff
"""

import json
import statistics
import time
from collections.abc import Callable, Sequence

from gradcore.cliffs import LANDSCAPES
from gradcore.clipping import CLIP_RULES
from gradcore.specs import Choice
from ui.clip_cliff import FIRST, HELD, LEFT_OUT, MOST_STEPS, Asked, charts, descent, rates_chart

ROUNDS = 25
GOAL_MS = 300.0


def main() -> None:
    """Measure every landscape with its own steps and with the most, with two rules and with all, and print."""
    found = {}
    for land in LANDSCAPES.values():
        everything = [name for name in CLIP_RULES if name not in LEFT_OUT[land.name][0]]
        for steps in (land.steps, MOST_STEPS):
            for rules in (FIRST, everything):
                found[f"{land.name}, {steps} steps, {len(rules)} rules"] = measure(land.name, steps, rules)
    print(json.dumps({"goal_ms": GOAL_MS, "rounds": ROUNDS, **found}, indent=2))


def measure(landscape: str, steps: int, rules: Sequence[str]) -> dict[str, float]:
    """Return the median and the 95th percentile in ms of one set, and the bytes that go to the browser."""
    land = LANDSCAPES[landscape]
    own = {HELD: Choice.of(HELD, max_norm=land.max_norm), "clip_by_value": Choice.of("clip_by_value", max_value=0.2)}
    choices = tuple(own.get(name, Choice(name)) for name in rules)
    asked = Asked(landscape, land.start, land.learning_rate, choices, steps)
    frame_set(asked)
    times = sorted(clock(lambda: frame_set(asked)) for _ in range(ROUNDS))
    return {
        "median_ms": round(1000 * statistics.median(times), 1),
        "p95_ms": round(1000 * times[int(0.95 * (ROUNDS - 1))], 1),
        "kilobytes": round(frame_set(asked) / 1000, 1),
    }


def frame_set(asked: Asked) -> int:
    """Make one set as the page does, with empty caches; return its size in bytes."""
    for cached in (descent, charts, rates_chart):
        cached.cache_clear()
    texts = list(charts(asked))
    if asked.landscape == "quartic" and asked.max_norm:
        texts.append(rates_chart(asked.start[0], asked.max_norm, asked.learning_rate)[0])
    return sum(len(text.encode()) for text in texts)


def clock(call: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()

"""Speed of the threshold advisor on 100,000 recorded norms: rates with intervals, and what each rule would have done.

Prints the median over rounds in milliseconds; the goal is 500 ms for all of it.
"""

import json
import statistics
import time

import numpy as np
from numpy.typing import NDArray

from gradcore.advisor import WANTED, NormStream, advise, compared_rules, replay

STEPS, ROUNDS = 100_000, 9
GOAL = 500.0  # ms


def main() -> None:
    """Measure and print."""
    norms = stream()
    measure(norms)
    rounds = [measure(norms) for _ in range(ROUNDS)]
    rates, rules, processor = (statistics.median(times) for times in zip(*rounds, strict=True))
    print(
        json.dumps(
            {
                "norms": STEPS,
                "rates_ms": round(1000 * rates, 1),
                "rules_ms": round(1000 * rules, 1),
                "whole_ms": round(1000 * (rates + rules), 1),
                "processor_ms": round(1000 * processor, 1),
                "goal_ms": GOAL,
            },
            indent=2,
        )
    )


def stream() -> NDArray[np.float64]:
    """Return norms as of a long run: noise around a level that drifts, with spikes."""
    draw = np.random.default_rng(0)
    level = np.cumsum(draw.normal(size=STEPS)) / 300
    spikes = np.where(draw.random(STEPS) < 0.01, 10.0, 1.0)
    return np.asarray(np.exp(level - level.mean() + draw.normal(size=STEPS) / 3) * spikes)


def measure(norms: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the seconds of the rates, of the rules, and the processor's for both."""
    started, worked = time.perf_counter(), time.process_time()
    advice = advise(NormStream.of(norms))
    middle = time.perf_counter()
    replay(norms, compared_rules(advice.suggestion.threshold, WANTED))
    ended = time.perf_counter()
    return middle - started, ended - middle, time.process_time() - worked


if __name__ == "__main__":
    main()

"""Coverage of the advisor's 95 % interval: streams whose true clip rate is known, thousands of them.

Log-norms are an AR(1) process with normal, Student or exponential innovations (the norms are log-normal, very heavy, or
Pareto), a slow one under white noise, or bursts. For every correlation, tail, length and rate it prints how often an
interval is given and how often it holds the true rate. With `--table` it writes docs/advisor_coverage.md as well.
"""

import argparse
import json
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter
from scipy.special import ndtri
from scipy.stats import binom

from gradcore.advisor.advice import rates
from gradcore.advisor.stream import NormStream

Doubles = NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, int]], Doubles]

RATES = (0.01, 0.05, 0.1, 0.5)
LENGTHS = (200, 500, 1000, 3000, 10_000)
CORRELATIONS = (0.0, 0.5, 0.9, 0.98)
TAILS: dict[str, Draw] = {
    "log-normal": lambda draw, shape: draw.standard_normal(shape),
    "log-Student": lambda draw, shape: draw.standard_t(3, shape),
    "Pareto": lambda draw, shape: draw.exponential(1.0, shape),
}
LEAVE = 0.1, 0.01  # the chance that a burst ends at a step, and that one begins
SLOW = "slow level under white noise"
WORKERS = 2
STREAMS, MOST_STREAMS = 2000, 30_000  # more, where an interval is given only sometimes
ENOUGH = 600  # intervals, from which a coverage is judged (standard error 0.9 %); more streams are drawn for them
SETTLED = 4  # times as many intervals and streams for what lies outside the goal then: is it chance?
LOW, HIGH = 0.92, 0.98
DRAWING = 2  # first word of every seed; the first drawing is the one on which the method was made
BY_CHANCE = 0.025  # below this probability a coverage is not LOW and low by chance
TABLE = Path(__file__).parents[1] / "docs" / "advisor_coverage.md"


@dataclass(frozen=True)
class Process:
    """One kind of stream."""

    name: str
    correlation: float
    tail: str
    lengths: tuple[int, ...] = LENGTHS
    slow_share: float = 1.0

    def draw(self, draw: np.random.Generator, streams: int, steps: int) -> Doubles:
        """Return stationary log-norms, (streams, steps)."""
        burn = 0 if self.correlation == 0 else int(12 / (1 - self.correlation))
        fresh = TAILS[self.tail](draw, (streams, steps + burn))
        process: Doubles = lfilter([1.0], [1.0, -self.correlation], fresh, axis=1)[:, burn:]
        if self.slow_share == 1:
            return process
        unit = process * np.sqrt(1 - self.correlation**2)
        noise = draw.standard_normal(unit.shape)
        return np.asarray(np.sqrt(self.slow_share) * unit + np.sqrt(1 - self.slow_share) * noise)

    def thresholds(self) -> Doubles:
        """Return the log-norms that are exceeded at RATES: exact for normal ones, else from 20 million steps."""
        shares = 1 - np.array(RATES)
        if self.tail == "log-normal":
            scale = 1.0 if self.slow_share < 1 else 1 / np.sqrt(1 - self.correlation**2)
            return np.asarray(ndtri(shares) * scale)
        draw = np.random.default_rng([99, int(100 * self.correlation)])
        parts = [np.quantile(self.draw(draw, 500, 4000), shares) for _ in range(10)]
        return np.asarray(np.mean(parts, axis=0))


@dataclass(frozen=True)
class Bursts(Process):
    """Calm steps and bursts e^4 times as large, geometric in length: 10 steps on average, every 110."""

    def draw(self, draw: np.random.Generator, streams: int, steps: int) -> Doubles:
        """Return stationary log-norms, (streams, steps)."""
        luck = draw.random((streams, steps))
        burst = np.empty((streams, steps), dtype=bool)
        state = draw.random(streams) < LEAVE[1] / sum(LEAVE)
        for step in range(steps):
            state = np.where(state, luck[:, step] > LEAVE[0], luck[:, step] < LEAVE[1])
            burst[:, step] = state
        return np.asarray(draw.standard_normal((streams, steps)) + 4.0 * burst)

    def thresholds(self) -> Doubles:
        """Return the log-norms that are exceeded at RATES, from 20 million steps."""
        values = self.draw(np.random.default_rng(99), 1000, 20_000)
        return np.asarray(np.quantile(values, 1 - np.array(RATES)))


@dataclass
class Tally:
    """What became of the intervals of one cell."""

    streams: int = 0
    given: int = 0
    held: int = 0
    above: int = 0  # the whole interval lies above the true rate
    widths: list[float] = field(default_factory=list)

    def add(self, low: float, high: float, rate: float) -> None:
        """Count one stream; NaN where no interval was given."""
        self.streams += 1
        if not np.isnan(low):
            self.given += 1
            self.held += low <= rate <= high
            self.above += low > rate
            self.widths.append((high - low) / rate)


PROCESSES = (
    *(Process("AR(1)", correlation, tail) for correlation in CORRELATIONS for tail in TAILS),
    Process(SLOW, 0.95, "log-normal", (1000, 3000, 10_000), slow_share=0.3),
    Bursts("bursts, a kind that no constant was chosen on", 0.0, "log-normal", (500, 1000, 3000, 10_000)),
)
# Drifts that are too slow for so short a stream: what no method can see in it. Told, not judged.
BEYOND = (
    Process(SLOW, 0.95, "log-normal", (500,), slow_share=0.3),
    Process(SLOW, 0.98, "log-normal", (500, 1000, 3000), slow_share=0.2),
)


def main() -> None:
    """Simulate, print, and with --table write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", action="store_true", help=f"write {TABLE.name}")
    arguments = parser.parse_args()
    with ProcessPoolExecutor(WORKERS) as pool:
        cells, beyond = (
            [cell for found in pool.map(measured, *_lengths(processes)) for cell in found]
            for processes in (PROCESSES, BEYOND)
        )
    summary = summarised(cells)
    print(json.dumps({"summary": summary, "cells": cells, "beyond": beyond}, indent=1))
    if arguments.table:
        TABLE.write_text(table(summary, cells, beyond), encoding="utf-8")


def _lengths(processes: tuple[Process, ...]) -> tuple[list[Process], list[int]]:
    """Return each process and length, as two columns."""
    pairs = [(process, steps) for process in processes for steps in process.lengths]
    return [process for process, _ in pairs], [steps for _, steps in pairs]


def summarised(cells: list[dict[str, Any]]) -> dict[str, Any]:
    """Return how the cells lie to the goal: those that can be judged one by one, and the rest together."""
    enough = [cell for cell in cells if cell["intervals"] >= ENOUGH]
    judged = [cell["coverage"] for cell in enough]
    rare = [cell for cell in cells if 0 < cell["intervals"] < ENOUGH]
    below = [cell for cell in rare if binom.cdf(cell["held"], cell["intervals"], LOW) < BY_CHANCE]
    return {
        "cells_with_intervals": len(judged),
        "least_coverage": min(judged),
        "greatest_coverage": max(judged),
        "outside_92_to_98": sum(not LOW <= coverage <= HIGH for coverage in judged),
        "outside_by_more_than_chance": sum(_surely_outside(cell["held"], cell["intervals"]) for cell in enough),
        "cells_with_few_intervals": len(rare),
        "intervals_in_those": sum(cell["intervals"] for cell in rare),
        "coverage_in_those": _share(sum(cell["held"] for cell in rare), sum(cell["intervals"] for cell in rare)),
        "surely_below_92_of_those": len(below),
        "most_given_in_those_below": max((cell["intervals"] / cell["streams"] for cell in below), default=None),
        "cells_without_any_interval": sum(not cell["intervals"] for cell in cells),
    }


def _surely_outside(held: int, intervals: int) -> bool:
    """Whether so many of so many intervals would be rare at a coverage of LOW, if fewer, or of HIGH, if more."""
    return bool(min(binom.cdf(held, intervals, LOW), binom.sf(held - 1, intervals, HIGH)) < BY_CHANCE)


def measured(process: Process, steps: int) -> list[dict[str, Any]]:
    """Return one cell for each rate."""
    tallies = [Tally() for _ in RATES]
    thresholds = np.exp(process.thresholds())
    draw = np.random.default_rng([DRAWING, steps, int(100 * process.correlation), list(TAILS).index(process.tail)])
    more = partial(_count, process, steps, tallies, thresholds, draw)
    more(STREAMS, 0)
    more(MOST_STREAMS, ENOUGH)
    if process in PROCESSES and any(
        tally.given >= ENOUGH and not LOW <= tally.held / tally.given <= HIGH for tally in tallies
    ):
        more(SETTLED * MOST_STREAMS, SETTLED * ENOUGH)
    print(f"{process.name} {process.correlation} {process.tail}, {steps} steps", file=sys.stderr)
    return [_cell(process, steps, rate, tally) for rate, tally in zip(RATES, tallies, strict=True)]


def _count(
    process: Process,
    steps: int,
    tallies: list[Tally],
    thresholds: Doubles,
    draw: np.random.Generator,
    streams: int,
    intervals: int,
) -> None:
    """Draw up to so many streams; with `intervals`, only while a rate has some intervals, and fewer than those."""
    while tallies[0].streams < streams and (not intervals or any(0 < one.given < intervals for one in tallies)):
        for norms in np.exp(process.draw(draw, 100, steps)):
            found = rates(NormStream.of(norms), thresholds)
            for tally, low, high, rate in zip(tallies, found.low, found.high, RATES, strict=True):
                tally.add(float(low), float(high), rate)


def _cell(process: Process, steps: int, rate: float, tally: Tally) -> dict[str, Any]:
    return {
        "process": process.name,
        "correlation": process.correlation,
        "tail": process.tail,
        "steps": steps,
        "rate": rate,
        "streams": tally.streams,
        "intervals": tally.given,
        "held": tally.held,
        "coverage": _share(tally.held, tally.given),
        "interval_above_the_truth": _share(tally.above, tally.given),
        "median_width_over_rate": round(float(np.median(tally.widths)), 3) if tally.widths else None,
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def table(summary: dict[str, Any], cells: list[dict[str, Any]], beyond: list[dict[str, Any]]) -> str:
    """Return the page that publishes the coverage."""
    lines = [
        "# Coverage of the threshold advisor's interval",
        "",
        "How the interval is made, and what was tried: [advisor_method.md](advisor_method.md).",
        "Written by `python -m bench.advisor_coverage --table`, from simulated streams whose true clip rate is known.",
        "Each entry: share of the intervals that hold the true rate, in percent (share of the streams in which an",
        f"interval is given, where that is not all of them). At least {STREAMS:,} streams an entry, up to",
        f"{MOST_STREAMS:,} where intervals are rare, {SETTLED} times as many where the coverage lies outside the goal",
        "then. A dash: no stream gave an interval. *In italics*: fewer than",
        f"{ENOUGH} intervals, given by luck, too few to judge one by one; together they hold the truth in",
        f"{_percent(summary['coverage_in_those'])} % of {summary['intervals_in_those']:,} cases. {_surely(summary)}",
        "",
        f"The goal is 92 to 98 %: {summary['cells_with_intervals']} entries are judged, the least is",
        f"{_percent(summary['least_coverage'])} %, the greatest {_percent(summary['greatest_coverage'])} %,",
        f"outside: {summary['outside_92_to_98']}, by more than chance: {summary['outside_by_more_than_chance']}.",
        "",
    ]
    lines += _groups(cells)
    lines += ["# Beyond: drifts that so short a stream cannot show", ""]
    lines += ["Not judged: the drift's correlation time is 39 and 99 steps.", ""]
    return "\n".join(lines + _groups(beyond))


def _surely(summary: dict[str, Any]) -> str:
    """Return how many entries with few intervals miss the goal by more than chance, and how rare they are."""
    below = summary["surely_below_92_of_those"]
    if not below:
        return "None of them is below 92 % by more than chance."
    rare = _given(100 * summary["most_given_in_those_below"])
    return (
        f"Of these {summary['cells_with_few_intervals']} entries {below} lie below 92 %\n"
        f"by more than chance (binomial, one-sided 2.5 %): there at most {rare} of the streams give an interval."
    )


def _groups(cells: list[dict[str, Any]]) -> list[str]:
    groups = dict.fromkeys((cell["process"], cell["correlation"], cell["tail"]) for cell in cells)
    rows = {
        group: [one for one in cells if (one["process"], one["correlation"], one["tail"]) == group] for group in groups
    }
    return [line for group in groups for line in _group(group, rows[group])]


def _group(group: tuple[str, float, str], rows: list[dict[str, Any]]) -> list[str]:
    name, correlation, tail = group
    steps = dict.fromkeys(cell["steps"] for cell in rows)
    entries = {(cell["steps"], cell["rate"]): _entry(cell) for cell in rows}
    return [
        f"## {name}, correlation {correlation:g}, {tail} norms",
        "",
        "| steps | " + " | ".join(f"rate {100 * rate:g} %" for rate in RATES) + " |",
        "| ---: |" + " ---: |" * len(RATES),
        *(f"| {one:,} | " + " | ".join(entries[one, rate] for rate in RATES) + " |" for one in steps),
        "",
    ]


def _entry(cell: dict[str, Any]) -> str:
    if not cell["intervals"]:
        return "–"
    given = cell["intervals"] / cell["streams"]
    text = _percent(cell["coverage"]) + ("" if given == 1 else f" ({_given(100 * given)})")
    return text if cell["intervals"] >= ENOUGH else f"*{text}*"


def _given(percent: float) -> str:
    return f"{percent:.0f} %" if 1 <= percent < 99 else "> 99 %" if percent >= 99 else f"{percent:.2g} %"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"


if __name__ == "__main__":
    main()

"""A race page of 12 entrants, 20 seeds and 2,000 steps: how long the server draws it anew, and how much it sends.

The race is made up (nothing is trained) and kept in a store of its own: decaying losses with noise, one entrant lost on
some seeds. Measured are the charts of a page that has not drawn this race before, from the trace to the JSON that is
sent, each the fastest of some rounds; and once, what reading the record from the store takes. Processor time is printed
beside: other work on the machine adds to the wall's. Prints JSON.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import plotly.graph_objects as go

from gradcore.documents import compared, ranking
from gradcore.figures import race, theme, time_to_target
from gradcore.jobs import InProcess
from gradcore.lab import Lab
from gradcore.optimizers import OPTIMIZERS
from gradcore.records import Doubles, Floats, Outcome, RaceTrace, Setup, TraceChunk
from gradcore.settings import Settings
from gradcore.specs import RaceSpec
from gradcore.store import Database, RunStore
from gradcore.tasks import task_of
from gradcore.worker import Report

ENTRANTS, SEEDS, STEPS, LAYERS = 12, 20, 2_000, 3
CHUNK = 100  # steps
HEIGHT = 420  # px, as on the page
ROUNDS = 5
GOAL_MS = 300
Draw = Callable[[RaceSpec, RaceTrace], go.Figure]


def main() -> None:
    """Measure and print."""
    before = os.getloadavg()[0]
    entrants = [{"optimizer": name} for name in list(OPTIMIZERS)[:ENTRANTS]]
    spec = RaceSpec.from_json({"entrants": entrants, "seeds": SEEDS, "steps": STEPS})
    trace, record = through_the_store(spec)
    found = {name: measured(draw, spec, trace) for name, draw in charts().items()}
    total = {key: round(sum(one[key] for one in found.values()), 1) for key in ("ms", "cpu_ms", "kb")}
    page = {"all_charts": total, "goal_ms": GOAL_MS, "reading_the_record": record}
    print(json.dumps({**found, **page, "load_before": before}, indent=2))


def charts() -> dict[str, Draw]:
    """Return what the page draws, by its name there."""
    target = task_of("digits").target or 0.1
    return {
        "loss": lambda spec, trace: race.loss_curves(trace, HEIGHT, ended=True),
        "gradient_norm": lambda spec, trace: race.gradient_norms(trace, HEIGHT, ended=True),
        "final_validation_loss": lambda spec, trace: race.final_validation(trace),
        "stability": lambda spec, trace: race.stability(trace),
        "ranking": lambda spec, trace: race.ranking(trace, ranking(spec, trace)),
        "steps_to_target": lambda spec, trace: time_to_target.steps_to_target(trace, target),
        "seconds_to_target": lambda spec, trace: time_to_target.seconds_to_target(trace, target),
        "beats": _beats,
    }


def measured(draw: Draw, spec: RaceSpec, trace: RaceTrace) -> dict[str, float]:
    """Return the milliseconds from the trace to the JSON of a chart, the least of some rounds, and its kilobytes."""
    wall, cpu = [], []
    for _ in range(ROUNDS):
        began, spent = time.perf_counter(), time.process_time()
        text = theme.to_json(draw(spec, trace))
        wall.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (time.process_time() - spent))
    return {"ms": round(min(wall), 1), "cpu_ms": round(min(cpu), 1), "kb": round(len(text.encode()) / 1024, 1)}


def through_the_store(spec: RaceSpec) -> tuple[RaceTrace, dict[str, float]]:
    """Return the race as a lab reads it that has not seen it before, and the seconds of that."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/runs.db"
        with _lab(url) as lab:
            run_id = lab.submit(spec)
            while not lab.info(run_id).status.ended:
                time.sleep(0.1)
        with _lab(url) as lab:
            began = time.perf_counter()
            trace, _ = lab.race(run_id)
            seconds = time.perf_counter() - began
    return trace, {"seconds": round(seconds, 2)}


@contextmanager
def _lab(url: str) -> Iterator[Lab]:
    database = Database(url)
    lab = Lab(RunStore(database), InProcess(database, "bench.race_redraw:make_up"), Settings(url, 1))
    try:
        yield lab
    finally:
        lab.close()


def make_up(spec: RaceSpec, entrants: Sequence[int], report: Report) -> None:
    """Record a race as a worker does, without training it."""
    report([Setup(("a", "b", "c"), 10_000)], 0.0)
    draw = np.random.default_rng(0)
    batch = draw.normal(size=(spec.steps, 1)) * 0.12
    for number in entrants:
        loss, norm = _curves(spec, number, batch, draw)
        for first in range(0, spec.steps, CHUNK):
            part = slice(first, first + CHUNK)
            layers = np.repeat(norm[part, :, None], LAYERS, axis=2)
            chunk = TraceChunk(number, first, loss[part], norm[part], norm[part], layers, layers, layers)
            report([chunk], (number + first / spec.steps) / len(entrants))
        final = loss[-1].astype(np.float64) * 1.6 + 0.01
        report([Outcome(number, final, np.clip(1 - final / 3, 0, 1), 1.0 + number)], (number + 1) / len(entrants))


def _curves(spec: RaceSpec, number: int, batch: Doubles, draw: np.random.Generator) -> tuple[Floats, Floats]:
    """Return losses and norms, (T, S): a decay, noise of the batch and of the seed; the last is lost on some seeds."""
    step, shape = np.arange(spec.steps)[:, None], (spec.steps, spec.seeds)
    own = draw.normal(size=(1, spec.seeds)) * 0.12 + draw.normal(size=shape) * 0.05
    loss = (2.3 / (1 + 0.004 * (number + 1) * step) ** 1.4 * np.exp(batch + own)).astype(np.float32)
    if number == len(spec.entrants) - 1:
        loss[spec.steps // 2 :, :3] = np.nan
    norm = (loss**0.6 * np.exp(draw.normal(size=shape) * 0.15)).astype(np.float32)
    return loss, norm


def _beats(spec: RaceSpec, trace: RaceTrace) -> go.Figure:
    found = compared(spec, trace, ranking(spec, trace))
    assert found is not None
    return race.beat_matrix(found)


if __name__ == "__main__":
    main()

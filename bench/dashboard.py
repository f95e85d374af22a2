"""The dashboard as a visitor meets it: real servers, real Chromium, 20 viewers of one race.

Prints how long the first page takes, a race from the click to its end, the memory of every process, and how long
after its measurement a record is on the page. Every single value is printed beside the median: machines are noisy.
"""

import asyncio
import base64
import json
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from bench._served import Dashboard, dashboard, sizes
from bench._viewers import Seen, watch
from bench.visibility import CLOCK
from gradcore.assembly import Assembly
from gradcore.records import RaceTrace
from gradcore.specs import RaceSpec
from gradcore.store import RunStore

MINUTE = 60_000  # ms
START = re.compile("^(Start race|Run again)")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run", "--disable-default-apps"]  # fmt: skip
RACES = {  # what is measured -> its address; a new seed is a new run that the store does not hold
    **{f"default race, first seed {seed}, loops kept by the warm-up": f"first_seed={seed}" for seed in range(1, 6)},
    **{f"width {width}, loops new to the workers": f"width={width}&first_seed={width}" for width in (96, 112)},
}
FIRST = {"reception": "", "race page": "Optimizer_Race"}  # of the reception: bench/reception.py says more
STARTS = 5
VIEWERS = 20
LONG = "steps=20000"  # trains longer than anybody looks
WATCH_SECONDS = 25.0
QUIET_SECONDS = 8.0
FIRST_MINIATURE = "() => document.querySelector('.gradcore-miniature svg')"
FIRST_CHART = "() => document.querySelector('.gradcore-plot-area')?._fullData?.some(t => t.x?.length)"
# Clicks, then looks at every frame; other first values are another run's. A time is taken one frame after Plotly drew.
RACE = """button => new Promise((resolve, reject) => {
  const lines = () => (document.querySelector('.gradcore-plot-area')?._fullData ?? [])
    .filter(t => t.hovertemplate && t.x?.length);
  const run = () => lines().map(t => t.y[0]).join();
  const steps = () => Math.max(0, ...lines().map(t => Number(t.x[t.x.length - 1]) + 1));
  const idle = () => [...document.querySelectorAll('button')].some(b => /(Start race|Run again)/.test(b.innerText));
  const charts = () => [...document.querySelectorAll('.gradcore-plot-area')].filter(a => a._fullData?.length).length;
  const before = run(), clicked = performance.now(), found = {};
  const note = name => requestAnimationFrame(() => { found[name] = (performance.now() - clicked) / 1000; });
  const look = () => {
    const own = run() && run() !== before;
    if (own && !found.first) { found.steps_at_first = steps(); note('first'); }
    if (own && steps() === 200 && charts() === 8 && idle()) {
      note('finished');
      return requestAnimationFrame(() => requestAnimationFrame(() => resolve(found)));
    }
    if (performance.now() - clicked > 60000) return reject(new Error(`no end: ${steps()} steps, ${charts()} charts`));
    requestAnimationFrame(look);
  };
  button.click();
  requestAnimationFrame(look);
})"""


def main() -> None:
    """Measure and print."""
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as made, chromium() as browser:
        folder = Path(made)
        found: dict[str, Any] = {"first_page": first_pages(browser)}
        with dashboard(folder) as served:
            found |= {"workers_warm_seconds": warm(served, browser), "races": races(served, browser)}
            found["memory"] = sizes(served)
        print(json.dumps(found), file=sys.stderr)  # not lost if the viewers fail
        with dashboard(folder, "bench/_stamped_server.py") as served:
            found["visible"] = visible(served, browser)
    print(json.dumps({**found, "load_before": before}, indent=2))


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield the browser of this machine."""
    executable = shutil.which("chromium")
    if executable is None:
        raise RuntimeError("Chromium is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=QUIET)
        yield browser
        browser.close()


@contextmanager
def tab(browser: Browser, address: str) -> Iterator[Page]:
    """Yield a page of a visitor of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(MINUTE)
    page.goto(address, wait_until="commit")
    yield page
    context.close()


def first_pages(browser: Browser) -> dict[str, Any]:
    """Return the seconds from a server's start to the first chart on the page that its first visitor opens."""
    drawn: dict[str, list[float]] = {name: [] for name in FIRST}
    for _ in range(STARTS):
        for name, path in FIRST.items():
            with tempfile.TemporaryDirectory() as made, dashboard(Path(made)) as served:
                served.listening()
                with tab(browser, f"{served.address}/{path}") as page:
                    page.wait_for_function(FIRST_CHART if path else FIRST_MINIATURE)
                    drawn[name].append(round(time.monotonic() - served.spawned, 2))
    found = {name: {"seconds": times, "median": statistics.median(times)} for name, times in drawn.items()}
    return {**found, "goal_seconds": 5.0}


def warm(served: Dashboard, browser: Browser) -> float:
    """Return the seconds from a server's start until all its workers are warm."""
    served.listening()
    with tab(browser, served.address) as page:
        return round(wait_until_warm(page, served), 1)


def wait_until_warm(page: Page, served: Dashboard) -> float:
    """Wait for the menu's line about the workers (it looks every 2 s); returns the seconds since the start."""
    page.get_by_text("2 of 2 workers warm").wait_for()
    return time.monotonic() - served.spawned


def races(served: Dashboard, browser: Browser) -> dict[str, Any]:
    """Return, for every race, the seconds from the click to the first point drawn and to all drawn."""
    store = RunStore(served.database)
    found = {name: race(f"{served.address}/Optimizer_Race?{query}", browser, store) for name, query in RACES.items()}
    store.database.close()
    warm = [times for name, times in found.items() if name.startswith("default")]
    medians = {f"median_{key}": statistics.median(times[key] for times in warm) for key in ("first", "finished")}
    return {**found, **medians, "goal_first": 1.5, "goal_finished": 8.0}


def race(address: str, browser: Browser, store: RunStore) -> dict[str, float]:
    """Start one race by a click and return its times; `waited` and `trained` are the store's."""
    with tab(browser, address) as page:
        page.wait_for_function(FIRST_CHART)
        button = page.get_by_role("button", name=START)
        page.wait_for_timeout(1000)  # the page is at rest when a visitor clicks
        times = button.evaluate(RACE)
    info = store.runs(limit=1)[0]
    if info.started is not None:
        times |= {"waited": (info.started - info.created).total_seconds(), "trained": info.seconds or 0.0}
    return {name: round(float(seconds), 3) for name, seconds in times.items()}


def visible(served: Dashboard, browser: Browser) -> dict[str, Any]:
    """Return how long after its measurement a record has arrived at each of the viewers."""
    served.listening()
    with tab(browser, f"{served.address}/Optimizer_Race?{LONG}") as page:
        wait_until_warm(page, served)
        page.get_by_role("button", name=START).click()
        page.wait_for_url(re.compile("run="))
        run_id = page.url.rpartition("run=")[2].partition("&")[0]
        page.wait_for_function(FIRST_CHART)
    alone, _ = looked(served, run_id, 1, QUIET_SECONDS)
    crowd, busy = looked(served, run_id, VIEWERS, WATCH_SECONDS)
    trace = stored(served.database, run_id)
    return {
        "viewers": VIEWERS,
        "goal_p95_seconds": 0.6,
        "with_20_viewers": {**report(crowd, trace), "dashboard_cpu_of_one_core": round(busy, 2)},
        "with_one_viewer": report(alone, trace),
    }


def looked(served: Dashboard, run_id: str, viewers: int, seconds: float) -> tuple[list[Seen], float]:
    """Let viewers look; returns what they saw and how busy the dashboard was."""
    process = psutil.Process(served.server.pid)
    before, began = sum(process.cpu_times()[:2]), time.monotonic()
    with ThreadPoolExecutor(1) as thread:  # Playwright has a loop of its own in this one
        seen = thread.submit(asyncio.run, watch(served.port, run_id, viewers, seconds)).result()
    return seen, (sum(process.cpu_times()[:2]) - before) / (time.monotonic() - began)


def stored(database: str, run_id: str) -> RaceTrace:
    """Return all that a race has recorded by now."""
    store = RunStore(database)
    assembly = Assembly(RaceSpec.from_json(store.info(run_id).spec))
    assembly.add(store.read(run_id, 0, 0).records)
    store.database.close()
    return assembly.trace()


def report(seen: list[Seen], trace: RaceTrace) -> dict[str, Any]:
    """Return the waits of all viewers for all records, and how long a look takes from asking to its last message."""
    waits = [waited(one, trace) for one in seen]
    looks = [1000 * seconds for one in seen for seconds in one.looks]
    charts = [len(one.charts) / (one.charts[-1][0] - one.charts[0][0]) for one in seen if len(one.charts) > 1]
    return {
        "p95_seconds": quantile(np.concatenate(waits), 95),
        "p50_seconds": quantile(np.concatenate(waits), 50),
        "p95_seconds_of_each_viewer": [quantile(one, 95) for one in waits],
        "records_seen": sum(map(len, waits)),
        "look_ms_p50": quantile(looks, 50),
        "look_ms_p95": quantile(looks, 95),
        "charts_per_second_and_viewer": quantile(charts, 50),
        "page_reruns_of_each_viewer": [one.pages for one in seen],
        "intervals_asked": dict(Counter(round(interval, 2) for one in seen for interval in one.intervals)),
        "kb_per_look": round(sum(one.received for one in seen) / max(len(looks), 1) / 1024, 1),
    }


def quantile(values: Any, percent: float) -> float | None:
    """Return a percentile, None of nothing."""
    return round(float(np.percentile(values, percent)), 3) if len(values) else None


def waited(seen: Seen, trace: RaceTrace) -> np.ndarray:
    """Return, for each step of each entrant that appeared while looking, the seconds since it was measured."""
    waits: list[float] = []
    drawn: dict[str, int] | None = None
    for at, text in seen.charts:
        now = steps_drawn(text)
        for entrant in trace.entrants if drawn is not None else ():
            fresh = range((drawn or {}).get(entrant.label, 0), min(now.get(entrant.label, 0), entrant.steps))
            # float(): a clock of 1.8e9 s minus a float32 would be a float32, exact to 128 s
            waits += [(at - float(entrant.clipped_layer_norms[step, 0, 0])) % CLOCK for step in fresh]
        drawn = now
    return np.array(waits)


def steps_drawn(text: bytes) -> dict[str, int]:
    """Return how many steps of each entrant a chart shows, from the last point of its line."""
    figure = json.loads(text)["figure"]
    lines = [trace for trace in figure["data"] if trace.get("mode") == "lines" and "hovertemplate" in trace]
    return {line["meta"]: int(numbers(line["x"])[-1]) + 1 for line in lines}


def numbers(values: Mapping[str, Any] | list[int]) -> np.ndarray:
    """Return an array in Plotly's base64 form, or a list, as an array."""
    if isinstance(values, list):
        return np.array(values)
    return np.frombuffer(base64.b64decode(values["bdata"]), dtype=values["dtype"])


if __name__ == "__main__":
    main()

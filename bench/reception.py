"""How soon a first-time visitor sees the reception, and something that moves on it: real servers, real Chromium.

For some starts: seconds from the server's process to where it takes connections ("up"), and from there, in a browser
that waited for it, to the first picture and its first motion ("first_drawn", "first_moved": the one that is part of the
HTML, `ui/first_picture.py`), and to those of the page itself ("drawn", "moved"). Then the same from opening the address
of a server that is warm, and of the demonstration, each in a new browser without a cache. A picture counts at the frame
in which it stands in the page; it has moved when a bar has another height than at first. Prints JSON.
"""

import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from bench._served import Dashboard, dashboard
from bench.dashboard import chromium, tab

STARTS, VISITS = 5, 10
BARS = ".gradcore-miniature rect[data-heights]"
# Notes the time of the first picture and of the first motion, from navigation on; performance.now() starts there.
WATCH = f"""(() => {{
  const seen = window.gradcoreSeen = {{}};
  let first, early;
  const now = () => performance.now() / 1000;
  const look = () => {{
    const bars = [...document.querySelectorAll('{BARS}')].map(bar => bar.getAttribute('height')).join();
    const bar = document.querySelector('#gradcore-first .bar')?.getBoundingClientRect().height;
    if (bar !== undefined && !seen.first_drawn) {{ seen.first_drawn = now(); early = bar; }}
    if (bar !== undefined && bar !== early && !seen.first_moved) seen.first_moved = now();
    if (bars && !seen.drawn) {{ seen.drawn = now(); first = bars; }}
    if (bars && first !== bars && !seen.moved) seen.moved = now();
    if (!seen.moved) requestAnimationFrame(look);
  }};
  requestAnimationFrame(look);
}})()"""
PLACES = {"reception": "", "first step of the demonstration": "?demo=1"}


def main() -> None:
    """Measure and print."""
    before = os.getloadavg()[0]
    with chromium() as browser:
        starts = [start(browser) for _ in range(STARTS)]
        with tempfile.TemporaryDirectory() as made, dashboard(Path(made)) as served:
            served.listening()
            visit(browser, served, "")  # the first visitor waits until the server is warm
            found = {name: [visit(browser, served, path) for _ in range(VISITS)] for name, path in PLACES.items()}
    document = {
        "first visitor of a new server": {**medians(starts), "starts": starts},
        "warm server": {name: {**medians(visits), "visits": visits} for name, visits in found.items()},
        "goal_first_drawn_seconds_after_up": 1.0,
        "goal_first_moved_seconds": 5.0,
        "load_before": before,
    }
    print(json.dumps(document, indent=2))


def start(browser: Browser) -> dict[str, float]:
    """Return the seconds of one server's start and of the visitor who came as soon as it took connections."""
    with tempfile.TemporaryDirectory() as made, dashboard(Path(made)) as served:
        served.listening()
        up = time.monotonic() - served.spawned
        return {"up": round(up, 2), **visit(browser, served, "")}


def visit(browser: Browser, served: Dashboard, path: str) -> dict[str, float]:
    """Return the seconds from opening an address to the first picture and to the first motion."""
    with tab(browser, "about:blank") as page:
        page.add_init_script(WATCH)
        page.goto(f"{served.address}/{path}", wait_until="commit")
        return seen(page)


def seen(page: Page) -> dict[str, float]:
    """Return what the page noted."""
    page.wait_for_function("window.gradcoreSeen?.moved")
    return {name: round(float(value), 3) for name, value in page.evaluate("window.gradcoreSeen").items()}


def medians(visits: list[dict[str, float]]) -> dict[str, Any]:
    """Return the median of each time, and the longest."""
    names = [
        name for name in ("up", "first_drawn", "first_moved", "drawn", "moved") if all(name in one for one in visits)
    ]
    found = {f"{name}_median": round(statistics.median(one[name] for one in visits), 3) for name in names}
    return found | {f"{name}_most": max(one[name] for one in visits) for name in names}


if __name__ == "__main__":
    main()

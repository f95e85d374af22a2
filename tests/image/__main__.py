"""Prove the image: build it, run it read-only, race in it, stop it. Prints one JSON document with times and sizes.

Run by `make image-test` (no environment is needed). Exit 0 proven, 1 not, 77 no engine can run here.
"""

import json
import os
import re
import signal
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.image.engine import Engine, EngineUnavailableError, engine, import_stand_in

ROOT = Path(__file__).resolve().parents[2]
NO_ENGINE = 77
HARDENED = ("--init --read-only --tmpfs /tmp --cap-drop ALL", "--security-opt no-new-privileges --pids-limit 512")
HEALTHY_WITHIN = 60.0  # seconds
STOPPED_WITHIN = 10.0


def main() -> int:
    """Print the figures of the proof."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the engine is stopped and removed
    try:
        with engine() as found:
            print(json.dumps(prove(found), indent=2))
    except EngineUnavailableError as error:
        print(f"image-test cannot run here: {error}", file=sys.stderr)
        return NO_ENGINE
    except (AssertionError, RuntimeError) as error:
        print(f"image-test failed: {error}", file=sys.stderr)
        return 1
    return 0


def prove(found: Engine) -> dict[str, Any]:
    """Build, run, race, stop, start again; returns what each took."""
    image = os.environ.get("IMAGE", "gradient-clinic")
    base = os.environ.get("BASE") or base_of((ROOT / "Dockerfile").read_text())
    figures: dict[str, Any] = {"base": base, "stand_in_base": found.own}
    with timed(figures, "base_seconds"):
        if found.own:
            import_stand_in(found, base)
    with timed(figures, "build_seconds"):
        found.build(image, base, ROOT)
    figures["image_megabytes"] = round(int(found.run("image", "inspect", "-f", "{{.Size}}", image)) / 1e6)
    volume = found.run("volume", "create")
    try:
        figures |= race_in_a_container(found, image, volume)
    finally:
        found.run("volume", "rm", "--force", volume, check=False)
    return figures


def race_in_a_container(found: Engine, image: str, volume: str) -> dict[str, Any]:
    """Run the default race beside the dashboard, and find it again in a second container on the same volume."""
    figures: dict[str, Any] = {}
    with container(found, image, volume) as name:
        with timed(figures, "healthy_seconds"):
            wait_until_healthy(found, name)
        answers_from_outside(found, name)
        assert found.run("exec", name, "id", "-u") == "10001", "the container must run as uid 10001"
        with timed(figures, "race_seconds"):
            race = json.loads(
                found.run("exec", name, "python", "-m", "gradcore", "race", "--preset", "default", "--json")
            )
        ranked = [entry["label"] for entry in race["ranking"]]
        assert len(ranked) == 6, f"the default race must rank six optimizers. Received: {ranked}"
        figures["ranking"] = ranked
        figures["memory"] = found.run("stats", "--no-stream", "--format", "{{.MemUsage}}", name)
        with timed(figures, "stop_seconds"):
            found.run("stop", "--time", "30", name)
        code = found.run("inspect", "-f", "{{.State.ExitCode}}", name)
        assert code == "0", f"the container must stop with exit 0. Received: {code}\n{logs(found, name)}"
        assert figures["stop_seconds"] < STOPPED_WITHIN, f"stopping took {figures['stop_seconds']} s"
    with container(found, image, volume) as name:
        listed = json.loads(found.run("exec", name, "python", "-m", "gradcore", "runs", "list", "--json"))
        assert race["run_id"] in json.dumps(listed), "the run must be on the volume after a new start"
    return figures


@contextmanager
def container(found: Engine, image: str, volume: str) -> Iterator[str]:
    """Start the image as an operator should, and remove it at the end."""
    name = found.run(
        "run", "--detach", *" ".join(HARDENED).split(), "-p", "127.0.0.1::8501", "-v", f"{volume}:/data", image
    )
    try:
        yield name
    except Exception:
        print(logs(found, name), file=sys.stderr)
        raise
    finally:
        found.run("rm", "--force", name, check=False)


def wait_until_healthy(found: Engine, name: str) -> None:
    """Wait for the image's own HEALTHCHECK."""
    give_up = time.monotonic() + HEALTHY_WITHIN
    while (
        state := found.run("inspect", "-f", "{{.State.Status}} {{.State.Health.Status}}", name)
    ) != "running healthy":
        assert state.startswith("running"), f"the container is {state}"
        assert time.monotonic() < give_up, f"not healthy within {HEALTHY_WITHIN:g} s: {state}"
        time.sleep(0.2)


def answers_from_outside(found: Engine, name: str) -> None:
    """Ask the published port."""
    address = found.run("port", name, "8501/tcp").splitlines()[0]
    with urllib.request.urlopen(f"http://{address}/_stcore/health", timeout=5) as answer:
        assert answer.status == 200, f"the published port must answer 200. Received: {answer.status}"


def logs(found: Engine, name: str) -> str:
    """Return the last lines that the container wrote."""
    return found.run("logs", "--tail", "40", name, check=False)


def base_of(dockerfile: str) -> str:
    """Return the default of ARG BASE."""
    found = re.search(r"^ARG BASE=(\S+)", dockerfile, re.MULTILINE)
    assert found, "the Dockerfile must say ARG BASE=..."
    return found.group(1)


@contextmanager
def timed(figures: dict[str, Any], name: str) -> Iterator[None]:
    """Write how long the block took."""
    started = time.perf_counter()
    yield
    figures[name] = round(time.perf_counter() - started, 1)


if __name__ == "__main__":
    sys.exit(main())

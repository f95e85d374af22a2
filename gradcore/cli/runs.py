"""`gradcore runs list`, `show` and `cancel`: what the run store holds."""

import argparse
import time
from typing import Any

from gradcore import checks
from gradcore.cli.session import is_stored, open_stored
from gradcore.cli.text import moment, print_json, table
from gradcore.lab import Lab
from gradcore.records import RunInfo, RunStatus
from gradcore.run_titles import run_title
from gradcore.specs import HealthSpec, RaceSpec, SolutionsSpec, read_spec

NOTICED_SECONDS = 10.0  # a worker that has yet to load TensorFlow takes longest


def list_runs(arguments: argparse.Namespace) -> int:
    """Print stored runs, the newest first."""
    status = _status(arguments.status)
    with open_stored(arguments.db) as lab:
        found = lab.runs(kind=arguments.kind, status=status, tag=arguments.tag, limit=arguments.limit)
    if arguments.json:
        print_json([summary(run) for run in found])
    elif found:
        header = ["id", "kind", "status", "done", "created", "what"]
        print(table(header, [_row(run) for run in found], left=[name for name in header if name != "done"]))
    else:
        print("No runs." if is_stored(arguments.db) else "No runs: the run store is made by the first one.")
    return 0


def show(arguments: argparse.Namespace) -> int:
    """Print a stored run, as the command that made it did."""
    from gradcore.cli.health import print_health, print_treatment
    from gradcore.cli.results import print_race
    from gradcore.cli.solutions import print_solutions

    with open_stored(arguments.db) as lab:
        kind = lab.info(arguments.run_id).kind
        if kind == RaceSpec.kind:
            print_race(lab, arguments.run_id, arguments.json, arguments.layer_norms)
        elif kind == HealthSpec.kind:
            print_health(lab, arguments.run_id, arguments.json)
        elif kind == SolutionsSpec.kind:
            print_solutions(lab, arguments.run_id, arguments.json)
        else:
            print_treatment(lab, arguments.run_id, arguments.json)
    return 0


def cancel(arguments: argparse.Namespace) -> int:
    """Cancel a run; one that has ended stays as it is."""
    with open_stored(arguments.db) as lab:
        before = after = lab.info(arguments.run_id)
        if not before.status.ended:
            lab.cancel(before.id)
            after = _wait_for_end(lab, before.id)
    if arguments.json:
        print_json({"run_id": after.id, "status": after.status})
    elif before.status.ended:
        print(f"Run {after.id} had ended already: {after.status}.")
    elif after.status.ended:
        print(f"Run {after.id} has stopped: {after.status}.")
    else:
        print(f"Run {after.id} is told to stop, and will at its next step.")
    return 0


def summary(run: RunInfo) -> dict[str, Any]:
    """Return a run as `runs list --json` shows it."""
    return {
        "run_id": run.id,
        "kind": run.kind,
        "status": str(run.status),
        "progress": run.progress,
        "author": run.author,
        "name": run.name,
        "note": run.note,
        "tags": list(run.tags),
        "created": run.created.isoformat(),
        "started": run.started.isoformat() if run.started else None,
        "finished": run.finished.isoformat() if run.finished else None,
        "seconds": run.seconds,
        "attempt": run.attempt,
        "message": run.message,
        "spec": run.spec,
        "environment": run.environment,
    }


def _wait_for_end(lab: Lab, run_id: str) -> RunInfo:
    """Return the run once its worker has noticed, or as it is after a while."""
    deadline = time.monotonic() + NOTICED_SECONDS
    while not (info := lab.info(run_id)).status.ended and time.monotonic() < deadline:
        time.sleep(0.1)
    return info


def _row(run: RunInfo) -> list[str]:
    done = f"{100 * run.progress:.0f} %"
    return [
        run.id,
        run.kind,
        str(run.status),
        done,
        moment(run.created),
        run.name or run_title(read_spec(run.kind, run.spec)),
    ]


def _status(name: str | None) -> RunStatus | None:
    if name is None:
        return None
    checks.known_name("status", name, [str(status) for status in RunStatus])
    return RunStatus(name)

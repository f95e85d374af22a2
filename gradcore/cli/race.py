"""`gradcore race`: train a race in this process, and print its ranking."""

import argparse
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType
from typing import TextIO

from gradcore.cli.results import print_race
from gradcore.cli.session import open_lab
from gradcore.cli.source import read_race
from gradcore.cli.text import Progress
from gradcore.errors import StoreError
from gradcore.lab import Lab
from gradcore.records import RunInfo, RunStatus
from gradcore.specs import RunSpec

POLL_SECONDS = 0.1
IDLE_SECONDS = 5.0  # nobody trains a run that has not ended
STOPPED_BY = {signal.SIGINT: 130, signal.SIGTERM: 143}


def race(arguments: argparse.Namespace) -> int:
    """Train the race, or open it where the store has it finished, and print it; returns the exit status."""
    spec = read_race(arguments)
    if arguments.stop_at_warning:
        spec = replace(spec, stop_at_warning=True)
    with open_lab(arguments.db) as lab, asked_to_stop() as stopped:
        finished = trained(lab, spec, arguments, stopped)
        if finished is None:
            return stopped() or 1
        print_race(lab, finished.id, arguments.json, arguments.layer_norms)
        return 0


def trained(lab: Lab, spec: RunSpec, arguments: argparse.Namespace, stopped: Callable[[], int]) -> RunInfo | None:
    """Train what a spec asks for, or open it where the store has it; None, with the reason said, if it fails."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    info, mine = submit(lab, spec, arguments.again)
    with quiet(arguments.verbose) as stderr:
        info = follow(lab, info, Progress(stderr), stopped)
    if info.status == RunStatus.FINISHED:
        if not mine:
            print(f"gradcore: opened run {info.id}; --again trains it again.", file=sys.stderr)
        return info
    reason = info.message or f"it was {info.status}; see `gradcore runs show {info.id}`."
    print(f"gradcore: run {info.id}: {reason}", file=sys.stderr)
    return None


def submit(lab: Lab, spec: RunSpec, again: bool) -> tuple[RunInfo, bool]:
    """Return the run to follow, and whether it is this process that trains it.

    An equal run that has finished is opened. One that somebody else trains at the moment is not waited for:
    this command trains in its own process.
    """
    visitor = secrets.token_hex(8)  # nobody else's
    info = lab.info(lab.submit(spec, visitor=visitor, again=again))
    if info.visitor != visitor and info.status != RunStatus.FINISHED:
        info = lab.info(lab.submit(spec, visitor=visitor, again=True))
    return info, info.visitor == visitor


def follow(lab: Lab, info: RunInfo, progress: Progress, stopped: Callable[[], int]) -> RunInfo:
    """Show the progress until the run has ended; a signal cancels it, and its last records are still stored."""
    told, busy = False, time.monotonic()
    while not info.status.ended:
        progress.show(info.progress)
        if stopped() and not told:
            lab.cancel(info.id)
            told = True
        if lab.workers().busy:
            busy = time.monotonic()
        elif time.monotonic() - busy > IDLE_SECONDS:
            raise StoreError(f"run {info.id} cannot be trained to its end: the run store did not take its records.")
        time.sleep(POLL_SECONDS)
        info = lab.info(info.id)
    progress.end()
    return info


@contextmanager
def asked_to_stop() -> Iterator[Callable[[], int]]:
    """Yield a function that returns 0, or once Ctrl-C or SIGTERM came the exit status that it asks for.

    The handler only takes a note, so that no transaction is torn; a second signal ends the process at once.
    """
    status = 0

    def note(number: int, _frame: FrameType | None) -> None:
        nonlocal status
        if status:
            os._exit(status)
        status = STOPPED_BY[signal.Signals(number)]

    before = {number: signal.signal(number, note) for number in STOPPED_BY}
    try:
        yield lambda: status
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def quiet(verbose: bool) -> Iterator[TextIO]:
    """Keep what TensorFlow prints from standard output, and unless `verbose` from standard error too.

    Yields standard error itself, for the progress.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(1), os.dup(2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(2 if verbose else nowhere, 1)
        if not verbose:
            os.dup2(nowhere, 2)
        with os.fdopen(os.dup(kept[1]), "w", encoding="utf-8") as stderr:
            yield stderr
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, original in zip((1, 2), kept, strict=True):
            os.dup2(original, number)
        for number in (*kept, nowhere):
            os.close(number)

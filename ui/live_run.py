"""What every running run shares on a page: how often it is looked at, and how far it is, in one line."""

from datetime import UTC, datetime

from streamlit.runtime.scriptrunner import get_script_run_ctx

from gradcore.records import RunInfo, RunStatus
from gradcore.specs import RaceSpec
from ui import services

FASTEST, SLOWEST = 0.25, 1.0  # seconds between two looks at a running race
LOOKS_PER_SECOND = 80  # of all viewers together: more than 20 look less often
CALMER = 1.25  # a page is drawn anew for a lower rate only, never for a higher: a class must not flap
DRAWN_SECONDS = 0.1  # within which all viewers of a run see the same


def status_text(info: RunInfo, title: str) -> str:
    """Return what is shown and what became of it, in one line."""
    when = f"{info.created.astimezone(UTC):%d %b %H:%M} UTC"
    took = f" in {info.seconds:.1f} s" if info.seconds is not None and info.status is RunStatus.FINISHED else ""
    return f"{title} · {info.status}{took}, {when}, run {info.id}"


def progress_text(info: RunInfo, now: datetime, *, tuning: bool = False) -> str:
    """Return how far a run is, in one line; `tuning` is whether it still tries learning rates."""
    if info.status is RunStatus.QUEUED or info.started is None:
        state, place = services.lab().workers(), services.lab().place_in_line(info.id)
        if not state.ready:
            return f"Queued: {state.message}; this {'race' if info.kind == RaceSpec.kind else 'check'} starts by itself"
        return "Starting" if place <= 1 and not state.busy else f"Queued: number {max(place, 1)} in line"
    elapsed = (now - info.started).total_seconds()
    left = elapsed * (1 - info.progress) / info.progress if info.progress > 0.05 and elapsed > 2 else None
    remaining = "" if left is None else f" · about {left:.0f} s left"
    doing = "Tuning the learning rates" if tuning else "Training"
    return f"{doing} · {100 * info.progress:.0f} % · {elapsed:.0f} s elapsed{remaining}"


def look_interval(run_id: str) -> float:
    """Return the seconds between two looks at a running run: the more viewers it has, the longer."""
    context = get_script_run_ctx()
    session = context.session_id if context else ""
    viewers = services.viewers().count(run_id, session)
    return min(max(FASTEST, viewers / LOOKS_PER_SECOND), SLOWEST)

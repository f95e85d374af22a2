"""What a stream shows, in sentences: only what its numbers say."""

import math
from collections.abc import Sequence

import numpy as np

from gradcore.clip_trials.notebook import (
    HISTORY,
    MAX_CLIP,
    MIN_CLIP,
    PERCENTILE,
    WARM_UP,
    WARM_UP_THRESHOLD,
    NotebookRun,
    notebook_run,
)
from gradcore.clip_trials.stream import StreamResult, StreamTrial
from gradcore.specs import Choice

PERCENTILE_RULE = "adaptive_percentile"
BY_HISTORY = (PERCENTILE_RULE, "autoclip")
NOTEBOOK_RULE = Choice.of(PERCENTILE_RULE, percentile=PERCENTILE, history=HISTORY, min_clip=MIN_CLIP, max_clip=MAX_CLIP)
EXPLODED = 20.0  # times the median norm of the first steps
SPIKE = 20.0  # times the largest of the ten norms before
LIFTED = 3.0  # times the threshold before
FIRST, BEFORE = 0.2, 10


def notebook_beside(trial: StreamTrial) -> NotebookRun:
    """Return the notebook's class over this stream, with the parameters of the percentile rule where it is chosen."""
    chosen = [one for one in trial.results if one.choice.name == PERCENTILE_RULE]
    if not chosen:
        return notebook_run(trial.norms)
    values = chosen[0].parameters
    return notebook_run(trial.norms, values["percentile"], values["history"], values["min_clip"], values["max_clip"])


def stream_sentences(trial: StreamTrial, run: NotebookRun) -> list[str]:
    """Return what can be seen: a new normal, a spike that lifts its threshold, a NaN that blinds the notebook's class.

    Example:
        >>> from gradcore.clip_trials.stream import run_stream
        >>> trial = run_stream([[np.array([1.0])]] * 9 + [[np.array([1000.0])]], [Choice("zclip")])
        >>> stream_sentences(trial, notebook_beside(trial))
        []
    """
    histories = [one for one in trial.results if one.choice.name in BY_HISTORY]
    said = [_by_construction(one, len(trial.norms)) for one in histories]
    said += [text for one in histories for text in (_new_normal(trial, one), _lifted(trial, one)) if text]
    return said + _blinded(trial, run)


def _by_construction(one: StreamResult, steps: int) -> str:
    """Say which share of a steady stream is clipped, whatever its scale."""
    percentile, history = one.parameters["percentile"], int(one.parameters.get("history", steps))
    of = "" if history >= steps else f" of {history} {'norm' if history == 1 else 'norms'}"
    clamps = ", between its clamps" if one.choice.name == PERCENTILE_RULE else ""
    share = 100 * steady_rate(percentile, history) if history < steps else 100 - percentile
    if not share:
        never = "the threshold is never below the step's own norm"
        return f"{one.title} at percentile {percentile:g}{of} clips nothing of a steady stream{clamps}: {never}."
    return (
        f"{one.title} at percentile {percentile:g}{of} clips about {share:.3g} % of a steady stream, whatever its "
        f"scale{clamps}: by construction, so that its clip rate is no sign of trouble."
    )


def steady_rate(percentile: float, history: int) -> float:
    """Return which share of steps lies above a percentile of the last `history` norms, its own among them.

    Every place in their order is equally likely, and a percentile lies between two of them or on one.

    Example:
        >>> [steady_rate(90.0, history) for history in (50, 5, 1)]
        [0.1, 0.2, 0.0]
    """
    return (history - 1 - math.floor((history - 1) * percentile / 100)) / history


def _new_normal(trial: StreamTrial, one: StreamResult) -> str:
    """Say that a lasting explosion passes: in the second half of its steps at least half of the norm is let through."""
    norms = np.where(np.isfinite(trial.norms), trial.norms, 0.0)
    usual = float(np.median(norms[: max(5, int(FIRST * len(norms)))]))
    exploded = np.flatnonzero(norms > EXPLODED * usual)
    if len(exploded) < BEFORE or usual <= 0:
        return ""
    first, late = exploded[:3], exploded[len(exploded) // 2 :]
    early, later = (float(np.median(one.norm_after[steps] / norms[steps])) for steps in (first, late))
    if later < 0.5 or later < 2 * early:
        return ""
    return (
        f"The explosion becomes the new normal of {one.title}: at its start {100 * early:.0f} % of the norm passes, in "
        f"its second half {100 * later:.0f} %, because clipped steps enter the history with the norm before clipping."
    )


def _lifted(trial: StreamTrial, one: StreamResult) -> str:
    """Say that a spike counts in the percentile that judges it."""
    for step in range(1, len(trial.norms)):
        past = trial.norms[max(0, step - BEFORE) : step]
        past = past[np.isfinite(past)]
        if not past.size or not np.isfinite(trial.norms[step]) or trial.norms[step] < SPIKE * past.max():
            continue
        before, now = one.threshold[step - 1], one.threshold[step]
        if now > LIFTED * before:
            return (
                f"The spike of {trial.norms[step]:.4g} at step {step} lifts its own threshold under {one.title} from "
                f"{before:.3g} to {now:.3g}: with few norms in the history it counts for much of the percentile."
            )
    return ""


def _blinded(trial: StreamTrial, run: NotebookRun) -> list[str]:
    """Say for how many steps the notebook's class saw nothing after a NaN, and what passed meanwhile."""
    lost = np.isnan(trial.norms)
    if not lost.any():
        return []
    blind = run.blind
    missed = [one for one in trial.results if one.choice.name == PERCENTILE_RULE]
    passed = int((missed[0].clipped & blind & ~run.clipped).sum()) if missed else 0
    steps = int((blind & ~lost).sum())
    skips = "Every rule here skips a step that is not finite and keeps it out of its history."
    if not steps:
        return ["The notebook's class says “No clipping needed: nan” and lets the NaN into the training.", skips]
    said = (
        "The notebook's class says “No clipping needed: nan”, lets the NaN into the training, and then holds its "
        f"threshold at the upper clamp for {steps} further {'step' if steps == 1 else 'steps'}, while a NaN is in its "
        "window"
    )
    pass_there = "1 step passes there" if passed == 1 else f"{passed} steps pass there"
    ours = f"; {pass_there} that the same rule clips here." if passed else "."
    return [said + ours, skips]


def statistics(trial: StreamTrial, run: NotebookRun, ours: StreamResult) -> list[tuple[str, str, str, str]]:
    """Return the notebook's statistics: name, as it printed it, as it truly is, and why they differ.

    Args:
        trial: the stream.
        run: the notebook's class.
        ours: the percentile rule with the same parameters.
    """
    mean = "none" if trial.mean_norm is None else f"{trial.mean_norm:.3f}"
    final = "none" if ours.final_threshold is None else f"{ours.final_threshold:.3f}"
    nan = "a NaN in the history" if np.isnan(run.average_norm) else "its history forgets the first steps"
    counts, bare = _why_counts(run, ours), _why_threshold(run, ours)
    rows: Sequence[tuple[str, str, str, str]] = (
        ("Total steps", f"{len(trial.norms)}", f"{len(trial.norms)}", ""),
        ("Total clips", f"{run.clips}", f"{int(ours.clipped.sum())}", counts),
        ("Overall clip rate", f"{100 * run.rate:.1f} %", f"{100 * ours.clip_rate:.1f} %", "the same"),
        ("Recent clip rate", f"{100 * run.recent_rate:.1f} %", f"{100 * ours.recent_clip_rate:.1f} %", "the same"),
        ("Average gradient norm", f"{run.average_norm:.3f}", mean, nan),
        ("Current adaptive threshold", f"{run.current_threshold:.3f}", final, bare),
    )
    return [(name, printed, true, "" if printed == true else why) for name, printed, true, why in rows]


def _why_counts(run: NotebookRun, ours: StreamResult) -> str:
    """Return why the notebook's class clips other steps than the same rule here."""
    return "a NaN in the history holds the threshold up" if run.blind.any() else _warm_up(ours)


def _why_threshold(run: NotebookRun, ours: StreamResult) -> str:
    """Return why its last printed threshold is another than the one that judged the last step."""
    if np.isnan(run.current_threshold):
        return "the percentile of a history with a NaN is NaN"
    if ours.parameters["history"] < WARM_UP or len(run.norms) < WARM_UP:
        return _warm_up(ours)
    return "it prints the bare percentile; the steps were judged by the clamped one"


def _warm_up(ours: StreamResult) -> str:
    """Return how its warm-up differs: it counts the norms that the history holds, and its length cannot be set."""
    if ours.parameters["history"] < WARM_UP:
        return f"a history below {WARM_UP} never ends its warm-up, whose threshold is {WARM_UP_THRESHOLD:g}"
    return f"its warm-up always has {WARM_UP} steps and a threshold of {WARM_UP_THRESHOLD:g}"

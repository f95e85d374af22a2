"""The notebook's own health check of a trace: its table by step, its counts and its verdict, and why ours differs.

It counts the norms of single variables against absolute thresholds, adds the counts up over the steps, and leaves out
what is not finite. It calls variables layers. `gradcore.health` does none of that; this is kept to show what it gives.

Shapes: T steps, V variables with a gradient, of the first seed.
"""

from typing import Any

import numpy as np

from gradcore.health import Diagnosis
from gradcore.records import CheckTrace, Flags, Floats
from gradcore.titles import counted, number

VANISHED, WEAK, EXPLODING = 1e-6, 1e-4, 10.0
TINY = 1e-10  # that it adds to the least norm before it divides by it
EXCELLENT = "EXCELLENT: No gradient problems detected!"
GOOD = "GOOD: Minor gradient issues, well controlled"
POOR = "NEEDS IMPROVEMENT: Some gradient problems persist"
SENTENCES = 3  # at most, of why it differs
UNITS = (1e-6, 1e3)  # by which the loss is multiplied to show that its thresholds are absolute


def notebook_health(trace: CheckTrace) -> dict[str, Any]:
    """Return the table, the counts, the mean range ratio and the verdict that the notebook prints for such norms.

    A step at which no norm is finite has no row there, and so adds nothing; a check of such steps alone is "EXCELLENT".
    The mean of no range ratio is NaN. As in the notebook, `weak` includes `vanished`, and numbers are float32.
    """
    norms = _norms(trace)
    rows = [_row(step, loss, row) for step, (loss, row) in enumerate(zip(trace.loss[:, 0], norms, strict=True), 1)]
    kept = [row for row in rows if row is not None]
    with np.errstate(all="ignore"):
        ratios = [np.float32(row["max"]) / (np.float32(row["min"]) + np.float32(TINY)) for row in kept]
        ratio = float(np.mean(ratios)) if ratios else np.nan
    totals = {name: sum(row[name] for row in kept) for name in ("vanished", "weak", "exploding")}
    verdict = notebook_verdict(totals["vanished"], totals["exploding"])
    return {"steps": kept, **totals, "range_ratio": ratio, "verdict": verdict}


def notebook_verdict(vanished: int, exploding: int) -> str:
    """Return the notebook's words for its two counts over all steps and variables.

    Example:
        >>> notebook_verdict(30, 0)
        'NEEDS IMPROVEMENT: Some gradient problems persist'
    """
    if vanished == 0 and exploding == 0:
        return EXCELLENT
    return GOOD if vanished <= 2 and exploding <= 1 else POOR


def notebook_differences(trace: CheckTrace, diagnosis: Diagnosis) -> list[str]:
    """Return in at most three sentences, computed from the trace, why the notebook's verdict is not ours."""
    found = notebook_health(trace)
    told = [
        _left_out(trace),
        _zeros(trace, diagnosis, found),
        _unseen(trace, diagnosis, found),
        _fitted(diagnosis, found),
        _adds_up(trace, found),
        _absolute(trace),
    ]
    return [sentence for sentence in told if sentence][:SENTENCES]


def _norms(trace: CheckTrace) -> Floats:
    """Return the norms that it looks at, (T, V): a variable without a gradient has none."""
    found: Floats = trace.gradient_norm[:, 0, trace.setup.connected]
    return found


def _row(step: int, loss: np.float32, norms: Floats) -> dict[str, Any] | None:
    finite = norms[np.isfinite(norms)]
    if not len(finite):
        return None
    with np.errstate(all="ignore"):
        spread = float(finite.std())
    return {
        "step": step,
        "loss": float(loss),
        "min": float(finite.min()),
        "max": float(finite.max()),
        "mean": float(finite.mean()),
        "std": spread,
        "vanished": int((finite < VANISHED).sum()),
        "weak": int((finite < WEAK).sum()),
        "exploding": int((finite > EXPLODING).sum()),
        "total": len(finite),
    }


def _left_out(trace: CheckTrace) -> str:
    norms = _norms(trace)
    bad = ~np.isfinite(norms)
    if not bad.any():
        return ""
    if bad.all():
        return "It leaves out every norm that is not finite, here all of them; counting nothing, it finds no problem."
    steps = int(bad.any(axis=1).sum())
    return f"It leaves out norms that are not finite, here at {steps} of {counted(len(norms), 'step')}."


def _zeros(trace: CheckTrace, diagnosis: Diagnosis, found: dict[str, Any]) -> str:
    zero = np.isin(trace.setup.variables, diagnosis.structural_zeros)[trace.setup.connected]  # (V,)
    norms = _norms(trace)
    concerned = int((norms[:, zero] < VANISHED).sum())
    if not concerned:
        return ""
    names = counted(int(zero.sum()), "variable")
    told = f"{concerned} of its {found['vanished']} vanished counts come from {names}"
    told += " whose gradient is zero by construction"
    ratio = _range_ratio(norms[:, ~zero])
    return f"{told}; without them its range ratio is {number(ratio, 3)}, not {number(found['range_ratio'], 3)}."


def _unseen(trace: CheckTrace, diagnosis: Diagnosis, found: dict[str, Any]) -> str:
    worst = diagnosis.worst
    if diagnosis.verdict not in ("vanishing", "exploding") or found["verdict"] == POOR or worst is None:
        return ""
    kernels = [v for v, path in enumerate(trace.setup.variables) if path.endswith("/kernel")]
    spread = _range_ratio(trace.gradient_norm[:, 0, kernels])
    told = f"It looks at gradients of weights, which differ by a factor of {number(spread, 2)} from kernel to kernel"
    return f"{told}; the signal that comes back to {worst.layer} is {number(worst.value, 2)} times the head's."


def _fitted(diagnosis: Diagnosis, found: dict[str, Any]) -> str:
    if diagnosis.verdict != "converged" or not found["vanished"]:
        return ""
    return "It does not look at the error, so a task that is fitted looks to it like a gradient that has vanished."


def _adds_up(trace: CheckTrace, found: dict[str, Any]) -> str:
    first = found["steps"][:1]
    if trace.recorded < 2 or not first:
        return ""
    early = notebook_verdict(first[0]["vanished"], first[0]["exploding"])
    if early == found["verdict"]:
        return ""
    return f'Its counts add up over the steps: of the first one alone it would say "{early}".'


def _absolute(trace: CheckTrace) -> str:
    """Return what its counts of the first step would be in other units of the loss, where that changes its words."""
    norms = _norms(trace)[:1].astype(np.float64)
    norms = norms[np.isfinite(norms)]
    small, large = int((norms * UNITS[0] < VANISHED).sum()), int((norms * UNITS[1] > EXPLODING).sum())
    if not len(norms) or max(small, large) <= 2:
        return ""
    told = f"Its thresholds are absolute: of {len(norms)} variables at the first step, {small} would have vanished"
    return f"{told} with the loss times {number(UNITS[0])}, and {large} would explode with it times {number(UNITS[1])}."


def _range_ratio(norms: Floats) -> float:
    """Return the mean over the steps of the largest norm over the smallest; NaN where there is none."""
    with np.errstate(all="ignore"):
        ratios = norms.max(axis=1, initial=0.0) / norms.min(axis=1, initial=np.inf)
    known: Flags = np.isfinite(ratios)
    return float(ratios[known].mean()) if known.any() else np.nan

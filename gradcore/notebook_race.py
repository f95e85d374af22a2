"""The notebook's own ranking of a race: its columns, its score, and how often chance makes each entrant its winner.

The score adds the final loss and the spread of the gradient norm and subtracts the fall of the loss: three different
units of one seed, without intervals. `gradcore.ranking` does not; this is kept to show what such a score gives.

Shapes: T steps, S seeds, E entrants.
"""

from typing import Any

import numpy as np

from gradcore.records import Doubles, EntrantTrace, RaceTrace

MEDALS = ("gold", "silver", "bronze")


def notebook_table(trace: RaceTrace) -> list[dict[str, Any]]:
    """Return the notebook's ranking of the first seed, as one run of it would print it, best score first."""
    rows = [_row(entrant) for entrant in trace.entrants if entrant.outcome and entrant.steps]
    rows.sort(key=lambda row: (np.isnan(row["score"]), row["score"]))
    return [{**row, "rank": place} for place, row in enumerate(rows, 1)]


def notebook_wins(trace: RaceTrace) -> dict[str, int]:
    """Return on how many seeds each entrant has the best score: what repeating the notebook would crown.

    A seed on which no score is a number has no winner; the first of equal scores wins, as there.
    """
    ended = [entrant for entrant in trace.entrants if entrant.outcome and entrant.steps]
    if not ended:
        return {}
    scores = np.stack([_columns(entrant)["score"] for entrant in ended])  # (E, S)
    best = np.where(np.isnan(scores), np.inf, scores).argmin(axis=0)[~np.isnan(scores).all(axis=0)]
    return {entrant.label: int((best == index).sum()) for index, entrant in enumerate(ended)}


def _row(entrant: EntrantTrace) -> dict[str, Any]:
    return {"label": entrant.label, **{name: float(values[0]) for name, values in _columns(entrant).items()}}


def _columns(entrant: EntrantTrace) -> dict[str, Doubles]:
    """Return the notebook's columns for every seed, (S,) each."""
    assert entrant.outcome is not None  # callers have left out entrants without one
    norms, loss = entrant.gradient_norm.astype(np.float64), entrant.loss.astype(np.float64)  # (T, S)
    final = np.asarray(entrant.outcome.validation_loss, dtype=np.float64)
    with np.errstate(invalid="ignore", over="ignore"):  # a diverged seed: NaN is its honest value
        stability, fall = norms.std(axis=0), loss[0] - loss[-1]
        return {
            "final_loss": final,
            "avg_gradient_norm": norms.mean(axis=0),
            "gradient_stability": stability,
            "convergence_speed": fall,
            "score": final + stability - fall,
        }

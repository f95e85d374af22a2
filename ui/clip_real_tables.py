"""Tables of the real run: both sides, and every seed."""

import numpy as np

from gradcore.blow_up_reading import share_text
from gradcore.blow_ups import clip_rate, clipped_steps, read_pair
from gradcore.figures import theme
from gradcore.records import EntrantTrace, RaceTrace
from gradcore.titles import counted


def side_rows(trace: RaceTrace) -> list[dict[str, str]]:
    """Return a row for each side, every number with its unit or in a column that names it."""
    pair = read_pair(trace)
    rows = []
    for side, entrant in zip((pair.without, pair.clipped), trace.entrants, strict=True):
        steps = sorted(step for step in side.blown_up_at if step is not None)
        rows.append(
            {
                "Training": side.label,
                "Runs blown up": share_text(side),
                "At step": f"{steps[0]} to {steps[-1]}" if steps else "never",
                "Steps clipped": _rate(entrant),
                "Gradient not finite": f"{_lost(entrant):,} of {counted(entrant.gradient_norm.size, 'step')}",
                "Median validation loss": "" if side.validation_loss is None else theme.number(side.validation_loss),
            }
        )
    return rows


def seed_rows(trace: RaceTrace, first_seed: int) -> list[dict[str, str]]:
    """Return a row for each seed: when it blew up and its validation loss, without and with clipping."""
    pair = read_pair(trace)
    without, clipped = trace.entrants
    acted = clipped_steps(clipped).sum(axis=0) if clipped.steps else np.zeros(trace.seeds, int)
    return [
        {
            "Seed": str(first_seed + place),
            "Blown up without": _step(pair.without.blown_up_at[place]),
            "Blown up with": _step(pair.clipped.blown_up_at[place]),
            "Loss without": _final(without, place),
            "Loss with": _final(clipped, place),
            "Steps clipped": f"{acted[place]} of {clipped.steps}",
        }
        for place in range(trace.seeds)
    ]


def _rate(entrant: EntrantTrace) -> str:
    if entrant.clipped_norm is entrant.gradient_norm or not clipped_steps(entrant).any():
        return "none"
    return f"{100 * clip_rate(entrant):.3g} %"


def _lost(entrant: EntrantTrace) -> int:
    """Return at how many steps of all seeds the gradient was not finite; under a clip rule they were skipped."""
    return int((~np.isfinite(entrant.gradient_norm)).sum())


def _step(step: int | None) -> str:
    return "no" if step is None else f"at step {step}"


def _final(entrant: EntrantTrace, place: int) -> str:
    return "" if entrant.outcome is None else theme.number(float(entrant.outcome.validation_loss[place]))

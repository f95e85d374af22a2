"""Runs of any kind in one line, for tables and menus."""

from gradcore.specs import HealthSpec, RaceSpec, RunSpec, SolutionsSpec
from gradcore.titles import check_title, counted, race_title, task_text
from gradcore.treatments import TREATMENTS


def run_title(spec: RunSpec) -> str:
    """Return a run of any kind in one line.

    Example:
        >>> run_title(HealthSpec())
        'Health check: Digits · 128 – 64 relu · SGD at 0.1 · 50 steps'
    """
    if isinstance(spec, RaceSpec):
        return race_title(spec)
    if isinstance(spec, HealthSpec):
        return f"Health check: {check_title(spec)}"
    if isinstance(spec, SolutionsSpec):
        return solutions_title(spec)
    changed = TREATMENTS[spec.solution].title if spec.solution in TREATMENTS else spec.solution or "changed by hand"
    return f"Treatment, {changed}: {check_title(spec.before)}"


def solutions_title(spec: SolutionsSpec) -> str:
    """Return a measurement of solutions in one line.

    Example:
        >>> solutions_title(SolutionsSpec.from_json({"cells": [{"disease": "deep_relu"}], "rates": 5}))
        'Solutions: 1 cell on 1 disease · 5 rates · 6 seeds × 150 steps'
    """
    parts = [
        f"Solutions: {counted(len(spec.cells), 'cell')} on {counted(len(spec.diseases), 'disease')}",
        *([task_text(spec.task)] if spec.task else []),
        counted(spec.rates, "rate"),
    ]
    return f"{' · '.join(parts)} · {counted(spec.seeds, 'seed')} × {counted(spec.steps, 'step')}"

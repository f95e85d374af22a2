"""Runs of any kind in one line, for tables and menus."""

from collections.abc import Sequence
from typing import Any

from gradcore.prescriptions import Change, changes
from gradcore.spec_titles import changes_text, field_title, value_title
from gradcore.specs import HealthSpec, RaceSpec, RunSpec, SolutionsSpec, TreatmentSpec
from gradcore.titles import check_title, counted, race_title, task_text, widths_text
from gradcore.treatments import TREATMENTS

SPEAK = ("Activation", "Optimizer")  # settings whose values say what they are of
NONE = "none"


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
    return f"Treatment, {treatment_title(spec)}: {check_title(spec.before)}"


def treatment_title(spec: TreatmentSpec) -> str:
    """Return what a treatment changes, in words: its title, or of one of a visitor's own the settings that differ.

    Example:
        >>> sick = {"network": {"hidden": [64, 64], "activation": "sigmoid"}}
        >>> own = {"network": {"hidden": [64, 64], "activation": "tanh", "normalization": "batch"}}
        >>> treatment_title(TreatmentSpec(HealthSpec.from_json(sick), HealthSpec.from_json(own)))
        'sigmoid to tanh; normalisation: none to batch'
        >>> treatment_title(TreatmentSpec(HealthSpec(), HealthSpec(), "zero_bias"))
        'Biases from 0'
    """
    if spec.solution in TREATMENTS:
        return TREATMENTS[spec.solution].title
    return spec.solution.replace("_", " ") or changes_text(_told(changes(spec.before, spec.after))) or "no change"


def _told(found: Sequence[Change]) -> list[str]:
    """Return each setting with its value before and after; the arguments of another choice are not told."""
    values: dict[str, tuple[Any, Any]] = {}
    for one in found:
        title, known = field_title(one.field), values.get(field_title(one.field), (None, None))
        pairs = zip(known, (one.before, one.after), strict=True)  # of a name alone, and of one with arguments
        before, after = (new if old is None else old for old, new in pairs)
        values[title] = (before, after)
    values = {title: (before, after) for title, (before, after) in values.items() if before != after}
    return [
        f"{'' if title in SPEAK else f'{title[0].lower()}{title[1:]}: '}{_value(before)} to {_value(after)}"
        for title, (before, after) in values.items()
        if title.rpartition(", ")[0] not in values
    ]


def _value(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(one, int) for one in value):
        return widths_text(value)
    return NONE if value in (None, NONE) else value_title(value)


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

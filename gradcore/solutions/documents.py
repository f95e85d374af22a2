"""A measurement as JSON: whole, to ship and to read again, and as the command line lists it."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from gradcore import strict_json
from gradcore.records import TrialCell, TrialCosts
from gradcore.solutions.catalogue import SOLUTIONS
from gradcore.solutions.diseases import DISEASES
from gradcore.solutions.measurement import Measurement
from gradcore.specs import SolutionsSpec

DIGITS = 6  # significant ones of every number that is shipped
Listed = list[dict[str, Any]]


def measurement_document(measurement: Measurement, command: str = "") -> dict[str, Any]:
    """Return all of a measurement, with the command that made it where one did."""
    return {
        "command": command,
        "measured_at": measurement.measured_at,
        "run_id": measurement.run_id,
        "environment": {name: value for name, value in measurement.environment.items() if name != "host"},
        "spec": measurement.spec.to_json(),
        "cells": [_plain(cell) for cell in measurement.cells],
        "costs": [_plain(costs) for costs in measurement.costs],
    }


def read_measurement(document: Mapping[str, Any]) -> Measurement:
    """Return the measurement of a document.

    Example:
        >>> empty = Measurement(SolutionsSpec.from_json({"cells": [{"disease": "deep_relu"}]}), (), ())
        >>> read_measurement(measurement_document(empty, "")) == empty
        True
    """
    return Measurement(
        spec=SolutionsSpec.from_json(document["spec"]),
        cells=tuple(TrialCell(**_arrays(cell)) for cell in document["cells"]),
        costs=tuple(TrialCosts(**_arrays(costs)) for costs in document["costs"]),
        environment=document["environment"],
        measured_at=document["measured_at"],
        run_id=document["run_id"],
    )


def solutions_document(measurement: Measurement) -> Listed:
    """Return every solution with its opinion and what is measured of it, as `gradcore solutions --json` prints it."""
    return [_listed(name, measurement) for name in SOLUTIONS]


def _listed(name: str, measurement: Measurement) -> dict[str, Any]:
    one = SOLUTIONS[name]
    return {
        "id": name,
        "name": one.name,
        "tier": one.tier,
        "textbook": None if one.textbook is None else vars(one.textbook),
        "measured": _measured(name, measurement),
    }


def _measured(name: str, measurement: Measurement) -> dict[str, Any] | None:
    overall, effects, cost = measurement.overall(name), measurement.effects(name), measurement.cost([name])
    if overall is None:
        return None
    return {
        "effectiveness": overall.value,
        "interval": overall.interval,
        "by_disease": {key: effects[key].value if key in effects else None for key in DISEASES},
        "intervals": {key: effects[key].interval if key in effects else None for key in DISEASES},
        "failed": {key: reason for key in DISEASES if (reason := measurement.failure(key, (name,)))},
        "step_time_ratio": cost.step if cost else None,
        "extra_state_per_weight": cost.state if cost else None,
        "measured_at": measurement.measured_at,
        "run_ids": [measurement.run_id, *measurement.taken_over],
    }


def _plain(record: TrialCell | TrialCosts) -> dict[str, Any]:
    return {field.name: _rounded(getattr(record, field.name)) for field in fields(record)}


def _rounded(value: Any) -> Any:
    """Return numbers as lists of shortened ones, everything else as it is."""
    if not isinstance(value, np.ndarray):
        return value
    return [_rounded(row) for row in value] if value.ndim > 1 else [float(f"{x:.{DIGITS}g}") for x in value.tolist()]


def _arrays(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record's fields: lists of numbers are arrays again, the names of stacks are a tuple."""
    fields: dict[str, Any] = {}
    for name, value in found.items():
        if name == "stacks":
            fields[name] = tuple(value)
        elif isinstance(value, list):
            fields[name] = np.array(_floats(value), np.float32 if name == "curve" else np.float64)
        else:
            fields[name] = value
    return fields


def _floats(value: Any) -> Any:
    return [_floats(item) for item in value] if isinstance(value, list) else float(value)


def as_text(document: Mapping[str, Any]) -> str:
    """Return a measurement's document as a file's text, a cell a line, so that a change of one is seen."""
    lines = {**document, "cells": None, "costs": None}
    text = strict_json.dumps(lines)
    for name in ("cells", "costs"):
        rows = ",\n".join(strict_json.dumps(row) for row in document[name])
        text = text.replace(f'"{name}": null', f'"{name}": [\n{rows}\n]', 1)
    return text + "\n"

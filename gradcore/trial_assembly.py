"""Records of a measurement of solutions -> what is measured so far."""

from collections.abc import Iterable
from dataclasses import replace

from gradcore.records import Record, RunInfo, TrialCell, TrialCosts
from gradcore.solutions import Measurement
from gradcore.specs import SolutionsSpec


class TrialAssembly:
    """A measurement while it is put together.

    Example:
        >>> TrialAssembly(SolutionsSpec.from_json({"cells": [{"disease": "deep_relu"}]})).trace().cells
        ()
    """

    def __init__(self, spec: SolutionsSpec) -> None:
        self._spec = spec
        self._cells: dict[int, TrialCell] = {}
        self._costs: dict[str, TrialCosts] = {}

    def add(self, records: Iterable[Record]) -> None:
        """Take the next records."""
        for record in records:
            if isinstance(record, TrialCell):
                self._cells[record.entrant] = record
            elif isinstance(record, TrialCosts):
                self._costs[record.disease] = record

    def trace(self) -> Measurement:
        """Return what is recorded so far, the cells in the order of the spec."""
        cells = tuple(self._cells[number] for number in sorted(self._cells))
        return Measurement(self._spec, cells, tuple(self._costs.values()))

    @property
    def size(self) -> int:
        """Bytes of the arrays."""
        cells = sum(cell.tuning.nbytes + cell.scored.nbytes + cell.curve.nbytes for cell in self._cells.values())
        return cells + sum(costs.step_seconds.nbytes * 2 for costs in self._costs.values())


def dated(measurement: Measurement, info: RunInfo) -> Measurement:
    """Return a measurement with where, when and with what it was made."""
    when = info.finished or info.heartbeat or info.created
    return replace(measurement, environment=info.environment, measured_at=when.isoformat(), run_id=info.id)

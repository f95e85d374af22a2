"""What a measurement of solutions is to be: which stack of solutions is tried on which sick network, and how hard."""

from dataclasses import dataclass
from typing import Any, Self

from gradcore import checks
from gradcore.checks import refuse
from gradcore.specs.choice import Choice
from gradcore.specs.race import VERSION

WHOLE = {"rates": 1, "tuning_seeds": 1, "seeds": 2, "steps": 10, "first_seed": 0}  # name -> least
LARGEST_CELLS = 1000


@dataclass(frozen=True)
class Cell:
    """One stack of solutions on one disease; or, where `strongest` is given, two of those that do best there alone."""

    disease: str
    stack: tuple[str, ...] = ()  # applied in this order; () = untreated
    strongest: tuple[int, int] | None = None  # places, 0 = the strongest

    def __post_init__(self) -> None:
        checks.text("disease", self.disease)
        for name in self.stack:
            checks.text("stack", name)
        if self.strongest is not None and (self.stack or not 0 <= self.strongest[0] < self.strongest[1]):
            refuse("strongest", "be two ascending places, of a cell without a stack", list(self.strongest))

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Read the JSON form."""
        fields = checks.mapping("cell", value)
        checks.known_keys("the cell", fields, ("disease", "stack", "strongest"))
        stack, places = fields.get("stack", []), fields.get("strongest")
        if not isinstance(stack, list):
            refuse("stack", "be a list of solutions", stack)
        if places is None:
            return cls(fields.get("disease", ""), tuple(stack))
        if not isinstance(places, list) or len(places) != 2:
            refuse("strongest", "be two places", places)
        first, second = (checks.whole_number("strongest", place, 0) for place in places)
        return cls(fields.get("disease", ""), tuple(stack), (first, second))

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        if self.strongest is not None:
            return {"disease": self.disease, "strongest": list(self.strongest)}
        return {"disease": self.disease, "stack": list(self.stack)}


@dataclass(frozen=True)
class SolutionsSpec:
    """Cells that are each trained at the same number of learning rates, chosen on some seeds and scored on others.

    The seeds that rates are chosen on are `first_seed` and those after it; those that are scored follow them.

    Example:
        >>> SolutionsSpec.from_json({"cells": [{"disease": "deep_relu", "stack": ["adam"]}]}).cells[0].stack
        ('adam',)
    """

    cells: tuple[Cell, ...]
    task: Choice | None = None  # in place of the one that each disease is measured on
    rates: int = 9  # half a decade apart
    tuning_seeds: int = 3
    seeds: int = 6
    steps: int = 150
    first_seed: int = 0
    costs: bool = True  # whether step times, state and parameters are measured, after the cells

    kind = "solutions"

    def __post_init__(self) -> None:
        for name, least in WHOLE.items():
            checks.whole_number(name, getattr(self, name), least)
        if not 0 < len(self.cells) <= LARGEST_CELLS:
            refuse("cells", f"hold 1 to {LARGEST_CELLS} cells", len(self.cells))
        if not isinstance(self.costs, bool):
            refuse("costs", "be true or false", self.costs)

    @property
    def diseases(self) -> tuple[str, ...]:
        """The diseases that are tried, each once."""
        return tuple(dict.fromkeys(cell.disease for cell in self.cells))

    @property
    def scored(self) -> range:
        """The seeds that are scored."""
        first = self.first_seed + self.tuning_seeds
        return range(first, first + self.seeds)

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Read the JSON form; refuses unknown keys by name and any version but this one."""
        fields = dict(checks.mapping("spec", value))
        checks.known_keys("the measurement", fields, ("version", "cells", "task", "costs", *WHOLE))
        if fields.pop("version", VERSION) != VERSION:
            refuse("version", f"be {VERSION}", value["version"])
        cells = fields.get("cells")
        if not isinstance(cells, list):
            refuse("cells", "be a list of cells", cells)
        fields["cells"] = tuple(Cell.from_json(cell) for cell in cells)
        if fields.get("task") is not None:
            fields["task"] = Choice.from_json(fields["task"], "name", "task")
        return cls(**fields)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form that the store and the export hold."""
        found: dict[str, Any] = {"version": VERSION, "cells": [cell.to_json() for cell in self.cells]}
        found["task"] = self.task.to_json("name") if self.task else None
        return found | {name: getattr(self, name) for name in (*WHOLE, "costs")}

"""Any spec that the run store holds, by the kind of its run."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from gradcore.specs.health import HealthSpec
from gradcore.specs.race import RaceSpec
from gradcore.specs.solutions import SolutionsSpec
from gradcore.specs.treatment import TreatmentSpec

RunSpec = RaceSpec | HealthSpec | TreatmentSpec | SolutionsSpec
SPECS: Mapping[str, type[RaceSpec] | type[HealthSpec] | type[TreatmentSpec] | type[SolutionsSpec]] = MappingProxyType(
    {spec.kind: spec for spec in (RaceSpec, HealthSpec, TreatmentSpec, SolutionsSpec)}
)


def read_spec(kind: str, value: Any) -> RunSpec:
    """Return the spec of a stored run.

    Example:
        >>> read_spec("health", {"steps": 3}).steps
        3
    """
    return SPECS[kind].from_json(value)


def entrants_of(spec: RunSpec) -> int:
    """Return how many things a run trains or measures, which may be shared out among workers.

    Example:
        >>> entrants_of(HealthSpec())
        1
    """
    if isinstance(spec, RaceSpec):
        return len(spec.entrants)
    if isinstance(spec, SolutionsSpec):
        return len(spec.cells) + spec.costs
    return 1 if isinstance(spec, HealthSpec) else 2

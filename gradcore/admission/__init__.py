"""Admission: names against the catalogues, limits against the settings; once, when a run is submitted."""

from typing import overload

from gradcore.admission.check import admit_check, admit_treatment, check_seconds, treatment_seconds
from gradcore.admission.race import admit_entrant, admit_race, race_seconds
from gradcore.admission.solutions import admit_solutions, solutions_seconds
from gradcore.settings import Limits
from gradcore.specs import HealthSpec, RaceSpec, RunSpec, SolutionsSpec, TreatmentSpec

__all__ = ["admit", "admit_entrant", "estimate_seconds"]


@overload
def admit(spec: RaceSpec, limits: Limits) -> RaceSpec: ...
@overload
def admit(spec: HealthSpec, limits: Limits) -> HealthSpec: ...
@overload
def admit(spec: TreatmentSpec, limits: Limits) -> TreatmentSpec: ...
@overload
def admit(spec: SolutionsSpec, limits: Limits) -> SolutionsSpec: ...
@overload
def admit(spec: RunSpec, limits: Limits) -> RunSpec: ...


def admit(spec: RunSpec, limits: Limits) -> RunSpec:
    """Return the spec with what it leaves to the catalogues filled in, or refuse it in one sentence.

    Example:
        >>> admit(RaceSpec.from_json({"entrants": [{"optimizer": "Adm"}]}), Limits())
        Traceback (most recent call last):
        gradcore.errors.RefusedError: unknown optimizer 'Adm'; did you mean 'Adam'?
    """
    if isinstance(spec, RaceSpec):
        return admit_race(spec, limits)
    if isinstance(spec, SolutionsSpec):
        return admit_solutions(spec, limits)
    return admit_check(spec, limits) if isinstance(spec, HealthSpec) else admit_treatment(spec, limits)


def estimate_seconds(spec: RunSpec, workers: int) -> float:
    """Return about how long an admitted run takes on warm workers, tracing included."""
    if isinstance(spec, RaceSpec):
        return race_seconds(spec, workers)
    if isinstance(spec, SolutionsSpec):
        return solutions_seconds(spec, workers)
    return check_seconds(spec) if isinstance(spec, HealthSpec) else treatment_seconds(spec)

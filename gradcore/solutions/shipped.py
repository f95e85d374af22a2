"""The measurements that ship with Gradient Clinic, as `gradcore solutions measure --out FILE` wrote them."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from gradcore import strict_json
from gradcore.solutions.documents import read_measurement
from gradcore.solutions.measurement import Measurement
from gradcore.solutions.protocol import QUICK_RATES, full_measurement, quick_measurement
from gradcore.specs import SolutionsSpec

FULL, QUICK = "full", "quick"
PROTOCOLS: Mapping[str, Callable[[], SolutionsSpec]] = MappingProxyType(
    {FULL: full_measurement, QUICK: quick_measurement}
)


@cache
def shipped(protocol: str = FULL) -> Measurement:
    """Return the measurement of a protocol that ships."""
    text = files("gradcore").joinpath("examples", f"solutions_{protocol}.json").read_text(encoding="utf-8")
    return read_measurement(strict_json.loads(text))


def protocol_of(spec: SolutionsSpec) -> str | None:
    """Return by which protocol a measurement was made, whatever its first seed; None for another one, such as a trial.

    Example:
        >>> protocol_of(quick_measurement())
        'quick'
    """
    if spec.task is not None:
        return None
    known = {SolutionsSpec.rates: FULL, QUICK_RATES: QUICK}
    return known.get(spec.rates) if spec.costs and len(spec.diseases) > 1 else None

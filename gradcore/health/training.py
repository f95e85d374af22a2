"""What it means for a finding that the network trains: it is seen, and told, but it is no disease.

A condition is an outcome. A signal that shrinks, flat units or rows that look alike are harmless to a network whose
error falls all the same; so the rules for them ask here before they call it sick.
"""

from dataclasses import replace

from gradcore.health.measures import recent_error
from gradcore.health.rule import INFO, Found
from gradcore.records import CheckTrace
from gradcore.specs import Thresholds
from gradcore.titles import percent


def trains(trace: CheckTrace, thresholds: Thresholds) -> bool:
    """Return whether the error of the last steps lies well below that of a guess."""
    return recent_error(trace) < thresholds.learns


def unless_it_trains(found: Found, trace: CheckTrace, thresholds: Thresholds) -> Found:
    """Return findings as they are where the network does not train, else as information that says so."""
    if not trains(trace, thresholds):
        return found
    told = f"; it trains nevertheless, with {percent(recent_error(trace))} of the error of a guess."
    return [replace(one, severity=INFO, evidence=one.evidence.removesuffix(".") + told) for one in found]

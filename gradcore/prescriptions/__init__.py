"""Prescriptions: what to change in a sick network, derived from its diagnosis, ranked, with what is to be expected."""

from gradcore.prescriptions.expected import Expected, disease_of, expected_effect
from gradcore.prescriptions.prescribe import Change, Prescription, changes, prescribe, treat

__all__ = [
    "Change",
    "Expected",
    "Prescription",
    "changes",
    "disease_of",
    "expected_effect",
    "prescribe",
    "treat",
]

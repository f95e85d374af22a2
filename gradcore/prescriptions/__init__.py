"""Prescriptions: what to change in a sick network, derived from its diagnosis, ranked, with what is to be expected."""

from gradcore.prescriptions.pilot import DISEASES, PILOT, Effect, pilot_disease
from gradcore.prescriptions.prescribe import Change, Prescription, changes, prescribe, treat

__all__ = [
    "DISEASES",
    "PILOT",
    "Change",
    "Effect",
    "Prescription",
    "changes",
    "pilot_disease",
    "prescribe",
    "treat",
]

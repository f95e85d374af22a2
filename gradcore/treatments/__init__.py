"""Treatments: ways to change the network or the optimizer of a check."""

from gradcore.treatments.catalogue import TREATMENTS, Treatment
from gradcore.treatments.changes import RECTIFIERS, SQUASHING

__all__ = ["RECTIFIERS", "SQUASHING", "TREATMENTS", "Treatment"]

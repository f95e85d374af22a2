"""Measurements of solutions for tests: cells with given losses, the same at every rate."""

import numpy as np

from gradcore.records import TrialCell, TrialCosts
from gradcore.solutions import Measurement
from gradcore.specs import Cell, SolutionsSpec

CHANCE = 2.0


def make_cell(entrant, disease, stack, losses, reason=""):
    """Return a cell whose scored seeds end at these losses, at one rate."""
    scored = np.array([losses], np.float64) if not reason else np.empty((0, 0))
    tuning = scored[:, :1] if not reason else scored
    curve = np.array([CHANCE, np.mean(losses)], np.float32)
    return TrialCell(
        entrant, disease, stack, f"{disease} {stack}", np.array([0.1]), tuning, scored, curve, CHANCE, reason
    )


def make_measurement(cells, costs=()):
    """Return the measurement of cells given as {(disease, stack): losses}; a text in place of losses is a failure."""
    made, asked = [], []
    for number, ((disease, stack), losses) in enumerate(cells.items()):
        reason = losses if isinstance(losses, str) else ""
        made.append(make_cell(number, disease, stack, [0.0, 0.0] if reason else losses, reason))
        asked.append(Cell(disease, tuple(stack.split("+")) if stack else ()))
    return Measurement(SolutionsSpec(tuple(asked), rates=1), tuple(made), tuple(costs))


def make_costs(disease, steps):
    """Return costs where each stack takes so many times the untreated network's step, from {stack: times}."""
    stacks = ("", *steps)
    took = np.tile([1.0, *steps.values()], (3, 1))
    flat = np.ones(len(stacks))
    state = np.array([2.0 if "adam" in stack else 0.0 for stack in stacks])
    return TrialCosts(0, disease, stacks, took, took, state, flat)

"""Stacks of solutions applied to a sick network, one after the other."""

from collections.abc import Sequence
from dataclasses import replace

from gradcore import checks
from gradcore.solutions.catalogue import SOLUTIONS
from gradcore.solutions.diseases import DISEASES
from gradcore.specs import Choice, HealthSpec
from gradcore.treatments import TREATMENTS


def sick(disease: str, task: Choice | None = None) -> HealthSpec:
    """Return the untreated network of a disease, on another task where one is given.

    Raises:
        RefusedError: the disease is unknown.
    """
    checks.known_name("disease", disease, DISEASES)
    spec = DISEASES[disease].spec
    return spec if task is None else replace(spec, task=task)


def treated(spec: HealthSpec, stack: Sequence[str]) -> HealthSpec:
    """Return a network with every solution of a stack that changes it; the others leave it as it is.

    Raises:
        RefusedError: a solution is unknown.

    Example:
        >>> treated(sick("sigmoid_stack"), ["relu", "attention"]).network.activation
        'relu'
    """
    for name in stack:
        checks.known_name("solution", name, SOLUTIONS)
        treatment = SOLUTIONS[name].treatment
        spec = TREATMENTS[treatment].apply(spec) if treatment else spec
    return spec


def applies(solution: str, disease: str) -> bool:
    """Return whether a solution by itself changes the network of a disease.

    Example:
        >>> applies("relu", "sigmoid_stack"), applies("relu", "deep_relu")
        (True, False)
    """
    return treated(sick(disease), [solution]) != sick(disease)


def parts_that_apply(stack: Sequence[str], disease: str) -> tuple[str, ...]:
    """Return the solutions of a stack that change something when they come in their turn.

    Example:
        >>> parts_that_apply(["relu", "he_init", "adam", "attention"], "deep_relu")
        ('adam',)
    """
    spec, found = sick(disease), []
    for name in stack:
        after = treated(spec, [name])
        found += [name] if after != spec else []
        spec = after
    return tuple(found)

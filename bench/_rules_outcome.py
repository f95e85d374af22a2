"""What a network of `bench.rules_accuracy` is, by what its training came to and not by any of our measures."""

import math
from typing import Any

import numpy as np

from bench._rule_family import Family
from gradcore.records import Tuning

SICK, TRAINS = 0.85, 0.5  # of chance
HEALTHY, NEITHER = "healthy", "neither"


def condition(best: float, own: float, cured: float | None, chance: float, disease: str) -> str:
    """Return what a network is by its outcome.

    Args:
        best: its tuned training loss, over both seeds.
        own: that of the seed that is checked, at the same rate.
        cured: the tuned loss of the same network with the named cure, None where it was not asked for.
        chance: the loss of a constant answer.
        disease: that its family has.

    Example:
        >>> condition(2.2, 2.3, 0.3, 2.3, "vanishing"), condition(2.2, 2.3, 2.0, 2.3, "vanishing")
        ('vanishing', 'neither')
        >>> condition(0.2, 0.1, None, 2.3, "vanishing"), condition(0.2, 2.3, None, 2.3, "vanishing")
        ('healthy', 'neither')
    """
    if max(best, own) < TRAINS * chance:
        return HEALTHY
    restored = cured is not None and cured < TRAINS * chance
    return disease if disease and min(best, own) > SICK * chance and restored else NEITHER


def outcome(family: Family, tuning: Tuning, cured: float | None, chance: float) -> dict[str, Any]:
    """Return what a network is; `cured` is its tuned loss with the cure, None where none was tried."""
    best = float(tuning.score.min())
    own = float(tuning.loss[np.flatnonzero(tuning.learning_rates == tuning.chosen)[0], 0])
    return {
        "side": family.side,
        "family": family.name,
        "task": family.task.name,
        "chance": round(chance, 4),
        "best": _finite(best),
        "own": _finite(own),
        "rate": tuning.chosen,
        "cured": None if cured is None else _finite(cured),
        "condition": condition(best, own, cured, chance, family.disease),
        "tuned_condition": condition(best, best, cured, chance, family.disease),
    }


def _finite(loss: float) -> float | None:
    return loss if math.isfinite(loss) else None

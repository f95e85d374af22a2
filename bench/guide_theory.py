"""Measure what the guide's theory checks predict, by the code of the tests.

`--write` writes gradcore/guide/theory.json.
"""

import math
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from pathlib import Path

import numpy as np

from gradcore import strict_json
from gradcore.admission import admit
from gradcore.assembly import Assembly
from gradcore.guide.theory_checks import ARCHIVE
from gradcore.settings import Limits
from gradcore.specs import Choice, NetworkSpec, RaceSpec
from gradcore.theory import Theory, theories
from tests.back_signals import measure
from tests.races import records

TARGET = Path(__file__).parents[1] / "gradcore" / "guide" / ARCHIVE
NORMAL = "noise_classification"


def main() -> None:
    """Measure, print, write where asked to."""
    text = (
        strict_json.dumps({"written_by": "python -m bench.guide_theory --write", "measured": found()}, indent=1) + "\n"
    )
    if "--write" in sys.argv[1:]:
        TARGET.write_text(text, encoding="utf-8")
    print(text)


def found() -> dict[str, float]:
    """Return each check's measurement, by its name."""
    deep = measure(NetworkSpec((256,) * 37, "relu", Choice("he_normal")), NORMAL, 4, 64)
    shortcut = measure(
        NetworkSpec((512,) * 7, "relu", Choice("he_normal"), residual="plain"), NORMAL, 6, 64, drawn=True
    )
    lsuv = measure(NetworkSpec((256,) * 4, "tanh", Choice("lsuv")), NORMAL, 3, 100)
    narrow = measure(NetworkSpec((3,) * 5, "relu", Choice("he_normal")), NORMAL, 200, 64)
    dead = np.any([(narrow.felt[f"dense_{place}"] <= 0).all(axis=2) for place in range(1, 6)], axis=0)
    outputs = np.tanh(lsuv.felt["dense_1"].astype(np.float64))
    values = {
        "t01_he": factor(NetworkSpec((128,) * 10, "relu", Choice("he_normal")), 24, (0, 9)),
        "t01_glorot": factor(NetworkSpec((128,) * 10, "relu", Choice("glorot_uniform")), 24, (0, 9)),
        "t03_tanh": factor(
            NetworkSpec((256,) * 10, "tanh", Choice.of("scaled_normal", gain=math.sqrt(2.5))), 8, (3, 8)
        ),
        "t03_sigmoid": factor(NetworkSpec((256,) * 6, "sigmoid", Choice.of("scaled_normal", gain=1.0)), 8, (1, 4)),
        "t04": factor(NetworkSpec((256,) * 8, "relu", Choice("he_normal"), normalization="batch"), 5, (1, 5), rows=256),
        "t05": float((shortcut.backprop_ratio[1] / shortcut.backprop_ratio[6]) ** 2),
        "t07": float(np.sqrt(lsuv.variance.mean(axis=0)[1] / np.mean(outputs**2))),
        "t12": float(dead.mean()),
        "t18": float(deep.cosine.mean(axis=0)[36]),
        **races(),
    }
    return {name: float(f"{value:.5g}") for name, value in values.items()}


def factor(network: NetworkSpec, seeds: int, layers: tuple[int, int], rows: int = 64) -> float:
    """Return by what the mean square of dLoss/dz changes per layer down, between two layers away from the ends."""
    return measure(network, NORMAL, seeds, rows, drawn=True).factor(*layers)


def races() -> dict[str, float]:
    """Return the measured rates and half time of races that theory knows."""
    descent = {"optimizer": "SGD", "learning_rate": 2 / 11}
    heavy = {"optimizer": "SGD", "learning_rate": (2 / 11) ** 2, "momentum": (9 / 11) ** 2}
    linear = raced({"name": "deep_linear"}, {"optimizer": "SGD", "learning_rate": 0.001}, 4600, 2)
    rates = (
        raced({"name": "quadratic", "condition": 10.0}, descent, 80, 3).rate,
        raced({"name": "quadratic", "condition": 100.0}, heavy, 120, 3).rate,
    )
    assert all(rate is not None and rate.measured is not None for rate in rates)
    last = linear.half_times[-1].measured
    assert last is not None
    return {"t08_descent": rates[0].measured, "t08_momentum": rates[1].measured, "t09": last}  # type: ignore[union-attr, dict-item]


def raced(task: dict[str, object], entrant: dict[str, object], steps: int, seeds: int) -> Theory:
    """Return what theory says of a race of one entrant, and what it measured."""
    asked: dict[str, object] = {"task": task, "entrants": [entrant], "steps": steps, "seeds": seeds, "batch_size": None}
    if task["name"] == "quadratic":
        asked["network"] = {}
    spec = admit(RaceSpec.from_json(asked), Limits())
    assembly = Assembly(spec)
    assembly.add(records(spec))
    return theories(spec, assembly.trace())[0]


if __name__ == "__main__":
    main()

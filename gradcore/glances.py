"""Glances: what the reception shows of a few checks, and theory's word on the example; shipped, so that nothing waits.

`python -m bench._example_glances` made `gradcore/examples/glances.json`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from gradcore import strict_json
from gradcore.early_warning import first_warning
from gradcore.health_theory import Expected
from gradcore.records import Floats
from gradcore.specs import Choice, EntrantSpec, HealthSpec, NetworkSpec

FILE = "glances.json"  # in gradcore/examples
SIDES = ("untreated", "treated")
DOUBLED = 2.0  # times the first loss: it diverges


def started_from(initializer: str, depth: int = 30) -> HealthSpec:
    """Return the check of a deep ReLU network, of which the first step's signal is shown.

    Example:
        >>> len(started_from("he_uniform").network.hidden)
        30
    """
    network = NetworkSpec((64,) * depth, "relu", Choice(initializer))
    return HealthSpec(Choice("digits"), network, EntrantSpec(Choice("SGD"), 0.1), steps=1)


INITIALIZERS = ("glorot_uniform", "he_uniform")
DIVERGING = HealthSpec(  # gives notice, learns nothing, then blows up
    Choice("digits"),
    NetworkSpec((64,) * 8, "relu", Choice("he_uniform")),
    EntrantSpec(Choice("SGD"), 0.9),
    steps=100,
)


@dataclass(frozen=True)
class Watched:
    """A check that diverged while every layer was watched."""

    layers: tuple[str, ...]  # L names, input side first
    norms: Floats  # (T, L) gradient norm of each layer
    updates: Floats  # (T,) norm of what was done to all weights
    loss: Floats  # (T,)

    @property
    def warned(self) -> int | None:
        """The step of the early warning, None without one."""
        norms = np.sqrt(np.square(self.norms, dtype=np.float64).sum(axis=1))
        return first_warning(norms, self.updates, float(self.loss[0]))

    @property
    def doubled(self) -> int | None:
        """The first step at which the loss is twice the first one or not finite, None where there is none."""
        found = np.flatnonzero(~(self.loss <= DOUBLED * self.loss[0]))
        return int(found[0]) if len(found) else None


def signals() -> Mapping[str, Floats]:
    """Return, for each initialiser, how much of the signal at the output comes back to each layer, (D,)."""
    found = _document()["signals"]
    return {name: strict_json.floats(found[name]).astype(np.float32) for name in INITIALIZERS}


def diverging() -> Watched:
    """Return the check that diverged."""
    found = _document()["diverging"]
    measured = (strict_json.floats(found[name]).astype(np.float32) for name in ("norms", "updates", "loss"))
    return Watched(tuple(found["layers"]), *measured)


def expected(side: str) -> Expected:
    """Return what theory expects of the first step of the example, untreated or treated.

    It was worked out when the file was made, because the rows of its task take seconds to load.
    """
    found = _document()["expected"][side]
    return Expected(strict_json.floats(found["ratio"]).astype(np.float32), found["sentence"])


@cache
def _document() -> dict[str, Any]:
    text = files("gradcore").joinpath("examples", FILE).read_text(encoding="utf-8")
    document: dict[str, Any] = strict_json.loads(text)
    return document

"""What was measured of solutions: one cell at a time, and what they cost."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gradcore.records.arrays import Doubles, Floats

JOINT = "+"  # between the solutions of a stack


@dataclass(frozen=True)
class TrialCell:
    """One stack on one disease, trained at R rates on S seeds to choose the rate and on others, S', to score it."""

    entrant: int  # which cell of the spec
    disease: str
    stack: str  # solutions joined by "+", in order; "" = untreated
    key: str  # equal for cells that give the same numbers
    rates: Doubles  # (R,) ascending
    tuning: Doubles  # (R, S) training loss, median of the last tenth of the steps; Inf where it diverged
    scored: Doubles  # (R, S') the same of the scored seeds, at every rate
    curve: Floats  # (P,) training loss at the chosen rate, median over the scored seeds, thinned to P points
    chance: float  # loss of the best constant answer
    reason: str = ""  # why it could not be trained; then the arrays are empty
    run_id: str = ""  # in which it was trained, where that is another one: it was taken over from there
    kind: ClassVar[str] = "trial_cell"

    @property
    def solutions(self) -> tuple[str, ...]:
        """The solutions of the stack, in order."""
        return tuple(self.stack.split(JOINT)) if self.stack else ()

    @property
    def chosen(self) -> int:
        """The place of the rate with the least mean loss on the seeds that rates are chosen on, capped at chance."""
        return int(np.argmin(capped(self.tuning, self.chance).mean(axis=1)))

    @property
    def on_edge(self) -> bool:
        """Whether that rate is the smallest or largest that was tried."""
        return self.chosen in (0, len(self.rates) - 1)

    @property
    def losses(self) -> Doubles:
        """The loss of every scored seed at the chosen rate (S',), at most chance; a diverged seed counts as chance."""
        return capped(self.scored[self.chosen], self.chance)

    @property
    def usable_decades(self) -> float:
        """How many decades of learning rates bring the loss of every scored seed below half of chance."""
        return 0.5 * int((capped(self.scored, self.chance) < 0.5 * self.chance).all(axis=1).sum())

    @property
    def blown_up(self) -> float:
        """The share of scored seeds, over all rates, that ended above chance or non-finite."""
        return float(np.mean(~(self.scored <= self.chance)))


@dataclass(frozen=True)
class TrialCosts:
    """What stacks cost on one network: N of them, the untreated first, in rounds that visit each in random order."""

    entrant: int
    disease: str
    stacks: tuple[str, ...]  # (N,) "" = untreated
    step_seconds: Doubles  # (rounds, N)
    predict_seconds: Doubles  # (rounds, N)
    state: Doubles  # (N,) numbers that the optimizer keeps for each weight
    parameters: Doubles  # (N,) trainable and non-trainable
    kind: ClassVar[str] = "trial_costs"


def capped(losses: Doubles, chance: float) -> Doubles:
    """Return losses that are at most chance; what is not finite counts as chance.

    Example:
        >>> capped(np.array([0.5, 7.0, np.nan]), 2.3).tolist()
        [0.5, 2.3, 2.3]
    """
    return np.where(np.isfinite(losses), np.minimum(losses, chance), chance)

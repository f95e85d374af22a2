"""What happened in a race: its records as workers write them, and the trace that is put together from them.

Shapes: S seeds, K steps of one chunk, T steps of a whole run, L layers (input side first).
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gradcore.records.arrays import Doubles, Flags, Floats


@dataclass(frozen=True)
class Setup:
    """What a worker knows of the network before the first step."""

    layers: tuple[str, ...]  # L names, input side first
    parameters: int  # trainable and non-trainable, of one replica
    kind: ClassVar[str] = "setup"


@dataclass(frozen=True)
class TraceChunk:
    """K consecutive steps of one entrant, all its seeds side by side."""

    entrant: int
    first_step: int  # 0-based
    loss: Floats  # (K, S) before the update of that step
    gradient_norm: Floats  # (K, S) global L2 norm before clipping
    clipped_norm: Floats  # (K, S) after clipping
    layer_norms: Floats  # (K, S, L) before clipping
    clipped_layer_norms: Floats  # (K, S, L) after clipping
    update_ratio: Floats  # (K, S, L) norm of the update / norm of the weights before it
    # What the optimizer then did to all weights; None in chunks that were stored before this was recorded.
    update_norm: Floats | None = None  # (K, S)
    # What a clip rule decided; None without one, and in chunks that were stored before this was recorded.
    clip_threshold: Floats | None = None  # (K, S) NaN where the rule has no single one
    clip_scale: Floats | None = None  # (K, S) the common factor, NaN where there is none
    clipped: Flags | None = None  # (K, S) whether the gradient was changed
    skipped: Flags | None = None  # (K, S) whether it was non-finite: no update, nothing remembered
    # Where each seed stood before the update; None unless two numbers are trained alone, and in older chunks.
    points: Floats | None = None  # (K, S, 2)
    # Whether a seed had been stopped at a warning before this step: then nothing of it was measured, which is NaN.
    stopped: Flags | None = None  # (K, S); None unless the race stops at one, and in older chunks
    kind: ClassVar[str] = "trace"


@dataclass(frozen=True)
class Outcome:
    """What one entrant came to, on the validation rows."""

    entrant: int
    validation_loss: Doubles  # (S,) NaN of a seed that was stopped at a warning: it is not judged
    validation_metric: Doubles  # (S,)
    seconds: float  # of training, without building
    kind: ClassVar[str] = "outcome"


@dataclass(frozen=True)
class Tuning:
    """The learning rates that were tried for one entrant, on R rates x S seeds that the race itself does not use."""

    entrant: int
    learning_rates: Doubles  # (R,) ascending
    loss: Doubles  # (R, S) last training loss, Inf where the seed diverged
    chosen: float  # one of them
    kind: ClassVar[str] = "tuning"

    @property
    def score(self) -> Doubles:
        """The geometric mean of each rate's losses (R,), Inf where one of its seeds diverged."""
        with np.errstate(divide="ignore", invalid="ignore"):
            means: Doubles = np.exp(np.log(self.loss).mean(axis=1))
        return np.where(np.isfinite(self.loss).all(axis=1), means, np.inf)

    @property
    def on_edge(self) -> bool:
        """Whether the chosen rate is the smallest or the largest that was tried: a better one may lie beyond."""
        return self.chosen in (self.learning_rates[0], self.learning_rates[-1])


@dataclass(frozen=True)
class ClipRecord:
    """What a clip rule decided at each step; the norms before and after it stand in the trace."""

    threshold: Floats  # (T, S) NaN where the rule has no single one
    scale: Floats  # (T, S) the common factor, NaN where there is none
    clipped: Flags  # (T, S) whether the gradient was changed
    skipped: Flags  # (T, S) whether it was non-finite: no update, nothing remembered
    stopped: Flags | None = None  # (T, S) as in `TraceChunk`

    def rate(self, last: int | None = None) -> Doubles:
        """Return each seed's share of clipped steps (S,), of the last ones where so many are asked for."""
        trained = np.ones_like(self.clipped) if self.stopped is None else ~self.stopped
        recent = trained if last is None else trained & (trained[::-1].cumsum(axis=0)[::-1] <= last)
        with np.errstate(invalid="ignore"):  # no step yet: NaN
            share: Doubles = (self.clipped & recent).sum(axis=0) / recent.sum(axis=0, dtype=np.float64)
        return share


@dataclass(frozen=True)
class EntrantTrace:
    """All that is recorded of one entrant so far."""

    label: str
    optimizer: str  # Keras' name
    learning_rate: float
    loss: Floats  # (T, S)
    gradient_norm: Floats  # (T, S)
    clipped_norm: Floats  # (T, S)
    layer_norms: Floats  # (T, S, L)
    clipped_layer_norms: Floats  # (T, S, L)
    update_ratio: Floats  # (T, S, L)
    outcome: Outcome | None  # None until its last step
    update_norm: Floats | None = None  # (T, S) as in `TraceChunk`
    clip: ClipRecord | None = None  # None without a clip rule, and for runs from before this was recorded
    tuning: Tuning | None = None  # None where the learning rate was given
    points: Floats | None = None  # (T, S, 2) where each seed stood before the update, as in `TraceChunk`
    stopped: Flags | None = None  # (T, S) as in `TraceChunk`

    @property
    def steps(self) -> int:
        """Steps recorded so far."""
        return int(self.loss.shape[0])

    @property
    def trained(self) -> Flags:
        """Whether each step of a seed was trained, (T, S): all that are recorded, up to the one that a seed was
        stopped at."""
        return np.ones(self.loss.shape, np.bool_) if self.stopped is None else ~self.stopped

    @property
    def stopped_at(self) -> tuple[int | None, ...]:
        """The step at whose warning each seed was stopped, its last one, (S,); None where it was not."""
        steps = self.trained.sum(axis=0).tolist()
        return tuple(count - 1 if count < self.steps else None for count in steps)

    @property
    def trained_steps(self) -> int:
        """Steps of the seed that was trained longest."""
        return int(self.trained.any(axis=1).sum())


@dataclass(frozen=True)
class RaceTrace:
    """All that is recorded of a race so far; figures and documents are made from it."""

    task: str
    steps: int  # asked for
    seeds: int
    metric: str  # "accuracy", "r2", "mae" or "distance"
    layers: tuple[str, ...]
    parameters: int
    entrants: tuple[EntrantTrace, ...]


@dataclass(frozen=True)
class Ranked:
    """One entrant's place: rank 1 + the number of entrants that are significantly better."""

    label: str
    rank: int
    median: float  # of the final validation loss over the seeds
    interval: tuple[float, float] | None  # 95 % of the loss ratio to the best median; None with one seed
    tied_with: tuple[str, ...]

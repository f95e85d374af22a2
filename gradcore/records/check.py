"""What was measured in a health check: records as workers write them, and the trace that is put together from them.

Shapes: K steps of one chunk, T steps of a whole check, M of them sampled (what costs more is measured there only),
S seeds, L layers with trainable variables and V such variables (input side first), D layers with a kernel (the last
is the head), R recurrent ones among them, B bins.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import ClassVar, Self

import numpy as np

from gradcore.records.arrays import Doubles, Flags, Floats, Integers
from gradcore.records.race import Outcome

BINS = 42  # of a histogram: exact zeros, one for each half decade of |g| from 1e-14 to 1e6, NaN and Inf
EDGES = np.logspace(-14, 6, BINS - 1)  # between its bins but the first and the last; what lies outside is in the ends


@dataclass(frozen=True)
class CheckSetup:
    """What a worker knows of a network before its first step."""

    entrant: int  # which of the networks that are compared; 0 where there is one
    layers: tuple[str, ...]  # L names
    kinds: tuple[str, ...]  # (L,) Keras' class of each
    variables: tuple[str, ...]  # V paths inside the model, such as "dense_1/kernel"
    owners: Integers  # (V,) the layer of each, ascending
    kernels: Integers  # (D,) which layers have a kernel and so a pre-activation z
    activations: tuple[str, ...]  # (D,) what follows z, "linear" for none
    recurrent: Integers  # (R,) which of the D read a sequence step by step
    connected: Flags  # (V,) whether the loss depends on the variable at all
    zero_by_construction: tuple[str, ...]  # (V,) why its gradient must be zero, "" where it need not
    parameters: int  # trainable and non-trainable
    kind: ClassVar[str] = "check_setup"


@dataclass(frozen=True)
class CheckChunk:
    """K consecutive steps of one network, all its seeds side by side; all of it before the step's update."""

    entrant: int
    first_step: int  # 0-based
    loss: Floats  # (K, S) as it is asked for, not scaled
    error: Floats  # (K, S) e: 1 = chance, 0 = fitted
    gradient_norm: Floats  # (K, S, V) before clipping
    weight_norm: Floats  # (K, S, V)
    update_norm: Floats  # (K, S, V) of what the optimizer then did
    clipped_norm: Floats  # (K, S) of the whole gradient after clipping
    sampled: Integers  # (M,) the steps at which the following was measured
    signal: Floats  # (M, S, D) rms of dLoss/dz; of a recurrent layer at its last time step
    time_signal: Floats  # (M, S, R, 2) rms of dLoss/dx at the first and the last time step of a recurrent layer
    cancellation: Floats  # (M, S, D) kappa = |sum over rows of dLoss/dz| / sum of their lengths; NaN without a bias
    variance: Floats  # (M, S, D) of z
    cosine: Floats  # (M, S, D) mean over pairs of rows, between their z
    dead_units: Floats  # (M, S, D) share of units whose activation is flat on every probe row
    active: Floats  # (M, S, D) share of the elements on probe rows where it is not flat
    equal_columns: Flags  # (M, S, D) whether every unit has the same incoming weights
    forward_finite: Flags  # (M, S, D) whether every z is finite
    zeros: Floats  # (M, S, V) share of the gradient's entries that are exactly zero
    non_finite: Floats  # (M, S, V) share that are NaN or Inf
    signal_square: Floats  # (M, S) unbiased estimate of |G|^2 of the whole task's gradient; may be below zero
    noise_trace: Floats  # (M, S) of the trace of the covariance of a single row's gradient
    histogram: Integers  # (M, L, B) of the first seed: entries of each layer's gradient by their size, as `EDGES`
    kind: ClassVar[str] = "check"

    @classmethod
    def arrays(cls) -> tuple[str, ...]:
        """Return the names of what is recorded of steps."""
        return tuple(field.name for field in fields(cls) if field.name not in ("entrant", "first_step"))

    @classmethod
    def joined(cls, chunks: Sequence[Self]) -> Self:
        """Return chunks that follow one another as one."""
        together = {name: np.concatenate([getattr(chunk, name) for chunk in chunks]) for name in cls.arrays()}
        return cls(chunks[0].entrant, chunks[0].first_step, **together)


@dataclass(frozen=True)
class StepTimes:
    """How long a step of each of two networks takes, in rounds that alternate."""

    seconds: Doubles  # (rounds, 2)
    kind: ClassVar[str] = "step_times"

    @property
    def ratio(self) -> float:
        """The median over the rounds of the second network's time over the first's."""
        return float(np.median(self.seconds[:, 1] / self.seconds[:, 0]))


@dataclass(frozen=True)
class CheckTrace:
    """All that is recorded of one network so far; rules, figures and documents are made from it.

    The fields of `CheckChunk`, with T steps for K.
    """

    setup: CheckSetup
    steps: int  # asked for
    batch_size: int
    metric: str  # "accuracy", "r2", "mae"
    loss: Floats
    error: Floats
    gradient_norm: Floats
    weight_norm: Floats
    update_norm: Floats
    clipped_norm: Floats
    sampled: Integers
    signal: Floats
    time_signal: Floats
    cancellation: Floats
    variance: Floats
    cosine: Floats
    dead_units: Floats
    active: Floats
    equal_columns: Flags
    forward_finite: Flags
    zeros: Floats
    non_finite: Floats
    signal_square: Floats
    noise_trace: Floats
    histogram: Integers
    outcome: Outcome | None  # None until the last step
    loss_scale: float = 1.0  # times which gradients and updates, but no loss, were measured

    @property
    def stopped_at(self) -> int | None:
        """The last step of a check that its early warning ended, None where it goes on, or went to its end."""
        return self.recorded - 1 if self.outcome is not None and self.recorded < self.steps else None

    @property
    def recorded(self) -> int:
        """Steps recorded so far."""
        return int(self.loss.shape[0])

    def by_layer(self, norms: Floats) -> Floats:
        """Return the L2 norm of each layer (..., L) from those of its variables (..., V)."""
        starts = np.searchsorted(self.setup.owners, range(len(self.setup.layers)))
        with np.errstate(all="ignore"):  # non-finite norms stay what they are
            total = np.add.reduceat(np.square(norms, dtype=np.float64), starts, axis=-1)
            return np.sqrt(total).astype(np.float32)


@dataclass(frozen=True)
class Finding:
    """One thing that a rule found, with all that is needed to check it by hand."""

    rule: str  # a name in `gradcore.health.RULES`
    severity: str  # "info", "warning" or "critical"
    layer: str  # "" where it is about the whole network
    step: int | None  # 0-based; None where it is about no step
    value: float
    threshold: float
    formula: str  # what the value is
    evidence: str  # one sentence with the numbers
    advice: str  # one sentence

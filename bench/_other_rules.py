"""The rules of other tools on a recorded check, restated from their documentation; what each was restated from.

Each function returns which of "vanishing", "exploding" and "dead" the tool would say. Shapes: T steps, V variables.

* The notebook: `gradcore.notebook_health`. It has no rule for dead units.
* SageMaker Debugger, "List of Debugger built-in rules" with its default parameters,
  https://docs.aws.amazon.com/sagemaker/latest/dg/debugger-built-in-rules.html: VanishingGradient (mean of |g| of a
  gradient tensor below 1e-7), ExplodingTensor (NaN or Inf in a gradient), DeadRelu (more than 50 % of a layer's ReLUs
  active on less than 1 % of the rows). Restated: a tensor's root mean square for its mean of |g|, which is never
  larger; "active on no probe row" for "on less than 1 %"; any recorded step counts.
* AutoTrainer: Zhang, Zhai, Ma & Chen 2021, ICSE, https://doi.org/10.1109/ICSE43902.2021.00043, with the formulas and
  defaults of its published code (https://github.com/shiningrain/AUTOTRAINER, `utils/monitor.py`; we are not sure that
  the paper's table has the same): r = |g of the first kernel| / |g of the last|; vanishing r < 1e-3 with the first
  below 1e-4, exploding r > 70 or anything not finite, dying ReLU at least 70 % of all entries of the gradient exactly
  zero; dying is asked first, then exploding, then vanishing, and (but for NaN) only where training does not reach its
  accuracy. Restated: that gate as e >= 0.5 at the check's last step, "auto_trainer"; and without the gate,
  "auto_trainer_formulas".
"""

import numpy as np
from numpy.typing import NDArray

from gradcore.notebook_health import POOR, notebook_health
from gradcore.records import CheckTrace, Doubles

MEAN_GRADIENT, INACTIVE = 1e-7, 0.5  # SageMaker Debugger
RATIO_LOW, FIRST_LOW, RATIO_HIGH, ZEROS = 1e-3, 1e-4, 70.0, 0.7  # AutoTrainer: beta_1, beta_2, beta_3, gamma
GATE = 0.5  # of e
COVERS = {  # which conditions each can name
    "ours": ("vanishing", "exploding", "dead"),
    "ours_with_warnings": ("vanishing", "exploding", "dead"),
    "notebook": ("vanishing", "exploding"),
    "sagemaker_debugger": ("vanishing", "exploding", "dead"),
    "auto_trainer": ("vanishing", "exploding", "dead"),
    "auto_trainer_formulas": ("vanishing", "exploding", "dead"),
}


def notebook(trace: CheckTrace) -> list[str]:
    """Return what the notebook's counts say where its verdict is that problems persist."""
    found = notebook_health(trace)
    if found["verdict"] != POOR:
        return []
    return [
        name for name, many in (("vanishing", found["vanished"] > 2), ("exploding", found["exploding"] > 1)) if many
    ]


def sagemaker_debugger(trace: CheckTrace, sizes: NDArray[np.int64]) -> list[str]:
    """Return what SageMaker Debugger's three rules say; `sizes` (V,) are the entries of each variable."""
    norms = trace.gradient_norm[:, 0].astype(np.float64)  # (T, V)
    small = norms / np.sqrt(sizes) < MEAN_GRADIENT
    relu = np.array([name == "relu" for name in trace.setup.activations])
    inactive = trace.dead_units[:, 0][:, relu] > INACTIVE  # (M, those of ReLU)
    said = {"vanishing": small.any(), "exploding": not np.isfinite(norms).all(), "dead": inactive.any()}
    return [name for name, holds in said.items() if holds]


def auto_trainer(trace: CheckTrace, sizes: NDArray[np.int64], *, gated: bool) -> list[str]:
    """Return what AutoTrainer says, at most one; `sizes` (V,) are the entries of each variable."""
    norms = trace.gradient_norm[:, 0].astype(np.float64)  # (T, V)
    if not (np.isfinite(norms).all() and np.isfinite(trace.loss).all()):
        return ["exploding"]
    if gated and trace.error[-1, 0] < GATE:
        return []
    first, last = _ends(trace, norms)
    with np.errstate(all="ignore"):
        ratio = first / last
    zeros = (trace.zeros[:, 0] * sizes).sum(axis=1) / sizes.sum()  # (M,)
    said = {
        "dead": (zeros >= ZEROS).any(),
        "exploding": (ratio > RATIO_HIGH).any(),
        "vanishing": ((ratio < RATIO_LOW) & (first < FIRST_LOW)).any(),
    }
    return [name for name, holds in said.items() if holds][:1]


def _ends(trace: CheckTrace, norms: Doubles) -> tuple[Doubles, Doubles]:
    """Return the gradient norm of the first and of the last kernel, (T,) each."""
    kernels = [place for place, path in enumerate(trace.setup.variables) if path.endswith("/kernel")]
    return norms[:, kernels[0]], norms[:, kernels[-1]]

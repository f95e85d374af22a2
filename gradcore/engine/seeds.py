"""Every random number of a run, from its seed: initial weights by Keras with integer seeds, batches by NumPy.

A script outside can repeat both: `weight_seed` is the `seed` argument of the initialiser of a layer's kernel, and
`batches` cuts the permutations of `numpy.random.default_rng`.
"""

import numpy as np
from numpy.typing import NDArray

OWN_WEIGHTS = 1  # first word of the seeds of an entrant that does not share its weights
RECURRENT = 2  # added to that word for the kernel from one time step to the next


def weight_seed(seed: int, layer: int, entrant: int | None = None, recurrent: bool = False) -> int:
    """Return the integer seed of the kernel initialiser of one layer (0 = input side).

    Args:
        seed: of the run.
        layer: its number.
        entrant: given only where each entrant has weights of its own (the notebook's race).
        recurrent: whether the kernel leads from one time step to the next.

    Example:
        >>> weight_seed(0, 0), weight_seed(0, 1), weight_seed(0, 0, entrant=2), weight_seed(0, 0, recurrent=True)
        (2968811710, 3964924996, 3605833805, 2926792190)
    """
    kind = (0 if entrant is None else OWN_WEIGHTS) + (RECURRENT if recurrent else 0)
    words = [seed, layer] if not kind else [seed, layer, kind, entrant or 0]
    return int(np.random.SeedSequence(words).generate_state(1)[0])


def batches(seed: int, rows: int, batch_size: int, steps: int, offset: int = 0) -> NDArray[np.int32]:
    """Return the row numbers of every step, (T, batch_size): a new permutation each epoch, remainders left out.

    Example:
        >>> batches(0, rows=5, batch_size=2, steps=3).tolist()
        [[2, 4], [3, 0], [4, 1]]
    """
    draw = np.random.default_rng([seed, offset])
    per_epoch = rows // batch_size
    epochs = [draw.permutation(rows)[: per_epoch * batch_size] for _ in range(-(-steps // per_epoch))]
    return np.concatenate(epochs).reshape(-1, batch_size)[:steps].astype(np.int32)

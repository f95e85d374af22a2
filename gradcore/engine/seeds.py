"""Every random number of a run, from its seed: initial weights by Keras with integer seeds, batches by NumPy.

A script outside can repeat both: `weight_seed` is the `seed` argument of the initialiser of a layer's kernel, and
`batches` cuts the permutations of `numpy.random.default_rng`.
"""

import numpy as np
from numpy.typing import NDArray

OWN_WEIGHTS = 1  # first word of the seeds of an entrant that does not share its weights


def weight_seed(seed: int, layer: int, entrant: int | None = None) -> int:
    """Return the integer seed of the kernel initialiser of one layer (0 = input side).

    `entrant` is given only where each entrant has weights of its own (the notebook's race).

    Example:
        >>> weight_seed(0, 0), weight_seed(0, 1), weight_seed(0, 0, entrant=2)
        (2968811710, 3964924996, 3605833805)
    """
    words = [seed, layer] if entrant is None else [seed, layer, OWN_WEIGHTS, entrant]
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

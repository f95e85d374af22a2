"""Weights that start along a teacher's singular directions, so that each of its modes is learned by itself."""

import numpy as np

from gradcore.engine.seeds import weight_seed
from gradcore.records import Floats
from gradcore.specs import NetworkSpec
from gradcore.tasks import Teacher


def aligned_kernels(network: NetworkSpec, teacher: Teacher, seed: int, entrant: int | None = None) -> list[Floats]:
    """Return the kernels of the hidden layers and the head, of a network whose initialiser is "aligned".

    With K modes and n kernels each passes every mode on with the n-th root of `strength`, in directions that are
    drawn for each hidden layer (`weight_seed` is the seed of the normal matrix whose Q they are). The whole network
    is then the teacher's map with each singular value replaced by `strength`.

    Args:
        network: its `hidden` widths, K or more each.
        teacher: of the task and seed.
        seed: of the run.
        entrant: given only where each entrant has weights of its own.

    Reference: Saxe, McClelland & Ganguli 2014, section 1.1, https://arxiv.org/abs/1312.6120
    """
    modes = teacher.features.shape[1]
    strength = network.kernel_initializer.get("strength")
    passed = float(strength) ** (1 / (len(network.hidden) + 1))  # type: ignore[arg-type]
    drawn = [
        np.linalg.qr(np.random.default_rng(weight_seed(seed, layer, entrant)).normal(size=(width, modes)))[0]
        for layer, width in enumerate(network.hidden)
    ]
    bases = [teacher.features, *drawn, teacher.outputs]  # (width, K) each
    return [(passed * bases[i] @ bases[i + 1].T).astype(np.float32) for i in range(len(bases) - 1)]

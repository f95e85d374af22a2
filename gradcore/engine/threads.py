"""How many threads TensorFlow uses: one per worker, measured as the fastest, and the same bits every time."""

import tensorflow as tf


def use_one_thread() -> None:
    """Let TensorFlow compute with one thread; leaves a process alone whose TensorFlow has already begun."""
    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        return

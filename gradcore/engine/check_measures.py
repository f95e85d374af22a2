"""What a health check measures, as formulas on tensors of one replica.

Shapes: B rows, n units, V variables. Definitions: a, kappa, the noise scale (McCandlish et al. 2018,
https://arxiv.org/abs/1812.06162) and the error e are those of the guide.
"""

import numpy as np
import tensorflow as tf

from gradcore.engine.layout import Tensor
from gradcore.engine.probed import Watched
from gradcore.records import BINS

TINY = 1e-37  # keeps a quotient of zeros defined
LOWEST, PER_DECADE = -14, 2  # of the histogram's first edge, and how many bins a decade has

# where an activation is flat, of its input z; those that are not named are flat nowhere. One side of the smooth ones is
# flat where their slope is below an eighth of the steepest: GELU and SiLU dip there, and are never steeper again
FLAT = {
    "relu": lambda z: z <= 0,
    "elu": lambda z: z < -2.079,  # its slope is exp(z)
    "selu": lambda z: z < -2.079,
    "gelu": lambda z: z < -0.486,
    "silu": lambda z: z < -0.804,
    "softplus": lambda z: z < -1.946,
    "tanh": lambda z: tf.abs(tf.tanh(z)) > 0.99,
    "sigmoid": lambda z: tf.abs(tf.sigmoid(z) - 0.5) > 0.49,
}


def of_layers(watched: Watched, delta: Tensor, z: Tensor, inside: Tensor, kernels: Tensor) -> Tensor:
    """Return eight measures of G layers of one kind, (8, G): signal, kappa, variance, cosine and so on (`NAMES`).

    Args:
        watched: their kind.
        delta: dLoss/dz, (G, B, n), or (G, B, T, F) of a sequence.
        z: before the activation, (G, B, ..., n).
        inside: what goes into the activation on the probe rows, (G, N, ..., n).
        kernels: (G, inputs, units).
    """
    last = delta[:, :, -1] if watched.recurrent else delta
    rows = tf.reshape(z, [tf.shape(z)[0], -1, z.shape[-1]])
    dead, active = flat_shares(inside, watched.activation, of_output=watched.recurrent)
    kappa = cancellation(delta) if watched.bias else tf.fill([tf.shape(z)[0]], np.float32(np.nan))
    finite = tf.cast(tf.reduce_all(tf.math.is_finite(rows), axis=(1, 2)), tf.float32)
    variance = tf.math.reduce_variance(rows, axis=(1, 2))
    return tf.stack([rms(last), kappa, variance, mean_cosine(rows), dead, active, equal_columns(kernels), finite])


def rms(values: Tensor) -> Tensor:
    """Return the root mean square of each (G, ...), (G,); what float32 cannot square is scaled before."""
    flat = tf.reshape(values, [tf.shape(values)[0], -1])
    largest = tf.reduce_max(tf.abs(flat), axis=1, keepdims=True)
    scale = tf.where(tf.math.is_finite(largest) & (largest > 0), largest, 1.0)
    return scale[:, 0] * tf.sqrt(tf.reduce_mean(tf.square(flat / scale), axis=1))


def cancellation(delta: Tensor) -> Tensor:
    """Return kappa of the rows (G, B, n): the length of their sum over the sum of their lengths, (G,)."""
    rows = tf.reshape(delta, [tf.shape(delta)[0], -1, delta.shape[-1]])
    rows /= tf.maximum(tf.reduce_max(tf.abs(rows), axis=(1, 2), keepdims=True), TINY)
    return tf.norm(tf.reduce_sum(rows, axis=1), axis=1) / tf.maximum(tf.reduce_sum(tf.norm(rows, axis=2), axis=1), TINY)


def mean_cosine(z: Tensor) -> Tensor:
    """Return the mean cosine between different rows (G, B, n), (G,); NaN for a single row."""
    units = tf.math.l2_normalize(z, axis=2, epsilon=TINY)
    rows = tf.cast(tf.shape(z)[1], tf.float32)
    lengths = tf.reduce_sum(tf.square(units), axis=(1, 2))  # rows of zeros have none
    return (tf.reduce_sum(tf.square(tf.reduce_sum(units, axis=1)), axis=1) - lengths) / (rows * (rows - 1))


def flat_shares(z: Tensor, activation: str, *, of_output: bool = False) -> tuple[Tensor, Tensor]:
    """Return the share of units that are flat on every row (G, ..., n), and of elements that are not flat, (G,) each.

    Args:
        z: what goes into the activation; what came out of it, where `of_output`.
        activation: its name.
        of_output: whether `z` is the output of a tanh, as a recurrent cell shows it.
    """
    if of_output and activation == "tanh":
        flat = tf.abs(z) > 0.99
    elif activation in FLAT and not of_output:
        flat = FLAT[activation](z)
    else:
        return tf.zeros(tf.shape(z)[0]), tf.ones(tf.shape(z)[0])
    elements = tf.cast(tf.reshape(flat, [tf.shape(z)[0], -1, flat.shape[-1]]), tf.float32)  # a NaN is not flat
    return tf.reduce_mean(tf.reduce_min(elements, axis=1), axis=1), 1 - tf.reduce_mean(elements, axis=(1, 2))


def error(outputs: Tensor, targets: Tensor, loss: str) -> Tensor:
    """Return e: how far answers are from the targets, 1 for the best constant answer and 0 for none.

    Classes: the mean length of p - y over sqrt(1 - 1/C). Numbers: rms residual over the targets' standard deviation.
    """
    if "categorical" not in loss:
        centred = targets - tf.reduce_mean(targets, axis=0)
        return rms((targets - outputs)[None])[0] / tf.maximum(rms(centred[None])[0], TINY)
    missed = _missed(outputs, targets, loss)
    return tf.reduce_mean(tf.math.reduce_euclidean_norm(missed, axis=-1)) / (1 - 1 / outputs.shape[-1]) ** 0.5


def _missed(outputs: Tensor, targets: Tensor, loss: str) -> Tensor:
    """Return p - y (B, C); of logits as the loss' own gradient, which a graph then computes once for both."""
    if "probabilities" in loss:
        return outputs - tf.one_hot(tf.cast(targets, tf.int32), outputs.shape[-1])
    found = tf.raw_ops.SparseSoftmaxCrossEntropyWithLogits(features=outputs, labels=tf.cast(targets, tf.int64))
    return found.backprop


def equal_columns(kernels: Tensor) -> Tensor:
    """Return whether all units (columns, at least two) have the same incoming weights (G, inputs, units): 1 or 0."""
    if kernels.shape[-1] < 2:
        return tf.zeros(tf.shape(kernels)[0])
    return tf.cast(tf.reduce_all(kernels == kernels[:, :, :1], axis=(1, 2)), tf.float32)


def two_batch_estimates(large: Tensor, small: Tensor, rows: Tensor, few: Tensor) -> tuple[Tensor, Tensor]:
    """Return unbiased estimates of |G|^2 and of tr Sigma, from |G_B|^2 on many rows and |G_b|^2 on few of them."""
    signal = (rows * large - few * small) / (rows - few)
    noise = (small - large) / (1 / few - 1 / rows)
    return signal, noise


def histogram(gradient: Tensor, owners: Tensor, layers: int) -> Tensor:
    """Return how many entries (P,) of each layer lie in each bin of |g|, (L, BINS); `owners` (P,) are their layers."""
    size = tf.abs(gradient)
    decades = tf.math.log(tf.maximum(size, TINY)) / tf.math.log(10.0)
    inner = tf.clip_by_value(tf.floor((decades - LOWEST) * PER_DECADE) + 1, 1.0, BINS - 2.0)
    finite = tf.where(size == 0, 0.0, inner)
    place = tf.cast(tf.where(tf.math.is_finite(gradient), finite, BINS - 1.0), tf.int32)
    counts = tf.math.bincount(owners * BINS + place, minlength=layers * BINS, maxlength=layers * BINS)
    return tf.reshape(counts, [layers, BINS])

"""One measured step of one replica: its gradient as in training, and what is measured of every layer."""

from typing import Any

import numpy as np
import tensorflow as tf

from gradcore.engine.check_layout import CheckLayout
from gradcore.engine.check_measures import error, of_layers, rms, two_batch_estimates
from gradcore.engine.layout import Tensor
from gradcore.engine.losses import LOSSES

FEW = 4  # a part of 1 / FEW of a batch is the small one of two batches
NAMES = ("signal", "cancellation", "variance", "cosine", "dead_units", "active", "equal_columns", "forward_finite")


class Sample:
    """Measures a replica on its batch and on the probe rows."""

    def __init__(self, layout: CheckLayout, loss: str, scale: tf.Variable) -> None:
        """Take the layout, the name of the loss, and what the loss is multiplied by."""
        self.layout, self._loss, self._scale = layout, loss, scale
        self.connected = np.ones(len(layout.plain.paths), bool)  # known after the first measured step

    def measured(
        self, parts: list[Tensor], states: list[Tensor], x: Tensor, y: Tensor, probe: Tensor
    ) -> tuple[Any, ...]:
        """Return loss, error, gradient (P,) and new states of one replica, and all measures of its layers."""
        probes = self.layout.zero_probes(tf.shape(x)[0])
        with tf.GradientTape() as tape:
            tape.watch([parts, probes])
            (outputs, *seen), new = self.layout.call(parts, states, x, probes)
            loss = LOSSES[self._loss](y, outputs)
            scaled = loss * self._scale
        gradient, deltas = tape.gradient(scaled, [parts, probes])
        self.connected = np.array([one is not None for one in gradient])
        gradient = [tf.zeros_like(part) if one is None else one for one, part in zip(gradient, parts, strict=True)]
        layers = len(self.layout.watched)
        measured = self._layers(parts, deltas, seen[:layers], self._seen_on(parts, states, probe))
        noise = self._noise(parts, states, x, y, gradient)
        return loss, error(outputs, y, self._loss), tf.concat(gradient, axis=0), list(new), *measured, *noise

    def _seen_on(self, parts: list[Tensor], states: list[Tensor], probe: Tensor) -> list[Tensor]:
        """Return what goes into each activation on the probe rows, with normalisation as in training."""
        (_, *seen), _ = self.layout.call(parts, states, probe, self.layout.zero_probes(tf.shape(probe)[0]))
        return list(seen[len(self.layout.watched) :])

    def _layers(
        self, parts: list[Tensor], deltas: list[Tensor], z: list[Tensor], inside: list[Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Return the measures of the watched layers, (8, D) in the order of `NAMES`, and the time signal (R, 2).

        Layers of the same kind and shape are measured together: a deep stack makes a small graph.
        """
        columns: dict[int, Tensor] = {}
        times: dict[int, Tensor] = {}
        for watched, places in self.layout.groups():
            delta, before, at = (
                tf.stack([each[place] for place in places]) for each in (deltas, z, inside)
            )  # (G, ...)
            kernels = tf.stack([self.layout.kernel(parts, place) for place in places])
            found = of_layers(watched, delta, before, at, kernels)
            columns |= dict(zip(places, tf.unstack(found, axis=1), strict=True))
            if watched.recurrent:
                ends = tf.stack([rms(delta[:, :, 0]), rms(delta[:, :, -1])], axis=1)
                times |= dict(zip(places, tf.unstack(ends), strict=True))
        ordered = [times[place] for place in sorted(times)]
        return tf.stack([columns[n] for n in range(len(columns))], axis=1), tf.stack(ordered or [tf.zeros(2)])

    def _noise(
        self, parts: list[Tensor], states: list[Tensor], x: Tensor, y: Tensor, gradient: list[Tensor]
    ) -> list[Tensor]:
        """Return the estimates of |G|^2 and tr Sigma from the batch and a part of it; NaN for fewer than two rows."""
        rows = tf.shape(x)[0]
        few = tf.maximum(rows // FEW, 1)
        with tf.GradientTape() as tape:
            tape.watch(parts)
            (outputs, *_), _ = self.layout.call(parts, states, x[:few], self.layout.zero_probes(few))
            scaled = LOSSES[self._loss](y[:few], outputs) * self._scale
        small = tape.gradient(scaled, parts, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        large, less = (tf.add_n([tf.reduce_sum(tf.square(part)) for part in one]) for one in (gradient, small))
        return list(two_batch_estimates(large, less, tf.cast(rows, tf.float32), tf.cast(few, tf.float32)))

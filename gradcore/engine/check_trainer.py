"""Training under observation: S replicas of one network, whose every layer is measured at some steps.

A step in between measures only loss, error and norms. The measured step is a graph of its own, so that a check whose
every step is measured traces no other; a longer one traces a second graph, which calls the first.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from gradcore.engine.check_layout import CheckLayout
from gradcore.engine.check_measures import error, histogram
from gradcore.engine.check_sample import Sample
from gradcore.engine.clipping import Clipper
from gradcore.engine.layout import Tensor
from gradcore.engine.losses import LOSSES
from gradcore.engine.row_norms import row_norms
from gradcore.engine.rows import batch_rows, one_for_each_seed
from gradcore.engine.states import States
from gradcore.engine.training import Initial
from gradcore.engine.updates import build_update
from gradcore.records import Floats
from gradcore.specs import NO_CLIPPING, Choice


class CheckTrainer:
    """Trains and measures; may be reset and used again."""

    def __init__(
        self, layout: CheckLayout, loss: str, optimizer: Choice, clip: Choice, seeds: int, *, scheduled: bool = False
    ) -> None:
        """Make the variables; a graph is traced when it is first asked for.

        All seeds have one learning rate, which changes from step to step where it is `scheduled`.
        """
        self.layout, self._loss, self._seeds, self._scheduled = layout, loss, seeds, scheduled
        self._clipper = None if clip == NO_CLIPPING else Clipper(clip, layout.model, layout.plain, seeds)
        self._update = build_update(optimizer, layout.plain, seeds)
        self._states = States(layout.model, seeds)
        self._scale = tf.Variable(1.0, trainable=False)
        self._stretches: Any = None
        self._watching: Any = None
        self._sample = Sample(layout, loss, self._scale)

    @property
    def connected(self) -> NDArray[np.bool_]:
        """Whether the loss depends on each variable at all, (V,); known after the first measured step."""
        return self._sample.connected

    def reset(self, initial: Sequence[Initial], learning_rate: float, steps: int, loss_scale: float = 1.0) -> None:
        """Start from each seed's values, with an optimizer and a clip rule that have seen nothing."""
        self._update.reset(np.stack([self.layout.plain.row(trainable) for trainable, _ in initial]))
        self._update.set_rates(tf.constant(np.full(self._seeds, learning_rate, np.float32)))
        self._states.reset([others for _, others in initial])
        self._scale.assign(loss_scale)
        if self._clipper and self._clipper.reset(steps):
            self._stretches = self._watching = None

    def run(
        self,
        x: Tensor,
        y: Tensor,
        probe: Tensor,
        batches: NDArray[np.int32],
        rates: Floats,
        measured: NDArray[np.int64],
    ) -> list[NDArray[Any]]:
        """Train one step for each batch, (K, S, B) row numbers, and measure all of some of them, the last among them.

        Returns what `measure` does, which has been called before: of every step (K, S, M), and of the measured ones.
        """
        if self._stretches is None:
            specs = [tf.TensorSpec(one.shape, one.dtype) for one in (x, y, probe)]
            steps = tf.TensorSpec((None, *batches.shape[1:]), tf.int32)
            own, ends = tf.TensorSpec((None, self._seeds), tf.float32), tf.TensorSpec((None,), tf.int32)
            self._stretches = tf.function(self._run_stretches).get_concrete_function(*specs, steps, own, ends)
        self._spend(len(batches))
        given = tf.constant(batches), tf.constant(rates), tf.constant(measured, tf.int32)
        rows, *found = self._stretches(x, y, probe, *given)
        return [np.asarray(rows), *map(np.asarray, found)]

    def measure(
        self, x: Tensor, y: Tensor, probe: Tensor, batch: NDArray[np.int32], rates: Floats
    ) -> list[NDArray[Any]]:
        """Train one step on a batch (S, B) and measure all of it; `probe` rows (N, ...) are only looked at."""
        if self._watching is None:
            steps = tf.TensorSpec(batch.shape, tf.int32)
            self._watching = _traced(self._run_watched, x, y, probe, steps, tf.TensorSpec((self._seeds,), tf.float32))
        self._spend(1)
        return [np.asarray(found) for found in self._watching(x, y, probe, tf.constant(batch), tf.constant(rates))]

    def predict(self, x: Tensor) -> Floats:
        """Return the model's outputs (S, M, O) for rows (M, ...) or (S, M, ...), in inference mode."""
        return np.asarray(tf.function(self._run_predict)(x))

    def finalize(self) -> None:
        """Put the weights in place that the optimizer means to be used after training."""
        self._update.finalize()

    def _spend(self, steps: int) -> None:
        if self._clipper:
            self._clipper.spend(steps)

    def _run_stretches(
        self, x: Tensor, y: Tensor, probe: Tensor, batches: Tensor, rates: Tensor, ends: Tensor
    ) -> list[Tensor]:
        """Return what `run` does: a call costs as much as a step or two, so that one serves many."""
        rows, first = tf.TensorArray(tf.float64, size=tf.shape(batches)[0]), 0
        found = self._room(tf.shape(ends)[0])
        for place in tf.range(tf.shape(ends)[0]):
            end = ends[place]
            for step in tf.range(first, end):
                rows = rows.write(step, self._plain_step(x, y, batches[step], rates[step]))
            row, *measured = self._watching(x, y, probe, batches[end], rates[end])
            rows = rows.write(end, self._uncompleted(row))
            found, first = _written(found, place, measured), end + 1
        return [self._completed(rows.stack()), *_stacked(found)]

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def _plain_step(self, x: Tensor, y: Tensor, batch: Tensor, rates: Tensor) -> Tensor:
        if self._scheduled:
            self._update.set_rates(rates)
        before = self._update.read()
        found = self._each(self._gradient, before, *batch_rows(self.layout.model, x, y, batch))
        return self._apply(before, *found)

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def _room(self, places: Tensor) -> list[Any]:
        """Return an array for each of the measures of so many steps."""
        outputs = self._watching.outputs[1:]
        return [tf.TensorArray(one.dtype, size=places, element_shape=one.shape) for one in outputs]

    def _run_watched(self, x: Tensor, y: Tensor, probe: Tensor, batch: Tensor, rates: Tensor) -> list[Tensor]:
        if self._scheduled:
            self._update.set_rates(rates)
        before = self._update.read()
        by_seed, shared = batch_rows(self.layout.model, x, y, batch)

        def watched(parts: list[Tensor], states: list[Tensor], *rows: Tensor) -> tuple[Any, ...]:
            return self._sample.measured(parts, states, rows[0], rows[1], rows[2] if len(rows) > 2 else probe)

        each_probe = [probe] if one_for_each_seed(self.layout.model, probe) and by_seed else []
        loss, missed, entries, new, *layers = self._each(watched, before, [*by_seed, *each_probe], shared)
        row = self._completed(self._apply(before, loss, missed, entries, new))
        shares = [self.layout.shares(kind) for kind in (entries == 0, ~tf.math.is_finite(entries))]
        counts = histogram(entries[0], self.layout.owner_of_entry, len(self.layout.plain.layers))
        return [row, *layers, *shares, counts]

    def _each(self, function: Callable[..., Any], weights: Tensor, by_seed: list[Tensor], shared: list[Tensor]) -> Any:
        """Return what a function of (parts, states, *rows) gives for each seed, stacked; one seed costs no map."""

        def replica(inputs: Any) -> Any:
            row, own, rows = inputs
            return function(self.layout.plain.split(row), self._states.of_replica(own), *rows, *shared)

        stacked = (weights, self._states.stacked(), by_seed)
        if self._seeds == 1:
            only = replica(tf.nest.map_structure(lambda one: one[0], stacked))
            return tf.nest.map_structure(lambda one: one[None], only)
        return tf.vectorized_map(replica, stacked)

    def _apply(self, before: Tensor, loss: Tensor, missed: Tensor, gradient: Tensor, new: Any) -> Tensor:
        """Let clip rule and optimizer act; return loss, error and norms as `_completed` needs them."""
        plain, head = self.layout.plain, tf.cast(tf.stack([loss, missed], axis=1), tf.float64)
        if self._clipper is None:
            self._update.apply(gradient, None)
            self._states.assign(new, None)
            return tf.concat([head, row_norms(plain, [gradient, before, self._update.read() - before])], axis=1)
        norms = row_norms(plain, [gradient])
        found = self._clipper.apply(plain.split(gradient), norms, plain.split(before))
        self._update.apply(found.rows, found.allowed)
        self._states.assign(new, found.allowed)
        others = row_norms(plain, [before, self._update.read() - before])
        return tf.concat([head, norms, others, tf.norm(found.norms, axis=1, keepdims=True)], axis=1)

    def _completed(self, rows: Tensor) -> Tensor:
        """Return rows (..., M) of loss, error and 3 V norms with that of the whole clipped gradient at their end.

        Without a clip rule it is that of the gradient, and found once for all steps.
        """
        if self._clipper:
            return rows
        own = rows[..., 2 : 2 + len(self.layout.paths)]
        return tf.concat([rows, tf.norm(own, axis=-1, keepdims=True)], axis=-1)

    def _uncompleted(self, row: Tensor) -> Tensor:
        return row if self._clipper else row[..., :-1]

    def _gradient(self, parts: list[Tensor], states: list[Tensor], x: Tensor, y: Tensor) -> tuple[Any, ...]:
        """Return loss, error, gradient (P,) and new states of one replica."""
        with tf.GradientTape() as tape:
            tape.watch(parts)
            outputs, new = self.layout.model.stateless_call(
                self.layout.plain.variables(parts), states, x, training=True
            )
            loss = LOSSES[self._loss](y, outputs)
            scaled = loss * self._scale
        gradient = tape.gradient(scaled, parts, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        return loss, error(outputs, y, self._loss), tf.concat(gradient, axis=0), list(new)

    def _run_predict(self, x: Tensor) -> Tensor:
        def answers(parts: list[Tensor], states: list[Tensor], rows: Tensor) -> Tensor:
            outputs, _ = self.layout.model.stateless_call(self.layout.plain.variables(parts), states, rows)
            return outputs

        by_seed = one_for_each_seed(self.layout.model, x)
        return self._each(answers, self._update.read(), [x] if by_seed else [], [] if by_seed else [x])


@tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
def _written(arrays: list[Any], place: Tensor, values: Sequence[Tensor]) -> list[Any]:
    return [array.write(place, value) for array, value in zip(arrays, values, strict=True)]


@tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
def _stacked(arrays: list[Any]) -> list[Tensor]:
    return [array.stack() for array in arrays]


def _traced(function: Any, *inputs: Any) -> Any:
    """Return the one graph of a function for inputs of these shapes."""
    specs = [tf.TensorSpec(item.shape, item.dtype) for item in inputs]
    return tf.function(function, autograph=False).get_concrete_function(*specs)

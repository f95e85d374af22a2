"""The compiled training loop: all seeds of one entrant at once, with every layer's gradient recorded at every step.

Works on any Keras model: a chunk of steps is one graph call; inside, `vectorized_map` runs the model's own
`stateless_call` on each seed's weights, states and batch.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from gradcore.engine.clipping import Clipper
from gradcore.engine.layout import Layout, Tensor, part_norms
from gradcore.engine.losses import LOSSES
from gradcore.engine.rows import batch_rows, one_for_each_seed
from gradcore.engine.states import States
from gradcore.engine.updates import build_update
from gradcore.errors import TrainingError
from gradcore.records import Doubles, Floats, TraceChunk
from gradcore.specs import NO_CLIPPING, Choice

Initial = tuple[Sequence[Floats], Sequence[Floats]]  # one seed's trainable and non-trainable values, Keras' order


class Trainer:
    """Trains S replicas of one model with one optimizer and one clip rule; may be reset and used again."""

    def __init__(
        self,
        model: keras.Model,
        loss: str,
        optimizer: Choice,
        clip: Choice,
        seeds: int,
        *,
        record: bool = True,
        scheduled: bool = False,
        own_rates: bool = False,
        points: bool = False,
    ) -> None:
        """Make the variables; the graph is traced at the first chunk.

        Args:
            model, loss: what is trained, and the name of what it lowers.
            optimizer, clip: by which rules.
            seeds: S, how many replicas.
            record: whether anything but the loss is measured (`bench/recording.py` measures what it costs).
            scheduled: whether the learning rate changes from step to step.
            own_rates: whether the seeds differ in it.
            points: whether the weights before each step are recorded too, for a path of few numbers.
        """
        self._model, self._loss, self._record = model, LOSSES[loss], record
        self._seeds, self._scheduled, self._points = seeds, scheduled, points
        self.layout = Layout.of(model)
        self._clipper = None if clip == NO_CLIPPING else Clipper(clip, model, self.layout, seeds)
        self._update = build_update(optimizer, self.layout, seeds, own_rates=own_rates)
        self._states = States(model, seeds)
        self._chunk: Any = None  # traced at the first call
        self._predict: Any = None

    def reset(self, initial: Sequence[Initial], learning_rate: float | Floats, steps: int = 1024) -> None:
        """Start from each seed's values, with an optimizer and a clip rule that have seen nothing.

        `learning_rate` is one for all, or (S,). `steps` is how many will be trained at most; a clip rule may have to
        make room for them.
        """
        self._update.reset(np.stack([self.layout.row(trainable) for trainable, _ in initial]))
        self._update.set_rates(tf.constant(np.broadcast_to(np.float32(learning_rate), (self._seeds,))))
        self._states.reset([others for _, others in initial])
        if self._clipper and self._clipper.reset(steps):
            self._chunk = None

    def run(
        self,
        x: Tensor,
        y: Tensor,
        batches: NDArray[np.int32],
        entrant: int = 0,
        first_step: int = 0,
        rates: Floats | None = None,
    ) -> TraceChunk:
        """Train one step for each batch and return what was measured.

        Args:
            x, y: rows, (N, ...), or (S, N, ...) where each seed has its own; of the same shapes at every call.
            batches: row numbers (K, S, B), or (K, S, 0) for the full batch.
            entrant: goes into the record.
            first_step: goes into the record.
            rates: learning rates (K, S), where the trainer was made with `scheduled`.
        """
        if self._chunk is None:
            steps = tf.TensorSpec((None, *batches.shape[1:]), tf.int32)  # open, so that no chunk length traces again
            own = tf.TensorSpec((None, self._seeds), tf.float32)
            self._chunk = _traced(self._run_chunk, x, y, steps, own)
        if self._clipper:
            self._clipper.spend(len(batches))
        unused = np.zeros((len(batches), self._seeds), np.float32)
        try:
            rows = np.asarray(self._chunk(x, y, tf.constant(batches), tf.constant(unused if rates is None else rates)))
        except tf.errors.ResourceExhaustedError as error:
            raise TrainingError("the network and its seeds need more memory than this worker has") from error
        return _record(self.layout, rows, entrant, first_step, points=self._points)

    def predict(self, x: Tensor) -> Floats:
        """Return the model's outputs (S, M, O) for rows (M, ...) or (S, M, ...), in inference mode."""
        if self._predict is None:
            self._predict = _traced(self._run_predict, x)
        return np.asarray(self._predict(x))

    def finalize(self) -> None:
        """Put the weights in place that the optimizer means to be used after training."""
        self._update.finalize()

    def weights(self) -> Floats:
        """Return the weights of all seeds, (S, P)."""
        return np.asarray(self._update.read())

    def _run_chunk(self, x: Tensor, y: Tensor, batches: Tensor, rates: Tensor) -> Tensor:
        steps = tf.shape(batches)[0]
        rows = tf.TensorArray(tf.float64, size=steps)
        for step in tf.range(steps):
            if self._scheduled:
                self._update.set_rates(rates[step])
            rows = rows.write(step, self._step(x, y, batches[step]))
        return rows.stack()

    def _step(self, x: Tensor, y: Tensor, batch: Tensor) -> Tensor:
        before = self._update.read()
        weights = self.layout.split(before)
        by_seed, shared = batch_rows(self._model, x, y, batch)

        def replica(inputs: Any) -> Any:
            parts, own, rows = inputs
            return self._gradient(parts, self._states.of_replica(own), *(rows or shared))

        loss, gradient, new = tf.vectorized_map(replica, (weights, self._states.stacked(), by_seed))
        norms = part_norms(gradient) if self._record or self._clipper else None
        found = self._clipper.apply(gradient, norms, weights) if self._clipper else None
        allowed = found.allowed if found else None  # a non-finite step is skipped, before it touches any memory
        self._update.apply(found.rows if found else tf.concat(gradient, axis=1), allowed)
        self._states.assign(new, allowed)
        measured = [tf.cast(loss, tf.float64)[:, None]]
        if self._record:
            moved = self.layout.split(self._update.read() - before)
            measured += [part_norms(weights), part_norms(moved), norms]
            measured += [*found.measured()] if found else []
        if self._points:
            measured.append(tf.cast(before, tf.float64))
        return tf.concat(measured, axis=1)

    def _gradient(self, parts: list[Tensor], states: list[Tensor], x: Tensor, y: Tensor) -> tuple[Any, ...]:
        """Return loss, gradient (as parts) and new states of one replica."""
        with tf.GradientTape() as tape:
            tape.watch(parts)
            outputs, new = self._model.stateless_call(self.layout.variables(parts), states, x, training=True)
            loss = self._loss(y, outputs)
        gradient = tape.gradient(loss, parts, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        return loss, gradient, list(new)

    def _run_predict(self, x: Tensor) -> Tensor:
        def replica(inputs: Any) -> Tensor:
            parts, own, rows = inputs
            states = self._states.of_replica(own)
            outputs, _ = self._model.stateless_call(self.layout.variables(parts), states, *(rows or [x]))
            return outputs

        by_seed = [x] if one_for_each_seed(self._model, x) else []
        weights = self.layout.split(self._update.read())
        return tf.vectorized_map(replica, (weights, self._states.stacked(), by_seed))


def _traced(function: Any, *inputs: Any) -> Any:
    """Return the one graph of a function for inputs of these shapes."""
    return tf.function(function).get_concrete_function(*(tf.TensorSpec(item.shape, item.dtype) for item in inputs))


def _record(layout: Layout, rows: Doubles, entrant: int, first_step: int, *, points: bool) -> TraceChunk:
    """Return the record of what was measured, (K, S, M).

    M = the loss, then V norms each of weights, update and gradient, and under a clip rule of the clipped gradient with
    its three decisions (`Decision.measured`), then the P weights where `points`. M = 1 where nothing but the loss was
    recorded.
    """
    end = rows.shape[2] - (layout.size if points else 0)
    loss, measured, stood = rows[:, :, 0], rows[:, :, 1:end], rows[:, :, end:]
    variables = len(layout.owners)
    places = range(0, measured.shape[2] - variables + 1, variables)
    norms = [layout.by_layer(measured[:, :, i : i + variables]) for i in places]
    weights, moved, gradient, *clipped = norms or [measured] * 3
    after = clipped[0] if clipped else gradient
    with np.errstate(all="ignore"):  # what float32 cannot hold is recorded as Inf or 0
        return TraceChunk(
            entrant=entrant,
            first_step=first_step,
            loss=loss.astype(np.float32),
            gradient_norm=np.sqrt(np.sum(gradient**2, axis=2)).astype(np.float32),
            clipped_norm=np.sqrt(np.sum(after**2, axis=2)).astype(np.float32),
            layer_norms=gradient.astype(np.float32),
            clipped_layer_norms=after.astype(np.float32),
            update_ratio=(moved / weights).astype(np.float32),
            update_norm=np.sqrt(np.sum(moved**2, axis=2)).astype(np.float32),
            points=stood.astype(np.float32) if points else None,
            **(_decisions(measured[:, :, -3:], gradient) if clipped else {}),
        )


def _decisions(measured: Doubles, gradient: Doubles) -> dict[str, Any]:
    """Return what a clip rule decided at each step and seed, (K, S) each."""
    skipped = ~np.isfinite(gradient).all(axis=2)
    return {
        "clip_threshold": measured[:, :, 0].astype(np.float32),
        "clip_scale": measured[:, :, 1].astype(np.float32),
        "clipped": (measured[:, :, 2] > 0) & ~skipped,
        "skipped": skipped,
    }

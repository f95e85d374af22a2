"""The walk of networks that activate sums of layers: their values are not Gaussian, so units of a wide layer are drawn.

The same theory as of `walk`: a layer of weights makes Gaussian values with the moments of what it reads, and a Gaussian
gradient on the way back. In between, T units are drawn, each with R rows of a batch, from a generator that always
starts alike: each layer adds about 1 % of uncertainty. Shapes: (T, R).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np

from gradcore.depth_theory import layers
from gradcore.depth_theory.activations import activation_of
from gradcore.depth_theory.kernels import step_variance
from gradcore.depth_theory.laws import Flow, Law, flow
from gradcore.network_steps import INPUT, Step
from gradcore.records import Floats
from gradcore.specs import Choice, Scalar

DRAWS = 65_536  # T R
MOST_ROWS, FEW_ROWS = 256, 16  # R with batch normalisation, larger batches acting as this one; and without
Way = Callable[[Floats], Floats]


class SampledWalk:
    """The laws of all values of a network, and its gradient back from the head; attributes as of `Walk`."""

    def __init__(
        self,
        steps: Sequence[Step],
        initializer: Choice,
        given: Law,
        rows: int | None,
        drop: bool,
        known: Mapping[str, float],
    ) -> None:
        """Walk forward; without rows as in inference, with known kernels by the layers' names."""
        self.steps, self._initializer, self._rows, self._drop, self._known = steps, initializer, rows, drop, known
        self.kernels: dict[str, float] = {}
        self.signals: dict[str, Law] = {}
        self.felt: dict[str, Law] = {}
        self._draw = np.random.default_rng(0)
        self._shape = _shape(rows if any(step.layer == "BatchNormalization" for step in steps) else None)
        self._laws = {INPUT: given}
        self._values: dict[str, Floats] = {}
        self._ways: dict[str, Way] = {}  # of elementwise layers, back
        last = {name: step.name for step in steps for name in step.inputs}  # who reads a value last
        for step in steps:
            self._values[step.name] = self._through(step)
            for name in step.inputs:
                if last[name] == step.name:
                    self._values.pop(name, None)  # 256 kB each

    def gradients(self, delta_cosine: float = 0.0, radial: float = 1.0) -> dict[str, Flow]:
        """Return dLoss/dz of each layer of weights, in parts of the head's mean square; `radial` has no part in it."""
        head = self.steps[-1].name
        arrived = {head: self._gaussian(1.0, delta_cosine)}
        found: dict[str, Flow] = {}
        for step in reversed(self.steps):
            above = arrived.pop(step.name)
            if step.name in self._ways:
                above = self._ways[step.name](above)
            if step.name in self.signals:
                above = self._across_weights(step, above, found)
            for read in step.inputs:
                arrived[read] = arrived[read] + above if read in arrived else above
        return found

    def _across_weights(self, step: Step, above: Floats, found: dict[str, Flow]) -> Floats:
        square, product = _moments(above)
        square, product = (1.0, product) if step is self.steps[-1] else (square, product)
        found[step.name] = flow(square, product, self.signals[step.name])
        backward = step.shape[-1] * self.kernels[step.name]
        return self._gaussian(backward * square, backward * product)

    def _gaussian(self, square: float, product: float) -> Floats:
        """Return Gaussian units of these moments; a correlation below 0 counts as 0."""
        shared = min(max(product, 0.0), square)
        units, rows = self._shape
        common = self._draw.permutation(_quantiles(units))[:, None]
        own = self._draw.standard_normal(size=(units, rows), dtype=np.float32)
        own /= np.sqrt(np.mean(own**2))  # so that variances do not drift over the layers
        found: Floats = np.float32(np.sqrt(shared)) * common + np.float32(np.sqrt(square - shared)) * own
        return found

    def _law(self, name: str, units: int) -> Law:
        if name not in self._laws:
            self._laws[name] = Law(*_moments(self._values[name]), float(self._values[name].mean()), units=units)
        return self._laws[name]

    def _through(self, step: Step) -> Floats:
        arguments = dict(step.arguments)
        if step.layer == "Dense":
            return self._dense(step, arguments)
        values = [self._values[name] for name in step.inputs]
        if step.layer == "Add":
            return values[0] + values[1]
        if step.layer == "Activation":
            return self._activate(step.name, values[0], str(arguments["activation"]))
        out, self._ways[step.name] = self._elementwise(step, arguments, values[0])
        return out

    def _dense(self, step: Step, arguments: dict[str, Scalar]) -> Floats:
        law, inputs = self._law(step.inputs[0], step.before[-1]), step.before[-1]
        variance = self.kernels[step.name] = step_variance(step, self._initializer, self._known, law.square)
        square, product = (inputs * variance * moment for moment in (law.square, law.product))
        signal = self.signals[step.name] = Law(square, product, gaussian=True, units=step.shape[-1])
        values = self._gaussian(square, product)
        name = str(arguments["activation"])
        if not step.hidden or name == "linear":
            return values
        self.felt[step.name] = signal
        return self._activate(step.name, values, name)

    def _activate(self, layer: str, values: Floats, name: str) -> Floats:
        found, wide = activation_of(name), values.astype(np.float64)
        slope = found.slope(wide).astype(np.float32)
        self._ways[layer] = lambda above: above * slope
        return found.value(wide).astype(np.float32)

    def _elementwise(self, step: Step, arguments: dict[str, Scalar], x: Floats) -> tuple[Floats, Way]:
        match step.layer:
            case "BatchNormalization" if self._rows is not None:
                return _batch_norm(x)
            case "BatchNormalization":
                return _times(x, (1 + layers.BATCH_EPSILON) ** -0.5)
            case "LayerNormalization":
                centred = x - x.mean()
                return _times(centred, float(np.mean(centred**2) + layers.LAYER_EPSILON) ** -0.5)
            case "RMSNormalization":
                return _times(x, float(np.mean(x**2) + layers.RMS_EPSILON) ** -0.5)
            case "Rescaling":
                return _times(x, float(arguments["scale"]))  # type: ignore[arg-type]
            case _:
                rate = float(arguments["rate"]) if self._drop else 0.0  # type: ignore[arg-type]
                return _times(x, (self._draw.random(size=x.shape) >= rate).astype(np.float32) / np.float32(1 - rate))


def _shape(rows: int | None) -> tuple[int, int]:
    held = FEW_ROWS if rows is None else min(rows, MOST_ROWS)
    return DRAWS // held, held


@lru_cache(maxsize=8)
def _quantiles(count: int) -> Floats:
    """Return so many values in the middle of equally likely parts of a standard normal, of mean square 1."""
    found = np.array([NormalDist().inv_cdf((place + 0.5) / count) for place in range(count)])
    return (found / np.sqrt(np.mean(found**2))).astype(np.float32) if count > 1 else found.astype(np.float32)


def _moments(values: Floats) -> tuple[float, float]:
    """Return E x^2, and E x x' of two different rows."""
    count = values.shape[1]
    square = float(np.mean(values**2, dtype=np.float64))
    whole = float(np.mean(values.sum(axis=1, dtype=np.float64) ** 2)) / count
    return square, (whole - square) / (count - 1) if count > 1 else 0.0


def _times(x: Floats, factor: Any) -> tuple[Floats, Way]:
    kept = np.float32(factor)
    return x * kept, lambda above: above * kept


def _batch_norm(x: Floats) -> tuple[Floats, Way]:
    """Return each unit without its mean over the rows and divided by its deviation, and the way back."""
    centred = x - x.mean(axis=1, keepdims=True)
    inverse = 1 / np.sqrt(np.mean(centred**2, axis=1, keepdims=True) + np.float32(layers.BATCH_EPSILON))
    out = centred * inverse

    def back(above: Floats) -> Floats:
        along = np.mean(above * out, axis=1, keepdims=True)
        found: Floats = inverse * (above - above.mean(axis=1, keepdims=True) - out * along)
        return found

    return out, back

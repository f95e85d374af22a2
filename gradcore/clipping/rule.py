"""What a clip rule is: parameters, a memory of fixed shapes, and one application.

Most rules only multiply each tensor by a factor that follows from the norms of the tensors (`ScalingRule`); the others
look at entries or weights (`EntryRule`). Shapes: K tensors, `None` among them where a variable has no gradient.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import numpy as np

from gradcore import checks
from gradcore.checks import refuse
from gradcore.clipping import scalars
from gradcore.clipping.parameter import Parameter
from gradcore.errors import RefusedError
from gradcore.gradient_stats import Array, double, norm
from gradcore.specs import Choice

RECENT = 50  # steps of the recent clip rate, for rules without a history of their own
Gradients = Sequence[Array | None]
Shapes = Sequence[tuple[int, ...] | None]
Memory = tuple[Array, ...]  # float64 arrays whose shapes never change, so that the engine can stack the seeds'


@dataclass(frozen=True)
class Clipped:
    """What one application gave."""

    gradients: list[Array | None]  # each of its tensor's shape and dtype
    threshold: Array  # () float64, NaN where the rule has no single one
    scale: Array  # () float64, the factor common to all tensors, NaN where there is none
    memory: Memory


@dataclass(frozen=True)
class Factors:
    """What a scaling rule decides from the norms of the tensors."""

    factors: Array  # (K,) float64
    threshold: Array  # () float64, NaN where the rule has no single one
    scale: Array  # () float64, NaN where the factors need not be equal
    memory: Memory = ()


@dataclass(frozen=True)
class ClipRule(ABC):
    """One entry of the catalogue: what it is called, what it needs, and its function."""

    name: str
    title: str
    summary: str
    reference: str
    needs: Literal["norm", "gradients", "weights"]  # the global norm alone, the tensors, or the weights as well
    hue: int  # its place in the palette of ten, the same on every page
    function: Callable[..., Any]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    ordered: tuple[str, str] | None = None  # two parameters of which the first must not be larger
    start: Callable[..., Memory] | None = None  # makes the memory, where the rule has one

    def checked(self, choice: Choice) -> Choice:
        """Return the choice, or refuse its first unknown, missing or unfit parameter."""
        given = dict(choice.arguments)
        checks.known_keys(f"the clip rule {self.name}", given, self.parameters)
        for name, parameter in self.parameters.items():
            if name in given:
                parameter.check(given[name])
            elif parameter.required:
                raise RefusedError(f"`{name}` must be given for the clip rule {self.name}.")
        if self.ordered:
            low, high = (self.values(choice)[name] for name in self.ordered)
            if low > high:
                refuse(self.ordered[0], f"be at most `{self.ordered[1]}` = {high:g}", low)
        return choice

    def values(self, choice: Choice) -> dict[str, Any]:
        """Return every parameter, those that were not given at their defaults."""
        given = dict(choice.arguments)
        return {name: given.get(name, parameter.default) for name, parameter in self.parameters.items()}

    def recent(self, choice: Choice) -> int:
        """Return how many of the last steps its recent clip rate looks at."""
        return int(self.values(choice).get("history", RECENT))

    def init(self, choice: Choice, shapes: Shapes, steps: int, xp: Any = np) -> Memory:
        """Return the memory before the first step; () for a rule without one.

        Args:
            choice: the rule with its parameters, checked.
            shapes: one for each tensor, `None` where a variable has no gradient.
            steps: how many steps there are at most.
            xp: array namespace, `numpy`, `keras.ops`, or `scalars` where the gradient counts as one tensor.
        """
        if self.start is None:
            return ()
        if xp is scalars:
            return tuple(array[()] for array in self.start((), max(steps, 1), **self.values(choice)))
        memory = self.start(len(shapes), max(steps, 1), **self.values(choice))
        return memory if xp is np else tuple(xp.convert_to_tensor(array) for array in memory)

    @abstractmethod
    def apply(
        self,
        choice: Choice,
        grads: Gradients,
        memory: Memory = (),
        weights: Gradients | None = None,
        xp: Any = np,
        axes: Sequence[tuple[int, ...]] | None = None,
    ) -> Clipped:
        """Return the clipped gradients with what was decided, and the memory after this step.

        Args:
            choice: the rule with its parameters, checked.
            grads: one gradient per variable; `None` stays `None`.
            memory: from `init` or the step before.
            weights: the variables, for rules that need them.
            xp: array namespace, `numpy` (pages, tests) or `keras.ops` (compiled step).
            axes: the axes of each variable that feed one unit, where its layer knows better than its rank.
        """


@dataclass(frozen=True)
class ScalingRule(ClipRule):
    """Multiplies each tensor by a factor; `function(norms, memory, xp, **parameters)` returns `Factors`."""

    def factors(self, choice: Choice, norms: Array, memory: Memory = (), xp: Any = np) -> Factors:
        """Return the factors for tensors of these L2 norms, (K,) float64; for one norm, () with `xp=scalars`, one.

        Example:
            >>> from gradcore.clipping import CLIP_RULES
            >>> clip = Choice.of("clip_by_global_norm", max_norm=2.5)
            >>> float(CLIP_RULES[clip.name].factors(clip, np.array([3.0, 4.0])).scale)
            0.5
        """
        with np.errstate(all="ignore"):  # non-finite norms are data
            return self.deciding(choice, xp)(norms, memory)

    def deciding(self, choice: Choice, xp: Any = np) -> Callable[[Array, Memory], Factors]:
        """Return `factors` for many steps of one choice; whoever calls it keeps NumPy's warnings away."""
        return partial(self.function, xp=xp, **self.values(choice))

    def apply(
        self,
        choice: Choice,
        grads: Gradients,
        memory: Memory = (),
        weights: Gradients | None = None,
        xp: Any = np,
        axes: Sequence[tuple[int, ...]] | None = None,
    ) -> Clipped:
        """Return each gradient times its factor; both are float64, so that no product over- or underflows."""
        norms = [np.float64(0) if grad is None else norm(grad, xp) for grad in grads]
        found = self.factors(choice, xp.stack(norms) if norms else np.zeros(0), memory, xp)
        scaled = [None if g is None else _scaled(g, found.factors[i], xp) for i, g in enumerate(grads)]
        return Clipped(scaled, found.threshold, found.scale, found.memory)


@dataclass(frozen=True)
class EntryRule(ClipRule):
    """Changes entries; `function(grads, weights, axes, xp, **parameters)` returns gradients and threshold."""

    def apply(
        self,
        choice: Choice,
        grads: Gradients,
        memory: Memory = (),
        weights: Gradients | None = None,
        xp: Any = np,
        axes: Sequence[tuple[int, ...]] | None = None,
    ) -> Clipped:
        """Return the clipped gradients; such a rule has no common factor and no memory."""
        if self.needs == "weights" and weights is None:
            raise RefusedError(f"`weights` must be given for the clip rule {self.name}: one array for each gradient.")
        with np.errstate(all="ignore"):
            clipped, threshold = self.function(grads, weights, axes, xp, **self.values(choice))
        return Clipped(clipped, np.float64(threshold), np.float64(np.nan), memory)


def _scaled(grad: Array, factor: Array, xp: Any) -> Array:
    with np.errstate(all="ignore"):
        product = double(grad, xp) * factor
    return product.astype(grad.dtype) if xp is np else xp.cast(product, grad.dtype)

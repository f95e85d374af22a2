"""A network walked through forward, from law to law, and its gradient back from the head."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from gradcore.depth_theory import layers
from gradcore.depth_theory.kernels import step_variance
from gradcore.depth_theory.laws import Flow, Law, flow, merged
from gradcore.depth_theory.sampled import SampledWalk
from gradcore.network_steps import INPUT, Step
from gradcore.networks import LSUV
from gradcore.specs import Choice

LAYERS = (
    "Activation", "Add", "BatchNormalization", "Dense", "Dropout", "LayerNormalization", "RMSNormalization",
    "Rescaling",
)  # fmt: skip  # that can be walked through
NORMS = ("BatchNormalization", "LayerNormalization", "RMSNormalization")
NONE_KNOWN: Mapping[str, float] = MappingProxyType({})


def walk(
    steps: Sequence[Step], initializer: Choice, given: Law, rows: int, *, drop: bool = True
) -> "Walk | SampledWalk":
    """Return the laws of a network that trains on batches of so many rows.

    Args:
        steps: the layers, input side first, each one of `LAYERS`.
        initializer: of the hidden kernels.
        given: the law of the inputs.
        rows: B.
        drop: whether dropout is on.

    Example:
        >>> from gradcore.network_plan import plan
        >>> from gradcore.specs import NetworkSpec
        >>> from gradcore.tasks import TASKS
        >>> steps = plan(NetworkSpec((64,), "linear"), TASKS["digits"])
        >>> walk(steps, Choice("he_normal"), Law(1.0, 0.0), 32).signals["dense_1"].square
        2.0
    """
    kind = SampledWalk if activates_sums(steps) else Walk
    scales: Mapping[str, float] = NONE_KNOWN
    if initializer.name == LSUV:  # it looks at the network as in inference
        scales = kind(steps, initializer, given, None, False, NONE_KNOWN).kernels
    return kind(steps, initializer, given, rows, drop, scales)


def activates_sums(steps: Sequence[Step]) -> bool:
    """Return whether an activation is given what is not Gaussian: a sum of layers, or what was activated before.

    Example:
        >>> from gradcore.network_plan import plan
        >>> from gradcore.specs import NetworkSpec
        >>> from gradcore.tasks import TASKS
        >>> [activates_sums(plan(NetworkSpec((8, 8), residual=kind), TASKS["digits"]))
        ...  for kind in ("plain", "preactivation", "notebook")]
        [False, True, True]
    """
    made = {step.name: step for step in steps}
    return any(step.layer == "Activation" and not _is_weighted(made[step.inputs[0]], made) for step in steps)


def _is_weighted(step: Step, made: Mapping[str, Step]) -> bool:
    """Return whether a value is what weights gave, normalised at most."""
    if step.layer in NORMS:
        return step.inputs[0] in made and _is_weighted(made[step.inputs[0]], made)
    return step.layer == "Dense" and dict(step.arguments)["activation"] == "linear"


class Walk:
    """The laws of all values of a network, and the ways back."""

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
        self.kernels: dict[str, float] = {}  # Var(W) of each layer of weights
        self.signals: dict[str, Law] = {}  # its pre-activations
        self.felt: dict[str, Law] = {}  # what an activation is given, by the name of its layer
        self._slopes: dict[str, layers.Back] = {}  # the way back through the activation inside of a layer of weights
        self._backs: dict[str, Sequence[layers.Back]] = {}  # by layer, for each that it reads
        self._laws = {INPUT: given}
        self._homogeneous = all(_is_homogeneous(step) for step in steps)
        for step in steps:
            self._laws[step.name] = self._through(step, self._laws[step.inputs[0]])

    def gradients(self, delta_cosine: float = 0.0, radial: float = 1.0) -> dict[str, Flow]:
        """Return dLoss/dz of each layer of weights, in parts of the head's mean square.

        Args:
            delta_cosine: of the head's dLoss/dz of two rows.
            radial: E (dLoss/dz . z / |z|)^2 of the head, in the same parts.
        """
        head = self.steps[-1].name
        top = self.signals[head]
        arrived: dict[str, list[Flow]] = {head: [flow(1.0, delta_cosine, top, radial)]}
        found: dict[str, Flow] = {}
        for step in reversed(self.steps):
            above = self._sum(arrived[step.name], self._laws[step.name], radial * top.units * top.square)
            if step.name in self.signals:
                above = found[step.name] = self._slopes[step.name](above)
            for read, back in zip(step.inputs, self._backs[step.name], strict=True):
                arrived.setdefault(read, []).append(back(above))
        return found

    def _sum(self, flows: Sequence[Flow], law: Law, of_value: float) -> Flow:
        """Return the gradient of a value, of which `of_value` = E (delta . x)^2 wherever all layers are homogeneous."""
        if len(flows) == 1:
            return flows[0]
        known = self._homogeneous and law.square > 0
        return merged(flows, law, of_value / (law.units * law.square) if known else sum(one.radial for one in flows))

    def _through(self, step: Step, law: Law) -> Law:
        if step.layer == "Dense":
            return self._dense(step, law)
        if step.layer == "Add":
            out, self._backs[step.name] = layers.add(law, self._laws[step.inputs[1]])
            return out
        out, back = self._one_to_one(step, law)
        self._backs[step.name] = (back,)
        return out

    def _dense(self, step: Step, law: Law) -> Law:
        inputs, units = step.before[-1], step.shape[-1]
        variance = self.kernels[step.name] = step_variance(step, self._initializer, self._known, law.square)
        signal, back = layers.dense(law, inputs, units, variance)
        self._backs[step.name] = (back,)
        self.signals[step.name] = signal
        if not step.hidden:  # the head's own activation stands above its pre-activations
            self._slopes[step.name] = lambda above: above
            return signal
        out, self._slopes[step.name] = self._activate(signal, str(dict(step.arguments)["activation"]), step.name)
        return out

    def _activate(self, law: Law, name: str, layer: str) -> tuple[Law, layers.Back]:
        if name != "linear":
            self.felt[layer] = law
        return layers.activation(law, name)

    def _batch_norm(self, law: Law) -> tuple[Law, layers.Back]:
        if self._rows is None:
            return layers.rescaling(law, (1 + layers.BATCH_EPSILON) ** -0.5)  # moving mean 0, moving variance 1
        return layers.batch_norm(law, self._rows)

    def _one_to_one(self, step: Step, law: Law) -> tuple[Law, layers.Back]:
        arguments = dict(step.arguments)
        match step.layer:
            case "Activation":
                return self._activate(law, str(arguments["activation"]), step.name.replace("activation", "dense"))
            case "BatchNormalization":
                return self._batch_norm(law)
            case "LayerNormalization" | "RMSNormalization":
                return layers.layer_norm(law, step.shape[-1], centred=step.layer == "LayerNormalization")
            case "Rescaling":
                return layers.rescaling(law, float(arguments["scale"]))  # type: ignore[arg-type]
            case _:
                return layers.dropout(law, float(arguments["rate"]) if self._drop else 0.0)  # type: ignore[arg-type]


def _is_homogeneous(step: Step) -> bool:
    """Return whether twice the input gives twice the output, while biases are 0."""
    plain = step.layer in ("Dense", "Activation", "Add", "Rescaling", "Dropout")
    own = step.hidden or step.layer == "Activation"  # the head's activation stands above its pre-activations
    return plain and (not own or dict(step.arguments)["activation"] in layers.HOMOGENEOUS)

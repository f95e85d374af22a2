"""The network of a race as lines of plain Keras, with the seeds of its weights, for scripts that run alone.

The script has `weight_seed` (gradcore/script.py). From its task (gradcore/script_data.py) it has a linear teacher as
`features`, `outputs` and `orthonormal`, and where a point is trained, `start_from` and `factors`.
"""

from collections.abc import Sequence

from gradcore.network_plan import is_chain, plan
from gradcore.network_steps import GATES, Step
from gradcore.networks import ALIGNED, LSUV, LSUV_ROWS, keras_initializer
from gradcore.specs import Choice, NetworkSpec, RaceSpec
from gradcore.tasks import Task

_SEQUENTIAL = """model = keras.Sequential(
    [
        keras.layers.Input({shape}),
{layers}
    ]
)
"""
_GRAPH = """input = keras.layers.Input({shape})
{layers}
model = keras.Model(input, {last})
"""
_ALIGNED = """
passed = {strength!r} ** (1 / {kernels})  # by each kernel, of every mode
drawn = [orthonormal(np.random.default_rng(weight_seed({words})), width, 3) for layer, width in enumerate({hidden})]
bases = [features, *drawn, outputs]
kernels = [(passed * bases[i] @ bases[i + 1].T).astype("float32") for i in range({kernels})]


def given(number):
    return lambda shape, dtype=None: kernels[number]


"""
STOP = "StopGradient"  # the one layer that Keras does not have
_STOP = """@keras.saving.register_keras_serializable()
class StopGradient(keras.layers.Layer):
    def call(self, inputs):
        return keras.ops.stop_gradient(inputs)


"""
_POINT = """start = start_from(np.random.default_rng([SEED, {own}, 1]).normal(size={size})).astype("float32")


class Point(keras.layers.Layer):
    def build(self, shape):
        self.x = self.add_weight(name="x", shape=start.shape, initializer=lambda shape, dtype=None: start)

    def call(self, rows):
        return keras.ops.matmul(rows, factors(self.x)[:, None])


model = keras.Sequential([keras.layers.Input({shape}), Point()])
"""


_LSUV = """
for name in {names}:  # layer-sequential unit variance: Mishkin & Matas 2016
    layer = model.get_layer(name)
    reaches = np.asarray(keras.Model(model.inputs[0], layer.input)(x_train[:{rows}], training=False), np.float64)
    for _ in range(10):
        variance = np.var(reaches @ np.asarray(layer.kernel, np.float64) + np.asarray(layer.bias, np.float64))
        if abs(variance - 1) > 0.01:
            layer.kernel.assign(layer.kernel / np.float32(np.sqrt(variance)))
"""


def model_code(spec: RaceSpec, number: int, task: Task) -> str:
    """Return the lines that make `model`, with the first weights of one entrant."""
    if not task.has_network:
        own_start = 0 if spec.shared_weights else number + 1
        return _POINT.format(own=own_start, size=task.numbers or task.row_size, shape=task.shape)
    own = () if spec.shared_weights else (1, number)  # words that make an entrant's weights its own
    before = _aligned(spec.network, own).lstrip() if spec.network.kernel_initializer.name == ALIGNED else ""
    before += _STOP if any(step.layer == STOP for step in plan(spec.network, task)) else ""
    after = _scaled_by_data(spec.network, task) if spec.network.kernel_initializer.name == LSUV else ""
    return before + _network_code(spec.network, task, own) + after


def _scaled_by_data(network: NetworkSpec, task: Task) -> str:
    """Return the lines that scale the kernels until every pre-activation has variance 1."""
    return _LSUV.format(rows=LSUV_ROWS, names=[step.name for step in plan(network, task) if step.hidden])


def _network_code(network: NetworkSpec, task: Task, own: tuple[int, ...]) -> str:
    """Return the lines of a network: a stack where each layer reads the one before, else a graph of named values."""
    steps = plan(network, task)
    made = [_layer(step, place, network, own) for place, step in enumerate(steps)]
    if is_chain(steps):
        return _SEQUENTIAL.format(shape=task.shape, layers="\n".join(f"        {line}," for line in made))
    read = [step.inputs[0] if len(step.inputs) == 1 else f"[{', '.join(step.inputs)}]" for step in steps]
    lines = [f"{step.name} = {line}({given})" for step, line, given in zip(steps, made, read, strict=True)]
    return _GRAPH.format(shape=task.shape, layers="\n".join(lines), last=steps[-1].name)


def _layer(step: Step, place: int, network: NetworkSpec, own: tuple[int, ...]) -> str:
    """Return the call that makes one layer."""
    arguments = [f"{name}={value!r}" for name, value in step.arguments]
    if step.layer == "Dropout":
        arguments.append(f"seed={_seed(place, own)}")
    if step.kernel is not None:
        aligned = network.kernel_initializer.name == ALIGNED
        chosen = network.kernel_initializer if step.hidden or aligned else Choice("glorot_uniform")
        scaled = keras_initializer(chosen, step.before[-1])
        arguments.append(f"kernel_initializer={_initializer(scaled, step.kernel, own)}")
    if step.layer in GATES:
        kind = (own[0] + 2, own[1]) if own else (2, 0)
        between = _initializer(network.recurrent_initializer, step.kernel or 0, kind)
        arguments.append(f"recurrent_initializer={between}")
    if step.hidden and step.layer == "Dense" and network.bias:
        arguments.append(f"bias_initializer=keras.initializers.Constant({network.bias!r})")
    named = step.hidden or step.name.startswith("projection_")  # which Keras would call as a hidden one is called
    if named and step.kernel is not None and network.kernel_initializer.name == LSUV:
        arguments.append(f"name={step.name!r}")  # by which hidden ones are found again
    home = "" if step.layer == STOP else "keras.layers."
    return f"{home}{step.layer}({', '.join(arguments)})"


def _aligned(network: NetworkSpec, own: Sequence[int]) -> str:
    return _ALIGNED.format(
        strength=network.kernel_initializer.get("strength"),
        kernels=len(network.hidden) + 1,
        words=", ".join(str(word) for word in ("layer", *own)),
        hidden=list(network.hidden),
    )


def _initializer(chosen: Choice, layer: int, words: tuple[int, ...]) -> str:
    """Return an initialiser with its seed, as Keras' configuration of it."""
    if chosen.name == ALIGNED:
        return f"given({layer})"
    seed = _seed(layer, words)
    arguments = "".join(f', "{name}": {value!r}' for name, value in chosen.arguments)
    seeded = "" if chosen.name in ("zeros", "ones") else f', "seed": {seed}'
    class_name = "".join(part.capitalize() for part in chosen.name.split("_")) if "_" in chosen.name else chosen.name
    return f'keras.initializers.get({{"class_name": "{class_name}", "config": {{{(arguments + seeded)[2:]}}}}})'


def _seed(layer: int, words: tuple[int, ...]) -> str:
    return f"weight_seed({', '.join(str(word) for word in (layer, *words))})"

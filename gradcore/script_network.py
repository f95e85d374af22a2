"""The network of a race as lines of plain Keras, with the seeds of its weights, for scripts that run alone.

The script has `weight_seed` (gradcore/script.py), and a linear task's teacher as `features`, `outputs` and
`orthonormal` (gradcore/script_data.py).
"""

from collections.abc import Sequence

from gradcore.networks import ALIGNED
from gradcore.specs import Choice, NetworkSpec, RaceSpec
from gradcore.tasks import Task

_SEQUENTIAL = """{before}model = keras.Sequential(
    [
        keras.layers.Input({shape}),
{layers}
    ]
)
"""
_ALIGNED = """
passed = {strength!r} ** (1 / {kernels})  # by each kernel, of every mode
drawn = [orthonormal(np.random.default_rng(weight_seed({words})), width, 3) for layer, width in enumerate({hidden})]
bases = [features, *drawn, outputs]
kernels = [(passed * bases[i] @ bases[i + 1].T).astype("float32") for i in range({kernels})]


def given(number):
    return lambda shape, dtype=None: kernels[number]


"""
_POINT = """start = (axes.T @ np.random.default_rng([SEED, {own}, 1]).normal(size={size})).astype("float32")


class Point(keras.layers.Layer):
    def build(self, shape):
        self.x = self.add_weight(name="x", shape=start.shape, initializer=lambda shape, dtype=None: start)

    def call(self, rows):
        return keras.ops.matmul(rows, self.x[:, None])


model = keras.Sequential([keras.layers.Input(({size},)), Point()])
"""


def model_code(spec: RaceSpec, number: int, task: Task) -> str:
    """Return the lines that make `model`, with the first weights of one entrant."""
    if not task.has_network:
        return _POINT.format(own=0 if spec.shared_weights else number + 1, size=task.row_size)
    own = () if spec.shared_weights else (1, number)  # words that make an entrant's weights its own
    aligned = spec.network.kernel_initializer.name == ALIGNED
    layers = "\n".join(f"        {line}," for line in _layers(spec.network, task, own))
    before = _aligned(spec.network, own) if aligned else ""
    return _SEQUENTIAL.format(before=before.lstrip(), shape=task.shape, layers=layers)


def _aligned(network: NetworkSpec, own: Sequence[int]) -> str:
    return _ALIGNED.format(
        strength=network.kernel_initializer.get("strength"),
        kernels=len(network.hidden) + 1,
        words=", ".join(str(word) for word in ("layer", *own)),
        hidden=list(network.hidden),
    )


def _layers(network: NetworkSpec, task: Task, own: tuple[int, ...]) -> list[str]:
    recurrent = network.cell is not None
    lines = ["keras.layers.Flatten()"] if task.has_time and not recurrent else []
    for index, width in enumerate(network.hidden):
        kernel = _initializer(network.kernel_initializer, index, own)
        if recurrent:
            kind = (own[0] + 2, own[1]) if own else (2, 0)
            between = _initializer(network.recurrent_initializer, index, kind)
            more = f", recurrent_initializer={between}, return_sequences={index + 1 < len(network.hidden)}, unroll=True"
            lines.append(f'keras.layers.SimpleRNN({width}, "{network.activation}", kernel_initializer={kernel}{more})')
        else:
            lines.append(f'keras.layers.Dense({width}, "{network.activation}", kernel_initializer={kernel})')
    aligned = network.kernel_initializer.name == ALIGNED
    last = network.kernel_initializer if aligned else Choice("glorot_uniform")
    head = _initializer(last, len(network.hidden), own)
    lines.append(f'keras.layers.Dense({task.outputs}, "{task.head_activation}", kernel_initializer={head})')
    return lines


def _initializer(chosen: Choice, layer: int, words: tuple[int, ...]) -> str:
    """Return an initialiser with its seed, as Keras' configuration of it."""
    if chosen.name == ALIGNED:
        return f"given({layer})"
    seed = f"weight_seed({', '.join(str(word) for word in (layer, *words))})"
    arguments = "".join(f', "{name}": {value!r}' for name, value in chosen.arguments)
    seeded = "" if chosen.name in ("zeros", "ones") else f', "seed": {seed}'
    class_name = "".join(part.capitalize() for part in chosen.name.split("_")) if "_" in chosen.name else chosen.name
    return f'keras.initializers.get({{"class_name": "{class_name}", "config": {{{(arguments + seeded)[2:]}}}}})'

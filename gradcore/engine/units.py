"""Units: which axes of a variable feed one unit of its layer, for rules that limit each unit by itself.

The rank alone does not say: the output kernel of attention and a one-dimensional convolution have both rank 3.
"""

import keras

Axes = tuple[int, ...]


def unit_axes(model: keras.Model) -> tuple[Axes, ...]:
    """Return the axes of each trainable variable, in Keras' order: (0,) of a dense kernel (in, out), all of a bias."""
    owners = {
        id(variable): layer
        for layer in model._flatten_layers(include_self=False)  # parents first, so that the innermost layer stays
        for variable in layer.trainable_variables
    }
    return tuple(_axes(variable, owners.get(id(variable))) for variable in model.trainable_variables)


def _axes(variable: keras.Variable, layer: keras.Layer | None) -> Axes:
    rank = len(variable.shape)
    if rank < 2 or "bias" in variable.name:
        return tuple(range(rank))
    if isinstance(layer, keras.layers.EinsumDense) and variable.name == "kernel":
        inputs, _, output = layer.equation.partition("->")
        return tuple(axis for axis, letter in enumerate(inputs.split(",")[1]) if letter not in output)
    if "depthwise" in variable.name or type(layer).__name__.startswith("DepthwiseConv"):
        return tuple(range(rank - 2))  # (space, channel, multiplier): one unit for each channel and multiplier
    if type(layer).__name__.endswith("Transpose"):
        return (*range(rank - 2), rank - 1)  # (space, out, in)
    return tuple(range(rank - 1))  # (space, in, out)

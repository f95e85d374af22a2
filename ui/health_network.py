"""Controls of a network: widths, activation, initialiser, normalisation, shortcuts, dropout, recurrence, head."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from gradcore.checks import refuse
from gradcore.networks import (
    ACTIVATIONS,
    CELLS,
    INITIALIZERS,
    LSUV,
    NORMALIZATIONS,
    POOLINGS,
    RESIDUALS,
    SCALED_NORMAL,
)
from gradcore.specs import Choice, NetworkSpec
from gradcore.tasks import Task
from gradcore.titles import widths_text
from ui.address import Parameters, say_not_number, say_not_whole, say_unknown
from ui.controls import DEEPEST, INITIALIZER_NAMES, WIDEST, shape_of, widths
from ui.controls import SHAPES as PLAIN_SHAPES
from ui.terms import explained, term

BIND: Final = "query-params"
NONE = "none"
LIST = "list"
SHAPES = ("even", *(shape for shape in PLAIN_SHAPES if shape != "even"), LIST)
WIDTH, DEPTH = 64, 3  # at first
ARGUMENTS: Mapping[str, tuple[float, float, float]] = {  # of initialisers: least, most, at first
    "gain": (1e-6, 1e6, 1.0),
    "mean": (-10.0, 10.0, 0.0),
    "stddev": (0.0, 100.0, 0.05),
    "minval": (-100.0, 100.0, -0.05),
    "maxval": (-100.0, 100.0, 0.05),
}
RECURRENT = tuple(name for name in INITIALIZER_NAMES if name not in (LSUV, SCALED_NORMAL))
ORTHOGONAL_FIRST = ("orthogonal", *(name for name in RECURRENT if name != "orthogonal"))
CLASSES = "sparse_categorical_crossentropy"
CHOICES: Mapping[str, Sequence[str]] = {
    "shape": SHAPES,
    "activation": ACTIVATIONS,
    "kernel_initializer": INITIALIZER_NAMES,
    "normalization": (NONE, *NORMALIZATIONS),
    "normalization_place": ("before", "after"),
    "residual": (NONE, *RESIDUALS),
    "cell": (NONE, *CELLS),
    "recurrent_initializer": ORTHOGONAL_FIRST,
    "pooling": (NONE, *POOLINGS),
    "head": ("logits", "probabilities"),
}
SHAPE_HELP = explained(
    "Even: all layers as wide. A funnel halves the width from layer to layer. A list: one width for each.",
    "layer",
)
RATES_HELP = explained(
    "One rate for each hidden layer, such as 0.1, 0.1, 0.2. Left empty, the rate above holds for all.", "dropout"
)
HEAD_HELP = explained(
    "Probabilities end in a softmax, from which the loss takes the logarithm, as the notebook does.", "head"
)
BIAS_HELP = explained(
    "What the biases of hidden dense layers start from. Far below zero, ReLU units never fire.", "dead"
)
BRANCH_HELP = explained("A layer beside the others that a stop_gradient cuts off from the loss.", "disconnected")
WORDS: Mapping[str, str] = {  # control -> its word in the glossary, where no other help stands
    "activation": "activation",
    "kernel_initializer": "initialiser",
    "recurrent_initializer": "spectral_radius",
    "normalization": "batch_norm",
    "normalization_place": "pre_activation",
    "residual": "residual",
    "cell": "recurrent",
    "pooling": "attention",
}


def network_controls(task: Task) -> NetworkSpec:
    """Draw the controls of a network that fits the task; RefusedError where a list cannot be read."""
    hidden = _hidden()
    activation = _select("Activation", "activation")
    initializer = _initializer("Initialiser", "kernel_initializer")
    cell = _or_none("Recurrent cell", "cell") if task.has_time else None
    pooling = _or_none("Pooling of time steps", "pooling") if task.has_time else None
    network = NetworkSpec(hidden, activation, initializer, cell=cell, pooling=pooling)
    if cell is not None:
        recurrent = _initializer("Recurrent initialiser", "recurrent_initializer")
        return replace(network, recurrent_initializer=recurrent)
    return replace(network, **_architecture(hidden))


def rare_controls(task: Task, network: NetworkSpec) -> NetworkSpec:
    """Draw what a network seldom has: a softmax, biases that do not start at zero, a branch that is cut off."""
    if task.loss == CLASSES:
        network = replace(network, head=_select("Output", "head", help_text=HEAD_HELP))
    if network.cell is not None:
        return network
    bias = st.number_input("Biases start at", -100.0, 100.0, 0.0, format="%.6g", key="bias", bind=BIND, help=BIAS_HELP)
    unused = st.toggle("Unused branch", key="unused_branch", bind=BIND, help=BRANCH_HELP)
    return replace(network, bias=float(bias), unused_branch=unused)


def network_state(network: NetworkSpec) -> dict[str, Any]:
    """Return the state of every control for a network, as far as they can express it."""
    hidden, rates = network.hidden or (1,), network.rates
    same = len(set(rates)) <= 1
    shape = "even" if len(set(hidden)) == 1 else shape_of(hidden)
    state: dict[str, Any] = {
        "shape": shape if shape and same else LIST,
        "width": hidden[0],
        "depth": len(hidden),
        "hidden": ", ".join(map(str, hidden)),
        "activation": network.activation,
        "normalization": network.normalization or NONE,
        "normalization_place": network.normalization_place,
        "residual": network.residual or NONE,
        "dropout": float(rates[0]) if rates and same else 0.0,
        "dropout_rates": "" if same else ", ".join(f"{rate:g}" for rate in rates),
        "cell": network.cell or NONE,
        "pooling": network.pooling or NONE,
        "head": network.head,
        "bias": float(network.bias),
        "unused_branch": network.unused_branch,
    }
    for key in ("kernel_initializer", "recurrent_initializer"):
        state |= _initializer_state(key, getattr(network, key))
    return state


def say_dropped_of_network(given: Parameters) -> None:
    """Name each parameter of the address that no control of the network could take."""
    say_not_whole(given, "width", 1, WIDEST)
    say_not_whole(given, "depth", 1, DEEPEST)
    say_not_number(given, "dropout", 0.0, 0.95)
    say_not_number(given, "bias", -100.0, 100.0)
    for key, known in CHOICES.items():
        say_unknown(given, key, known)
    for key in initializer_keys():
        least, most, _ = ARGUMENTS[key.rpartition("_")[2]]
        say_not_number(given, key, least, most)


def initializer_keys() -> list[str]:
    """Return the names of all controls of initialisers' arguments."""
    return [f"{part}_{name}" for part in ("kernel_initializer", "recurrent_initializer") for name in ARGUMENTS]


def _hidden() -> tuple[int, ...]:
    shape = st.segmented_control(
        "Hidden layers", SHAPES, default="even", key="shape", bind=BIND, required=True, help=SHAPE_HELP
    )
    if shape == LIST:
        text = st.text_input("Widths", "128, 64", key="hidden", bind=BIND, help="Input side first, such as 128, 64.")
        return _widths(text)
    left, right = st.columns(2)
    width = left.number_input("Width", 1, WIDEST, WIDTH, key="width", bind=BIND, help="Units of the first layer.")
    depth = right.number_input("Depth", 1, DEEPEST, DEPTH, key="depth", bind=BIND, help="Number of hidden layers.")
    found = widths(shape, int(width), int(depth))
    if shape != "even":
        st.caption(widths_text(found))
    return found


def _architecture(hidden: tuple[int, ...]) -> dict[str, Any]:
    """Draw what only dense layers have: normalisation, shortcuts and dropout."""
    normalization = _or_none("Normalisation", "normalization")
    place = "before"
    if normalization is not None:
        place = _select("Before or after the activation", "normalization_place")
    residual = _or_none("Shortcuts", "residual")
    if residual is not None:
        st.caption(RESIDUALS[residual])
    dropout = st.number_input(
        "Dropout", 0.0, 0.95, 0.0, step=0.05, format="%.3g", key="dropout", bind=BIND, help=term("dropout")
    )
    rates = None
    if st.session_state.get("shape") == LIST:
        text = st.text_input("Dropout of each layer", key="dropout_rates", bind=BIND, help=RATES_HELP)
        rates = _rates(text, len(hidden))
    found: dict[str, Any] = {"normalization": normalization, "normalization_place": place, "residual": residual}
    return found | {"dropout": float(dropout) if rates is None else rates}


def _select(label: str, key: str, help_text: str | None = None) -> str:
    said = help_text or (term(WORDS[key]) if key in WORDS else None)
    return str(st.selectbox(label, CHOICES[key], key=key, bind=BIND, help=said))


def _or_none(label: str, key: str) -> str | None:
    chosen = _select(label, key)
    return None if chosen == NONE else chosen


def _initializer(label: str, key: str) -> Choice:
    name = _select(label, key)
    values = {}
    for argument in INITIALIZERS[name]:
        least, most, first = ARGUMENTS[argument]
        said = argument.capitalize()
        value = st.number_input(said, least, most, first, format="%.6g", key=f"{key}_{argument}", bind=BIND)
        values[argument] = float(value)
    return Choice.of(name, **{one: value for one, value in values.items() if value != ARGUMENTS[one][2]})


def _initializer_state(key: str, chosen: Choice) -> dict[str, Any]:
    if chosen.name not in CHOICES[key]:
        return {key: CHOICES[key][0]}
    given = {argument: chosen.get(argument, ARGUMENTS[argument][2]) for argument in INITIALIZERS[chosen.name]}
    return {key: chosen.name, **{f"{key}_{argument}": float(value) for argument, value in given.items()}}  # type: ignore[arg-type]


def _widths(text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and len(part) <= 6 for part in parts) or len(parts) > DEEPEST:
        refuse("hidden", f"be 1 to {DEEPEST} widths, such as 128, 64", text)
    return tuple(int(part) for part in parts)


def _rates(text: str, layers: int) -> tuple[float, ...] | None:
    """Return one rate for each layer, None where the text is empty."""
    if not text.strip():
        return None
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        refuse("dropout_rates", f"be {layers} numbers, such as 0.1, 0.2", text)
    return found

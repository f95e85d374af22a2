"""The charts of a check that has ended, as JSON made once for a run and cursor, and shared by all who look."""

from typing import Final

import streamlit as st

from gradcore.checks import suggestion
from gradcore.figures import health as figures
from gradcore.figures import theme
from gradcore.records import CheckTrace, Floats
from gradcore.specs import Thresholds
from ui.address import LONGEST, parameters, say_not_whole
from ui.plot import plot
from ui.words import escaped

BIND: Final = "query-params"
LAYER, STEP = "layer", "step"  # of session and address: what is looked at
LABEL = "Gradient norm of each layer at each step, and the loss"
Marked = tuple[str, int | None]
CLICK = "Click a cell, or choose a layer, to see that layer over the steps and its gradient at one of them."
Drawn = tuple[str, int]


def picture(run_id: str, cursor: int, trace: CheckTrace) -> None:
    """Draw the picture, with what was chosen marked; a click on a cell chooses its layer and step."""
    text, height = _picture(run_id, cursor, chosen(trace), trace)
    take_click(plot(text, key="picture", label=LABEL, height=height, clickable=True, about=run_id), trace)


def take_click(clicked: object, trace: CheckTrace) -> None:
    """Choose the layer and step of a cell that was just clicked, and draw again."""
    if not isinstance(clicked, dict) or clicked.get("name") not in figures.CELLS:
        return
    layer, step = str(clicked.get("y")), clicked.get("x")
    if layer not in trace.setup.layers or not isinstance(step, int | float):
        return
    st.session_state[LAYER] = layer
    st.session_state[STEP] = min(max(int(step), 0), max(trace.recorded - 1, 0))
    st.rerun()


def chosen(trace: CheckTrace) -> Marked | None:
    """Return the layer and step that session or address name, None without any; what is not there is ignored."""
    layer, step = (st.session_state.get(key, st.query_params.get(key)) for key in (LAYER, STEP))
    known = str(layer) if layer in trace.setup.layers else ""
    text = str(step)
    at = int(text) if text.isascii() and text.isdigit() and int(text) < trace.recorded else None
    return None if not known and at is None else (known, at)


def layer_part(run_id: str, cursor: int, trace: CheckTrace) -> None:
    """Draw the choice of a layer and a step, and that layer's curves and histogram."""
    _say_unknown_layer(trace)
    if STEP not in st.session_state:
        say_not_whole(parameters(), STEP, 0, max(trace.recorded - 1, 0))
    left, right = st.columns([2, 1])
    if st.session_state.get(LAYER) not in (None, *trace.setup.layers):
        st.session_state[LAYER] = None  # it was another network's
    last = max(trace.recorded - 1, 0)
    if (st.session_state.get(STEP) or 0) > last:
        st.session_state[STEP] = None
    layer = left.selectbox("Layer", trace.setup.layers, None, key=LAYER, bind=BIND, placeholder="none chosen")
    step = right.number_input("Step", 0, last, None, key=STEP, bind=BIND, placeholder="the last")
    if layer is None:
        st.caption(CLICK)
        return
    curves, histogram = _layer(run_id, cursor, layer, step, trace)
    for column, (text, height), what in zip(st.columns([3, 2]), (curves, histogram), ("curves", "sizes"), strict=True):
        with column:
            plot(text, key=f"layer_{what}", label=f"Layer {layer}: {what}", height=height, about=f"{run_id} {layer}")


def _say_unknown_layer(trace: CheckTrace) -> None:
    """Name a layer of a link that this network has not; what the session holds may be another network's."""
    given, layers = st.query_params.get(LAYER), trace.setup.layers
    if given is None or given in layers or LAYER in st.session_state:
        return
    st.warning(escaped(f"This network has no layer '{given[:LONGEST]}'{suggestion(given, layers) or '.'}"))


def overview(run_id: str, cursor: int, trace: CheckTrace, thresholds: Thresholds, theory: Floats | None = None) -> None:
    """Draw the charts over steps and by depth, two by two, the chosen layer among the others.

    `theory` is what a_l is expected to be at the start, (D,).
    """
    layer = (chosen(trace) or ("", None))[0]
    show_overview(_overview(run_id, cursor, thresholds, layer, trace, theory), run_id)


def show_overview(drawn: dict[str, Drawn], run_id: str) -> None:
    """Show charts by name, two by two."""
    names = list(drawn)
    for first in range(0, len(names), 2):
        for column, name in zip(st.columns(2), names[first : first + 2], strict=False):
            with column:
                text, height = drawn[name]
                plot(text, key=name, label=LABELS[name], height=height, about=run_id)


LABELS = {
    "signal": "Back-propagated signal by depth",
    "dead": "Share of dead or saturated units by depth",
    "norms": "Least, mean and greatest gradient of the variables over steps",
    "ratio": "Update to weight ratio of each layer over steps",
}


def draw_live(trace: CheckTrace) -> tuple[Drawn, dict[str, Drawn]]:
    """Return the picture and the charts over steps of a check that goes on."""
    found = figures.picture(trace, ended=False)
    over = {"norms": figures.variable_norms(trace, ended=False), "ratio": figures.update_ratio(trace, ended=False)}
    return (theme.to_json(found), found.height), {name: (theme.to_json(one), one.height) for name, one in over.items()}


@st.cache_data(max_entries=64, show_spinner=False)
def _picture(run_id: str, cursor: int, marked: Marked | None, _trace: CheckTrace) -> Drawn:
    found = figures.picture(_trace, marked=marked)
    return theme.to_json(found), found.height


@st.cache_data(max_entries=64, show_spinner=False)
def _layer(run_id: str, cursor: int, layer: str, step: int | None, _trace: CheckTrace) -> tuple[Drawn, Drawn]:
    at = max(_trace.recorded - 1, 0) if step is None else int(step)
    curves = figures.layer_curves(_trace, layer, step=step)
    histogram = figures.gradient_histogram(_trace, layer, at)
    return (theme.to_json(curves), curves.height), (theme.to_json(histogram), histogram.height)


@st.cache_data(max_entries=64, show_spinner=False)
def _overview(
    run_id: str, cursor: int, thresholds: Thresholds, layer: str, _trace: CheckTrace, _theory: Floats | None
) -> dict[str, Drawn]:
    made = {
        "signal": figures.backprop_signal(_trace, thresholds, theory=_theory, chosen=layer),
        "dead": figures.dead_share(_trace, thresholds, chosen=layer),
        "norms": figures.variable_norms(_trace),
        "ratio": figures.update_ratio(_trace, thresholds, chosen=layer),
    }
    return {name: (theme.to_json(figure), figure.height) for name, figure in made.items()}

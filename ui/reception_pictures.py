"""The pictures of the demonstration, one for each scene, made once for all who look."""

from collections.abc import Callable, Mapping
from functools import cache

import streamlit as st

from gradcore.demonstration import finding, what_changed
from gradcore.example_check import example_check, example_treatment
from gradcore.figures import health, race, theme
from gradcore.figures.drawn import Drawn
from gradcore.figures.glance_slopes import slopes
from gradcore.figures.miniature import Miniature
from gradcore.glances import expected
from ui.health_treatment import changes_table
from ui.miniature import miniature
from ui.plot import plot
from ui.reception_picture import SECONDS, both
from ui.treatment_view import SIDES

HEIGHT = 400  # px at the usual type size: a picture fits a projector of 720 lines


def scene_picture(name: str, label: str, *, paused: bool) -> None:
    """Draw the picture of a scene; `label` says what is seen, for those who hear the page."""
    if name == "patient":
        miniature(both()[:1], key="demo_patient", seconds=SECONDS, paused=paused)
    elif name == "live":
        miniature(both()[1:], key="demo_live", seconds=SECONDS, paused=paused)
    elif name == "prescription":
        miniature([_slopes()], key="demo_slopes", seconds=SECONDS, paused=paused)
        changes_table(what_changed())
    else:
        _charts(name, label)


@cache
def _slopes() -> Miniature:
    return slopes(*(side.network.activation for side in (example_treatment()[0].before, example_treatment()[0].after)))


def _charts(name: str, label: str) -> None:
    drawn = _drawn(name)
    for number, (column, (text, height)) in enumerate(zip(st.columns(len(drawn)), drawn, strict=True)):
        with column:
            plot(text, key=f"demo_{name}_{number}", label=label, height=min(height, HEIGHT), about="example")


@st.cache_data(max_entries=16, show_spinner=False)
def _drawn(name: str) -> list[tuple[str, int]]:
    return [(theme.to_json(figure), figure.height) for figure in FIGURES[name]()]


def _marked() -> list[Drawn]:
    one = finding()
    return [health.picture(example_check()[1], marked=(one.layer, None), title=f"{one.layer}, marked in the picture")]


def _signal(side: int, name: str) -> list[Drawn]:
    spec, checks = example_treatment()
    thresholds = (spec.before, spec.after)[side].thresholds
    return [health.backprop_signal(checks.networks[side], thresholds, theory=expected(name).ratio, height=HEIGHT)]


def _side_by_side() -> list[Drawn]:
    traces = example_treatment()[1].networks
    scale = health.common_scale(traces)
    return [health.picture(one, scale=scale, title=side) for one, side in zip(traces, SIDES, strict=True)]


def _pairs() -> list[Drawn]:
    pairs = example_treatment()[1].pairs
    return [] if pairs is None else [race.loss_curves(pairs, HEIGHT)]


def _proof() -> list[Drawn]:
    pairs = example_treatment()[1].pairs
    return [] if pairs is None else [race.final_validation(pairs, as_given=True)]


FIGURES: Mapping[str, Callable[[], list[Drawn]]] = {
    "watch": lambda: [health.picture(example_check()[1])],
    "signal": lambda: _signal(0, "untreated"),
    "finding": _marked,
    "cure": lambda: _signal(1, "treated"),
    "compare": _side_by_side,
    "pairs": _pairs,
    "proof": _proof,
}

"""The charts of solutions, as JSON made once for a measurement and what is asked of it."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from gradcore.figures import solution_bars, solution_cell, solution_heat, solution_scatter, theme
from gradcore.figures.solution_looks import short_name
from gradcore.solution_ratings import Rating, measured, opinions, ranked
from gradcore.solutions import DISEASES, Measurement
from ui.plot import plot
from ui.solutions_controls import BOTH, OPINION, Asked
from ui.solutions_source import Source

Drawn = tuple[str, int]
CLICK = "Click a cell, or choose below, for the evidence behind its number."


def ratings_of(current: Source, asked: Asked) -> Mapping[str, Rating]:
    """Return what is measured of the solutions that are shown."""
    found = _ratings(current.key, asked.disease, current.measurement)
    return {name: rating for name, rating in found.items() if name in asked.shown}


def order_of(current: Source, asked: Asked) -> tuple[str, ...]:
    """Return the solutions that are shown and measured, the best for these weights first."""
    return tuple(one.solution for one in ranked(ratings_of(current, asked), asked.weights))


def where(asked: Asked) -> str:
    """Return of what the numbers are."""
    return DISEASES[asked.disease].title if asked.disease else "Mean over the diseases to which each applies"


def main_chart(current: Source, asked: Asked) -> None:
    """Draw effectiveness against complexity."""
    text, height = _main(current.key, asked, current.measurement)
    plot(text, key="main", label="Effectiveness of solutions against their complexity", height=height)


def bar_charts(current: Source, asked: Asked) -> None:
    """Draw effectiveness and complexity, one row a solution, in the order of the weights."""
    for column, (name, (text, height)) in zip(
        st.columns(2), _bars(current.key, asked, current.measurement).items(), strict=True
    ):
        with column:
            plot(text, key=f"bars_{name}", label=f"{name.capitalize()} of each solution", height=height)


def heat_chart(current: Source, asked: Asked, chosen: tuple[str, str] | None) -> tuple[str, str] | None:
    """Draw solution x disease; return the cell, (disease, solution), that was just clicked."""
    order = order_of(current, asked)
    text, height = _heat(current.key, order, chosen, current.measurement)
    clicked = plot(text, key="heat", label="Effect of each solution on each disease", height=height, clickable=True)
    st.caption(CLICK)
    if not isinstance(clicked, dict) or clicked.get("name") != solution_heat.NAME:
        return None
    rows = {short_name(name): name for name in order}
    columns = {solution_heat.broken(DISEASES[name].title): name for name in current.measurement.spec.diseases}
    cell = columns.get(str(clicked.get("x"))), rows.get(str(clicked.get("y")))
    return (cell[0], cell[1]) if cell[0] and cell[1] else None


def evidence_charts(current: Source, disease: str, solution: str) -> None:
    """Draw the loss by learning rate and over the steps, of one cell beside the untreated network and the best."""
    for column, (name, (text, height)) in zip(
        st.columns(2), _cell(current.key, disease, solution, current.measurement).items(), strict=True
    ):
        with column:
            plot(text, key=f"cell_{name}", label=f"Loss by {name}", height=height, about=f"{disease} {solution}")


def stack_charts(current: Source, disease: str) -> None:
    """Draw what leaving a part out costs on a disease, and what pairs of the strongest gain; or say why not."""
    drawn = _stacks(current.key, disease, current.measurement)
    if not drawn:
        st.caption("Stacks and pairs are measured in the full measurement only.")
        return
    for name, (text, height) in drawn.items():
        plot(text, key=f"stack_{name}", label=name, height=height)


def _drawn(make: Callable[..., Any], *arguments: Any) -> Drawn:
    figure = make(*arguments)
    return theme.to_json(figure), figure.height


@st.cache_data(max_entries=64, show_spinner=False)
def _ratings(key: str, disease: str | None, _measurement: Measurement) -> Mapping[str, Rating]:
    return measured(_measurement, disease)


@st.cache_data(max_entries=64, show_spinner=False)
def _main(key: str, asked: Asked, _measurement: Measurement) -> Drawn:
    found = {name: one for name, one in measured(_measurement, asked.disease).items() if name in asked.shown}
    if asked.view == OPINION:
        return _drawn(solution_scatter.opinion_scatter, opinions())
    if asked.view == BOTH:
        return _drawn(solution_scatter.arrows, opinions(), found)
    return _drawn(solution_scatter.measured_scatter, found, where(asked))


@st.cache_data(max_entries=64, show_spinner=False)
def _bars(key: str, asked: Asked, _measurement: Measurement) -> Mapping[str, Drawn]:
    found = {name: one for name, one in measured(_measurement, asked.disease).items() if name in asked.shown}
    order = tuple(one.solution for one in ranked(found, asked.weights))
    return {
        "effectiveness": _drawn(solution_bars.effectiveness_bars, order, opinions(), found),
        "complexity": _drawn(solution_bars.complexity_bars, order, opinions(), found),
    }


@st.cache_data(max_entries=64, show_spinner=False)
def _heat(key: str, order: tuple[str, ...], chosen: tuple[str, str] | None, _measurement: Measurement) -> Drawn:
    return _drawn(solution_heat.heatmap, _measurement, order, chosen)


@st.cache_data(max_entries=64, show_spinner=False)
def _cell(key: str, disease: str, solution: str, _measurement: Measurement) -> Mapping[str, Drawn]:
    places = _measurement.by_place
    cells = places[(disease, ())], places[(disease, (solution,))], _measurement.best[disease]
    return {
        "rate": _drawn(solution_cell.by_rate, *cells),
        "step": _drawn(solution_cell.over_steps, *cells, _measurement.spec.steps),
    }


@st.cache_data(max_entries=64, show_spinner=False)
def _stacks(key: str, disease: str, _measurement: Measurement) -> Mapping[str, Drawn]:
    title = DISEASES[disease].title
    lost = {name: effect for name in _measurement.whole(disease) if (effect := _measurement.left_out(name, disease))}
    pairs = _measurement.pairs(disease)
    found = {"left out": _drawn(solution_bars.left_out_bars, lost, title)} if lost else {}
    return found | ({"pairs": _drawn(solution_bars.pair_bars, pairs, title)} if pairs else {})

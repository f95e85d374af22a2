"""The charts of solutions, as JSON made once for a measurement and what is asked of it."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from gradcore.figures import solution_bars, solution_cell, solution_heat, solution_scatter, solution_stacks, theme
from gradcore.figures.solution_looks import short_name
from gradcore.records import JOINT
from gradcore.solution_ratings import Rating, measured, opinions, ranked
from gradcore.solutions import DISEASES, SOLUTIONS, Measurement
from gradcore.solutions.measurement import Stack
from ui.plot import plot
from ui.solutions_choice import ON, SOLUTION, choose
from ui.solutions_controls import BOTH, OPINION, Asked
from ui.solutions_source import Source

Drawn = tuple[str, int]
LEFT_OUT, PAIRS = "What leaving a part out costs", "What pairs of the strongest gain"


def ratings_of(current: Source, asked: Asked) -> Mapping[str, Rating]:
    """Return what is measured of the solutions that are shown."""
    found = _ratings(current.key, asked.disease, current.measurement)
    return {name: rating for name, rating in found.items() if name in asked.shown}


def order_of(current: Source, asked: Asked) -> tuple[str, ...]:
    """Return the solutions that are shown and measured, the best for these weights first."""
    return tuple(one.solution for one in ranked(ratings_of(current, asked), asked.weights))


def where(asked: Asked, measurement: Measurement) -> str:
    """Return of what the numbers are."""
    if asked.disease:
        return DISEASES[asked.disease].title
    known, whole = len({cell.disease for cell in measurement.cells}), len(measurement.spec.diseases)
    so_far = "" if known == whole else f" so far, {known} of {whole}"
    return f"Mean over the diseases to which each applies{so_far}"


def main_chart(current: Source, asked: Asked) -> None:
    """Draw effectiveness against complexity."""
    text, height = _main(current.key, asked, current.measurement)
    label = "Effectiveness of solutions against their complexity"
    _open(plot(text, key="main", label=label, height=height, clickable=True), asked.disease)


def bar_charts(current: Source, asked: Asked) -> None:
    """Draw effectiveness and complexity, one row a solution, in the order of the weights; opinions in their own."""
    for column, (name, (text, height)) in zip(
        st.columns(2), _bars(current.key, asked, current.measurement).items(), strict=True
    ):
        with column:
            label = f"{name.capitalize()} of each solution"
            _open(plot(text, key=f"bars_{name}", label=label, height=height, clickable=True), asked.disease)


def heat_chart(current: Source, asked: Asked) -> None:
    """Draw solution x disease."""
    order, chosen = order_of(current, asked), (st.query_params.get(ON, ""), st.query_params.get(SOLUTION, ""))
    text, height = _heat(current.key, order, chosen, current.measurement)
    clicked = plot(text, key="heat", label="Effect of each solution on each disease", height=height, clickable=True)
    if clicked is None or clicked.get("name") != solution_heat.NAME:
        return
    rows = {short_name(name): name for name in order}
    columns = {solution_heat.broken(DISEASES[name].title): name for name in current.measurement.spec.diseases}
    disease, solution = columns.get(str(clicked.get("x"))), rows.get(str(clicked.get("y")))
    if disease and solution:
        choose([solution], disease)


def evidence_charts(current: Source, disease: str, stack: Stack) -> None:
    """Draw the loss by learning rate and over the steps, of one cell beside the untreated network and the best."""
    for column, (name, (text, height)) in zip(
        st.columns(2), _cell(current.key, disease, stack, current.measurement).items(), strict=True
    ):
        with column:
            about = f"{disease} {JOINT.join(stack)}"
            plot(text, key=f"cell_{name}", label=f"Loss by {name}", height=height, about=about)


def stack_charts(current: Source, disease: str) -> None:
    """Draw what leaving a part out costs on a disease, and what pairs of the strongest gain; or say why not."""
    drawn = _stacks(current.key, disease, current.measurement)
    if not drawn:
        st.caption("Stacks and pairs are measured in the full measurement only.")
        return
    for name, (text, height) in drawn.items():
        clicked = plot(text, key=f"stack_{name}", label=name, height=height, clickable=True)
        if (key := _clicked(clicked)) is not None:
            stack = key.split(JOINT) if name == PAIRS else current.measurement.rest(key, disease)
            choose(stack, disease)


def _open(clicked: object, disease: str | None) -> None:
    """Ask for the evidence of the solution whose dot or bar was just clicked."""
    solution = _clicked(clicked)
    if solution is not None and solution in SOLUTIONS:
        choose([solution], disease)


def _clicked(clicked: object) -> str | None:
    """Return what stands for the point that was just clicked, None where none was."""
    found = clicked.get("customdata") if isinstance(clicked, Mapping) else None
    return None if found is None else str(found)


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
    return _drawn(solution_scatter.measured_scatter, found, where(asked, _measurement))


@st.cache_data(max_entries=64, show_spinner=False)
def _bars(key: str, asked: Asked, _measurement: Measurement) -> Mapping[str, Drawn]:
    found = {name: one for name, one in measured(_measurement, asked.disease).items() if name in asked.shown}
    order = tuple(one.solution for one in ranked(found, asked.weights))
    kinds = {"effectiveness": solution_bars.effectiveness_bars, "complexity": solution_bars.complexity_bars}
    if asked.view == OPINION:
        return {name: _drawn(solution_bars.opinion_bars, opinions(), name) for name in kinds}
    said = opinions() if asked.view == BOTH else {}
    return {name: _drawn(make, order, said, found) for name, make in kinds.items()}


@st.cache_data(max_entries=64, show_spinner=False)
def _heat(key: str, order: tuple[str, ...], chosen: tuple[str, str], _measurement: Measurement) -> Drawn:
    return _drawn(solution_heat.heatmap, _measurement, order, chosen)


@st.cache_data(max_entries=64, show_spinner=False)
def _cell(key: str, disease: str, stack: Stack, _measurement: Measurement) -> Mapping[str, Drawn]:
    places = _measurement.by_place
    cells = places[(disease, ())], places[(disease, stack)], _measurement.best[disease]
    return {
        "rate": _drawn(solution_cell.by_rate, *cells),
        "step": _drawn(solution_cell.over_steps, *cells, _measurement.spec.steps),
    }


@st.cache_data(max_entries=64, show_spinner=False)
def _stacks(key: str, disease: str, _measurement: Measurement) -> Mapping[str, Drawn]:
    title = DISEASES[disease].title
    lost = {name: effect for name in _measurement.whole(disease) if (effect := _measurement.left_out(name, disease))}
    pairs = _measurement.pairs(disease)
    found = {LEFT_OUT: _drawn(solution_stacks.left_out_bars, lost, title)} if lost else {}
    between = {pair: effect for pair in pairs if (effect := _measurement.interaction(pair, disease))}
    return found | ({PAIRS: _drawn(solution_stacks.pair_bars, pairs, between, title)} if pairs else {})

"""The evidence behind a number, over the page: every disease, or one with its rates, seeds and curves."""

import streamlit as st

from gradcore.figures.solution_looks import stack_name
from gradcore.prescriptions import changes
from gradcore.records import TrialCell
from gradcore.solutions import SOLUTIONS, mean_effect, parts_that_apply, sick, treated
from gradcore.solutions.measurement import Stack
from gradcore.specs import TreatmentSpec
from ui import services
from ui.address import addressed
from ui.frame import HEALTH
from ui.health_treatment import changes_table
from ui.solutions_charts import evidence_charts
from ui.solutions_choice import ALL, BETWEEN, ON, SOLUTION, asked_stack, close, places_of, stacks_of
from ui.solutions_source import Source
from ui.solutions_tables import cost_text, disease_table, effect_text, evidence_table
from ui.words import escaped

NOT_YET = "This is not measured yet."
NOTHING = "It changes nothing in this network, so there is nothing to measure."
WATCH_HELP = "Trains both networks in pairs, layer by layer, on the health check's page; about half a minute."


def evidence_part(current: Source) -> None:
    """Open the evidence that the address asks for; call last, so that the page behind it stands."""
    if asked_stack(current.measurement):
        st.dialog("The evidence", width="large", on_dismiss=close)(_evidence)(current)


def _evidence(current: Source) -> None:
    measurement = current.measurement
    left, right = st.columns(2)
    solution = addressed(SOLUTION, stacks_of(measurement), "")
    places = places_of(measurement)
    shown = st.query_params.get("disease", ALL)  # of the page behind it
    place = addressed(ON, places, shown if shown in places else ALL)
    left.selectbox("Evidence for", **solution.widget)
    right.selectbox("On", **place.widget)
    stack = tuple(solution.value.split(BETWEEN))
    if place.value == ALL:
        _everywhere(current, stack)
    else:
        _on_one(current, place.value, stack)


def _everywhere(current: Source, stack: Stack) -> None:
    """Draw what a stack did on each disease, and the mean that is made of it."""
    measurement = current.measurement
    effects = [
        effect
        for disease in measurement.spec.diseases
        if (parts := parts_that_apply(stack, disease)) and (effect := measurement.effect(disease, parts))
    ]
    mean = mean_effect(effects)
    if mean is not None:
        told = f"Mean effect over {len(effects)} of {len(measurement.spec.diseases)} diseases: {effect_text(mean)}."
        st.markdown(escaped(f"{told} The seeds of each, and their rates, open when a disease is chosen."))
    disease_table(measurement, stack)
    if told := cost_text(measurement, stack):
        st.caption(escaped(told))


def _on_one(current: Source, disease: str, asked: Stack) -> None:
    """Draw the rates, seeds and curves of a stack on one disease."""
    measurement, stack = current.measurement, parts_that_apply(asked, disease)
    places = measurement.by_place
    if not stack:
        st.caption(NOTHING)
        return
    cell = places.get((disease, stack))
    if cell is None or (disease, ()) not in places:
        st.caption(NOT_YET)
        return
    if cell.reason:
        st.error(escaped(f"It could not be trained: {cell.reason}"))
        return
    if stack != asked:
        st.caption(escaped(f"Of it {stack_name(stack)} changes this network."))
    evidence_charts(current, disease, stack)
    evidence_table(measurement, disease, _beside(current, disease, cell))
    if cell.run_id and current.info is not None:
        st.markdown(f"Taken over from [run {cell.run_id}](?run={cell.run_id}).")
    _network(disease, stack, current)


def _beside(current: Source, disease: str, cell: TrialCell) -> tuple[TrialCell, ...]:
    """Return a cell, and those that its numbers are compared with: untreated, whole, its parts alone, the best."""
    measurement, stack = current.measurement, cell.solutions
    whole = measurement.whole(disease)
    keys = [stack, (), *([whole] if len(stack) > 1 else []), *([(name,) for name in stack] if len(stack) == 2 else [])]
    found = [measurement.by_place.get((disease, key)) for key in keys]
    cells = [one for one in (*found, measurement.best[disease]) if one is not None and not one.reason]
    return tuple({one.stack: one for one in cells}.values())


def _network(disease: str, stack: Stack, current: Source) -> None:
    """Draw what a stack changes in a network, and a button that trains both in pairs, layer by layer."""
    before = sick(disease, current.measurement.spec.task)
    after = treated(before, stack)
    with st.expander("What it changes in the network"):
        changes_table(changes(before, after))
    if st.button("Watch it train, layer by layer", icon=":material/cardiology:", key="watch", help=WATCH_HELP):
        known = SOLUTIONS[stack[0]].treatment if len(stack) == 1 else None
        run_id = services.lab().submit(TreatmentSpec(before, after, known or ""), visitor=services.visitor())
        st.switch_page(HEALTH.path, query_params={"run": run_id})

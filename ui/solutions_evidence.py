"""The runs behind one number: rates, seeds and curves of one solution on one disease, and a way to see it train."""

import streamlit as st

from gradcore import strict_json
from gradcore.prescriptions import changes
from gradcore.records import TrialCell
from gradcore.solutions import DISEASES, SOLUTIONS, Measurement, applies, sick, solutions_document, treated
from gradcore.specs import TreatmentSpec
from ui import services
from ui.address import addressed
from ui.frame import HEALTH
from ui.health_treatment import changes_table
from ui.solutions_charts import evidence_charts, heat_chart, stack_charts
from ui.solutions_controls import Asked
from ui.solutions_source import Source
from ui.solutions_tables import evidence_table
from ui.words import escaped

CLICKED = "solutions_clicked"  # of the session: (disease, solution)
NOT_YET = "This is not measured yet."
NOTHING = "It changes nothing in this network, so there is nothing to measure."
WATCH_HELP = "Trains both networks in pairs, layer by layer, on the health check's page; about half a minute."


def heat_part(current: Source, asked: Asked) -> None:
    """Draw solution x disease, and the evidence behind the cell that was clicked or chosen."""
    st.subheader("Each solution on each disease", anchor=False)
    where_to_draw = st.container()
    left, right = st.columns(2)
    measured = {cell.stack for cell in current.measurement.cells}
    names = {"": "none"} | {name: SOLUTIONS[name].name for name in asked.shown if name in measured}
    places = {name: DISEASES[name].title for name in current.measurement.spec.diseases}
    solution, place = addressed("solution", names, ""), addressed("on", places, asked.disease or next(iter(places)))
    left.selectbox("Evidence for", **solution.widget)
    right.selectbox("On", **place.widget)
    chosen = (place.value, solution.value)
    with where_to_draw:
        clicked = heat_chart(current, asked, chosen if solution.value else None)
    if clicked is not None and clicked != st.session_state.get(CLICKED):
        st.session_state[CLICKED] = clicked
        st.query_params.update({"on": clicked[0], "solution": clicked[1]})
        st.rerun()
    if solution.value:
        _evidence(current, *chosen)


def stacks_part(current: Source, asked: Asked) -> None:
    """Draw, for one disease, what leaving a part out costs and what pairs gain."""
    st.subheader("Together", anchor=False)
    disease = asked.disease or current.measurement.spec.diseases[0]
    if asked.disease is None:
        st.caption(escaped(f"On {DISEASES[disease].title}. A disease that is chosen above is shown here instead."))
    stack_charts(current, disease)


def _evidence(current: Source, disease: str, solution: str) -> None:
    places, one = current.measurement.by_place, SOLUTIONS[solution]
    st.markdown(f"**{escaped(f'{one.name} on {DISEASES[disease].title}')}**")
    cell = places.get((disease, (solution,)))
    if cell is None or (disease, ()) not in places:
        st.caption(NOT_YET if applies(solution, disease) else NOTHING)
        return
    if cell.reason:
        st.error(escaped(f"It could not be trained: {cell.reason}"))
        return
    evidence_charts(current, disease, solution)
    cells: list[TrialCell] = [cell, places[(disease, ())], current.measurement.best[disease]]
    evidence_table(tuple({found.stack: found for found in cells}.values()))
    if cell.run_id and current.info is not None:
        st.markdown(f"Taken over from [run {cell.run_id}](?run={cell.run_id}).")
    before = sick(disease)
    after = treated(before, [solution])
    with st.expander("What it changes in the network"):
        changes_table(changes(before, after))
    if st.button("Watch it train, layer by layer", icon=":material/cardiology:", key="watch", help=WATCH_HELP):
        spec = TreatmentSpec(before, after, SOLUTIONS[solution].treatment or "")
        run_id = services.lab().submit(spec, visitor=services.visitor())
        st.switch_page(HEALTH.path, query_params={"run": run_id})


def download(current: Source) -> None:
    """Draw the button that saves every number of a measurement."""
    text = _document(current.key, current.measurement)
    st.download_button("All numbers as JSON", text, "solutions.json", "application/json", icon=":material/download:")


@st.cache_data(max_entries=16, show_spinner=False)
def _document(key: str, _measurement: Measurement) -> str:
    return strict_json.dumps(solutions_document(_measurement), indent=1)

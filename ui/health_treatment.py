"""What can be done about a check: its prescriptions, each tried in pairs with a click, or one's own change."""

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from gradcore.admission import admit, estimate_seconds
from gradcore.errors import RefusedError
from gradcore.prescriptions import Change, Prescription, changes
from gradcore.spec_titles import field_title, value_title
from gradcore.specs import HealthSpec, TreatmentSpec
from gradcore.titles import counted
from gradcore.treatment_result import proof_of
from gradcore.treatments import TREATMENTS
from ui import services
from ui.scroll import bring
from ui.table import typeset_rows
from ui.terms import explained
from ui.words import as_sentence, escaped

FIRST = 2  # prescriptions that stand on the page; the others are behind a fold
HOW = explained(
    "Treat trains both networks, untreated and treated, in pairs: the same five seeds, batches and, where shapes "
    "allow, first weights. Each gets a learning rate from the same grid, chosen on three other seeds: the smallest at "
    "which all of them train as well as at the best.",
    "paired_rerun",
    "tuned",
    "interval",
)
OWN = "The controls ask for another network than the one that is shown."


def prescriptions_part(spec: HealthSpec, found: Sequence[Prescription], asked: HealthSpec | None) -> None:
    """Draw the prescriptions of a check, the best first, and one's own treatment where the controls ask for one."""
    if found:
        st.subheader("Treatment", anchor=False, help=HOW)
        for number, one in enumerate(found[:FIRST]):
            _card(spec, one, f"treat_{number}", primary=asked is not None and not number)
        if more := found[FIRST:]:
            with st.expander(f"{counted(len(more), 'other treatment')}"):
                for number, one in enumerate(more, FIRST):
                    _card(spec, one, f"treat_{number}", primary=False)
    own = _own(spec, asked)
    if own is not None:
        st.caption(OWN)
        _button("Treat with the controls' change", own, "treat_own", primary=False)


def changes_table(found: Sequence[Change]) -> None:
    """Draw what a treatment changes in the spec."""
    rows = [
        {"Setting": field_title(one.field), "Before": value_title(one.before), "After": value_title(one.after)}
        for one in found
    ]
    st.dataframe(typeset_rows(rows), hide_index=True, width="stretch")


def _card(spec: HealthSpec, one: Prescription, key: str, *, primary: bool) -> None:
    with st.container(border=True):
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key=f"head_{key}"
        ):
            st.markdown(f"**{escaped(one.title)}**")
            _button("Treat", proof_of(spec, one), key, primary=primary)
        st.markdown(escaped(TREATMENTS[one.solution].why))
        if one.effect:
            st.caption(escaped(one.effect.sentence))
        changes_table(one.changes)


def _button(label: str, proof: TreatmentSpec, key: str, *, primary: bool) -> None:
    """Draw the button that starts a treatment, with its estimate; where it is refused, why."""
    try:
        admitted = admit(proof, services.settings().limits)
    except RefusedError as error:
        st.caption(escaped(as_sentence(error)))
        return
    seconds = max(1, round(estimate_seconds(admitted, services.settings().workers)))
    kind: Literal["primary", "secondary"] = "primary" if primary else "secondary"
    if st.button(f"{label} · about {seconds} s", icon=":material/healing:", key=key, type=kind):
        run_id = services.lab().submit(admitted, visitor=services.visitor())
        st.query_params.from_dict({"run": run_id})
        bring(run_id)
        st.rerun()


def _own(spec: HealthSpec, asked: HealthSpec | None) -> TreatmentSpec | None:
    """Return the treatment that the controls ask for, None where they ask for the same network or another task."""
    if asked is None or asked.task != spec.task:
        return None
    places = {one.field.split(".")[0] for one in changes(spec, asked)}
    return TreatmentSpec(spec, asked) if places & {"network", "optimizer", "missing_share"} else None

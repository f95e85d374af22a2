"""A treatment on the page: live while it trains, then the difference in large type, both networks side by side."""

from datetime import UTC, datetime
from typing import Any

import streamlit as st

from gradcore.check_assembly import Checks
from gradcore.figures import health, race, theme
from gradcore.prescriptions import changes
from gradcore.records import RaceTrace, RunInfo, RunStatus
from gradcore.run_titles import treatment_title
from gradcore.specs import HealthSpec, TreatmentSpec
from gradcore.titles import check_title, number, typeset
from gradcore.treatment_result import TreatmentResult, pairs_line, pictures_line, result_sentences, treatment_result
from gradcore.verdict_titles import verdict_title
from ui import services
from ui.frame import guarded_fragment
from ui.health_treatment import changes_table
from ui.live_run import FASTEST, progress_text
from ui.plot import plot
from ui.scroll import come_into_view
from ui.words import as_sentence, escaped

HEIGHT = 340
NEXT = "The controls stand at the treated network: start a check of it above."
SIDES = ("Before", "After")
WALKED = 10  # treatments that are walked back at most
HISTORY_SECONDS = 10.0  # that they are known for before the store is asked again


def treatment_page(shown: RunInfo) -> None:
    """Draw a treatment, whether it goes on or has ended."""
    spec = TreatmentSpec.from_json(shown.spec)
    come_into_view(shown.id)
    walk_back(shown.id, spec.before)
    if not shown.status.ended:
        guarded_fragment(run_every=2 * FASTEST)(_look)(shown.id, spec)
        return
    if shown.status is not RunStatus.FINISHED:
        st.warning(
            escaped(as_sentence(shown.message or f"This treatment was {shown.status}; what it recorded is shown."))
        )
    found, cursor = services.lab().checks(shown.id)
    st.subheader(escaped(f"Treatment: {treatment_title(spec)}"), anchor=False)
    untreated = services.lab().find(spec.before)
    of = (
        f"[{escaped(check_title(spec.before))}](?run={untreated.id})"
        if untreated
        else escaped(check_title(spec.before))
    )
    st.caption(f"Of {of} · run {shown.id}. {NEXT}")
    result = treatment_result(spec, found)
    if result is not None:
        _verdicts(spec, result)
    _pictures(shown.id, cursor, spec, found)
    _curves(shown.id, cursor, spec, found.pairs, ended=True)
    st.subheader("What was changed", anchor=False)
    changes_table(changes(spec.before, spec.after))


def walk_back(run_id: str, spec: HealthSpec) -> None:
    """Draw the way by which a network came to be as it is: the treatments before, each a link."""
    steps = _history(run_id, spec.to_json())
    if not steps:
        return
    links = [f"[{escaped(title)}](?run={step})" for step, title in reversed(steps)]
    st.markdown(f"Treated before: {' → '.join(links)}")


@st.cache_data(max_entries=128, ttl=HISTORY_SECONDS, show_spinner=False)
def _history(run_id: str, spec: dict[str, Any]) -> list[tuple[str, str]]:
    """Return id and title of the treatments that led to a spec, the last first."""
    found: list[tuple[str, str]] = []
    while len(found) < WALKED:
        before = _led_to(spec, run_id, {run_id, *(step for step, _ in found)})
        if before is None:
            break
        found.append((before.id, treatment_title(TreatmentSpec.from_json(before.spec))))
        spec = before.spec["before"]
    return found


def _led_to(spec: dict[str, Any], run_id: str, seen: set[str]) -> RunInfo | None:
    """Return the treatment that led to a spec: of those who asked for this run, else of anybody."""
    for beside in (run_id, None):
        known = services.lab().runs(kind=TreatmentSpec.kind, beside=beside, leads_to=spec, limit=WALKED + 1)
        for run in known:
            if run.id not in seen:
                return run
    return None


def _look(run_id: str, spec: TreatmentSpec) -> None:
    info = services.lab().info(run_id)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(info.progress, 1.0), text=progress_text(info, datetime.now(UTC)))
        if st.button("Cancel", icon=":material/stop:", key="cancel"):
            services.lab().cancel(run_id)
    if info.message:
        st.caption(escaped(as_sentence(info.message)))
    found, cursor = services.lab().checks(run_id)
    _curves(run_id, cursor, spec, found.pairs, ended=False)
    if info.status.ended:
        st.rerun()


def _verdicts(spec: TreatmentSpec, result: TreatmentResult) -> None:
    """Draw the difference in large type, the verdicts, and the sentences that say what they mean."""
    low, high = result.interval
    columns = st.columns(3)
    columns[0].metric(
        "Verdict",
        verdict_title(result.verdict_after),
        f"before: {verdict_title(result.verdict_before)}",
        delta_color="off",
        delta_arrow="off",
    )
    columns[1].metric(
        "Validation loss, treated − untreated",
        typeset(number(result.difference, 3)),
        typeset(f"95 %: {number(low, 3)} to {number(high, 3)}"),
        delta_color="off",
        delta_arrow="off",
    )
    columns[2].metric(
        "Time of a step", f"× {result.step_time_ratio:.2f}", "treated / untreated", delta_color="off", delta_arrow="off"
    )
    st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in result_sentences(spec, result)))


def _pictures(run_id: str, cursor: int, spec: TreatmentSpec, found: Checks) -> None:
    """Draw both networks' gradient norms with one colour scale, side by side."""
    if len(found.networks) < 2:
        return
    for column, side, (text, height) in zip(st.columns(2), SIDES, _side_by_side(run_id, cursor, found), strict=True):
        with column:
            label = f"{side} treatment: gradient norm of each layer at each step"
            plot(text, key=f"picture_{side}", label=label, height=height, about=run_id)
    if found.pairs is not None:
        st.caption(escaped(pictures_line(spec, found.pairs)))


def _curves(run_id: str, cursor: int, spec: TreatmentSpec, pairs: RaceTrace | None, *, ended: bool) -> None:
    """Draw loss and final loss of the pairs."""
    if pairs is None or not any(entrant.steps for entrant in pairs.entrants):
        return
    charts = _drawn(run_id, cursor, ended, pairs)
    labels = ("Training loss of the untreated and the treated network", "Final validation loss of both")
    for column, (text, height), label in zip(st.columns(2), charts, labels, strict=False):
        with column:
            plot(text, key=label, label=label, height=height, about=run_id)
    st.caption(escaped(pairs_line(spec, pairs)))


@st.cache_data(max_entries=32, show_spinner=False)
def _side_by_side(run_id: str, cursor: int, _found: Checks) -> list[tuple[str, int]]:
    scale = health.common_scale(_found.networks)
    drawn = [
        health.picture(trace, scale=scale, title=f"{side} treatment")
        for trace, side in zip(_found.networks, SIDES, strict=True)
    ]
    return [(theme.to_json(figure), figure.height) for figure in drawn]


@st.cache_data(max_entries=32, show_spinner=False)
def _drawn(run_id: str, cursor: int, ended: bool, _pairs: RaceTrace) -> list[tuple[str, int]]:
    made = [race.loss_curves(_pairs, HEIGHT, ended=ended, beside_validation=True)]
    if all(entrant.outcome is not None for entrant in _pairs.entrants):
        made.append(race.final_validation(_pairs, as_given=True))
    return [(theme.to_json(figure), figure.height) for figure in made]

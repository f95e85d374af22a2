"""Prove it: the advised rule against no clipping, trained from the same weights and batches."""

import streamlit as st

from gradcore.admission import admit, estimate_seconds
from gradcore.advisor import Proof, Side, Suggestion, is_proof, percent, proof_sentences, proof_spec, read_proof
from gradcore.documents import ranking
from gradcore.errors import GradcoreError, RefusedError
from gradcore.reading import METRICS, metric_value
from gradcore.records import RunStatus
from gradcore.specs import RaceSpec
from ui import services
from ui.clip_sources import EXAMPLE, FIRST, PROOF, RUN, Source
from ui.race_view import live_race, race_curves
from ui.words import as_sentence, escaped

WHAT = "Trains the chosen optimizer twice from the same weights and batches: without clipping, and with this threshold."
FILE = "A file of norms cannot be trained again; choose a stored run to prove a threshold."


def draw_proof(source: Source, suggestion: Suggestion) -> None:
    """Draw the button that starts a proof, and the proof that the address names."""
    st.subheader("Prove it", anchor=False)
    st.caption(WHAT)
    _button(source, suggestion)
    if run_id := st.query_params.get(PROOF):
        _show(run_id)


def _button(source: Source, suggestion: Suggestion) -> None:
    spec, refusal = _asked(source, suggestion)
    label = "Prove it"
    if spec is not None:
        label += f" · about {max(1, round(estimate_seconds(spec, services.settings().workers)))} s"
    started = st.button(label, type="primary", icon=":material/play_arrow:", disabled=spec is None, key="advisor_prove")
    if refusal:
        st.caption(escaped(refusal))
    if started and spec is not None:
        run_id = services.lab().submit(spec, visitor=services.visitor())
        st.query_params[RUN] = source.about.partition(":")[0] or EXAMPLE
        st.query_params[PROOF] = run_id
        st.rerun()


def _asked(source: Source, suggestion: Suggestion) -> tuple[RaceSpec | None, str]:
    """Return the paired race, or None and why there is none."""
    if source.spec is None:
        return None, FILE
    if suggestion.rule is None:
        return None, "A threshold of 0 cannot be tried."
    try:
        return admit(proof_spec(source.spec, source.number, suggestion.rule), services.settings().limits), ""
    except RefusedError as error:
        return None, as_sentence(error)


def _show(run_id: str) -> None:
    """Draw a proof: live while it trains, then both rates, losses and blow-ups."""
    lab = services.lab()
    try:
        info = lab.info(run_id)
    except GradcoreError as error:
        st.warning(escaped(as_sentence(error)), icon=":material/link_off:")
        return
    spec = RaceSpec.from_json(info.spec)
    if not is_proof(spec):
        st.warning(escaped(f"Run {run_id} is no pair with and without clipping."), icon=":material/link_off:")
        return
    if not info.status.ended:
        live_race(run_id)
        return
    trace, cursor = lab.race(run_id)
    if info.status is not RunStatus.FINISHED:
        st.warning(escaped(info.message or f"This proof was {info.status}; what it recorded is shown."))
    first = min(int(st.session_state.get(FIRST, 0)), max(trace.entrants[0].steps - 1, 0))
    proof = read_proof(spec, trace, first)
    if proof is not None:
        _rates(proof)
        st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in proof_sentences(proof)))
        st.dataframe([_row(side, trace.metric) for side in (proof.without, proof.clipped)], hide_index=True)
        _ranked(spec, trace)
    race_curves(run_id, cursor, trace)


def _rates(proof: Proof) -> None:
    """Draw predicted and realised rate side by side."""
    predicted, realised, loss = st.columns(3)
    interval = "no interval" if proof.interval is None else " to ".join(percent(end) for end in proof.interval)
    predicted.metric("Predicted clip rate", percent(proof.predicted))
    predicted.caption(interval if proof.interval is None else f"95 % interval {interval}")
    realised.metric("Realised clip rate", percent(proof.realised))
    least, most = percent(min(proof.by_seed)), percent(max(proof.by_seed))
    realised.caption(f"by seed {least} to {most}" if proof.seeds > 1 else "one seed")
    loss.metric("Blown up", f"{proof.without.blow_ups} → {proof.clipped.blow_ups} of {proof.seeds}")
    loss.caption("seeds, without → with clipping")


def _ranked(spec: RaceSpec, trace: object) -> None:
    """Say whether the final losses differ over the seeds."""
    places = ranking(spec, trace)  # type: ignore[arg-type]
    if len(places) == 2:
        first = places[0]
        tied = f"Final validation loss: no difference detected over {spec.seeds} seeds."
        better = f"Final validation loss: {first.label} is significantly better over {spec.seeds} seeds."
        st.caption(escaped(tied if first.tied_with else better))


def _row(side: Side, metric: str) -> dict[str, str]:
    return {
        "": side.label,
        "Last training loss (median)": _number(side.loss),
        "Validation loss (median)": _number(side.validation_loss),
        METRICS.get(metric, metric).capitalize(): ""
        if side.validation_metric is None
        else metric_value(metric, side.validation_metric),
        "Blown up": f"{side.blow_ups}",
    }


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"

"""Prove it: the advised rule against no clipping, trained from the same weights and batches."""

import math

import streamlit as st

from gradcore.admission import admit, estimate_seconds
from gradcore.advisor import (
    Proof,
    Side,
    Suggestion,
    is_proof,
    proof_sentences,
    proof_spec,
    read_proof,
    window_of,
)
from gradcore.documents import ranking
from gradcore.errors import GradcoreError, RefusedError
from gradcore.figures import theme
from gradcore.figures.clip_proof import proof_losses, proof_rates
from gradcore.reading import METRICS, metric_value
from gradcore.records import RaceTrace, RunStatus
from gradcore.specs import RaceSpec
from gradcore.titles import counted, percent, race_title
from ui import services
from ui.clip_sources import PROOF, Source
from ui.plot import plot
from ui.race_view import live_race
from ui.table import table
from ui.words import as_sentence, escaped

WHAT = "Trains the chosen optimizer twice from the same weights and batches: without clipping, and with this threshold."
HEIGHT = 360
LOSS_NOTE = "Training loss at the end: median of all seeds in the last stretch of the chart below, at most {steps}."
FILE = "A file of norms cannot be trained again; choose a stored run to prove a threshold."


def draw_proof(source: Source, suggestion: Suggestion, first_step: int) -> None:
    """Draw the button that starts a proof, and the proof that the address names, its rates from a step on."""
    st.subheader("Prove it", anchor=False)
    st.caption(WHAT)
    spec, refusal = _asked(source, suggestion)
    _button(spec, refusal)
    if run_id := st.query_params.get(PROOF):
        _show(run_id, spec, first_step)


def _button(spec: RaceSpec | None, refusal: str) -> None:
    label = "Prove it"
    if spec is not None:
        label += f" · about {max(1, round(estimate_seconds(spec, services.settings().workers)))} s"
    started = st.button(label, type="primary", icon=":material/play_arrow:", disabled=spec is None, key="advisor_prove")
    if refusal:
        st.caption(escaped(refusal))
    if started and spec is not None:
        run_id = services.lab().submit(spec, visitor=services.visitor())
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


def _show(run_id: str, asked: RaceSpec | None, first_step: int) -> None:
    """Draw a proof: live while it trains, then both rates, losses and blow-ups; `asked` is what the button starts."""
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
    if spec != asked:
        pair = f"{spec.entrants[1].label} ({race_title(spec)})"
        st.caption(escaped(f"The pair below is of another run or threshold: {pair}."))
    if not info.status.ended:
        live_race(run_id)
        return
    trace, cursor = lab.race(run_id)
    if info.status is not RunStatus.FINISHED:
        st.warning(escaped(info.message or f"This proof was {info.status}; what it recorded is shown."))
    first = min(first_step, max(trace.entrants[0].steps - 1, 0))
    proof = read_proof(spec, trace, first)
    if proof is not None:
        _rates(proof)
        st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in proof_sentences(proof)))
        rows = [_row(side, trace.metric) for side in (proof.without, proof.clipped)]
        table(rows)
        st.caption(LOSS_NOTE.format(steps=counted(window_of(trace), "step")))
        _ranked(spec, trace)
        charts = _charts(run_id, cursor, first, spec, trace, proof)
        names = (("proof_rates", "Predicted and realised clip rate"), ("proof_losses", "Training loss of both"))
        for column, text, (key, label) in zip(st.columns(2), charts, names, strict=True):
            with column:
                plot(text, key=key, label=f"{label}, over steps", height=HEIGHT, about=f"{run_id}:{cursor}:{first}")


@st.cache_data(max_entries=64, show_spinner=False)
def _charts(
    run_id: str, cursor: int, first_step: int, _spec: RaceSpec, _trace: RaceTrace, _proof: Proof
) -> tuple[str, str]:
    """Return the charts of both clip rates and of both losses over the steps, drawn once for all who look."""
    rates, losses = proof_rates(_spec, _trace, _proof, first_step, HEIGHT), proof_losses(_spec, _trace, HEIGHT)
    return theme.to_json(rates), theme.to_json(losses)


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


def _ranked(spec: RaceSpec, trace: RaceTrace) -> None:
    """Say whether the final losses differ over the seeds."""
    places = ranking(spec, trace)
    if len(places) == 2:
        first = places[0]
        tied = f"Final validation loss: no difference detected over {spec.seeds} seeds."
        better = f"Final validation loss: {first.label} is significantly better over {spec.seeds} seeds."
        st.caption(escaped(tied if first.tied_with else better))


def _row(side: Side, metric: str) -> dict[str, str]:
    return {
        "Training": escaped(side.label),
        "Training loss at the end (median)": _number(side.loss),
        "Validation loss (median)": _number(side.validation_loss),
        METRICS.get(metric, metric).capitalize(): ""
        if side.validation_metric is None
        else metric_value(metric, side.validation_metric),
        "Blown up": f"{side.blow_ups}",
    }


def _number(value: float | None) -> str:
    """Return a loss as a metric beside it is written."""
    return "" if value is None else theme.number(value) if math.isfinite(value) else "not finite"

"""Real run: an exploding recurrent network trained without and with clipping, from the same weights and batches."""

from urllib.parse import quote

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gradcore.admission import admit, estimate_seconds
from gradcore.blow_up_reading import pair_sentences
from gradcore.blow_ups import is_pair
from gradcore.documents import example_document, trace_from_document
from gradcore.errors import GradcoreError, RefusedError
from gradcore.presets import exploding_rnn
from gradcore.records import RaceTrace, RunInfo, RunStatus
from gradcore.specs import RaceSpec
from ui import services
from ui.anatomy import anatomy
from ui.clip_real_charts import NORMS, OUTCOME, draw_charts, live_pair
from ui.clip_real_controls import PART, RUN, adopt, pair_controls, settings_of
from ui.clip_real_tables import seed_rows, side_rows
from ui.frame import RACE
from ui.panels import try_this
from ui.race_view import status_line
from ui.table import table, typeset_rows
from ui.words import as_sentence, escaped

LATEST = 20  # races of this visitor among which the latest pair is looked for
WHAT = (
    "A recurrent network reads a sequence of numbers, two of them marked, and is asked for the sum of these two. "
    "SGD trains it twice from the same weights and batches: without clipping, and with its global norm clipped."
)
MEANING = (
    "A run has blown up when its loss is not finite or above 1,000 times its first one. After that its weights are "
    "lost: no later step brings it back. Under a clip rule a step whose gradient is not finite is skipped."
)
NOTEBOOK = """
- It never trained anything with its clip rules. It showed them on made-up gradients, where a lower norm looks like a
  cure by itself; whether the network learns cannot be seen there.
- It printed the norm before clipping as the norm after it, so its "exploding" example seems to survive clipping.
- It calls clipping a cure for gradient problems. Here it removes the explosion, and no more: in the default pair the
  clipped runs, too, end no better than a constant answer.
"""
EXPERIMENTS = (
    ("Half the learning rate, 0.05: is there still an explosion to cure?", {"real_rate": "0.05"}),
    ("Three times the learning rate, 0.3: how many steps do the unclipped runs last?", {"real_rate": "0.3"}),
    ("A spectral radius of 1.1: are ten seeds enough to show that clipping helps?", {"rho": "1.1"}),
)


def draw() -> None:
    """Draw the part of the clipping lab that trains with and without clipping."""
    shown = _shown_run()
    picture, settings, details = anatomy()
    with settings:
        adopt(shown, services.settings().limits)
        asked, refusal = _asked()
    with picture:
        st.caption(WHAT)
        if shown is not None and not shown.status.ended:
            if asked is None or asked.to_json() != shown.spec:
                _start_row(asked, shown, refusal)
            live_pair(shown.id, RaceSpec.from_json(shown.spec))
        else:
            _start_row(asked, shown, refusal)
            _say_what_is_shown(shown, asked)
            _result(shown, details)
    with details:
        with st.expander("What the notebook got wrong"):
            st.markdown(NOTEBOOK)
        try_this([(sentence, {"part": PART, **values}) for sentence, values in EXPERIMENTS])


def _shown_run() -> RunInfo | None:
    """Return the pair in the address, else this visitor's latest one, else None."""
    lab = services.lab()
    if run_id := st.query_params.get(RUN):
        try:
            found = lab.info(run_id)
            if is_pair(RaceSpec.from_json(found.spec)):
                return found
            st.warning(f"Run {escaped(run_id)} is no training with and without clipping; it opens as a race.")
            st.page_link(RACE.path, label="Open it as a race", icon=RACE.icon, query_params={"run": run_id})
        except GradcoreError as error:
            instead = "Your latest pair is shown instead, or an example."
            st.warning(escaped(as_sentence(error, instead)), icon=":material/link_off:")
    latest = lab.runs(kind=RaceSpec.kind, visitor=services.visitor(), limit=LATEST)
    return next((run for run in latest if settings_of(RaceSpec.from_json(run.spec)) is not None), None)


def _asked() -> tuple[RaceSpec | None, str]:
    """Draw the controls; return the pair that they ask for, or None and why it is refused."""
    limits = services.settings().limits
    try:
        return admit(pair_controls(limits), limits), ""
    except RefusedError as error:
        return None, as_sentence(error)


def _start_row(asked: RaceSpec | None, shown: RunInfo | None, refusal: str) -> None:
    """Draw the start button with its estimate, and the link to what is shown; say why a pair is refused."""
    again = shown is not None and asked is not None and shown.spec == asked.to_json()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        verb = "Train both again" if again else "Train both"
        seconds = "" if asked is None else f" · about {_seconds(asked)} s"
        started = st.button(
            f"{verb}{seconds}", type="primary", icon=":material/play_arrow:", disabled=asked is None, key="real_start"
        )
        if shown is not None:
            with st.popover("Link", icon=":material/link:"):
                st.caption("Opens this run for anybody who can reach this server.")
                st.code(f"{st.context.url}?part={quote(PART)}&run={shown.id}", language=None)
    if refusal:
        st.error(escaped(refusal), icon=":material/error:")
    if started and asked is not None:
        st.query_params[RUN] = services.lab().submit(asked, visitor=services.visitor(), again=again)
        st.rerun()


def _say_what_is_shown(shown: RunInfo | None, asked: RaceSpec | None) -> None:
    """Name the settings of the pair that is drawn, where the controls ask for another one."""
    spec = RaceSpec.from_json(shown.spec) if shown else exploding_rnn()
    settings = settings_of(spec)
    if settings is None or asked is None or asked.to_json() == (shown.spec if shown else _admitted(spec)):
        return
    parts = [f"learning rate {settings['learning_rate']:g}", f"spectral radius {settings['radius']:g}"]
    parts.append(f"threshold {settings['max_norm']:g}")
    st.caption(f"Shown below: {', '.join(parts)}. The controls ask for another pair; train both to see it.")


def _admitted(spec: RaceSpec) -> dict[str, object]:
    """Return the JSON form that a spec is stored in."""
    return admit(spec, services.settings().limits).to_json()


def _seconds(asked: RaceSpec) -> int:
    return max(1, round(estimate_seconds(asked, services.settings().workers)))


def _result(shown: RunInfo | None, details: DeltaGenerator) -> None:
    """Draw a pair that has ended, or the bundled example."""
    if shown is None:
        document = example_document("exploding_rnn")
        spec, trace = RaceSpec.from_json(document["spec"]), trace_from_document(document)
        st.caption("An example that ships with Gradient Clinic. Train both to see your own.")
        run_id, cursor = "exploding_rnn", 0
    else:
        run_id, spec = shown.id, RaceSpec.from_json(shown.spec)
        trace, cursor = services.lab().race(run_id)
        st.caption(escaped(status_line(shown, spec)))
        if shown.status is not RunStatus.FINISHED:
            say = st.error if shown.status is RunStatus.FAILED else st.warning
            say(escaped(shown.message or f"This run was {shown.status}; what it recorded is shown."))
    draw_charts(OUTCOME, run_id, cursor, spec, trace)
    if all(entrant.outcome for entrant in trace.entrants):
        st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in pair_sentences(trace)))
    with details:
        _details(run_id, cursor, spec, trace)


def _details(run_id: str, cursor: int, spec: RaceSpec, trace: RaceTrace) -> None:
    """Draw norms and clip rate, and the numbers of both sides and of every seed."""
    draw_charts(NORMS, run_id, cursor, spec, trace)
    table(side_rows(trace))
    st.caption(MEANING)
    with st.expander("Seed by seed"):
        st.caption(
            "Without and with clipping: the step at which each seed blew up, and its validation loss at the end."
        )
        st.dataframe(typeset_rows(seed_rows(trace, spec.first_seed)), hide_index=True, width="stretch")

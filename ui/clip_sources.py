"""Where the advisor's norms come from: a stored run by its id, a file of the visitor's own, or the bundled example."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from gradcore.advisor import is_proof
from gradcore.documents import example_document, trace_from_document
from gradcore.errors import GradcoreError
from gradcore.ranking import diverged_at
from gradcore.records import Doubles, Floats, RaceTrace, RunInfo, RunStatus
from gradcore.specs import NO_CLIPPING, RaceSpec
from gradcore.titles import race_title
from gradcore.uploads import norms_from_upload
from ui import services
from ui.controls import BIND
from ui.words import as_sentence, escaped

EXAMPLE = "example"
RUN, FIRST, ENTRANT, PROOF = "advisor_run", "advisor_first", "advisor_entrant", "advisor_proof"
OFFERED = 20
INSTEAD = "Your latest run is shown instead, or an example."
UPLOAD_HELP = "One column of gradient norms, or a column called `norm` or `gradient_norm`; one row a step."


@dataclass(frozen=True)
class Source:
    """Norms, and all that is known of them."""

    about: str  # tells one stream from another: what charts and caches go by
    title: str
    norms: Doubles | Floats  # (T,) or (T, S)
    ends: tuple[int | None, ...] = ()  # step at which each seed blew up
    optimizer: str = ""  # Keras' name
    spec: RaceSpec | None = None  # the race that they are from, None for a file
    number: int = 0  # the entrant's place in it
    steps: int = 0


def choose_source() -> Source | None:
    """Draw the choice of a run and an optimizer, or of a file; None where the run has no step yet."""
    place = st.container()
    upload = st.file_uploader(
        "Norms of your own (CSV)", type=["csv"], key="advisor_csv", help=UPLOAD_HELP, on_change=_begin_anew
    )
    if upload is not None:
        return _uploaded(upload.name, upload.getvalue())
    with place:
        return _chosen()


def _uploaded(name: str, data: bytes) -> Source:
    norms = norms_from_upload(name, data)
    key = hashlib.sha256(data).hexdigest()[:16]
    return Source(key, f"{name}: {len(norms):,} steps", norms, steps=len(norms))


def _chosen() -> Source | None:
    run = _choose_run()
    if run is None:
        document = _example()
        spec, trace, cursor = RaceSpec.from_json(document[0]), document[1], 0
        return _entrant(EXAMPLE, "an example that ships with Gradient Clinic", spec, trace, cursor)
    trace, cursor = services.lab().race(run.id)
    state = "" if run.status is RunStatus.FINISHED else f", {run.status}"
    return _entrant(run.id, f"run {run.id}{state}", RaceSpec.from_json(run.spec), trace, cursor)


def _choose_run() -> RunInfo | None:
    """Draw the visitor's runs with the one of the address; None for the example."""
    lab = services.lab()
    runs = list(lab.runs(kind=RaceSpec.kind, visitor=services.visitor(), limit=OFFERED))
    asked = st.query_params.get(RUN)
    chosen = _asked(asked, runs)
    if chosen is not None and chosen.id not in [run.id for run in runs]:
        runs = [chosen, *runs]
    known = {run.id: run for run in runs}
    if chosen is None and asked != EXAMPLE:
        chosen = next((run for run in runs if not is_proof(RaceSpec.from_json(run.spec))), None)
    st.session_state["advisor_pick"] = chosen.id if chosen else EXAMPLE
    titles = {run.id: f"{race_title(RaceSpec.from_json(run.spec))} ({run.id})" for run in runs}
    titles[EXAMPLE] = "The example race"
    st.selectbox("Run", list(titles), format_func=titles.__getitem__, key="advisor_pick", on_change=_picked)
    if chosen is None and FIRST not in st.query_params:
        st.session_state.setdefault(FIRST, 100)  # the example's norms fall fast at first, and are steadier later
    return known.get(chosen.id) if chosen else None


def _asked(asked: str | None, runs: Sequence[RunInfo]) -> RunInfo | None:
    """Return the run in the address, None where there is none; a wrong id is said."""
    if not asked or asked == EXAMPLE:
        return None
    try:
        return services.lab().info(asked)
    except GradcoreError as error:
        st.warning(escaped(as_sentence(error, INSTEAD)), icon=":material/link_off:")
        return None


def _picked() -> None:
    """Put the picked run into the address."""
    st.query_params[RUN] = st.session_state["advisor_pick"]
    _begin_anew()


def _begin_anew() -> None:
    """Count another stream from its first step, and leave the proof of the one before."""
    st.query_params.pop(PROOF, None)
    st.session_state[FIRST] = 0


def _entrant(run_id: str, title: str, spec: RaceSpec, trace: RaceTrace, cursor: int) -> Source | None:
    """Draw the choice of an entrant and return its norms."""
    labels = [entrant.label for entrant in trace.entrants if entrant.steps]
    if not labels:
        return None
    if st.session_state.get(ENTRANT) not in labels:
        st.session_state.pop(ENTRANT, None)
    first = 1 if run_id == EXAMPLE else 0
    label = st.selectbox("Optimizer", labels, first, key=ENTRANT, bind=BIND)
    number = next(place for place, entrant in enumerate(trace.entrants) if entrant.label == label)
    entrant = trace.entrants[number]
    clip = spec.entrants[number].clip
    clipped = "" if clip == NO_CLIPPING else f", recorded while it was clipped ({clip.name})"
    return Source(
        about=f"{run_id}:{cursor}:{number}",
        title=f"{label} of {title}: {race_title(spec)}{clipped}",
        norms=entrant.gradient_norm,
        ends=tuple(diverged_at(entrant.loss)),
        optimizer=entrant.optimizer,
        spec=spec,
        number=number,
        steps=entrant.steps,
    )


@st.cache_resource(show_spinner=False)
def _example() -> tuple[object, RaceTrace]:
    """Return spec and trace of the bundled example, read once."""
    document = example_document()
    return document["spec"], trace_from_document(document)

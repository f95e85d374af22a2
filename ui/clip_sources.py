"""Where the advisor's norms come from: a stored run by its id, a file of the visitor's own, or a bundled example."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from gradcore.advisor import NormStream, is_proof
from gradcore.documents import example_document, trace_from_document
from gradcore.errors import GradcoreError, RefusedError
from gradcore.ranking import diverged_at
from gradcore.records import Doubles, Floats, RaceTrace, RunInfo, RunStatus
from gradcore.specs import NO_CLIPPING, RaceSpec
from gradcore.titles import counted, entrants_text, race_title
from gradcore.uploads import norms_from_upload
from ui import services
from ui.controls import BIND
from ui.upload import upload
from ui.words import as_sentence, escaped

RUN, FIRST, ENTRANT, PROOF = "advisor_run", "advisor_first", "advisor_entrant", "advisor_proof"
PICK = "advisor_pick"  # the menu of runs
KEPT = "advisor_kept"  # the run that was shown last, for a visitor who comes back with an empty address
OFFERED = 20
RUN_INSTEAD = "The run above is shown instead."
INSTEAD = "Your latest run is shown instead, or an example."
UPLOAD_HELP = "One column of gradient norms, or a column called `norm` or `gradient_norm`; one row a step."


@dataclass(frozen=True)
class Example:
    """A bundled run, and where it is read from."""

    preset: str
    title: str  # in the menu
    first: int  # step from which its norms count
    number: int = 0  # the entrant's place in it


EXAMPLE = "example"  # shown to a visitor without a run
EXAMPLES: Mapping[str, Example] = {
    EXAMPLE: Example("steady", "Example: steady norms", 2500),
    "example_race": Example("default", "Example: falling norms", 100, 1),
}


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
    first: int = 0  # step from which they count unless another one is chosen


def choose_source() -> Source | None:
    """Draw the choice of a run and an optimizer, or of a file; None where the run has no step yet."""
    place = st.container()
    file = upload("Norms of your own (CSV)", "advisor_csv", UPLOAD_HELP, _begin_anew)
    if file is not None:
        try:
            return _uploaded(file.name, file.getvalue())
        except RefusedError as error:
            st.error(escaped(as_sentence(error, RUN_INSTEAD)), icon=":material/error:")
    with place:
        return _chosen()


def _uploaded(name: str, data: bytes) -> Source:
    norms = norms_from_upload(name, data)
    NormStream.of(norms)  # refuses a file without a finite norm
    key = hashlib.sha256(data).hexdigest()[:16]
    return Source(key, f"{name}: {counted(len(norms), 'step')}", norms, steps=len(norms))


def _chosen() -> Source | None:
    run = _choose_run()
    if isinstance(run, str):
        example = EXAMPLES[run]
        spec, trace = _example(example.preset)
        return _entrant(run, "an example that ships with Gradient Clinic", spec, trace, 0, example)
    trace, cursor = services.lab().race(run.id)
    state = "" if run.status is RunStatus.FINISHED else f", {run.status}"
    return _entrant(run.id, f"run {run.id}{state}", RaceSpec.from_json(run.spec), trace, cursor)


def _choose_run() -> RunInfo | str:
    """Draw the visitor's runs, the one of the address and the examples, and put the chosen one into the address.

    Returns:
        the run, or the name of an example.
    """
    runs = list(services.lab().runs(kind=RaceSpec.kind, visitor=services.visitor(), limit=OFFERED))
    chosen = _asked(st.query_params.get(RUN)) or _latest(runs)
    if not isinstance(chosen, str) and chosen.id not in [run.id for run in runs]:
        runs = [chosen, *runs]
    name = chosen if isinstance(chosen, str) else chosen.id
    st.query_params[RUN] = st.session_state[KEPT] = st.session_state[PICK] = name
    titles = {run.id: _menu_title(run) for run in runs}
    titles |= {name: example.title for name, example in EXAMPLES.items()}
    st.selectbox("Run", list(titles), format_func=titles.__getitem__, key=PICK, on_change=_picked)
    return chosen


def _menu_title(run: RunInfo) -> str:
    """Return a run's line in the menu: a narrow one cuts it, so what tells races of one kind apart comes first."""
    spec = RaceSpec.from_json(run.spec)
    return f"{entrants_text(spec)} · {run.id} · {race_title(spec)}"


def _latest(runs: Sequence[RunInfo]) -> RunInfo | str:
    """Return the visitor's latest run that is no proof, else what was shown last, else the example."""
    own = next((run for run in runs if not is_proof(RaceSpec.from_json(run.spec))), None)
    return own or _asked(st.session_state.get(KEPT)) or EXAMPLE


def _asked(name: str | None) -> RunInfo | str | None:
    """Return the run or the example of a name, None where there is none; a wrong name is said."""
    if not name or name in EXAMPLES:
        return name or None
    try:
        return services.lab().info(name)
    except GradcoreError as error:
        st.warning(escaped(as_sentence(error, INSTEAD)), icon=":material/link_off:")
        return None


def _picked() -> None:
    """Put the picked run into the address."""
    st.query_params[RUN] = st.session_state[PICK]
    _begin_anew()


def _begin_anew() -> None:
    """Count another stream from its own first step, and leave the proof of the one before."""
    for key in (PROOF, FIRST):
        st.query_params.pop(key, None)


def _entrant(
    run_id: str, title: str, spec: RaceSpec, trace: RaceTrace, cursor: int, example: Example | None = None
) -> Source | None:
    """Draw the choice of an entrant and return its norms."""
    labels = [entrant.label for entrant in trace.entrants if entrant.steps]
    if not labels:
        return None
    if st.session_state.get(ENTRANT) not in labels:
        st.session_state.pop(ENTRANT, None)
    label = st.selectbox("Optimizer", labels, example.number if example else 0, key=ENTRANT, bind=BIND)
    number = next(place for place, entrant in enumerate(trace.entrants) if entrant.label == label)
    entrant = trace.entrants[number]
    clip = spec.entrants[number].clip
    clipped = "" if clip == NO_CLIPPING else f", recorded while it was clipped ({clip.name})"
    who = title if len(trace.entrants) == 1 else f"{label} of {title}"  # the race's title names a single one
    return Source(
        about=f"{run_id}:{cursor}:{number}",
        title=f"{who[0].upper()}{who[1:]}: {race_title(spec)}{clipped}",
        norms=entrant.gradient_norm,
        ends=tuple(diverged_at(entrant.loss)),
        optimizer=entrant.optimizer,
        spec=spec,
        number=number,
        steps=entrant.steps,
        first=example.first if example else 0,
    )


@st.cache_resource(show_spinner=False)
def _example(preset: str) -> tuple[RaceSpec, RaceTrace]:
    """Return spec and trace of a bundled example, read once."""
    document = example_document(preset)
    return RaceSpec.from_json(document["spec"]), trace_from_document(document)

"""The notebook's four scenarios: its combination beside what the measurement recommends, and a trial of both."""

import streamlit as st

from gradcore.admission import estimate_seconds
from gradcore.figures import theme
from gradcore.figures.solution_looks import stack_name
from gradcore.figures.solution_trial import trial_chart
from gradcore.solutions import (
    FULL,
    SCENARIOS,
    Candidate,
    Measurement,
    candidates,
    level_with_best,
    recommended,
    shipped,
    trial_of,
)
from gradcore.specs import Choice
from gradcore.tasks import TASKS
from gradcore.titles import counted, duration
from gradcore.trial_result import compared, decades, our_stack, row_of, scenario_of, trial_sentences
from ui import services
from ui.address import addressed, parameters, say_unknown
from ui.plot import plot
from ui.solutions_actions import submit
from ui.solutions_choice import BETWEEN, address_of, choose
from ui.solutions_details import download
from ui.solutions_source import Source, provenance
from ui.table import table
from ui.words import escaped

FRESH = ("breast_cancer", "wine", "two_spirals")  # tasks on which nothing was chosen
TRIAL_HELP = (
    "Trains untreated networks, the notebook's combination and ours, on four diseases with a task that neither was "
    "chosen on, each at the best of the same learning rates."
)


def scenarios_part(current: Source) -> None:
    """Draw the four scenarios, each with a button that tries it."""
    st.subheader("Recommended combinations", anchor=False, help=TRIAL_HELP)
    given = parameters()
    say_unknown(given, "task", FRESH)
    titles = {name: TASKS[name].title for name in FRESH}
    task = addressed("task", titles, FRESH[0])
    st.segmented_control("Try them on", **task.widget, required=True)
    own = () if current.is_trial else _candidates(current.key, current.measurement)
    found = own or _candidates(FULL, shipped(FULL))
    columns = [*st.columns(2), *st.columns(2)]
    for column, name in zip(columns, SCENARIOS, strict=True):
        with column.container(border=True, height="stretch"):
            _scenario(found, name, Choice(task.value), shipped=not own)


def trial_part(current: Source) -> None:
    """Draw what a trial came to: every disease, the differences with their intervals."""
    scenario = scenario_of(current.measurement)
    task = current.measurement.spec.task
    if scenario is None or task is None:
        st.caption("This trial tries none of the scenarios whole.")
        return
    shown = compared(current.measurement, scenario)
    theirs = stack_name(SCENARIOS[scenario].stack)
    ours = stack_name(our_stack(current.measurement.spec, scenario))
    st.subheader(f"{SCENARIOS[scenario].title}, tried on {TASKS[task.name].title}", anchor=False)
    st.markdown(
        escaped(f"The notebook's combination: {theirs}. By measurement: {ours}. {' '.join(trial_sentences(shown))}")
    )
    if shown:
        text, height = _drawn(current.key, scenario, current.measurement)
        plot(text, key="trial", label="Loss of each network on each disease", height=height)
        table([{name: escaped(text) for name, text in row_of(one).items()} for one in shown])
        st.caption("Mean training loss of the scored seeds over the last tenth of the steps, at most chance.")
    if current.measurement.cells:
        st.caption(escaped(provenance(current)))
    with st.container(horizontal=True):
        if st.button("Evidence", icon=":material/search:", key="trial_evidence"):
            choose(our_stack(current.measurement.spec, scenario), None)
        download(current)


@st.cache_data(max_entries=16, show_spinner=False)
def _drawn(key: str, scenario: str, _measurement: Measurement) -> tuple[str, int]:
    figure = trial_chart(compared(_measurement, scenario))
    return theme.to_json(figure), figure.height


@st.cache_data(max_entries=16, show_spinner=False)
def _candidates(key: str, _measurement: Measurement) -> tuple[Candidate, ...]:
    return candidates(_measurement)


def _scenario(found: tuple[Candidate, ...], name: str, task: Choice, *, shipped: bool) -> None:
    one = SCENARIOS[name]
    ours = recommended(found, name)
    theirs = next((other for other in found if other.stack == one.stack), None)
    st.markdown(f"**{one.title}**")
    st.markdown(escaped(f"Notebook: {stack_name(one.stack)}") + _numbers(theirs, shipped=shipped))
    if ours is None:
        st.caption(escaped(f"{one.counts} Nothing was measured that stays within it."))
        return
    st.markdown(escaped(f"Measured: {stack_name(ours.stack)}") + _numbers(ours, shipped=shipped))
    st.caption(escaped(f"Chosen by: {one.counts} {_tied(found, name)}"))
    spec = trial_of([one.stack, ours.stack], task)
    label = f"Try it · about {duration(estimate_seconds(spec, services.settings().workers))}"
    if st.button(label, icon=":material/science:", key=f"try_{name}"):
        submit(spec, scenario=name)


def _tied(found: tuple[Candidate, ...], scenario: str) -> str:
    """Return how many stacks were compared, and how many are not told apart from the largest effect."""
    whole = f"Of {counted(len(found), 'stack')} that were measured on all four diseases"
    level = len(level_with_best(found))
    tied = f"{whole}; tied for the largest effect: {counted(level, 'stack')}."
    return tied if scenario == "research" and level > 1 else f"{whole}."


def _numbers(one: Candidate | None, *, shipped: bool) -> str:
    """Return what was measured of a stack, in a line of its own."""
    if one is None:
        return escaped(" (not measured as a stack)")
    ends = one.effect.interval
    between = "" if ends is None else f" ({ends[0]:.2f} to {ends[1]:.2f})"
    cost = "" if one.cost is None else f", step {one.cost.step:.2f}×"
    least, most = min(one.decades), max(one.decades)
    usable = decades(most) if least == most else f"{least:g} (worst disease) to {decades(most)}"
    address = address_of(BETWEEN.join(one.stack), None, shipped=shipped)
    effect = f"[{escaped(f'E {one.effect.value:.2f}{between}')}]({address})"
    return f"  \n{effect}{escaped(f', usable rates {usable}{cost}')}"

"""Several tasks: the same optimizers race on each, and a performance profile says who is soon near the best."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gradcore.profile import Profile
from gradcore.profile_documents import example_times
from gradcore.profile_reading import meaning, profile_sentences
from gradcore.records import RunInfo, RunStatus
from gradcore.several_tasks import estimate_races
from gradcore.specs import RaceSpec
from gradcore.task_times import MEASURES, TaskTimes, profile_by
from gradcore.titles import counted, listed, task_text
from ui import services
from ui.address import parameters, say_unknown
from ui.anatomy import anatomy
from ui.entrant_table import entrant_table
from ui.panels import link, try_this
from ui.race_profile_charts import live_races, profile_chart, times_of
from ui.race_profile_controls import RUNS, adopt, asked_races, shown_runs
from ui.race_profile_tables import score_rows, time_rows
from ui.table import typeset_rows
from ui.terms import explained
from ui.words import as_sentence, escaped

VIEW = "view"  # not "part", which is the clipping lab's: the menu would carry one page's to the other
ONE, SEVERAL = "One task", "Several tasks"
WHAT = (
    "The same optimizers race on several tasks from the same seeds. A line shows on how many tasks an optimizer "
    "reaches the target within a multiple of the time that the best one needs: higher is better, further left too."
)
EXAMPLES = "An example that ships with Gradient Clinic. Start the races to see your own."
TIME_HELP = explained(
    "Steps are the same on every machine. Seconds are those of these races, all seeds side by side.",
    "target",
    "profile",
    "profile_score",
)
EXPERIMENTS = (
    ("Tuned learning rates, the same budget for each: does the lead stay?", {"learning_rates": "tuned"}),
    (
        "1,000 steps, and two spirals too: who catches up when there is time?",
        {"steps": "1000", "tasks": ["digits", "breast_cancer", "wine", "diabetes", "two_spirals", "quadratic"]},
    ),
)


def several_tasks() -> bool:
    """Draw the choice between one task and several, and return whether several are chosen."""
    say_unknown(parameters(), VIEW, (ONE, SEVERAL))
    chosen = st.segmented_control(
        "View",
        [ONE, SEVERAL],
        default=ONE,
        key=VIEW,
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    return chosen == SEVERAL


def draw() -> None:
    """Draw the part of the race page that races over several tasks."""
    shown = shown_runs()
    picture, settings, details = anatomy()
    with settings:
        adopt(shown)
        asked, refusal = asked_races()
    with picture:
        st.caption(WHAT)
        same = [run.spec for run in shown] == [race.to_json() for race in asked]
        going_on = any(not run.status.ended for run in shown)
        measure = _start_row(asked, shown, refusal, same=same)
        entrant_table(services.settings().limits.entrants)
        if shown and asked and not same:
            st.caption("The controls ask for other races than those below; start them to see them.")
        if going_on:
            live_races(tuple(run.id for run in shown), measure)
        else:
            _result(shown, measure, details)
    with details:
        try_this([(sentence, {VIEW: SEVERAL, **values}) for sentence, values in EXPERIMENTS])


def _start_row(asked: Sequence[RaceSpec], shown: Sequence[RunInfo], refusal: str, *, same: bool) -> str:
    """Draw start button with its estimate, link and what a time is, which is returned; say why races are refused."""
    started = False
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if not same or all(run.status.ended for run in shown):
            label = f"{'Run again' if same and asked else 'Start'}{_amount(asked)}"
            started = st.button(
                label, type="primary", icon=":material/play_arrow:", disabled=not asked, key="profile_start"
            )
        if shown:
            link({VIEW: SEVERAL, RUNS: ",".join(run.id for run in shown)}, "these races")
        measure = _measure()
    if refusal:
        st.error(escaped(refusal), icon=":material/error:")
    if started and asked:
        _show([_submitted(race, again=same) for race in asked])
    return measure


def _submitted(race: RaceSpec, *, again: bool) -> str:
    return services.lab().submit(race, visitor=services.visitor(), again=again)


def _show(run_ids: Sequence[str]) -> None:
    st.query_params[RUNS] = ",".join(run_ids)
    st.rerun()


def _amount(due: Sequence[RaceSpec]) -> str:
    """Return how many races are to be trained, and about how long that takes."""
    if not due:
        return ""
    seconds = max(1, round(estimate_races(due, services.settings().workers)))
    return f" · {counted(len(due), 'race')} · about {seconds} s"


def _measure() -> str:
    """Draw the choice of what a time is."""
    say_unknown(parameters(), "time", MEASURES)
    return st.segmented_control(
        "Time in", list(MEASURES), default="steps", key="time", bind="query-params", required=True, help=TIME_HELP
    )


def _result(shown: Sequence[RunInfo], measure: str, details: DeltaGenerator) -> None:
    """Draw races that have ended, or the bundled example."""
    finished = [run for run in shown if run.status == RunStatus.FINISHED]
    if shown:
        _say_what_ended(shown)
        if not finished:
            return
    else:
        st.caption(EXAMPLES)
    about = ",".join(run.id for run in finished) or "example"
    times = times_of(finished) if finished else example_times()
    found = profile_by(times, measure)
    profile_chart(about, measure, times)
    st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in profile_sentences(times, found)))
    with details:
        _tables(times, found, measure, linked=bool(finished))


def _tables(times: TaskTimes, found: Profile, measure: str, *, linked: bool) -> None:
    st.dataframe(typeset_rows(score_rows(times, found)), hide_index=True, width="stretch")
    st.caption(meaning(tested=measure == "steps"))
    st.markdown(f"**Median {measure} to target**")
    st.table(typeset_rows(time_rows(times, found, measure, linked=linked)), border="horizontal", hide_index=True)
    st.caption(
        "Bold: the best of a task; in brackets, times the best. A target is a training loss; it is not reached where "
        "half of the seeds or more miss it." + (" A task leads to its race." if linked else "")
    )


def _say_what_ended(shown: Sequence[RunInfo]) -> None:
    """Say what is shown, and which races did not finish and are left out."""
    spec = RaceSpec.from_json(shown[0].spec)
    size = f"{counted(spec.seeds, 'seed')} × {counted(spec.steps, 'step')}"
    rates = " · tuned rates" if spec.learning_rates == "tuned" else ""
    st.caption(f"{counted(len(shown), 'task')} · {counted(len(spec.entrants), 'optimizer')}{rates} · {size}")
    lost = [run for run in shown if run.status != RunStatus.FINISHED]
    if not lost:
        return
    said = listed([_lost(run) for run in lost])
    rest = "the profile is of the other tasks" if len(lost) < len(shown) else "there is no profile"
    say = st.error if any(run.status == RunStatus.FAILED for run in lost) else st.warning
    say(escaped(f"{said}: {rest}. What they recorded is kept."))
    missing = {run.id: RaceSpec.from_json(run.spec) for run in lost}
    if st.button(f"Run what is missing{_amount(list(missing.values()))}", icon=":material/replay:", key="profile_rest"):
        _show([_submitted(missing[run.id], again=True) if run.id in missing else run.id for run in shown])


def _lost(run: RunInfo) -> str:
    title = task_text(RaceSpec.from_json(run.spec).task)
    return f"{title} {run.status} ({as_sentence(run.message).rstrip('.')})" if run.message else f"{title} {run.status}"

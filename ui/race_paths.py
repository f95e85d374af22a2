"""The paths of a race in two numbers, over the loss: played step by step, of the median seed or of a chosen one."""

from typing import Final

import streamlit as st

from gradcore.figures import theme
from gradcore.figures.race_paths import median_seed, race_paths
from gradcore.records import RaceTrace
from gradcore.specs import RaceSpec
from gradcore.tasks import Task, known_task
from ui.address import parameters, say_unknown
from ui.plot import plot
from ui.terms import explained

SEED = "path_seed"  # the control's name in the address
MEDIAN = "median"
BIND: Final = "query-params"
HEIGHT = 480  # px
STYLE = "<style>.st-key-paths_chart { max-width: 48.75rem; }</style>"  # wider, one scale for both axes leaves it empty
HELP = explained("Median: the seed whose last losses, over all optimizers, are in the middle.", "seed")
NOT_RECORDED = "This race ran before the paths in the plane were recorded; run it again to see them."


def paths_row(run_id: str, cursor: int, spec: RaceSpec, trace: RaceTrace) -> None:
    """Draw the paths of one seed where two numbers are trained; nothing else of any other race."""
    task = known_task(spec.task)
    if task is None or not task.is_plane or not any(entrant.steps for entrant in trace.entrants):
        return
    if all(entrant.points is None for entrant in trace.entrants):
        st.caption(NOT_RECORDED)
        return
    place = _place(spec, trace)
    text = _paths(run_id, cursor, place, task, spec.first_seed + place, trace)
    st.html(STYLE)
    with st.container(key="paths_chart"):
        plot(text, key="paths", label="Paths over the loss", height=HEIGHT, about=f"{run_id}, seed {place}")


def _place(spec: RaceSpec, trace: RaceTrace) -> int:
    """Draw the choice of a seed, where there are several; return its place in the race."""
    if spec.seeds == 1:
        return 0
    seeds = [str(spec.first_seed + place) for place in range(spec.seeds)]
    middle = median_seed(trace)
    say_unknown(parameters(), SEED, (MEDIAN, *seeds))
    chosen = st.selectbox(
        "Seed of the paths", [MEDIAN, *seeds], key=SEED, bind=BIND, help=HELP, width=220,
        format_func=lambda one: f"median (seed {seeds[middle]})" if one == MEDIAN else one,
    )  # fmt: skip
    return middle if chosen == MEDIAN else seeds.index(chosen)


@st.cache_data(max_entries=64, show_spinner=False)
def _paths(run_id: str, cursor: int, place: int, _task: Task, seed: int, _trace: RaceTrace) -> str:
    return theme.to_json(race_paths(_task, seed, _trace, place, HEIGHT))

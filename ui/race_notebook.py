"""The notebook's table beside the honest ranking: its columns, its medals, and how often each entrant wins it."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from gradcore.admission import estimate_seconds
from gradcore.errors import RefusedError
from gradcore.figures import theme
from gradcore.figures.notebook_wins import winner_bars
from gradcore.notebook_race import MEDALS, notebook_table, notebook_wins
from gradcore.records import RaceTrace, RunInfo, RunStatus
from gradcore.specs import RaceSpec
from ui import services
from ui.frame import guarded_fragment
from ui.plot import plot
from ui.table import typeset_rows
from ui.words import as_sentence, escaped, unbroken

REPEATED = 30  # seeds: one run of the notebook each
LOOK_EVERY = 1.0  # seconds, while a repetition trains

COLUMNS = {
    "final_loss": "Final loss",
    "avg_gradient_norm": "Mean gradient norm",
    "gradient_stability": "Gradient stability",
    "convergence_speed": "Convergence speed",
    "score": "Score",
}
WHY = (
    "The notebook trains each optimizer once. Its stability is the spread of the norm over the steps, most of it the "
    "trend of a falling loss; its speed rewards a bad start; its score adds three units. One seed decides the medals."
)


def notebook_fold(spec: RaceSpec, trace: RaceTrace) -> None:
    """Draw what the notebook would print of this race, and how often that would hold."""
    rows = notebook_table(trace)
    if not rows:
        return
    wins = notebook_wins(trace)
    with st.expander("What the notebook would print", expanded=True):
        st.caption(WHY)
        st.table(typeset_rows([_row(row, wins, trace.seeds) for row in rows]), border="horizontal")
        if trace.seeds > 1:
            st.caption(
                "Wins: on how many seeds the score puts that optimizer first. Each seed is one run of the notebook; "
                "the medals are those of the first."
            )
        _repetition(spec)


def _repetition(spec: RaceSpec) -> None:
    """Draw who wins over 30 seeds, with own and with shared weights; offer to train that where it is not there yet."""
    twins = [replace(spec, seeds=REPEATED, shared_weights=shared) for shared in (False, True)]
    try:
        found = [services.lab().find(twin) for twin in twins]
    except RefusedError as error:
        st.caption(escaped(as_sentence(error)))
        return
    there = [run for run in found if run is not None]
    if len(there) == len(twins) and all(run.status is RunStatus.FINISHED for run in there):
        _winners(there, spec)
    elif len(there) == len(twins):
        guarded_fragment(run_every=LOOK_EVERY)(_wait_for)(there)
    else:
        seconds = sum(estimate_seconds(twin, services.settings().workers) for twin in twins)
        label = f"Repeat it for {REPEATED} seeds, with own and with shared weights · about {max(1, round(seconds))} s"
        if st.button(label, icon=":material/repeat:", key="repeat_notebook"):
            for twin in twins:
                services.lab().submit(twin)  # without a visitor: the latest race stays the one that is shown
            st.rerun()


def _wait_for(runs: Sequence[RunInfo]) -> None:
    now = [services.lab().info(run.id) for run in runs]
    if all(run.status.ended for run in now):
        st.rerun()
    done = sum(run.progress for run in now) / len(now)
    st.progress(done, text=f"Repeating the notebook for {REPEATED} seeds, twice · {100 * done:.0f} %")


def _winners(runs: Sequence[RunInfo], spec: RaceSpec) -> None:
    own, shared = (notebook_wins(services.lab().race(run.id)[0]) for run in runs)
    if not own or not shared:
        return
    drawn = winner_bars(own, shared, [entrant.optimizer.name for entrant in spec.entrants], REPEATED)
    plot(
        theme.to_json(drawn), key="winners", label="Seeds that each optimizer wins by the notebook's score",
        height=int(drawn.layout.height), about=runs[0].id,
    )  # fmt: skip
    links = ", ".join(f"[{name} weights](?run={run.id})" for name, run in zip(("own", "shared"), runs, strict=True))
    st.caption(f"The races behind it: {links}.")


def _row(row: dict[str, object], wins: dict[str, int], seeds: int) -> dict[str, str]:
    rank, label = int(str(row["rank"])), str(row["label"])
    medal = MEDALS[rank - 1] if rank <= len(MEDALS) else str(rank)
    found = {"Medal": medal, "Optimizer": unbroken(label)}
    found |= {title: theme.number(float(str(row[name])), 3) for name, title in COLUMNS.items()}
    return found if seeds == 1 else {**found, f"Wins in {seeds} seeds": str(wins[label])}

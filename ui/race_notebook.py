"""The notebook's table beside the honest ranking: its columns, its medals, and how often each entrant wins it."""

import streamlit as st

from gradcore.figures import theme
from gradcore.notebook_race import MEDALS, notebook_table, notebook_wins
from gradcore.records import RaceTrace
from ui.words import unbroken

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


def notebook_fold(trace: RaceTrace) -> None:
    """Draw what the notebook would print of this race, and over how many seeds that would hold."""
    rows = notebook_table(trace)
    if not rows:
        return
    wins = notebook_wins(trace)
    with st.expander("What the notebook would print", expanded=True):
        st.caption(WHY)
        st.table([_row(row, wins, trace.seeds) for row in rows], border="horizontal")
        if trace.seeds > 1:
            st.caption(
                "Wins: on how many seeds the score puts that optimizer first. Each seed is one run of the notebook; "
                "the medals are those of the first."
            )


def _row(row: dict[str, object], wins: dict[str, int], seeds: int) -> dict[str, str]:
    rank, label = int(str(row["rank"])), str(row["label"])
    medal = MEDALS[rank - 1] if rank <= len(MEDALS) else str(rank)
    found = {"Medal": medal, "Optimizer": unbroken(label)}
    found |= {title: theme.number(float(str(row[name])), 3) for name, title in COLUMNS.items()}
    return found if seeds == 1 else {**found, f"Wins in {seeds} seeds": str(wins[label])}

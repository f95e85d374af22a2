"""The tables of solutions: the order by what matters, with every number that it was made of."""

import streamlit as st

from gradcore.figures.solution_looks import short_name, stack_name
from gradcore.records import TrialCell
from gradcore.solution_ratings import Rating, ranked, score
from gradcore.solutions import SOLUTIONS, Measurement
from gradcore.titles import number
from ui.solutions_charts import ratings_of
from ui.solutions_controls import Asked
from ui.solutions_source import Source
from ui.table import table
from ui.words import escaped, unbroken

NOT_MEASURED = "Not measured: "
COLUMNS = (
    "Opinion: the notebook's effectiveness / complexity / cost. Complexity: what it asks for, counted. Step time, "
    "inference and weights: times those of the untreated network. State: numbers that the optimizer keeps a weight."
)


def ranking_table(current: Source, asked: Asked) -> None:
    """Draw the solutions in the order of the weights, and name those that cannot be measured, with the reason."""
    ratings = ratings_of(current, asked)
    rows = [
        _row(place, one, current.measurement, asked)
        for place, one in enumerate(ranked(ratings, asked.weights), start=1)
    ]
    if rows:
        table(rows)
    st.caption(COLUMNS)
    left = [f"{SOLUTIONS[name].name}: {why_not(name)}" for name in asked.shown if name not in ratings]
    if left:
        st.caption(escaped(f"{NOT_MEASURED}{' '.join(left)}"))


def why_not(name: str) -> str:
    """Return why a solution has no number here."""
    return SOLUTIONS[name].why_none or "it changes nothing in this network."


def evidence_table(cells: tuple[TrialCell, ...]) -> None:
    """Draw what was trained, seed by seed."""
    table(
        [
            {
                "Stack": escaped(stack_name(cell.solutions)),
                "Learning rate": number(float(cell.rates[cell.chosen])) + (" (edge)" if cell.on_edge else ""),
                "Loss of each scored seed": escaped(", ".join(number(float(loss), 3) for loss in cell.losses)),
                "Usable rates": f"{cell.usable_decades:g} decades",
                "Ended above chance": f"{100 * cell.blown_up:.0f} %",
            }
            for cell in cells
        ]
    )


def _row(place: int, one: Rating, measurement: Measurement, asked: Asked) -> dict[str, str]:
    solution = SOLUTIONS[one.solution]
    cost = measurement.cost([one.solution])
    ends = "not bounded" if one.interval is None else f"{one.interval[0]:.1f} to {one.interval[1]:.1f}"
    opinion = solution.textbook
    return {
        "Place": str(place),
        "Solution": unbroken(short_name(one.solution)),
        "Score": f"{score(one, asked.weights):.2f}",
        "Effect, of 10": f"**{escaped(f'{one.effectiveness:.1f}')}**",
        "95 % interval": unbroken(ends),
        "Opinion": unbroken(f"{opinion.effectiveness} / {opinion.complexity} / {opinion.cost}") if opinion else "–",
        "Complexity": str(one.counted.score) if one.counted else "–",
        "Step time": f"{one.cost:.2f}×",
        "Inference": "–" if cost is None else f"{cost.predict:.2f}×",
        "Weights": "–" if cost is None else f"{cost.parameters:.3g}×",
        "State": "–" if cost is None else f"{cost.state:.3g}",
    }

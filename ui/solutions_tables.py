"""The tables of solutions: the order by what matters, with every number that it was made of."""

import numpy as np
import streamlit as st

from gradcore.figures.solution_bars import WORDS
from gradcore.figures.solution_looks import short_name, stack_name
from gradcore.records import TrialCell
from gradcore.solution_complexity import complexity_of
from gradcore.solution_ratings import Rating, places, ranked, score
from gradcore.solutions import DISEASES, SOLUTIONS, Effect, Measurement, applies, parts_that_apply
from gradcore.solutions.measurement import Stack
from gradcore.titles import number
from gradcore.trial_result import decades
from ui.solutions_charts import ratings_of
from ui.solutions_choice import address_of
from ui.solutions_controls import Asked
from ui.solutions_source import Source
from ui.table import table
from ui.words import escaped, unbroken

NOT_MEASURED = "Not measured: "
AT_CHANCE = "stays at chance"
EDGE = " (edge)"
EFFECT = (
    "E: the share of what the disease costs that comes back, with its 95 % interval; 1 = as good as the best of all. "
    "Edge: the best rate is the smallest or largest that was tried."
)
SEEDS = (
    "The rate is chosen on other seeds than those that are scored. Usable: the rates at which every scored seed comes "
    "below half of chance. Ended above chance: scored seeds at all rates, among them those that diverged."
)
COLUMNS = (
    "A click on an effect opens the evidence behind it. Place: from the first to the last that the interval of the "
    "effect allows. Diseases: on how many it changes anything. Opinion: the notebook's effectiveness / complexity / "
    "cost. Complexity: of 10, and in brackets how many things it asks for. Step time: times that of the untreated "
    "network."
)
COSTS = (
    "Times those of the untreated network of 6 layers of 40 units (recurrent for attention), medians of 40 rounds. "
    "State: numbers that the optimizer keeps for each weight."
)


def ranking_table(current: Source, asked: Asked) -> None:
    """Draw the solutions in the order of the weights, and name those that cannot be measured, with the reason."""
    ratings = ratings_of(current, asked)
    order = ranked(ratings, asked.weights)
    rows = [
        _row(ends, one, current.measurement, asked)
        for ends, one in zip(places(order, asked.weights), order, strict=True)
    ]
    if rows:
        table(rows)
    st.caption(COLUMNS)
    with st.expander("What each costs"):
        table([_costs(one, current.measurement) for one in order] or [{"Solution": "nothing measured yet"}])
        st.caption(COSTS)
    left = [
        f"{SOLUTIONS[name].name}: {why_not(name, asked, current.measurement)}"
        for name in asked.shown
        if name not in ratings
    ]
    if left:
        st.caption(escaped(f"{NOT_MEASURED}{' '.join(left)}"))


def why_not(name: str, asked: Asked, measurement: Measurement) -> str:
    """Return why a solution has no number here."""
    if reason := SOLUTIONS[name].why_none:
        return reason
    diseases = [asked.disease] if asked.disease else measurement.spec.diseases
    return "not yet." if any(applies(name, disease) for disease in diseases) else "it changes nothing in this network."


def effect_text(effect: Effect | None) -> str:
    """Return an effect with its interval, in words where the seeds do not bound it or none of them learns."""
    if effect is None:
        return "–"
    value = f"{round(effect.value, 2) + 0.0:.2f}"
    if effect.interval is None:
        return f"{value} (not bounded)"
    low, high = effect.interval
    ends = AT_CHANCE if low == high == 0 else f"{round(low, 2) + 0.0:.2f} to {round(high, 2) + 0.0:.2f}"
    return f"{value} ({ends})".replace("-", "−")


def disease_table(measurement: Measurement, stack: Stack) -> None:
    """Draw what a stack did on each disease, each at its best learning rate."""
    table([_on_disease(measurement, name, parts_that_apply(stack, name)) for name in measurement.spec.diseases])
    st.caption(f"{EFFECT} Losses: mean of the scored seeds over the last tenth of the steps, at most chance.")


def cost_text(measurement: Measurement, stack: Stack) -> str:
    """Return what a stack costs and, of one solution, what its complexity is made of; "" where unknown."""
    cost, counts = measurement.cost(stack), complexity_of(stack[0]) if len(stack) == 1 else None
    parts = []
    if cost is not None:
        low, high = cost.step_interval
        parts.append(
            f"Cost: step {cost.step:.2f}× ({low:.2f} to {high:.2f}), inference {cost.predict:.2f}×, weights "
            f"{cost.parameters:.3g}×, state {cost.state:.3g} for each weight; medians of {cost.rounds} rounds in "
            "random order, times the untreated network's."
        )
    if counts is not None:
        kinds = [f"{WORDS[kind]} {count}" for kind, count in vars(counts).items() if count]
        parts.append(f"Complexity, counted: {counts.score} = {' + '.join(kinds)}.")
    return " ".join(parts)


def _on_disease(measurement: Measurement, disease: str, parts: Stack) -> dict[str, str]:
    places = measurement.by_place
    untreated, cell, best = places.get((disease, ())), places.get((disease, parts)), measurement.best.get(disease)
    known = parts and cell is not None and not cell.reason
    rate = number(float(cell.rates[cell.chosen])) + (EDGE if cell.on_edge else "") if known and cell else "–"
    failed = measurement.failure(disease, parts) if parts else ""
    effect = f"failed: {failed}" if failed else effect_text(measurement.effect(disease, parts))
    return {
        "Disease": escaped(DISEASES[disease].title),
        "Effect E": unbroken(effect) if parts and known else escaped(effect if parts else "it changes nothing here"),
        "Untreated": _loss(untreated),
        "With it": _loss(cell if parts else None),
        "Best of all": _loss(best),
        "Learning rate": unbroken(rate),
    }


def _loss(cell: TrialCell | None) -> str:
    return "–" if cell is None or cell.reason else number(float(cell.losses.mean()), 3)


def evidence_table(measurement: Measurement, disease: str, cells: tuple[TrialCell, ...]) -> None:
    """Draw what was trained, seed by seed."""
    table(
        [
            {
                "Stack": escaped(stack_name(cell.solutions)),
                "Effect E": unbroken(effect_text(measurement.effect(disease, cell.solutions)) if cell.stack else "–"),
                "Learning rate": number(float(cell.rates[cell.chosen])) + (EDGE if cell.on_edge else ""),
                "Loss of each scored seed": escaped(", ".join(number(float(loss), 3) for loss in cell.losses)),
                "Usable rates": decades(cell.usable_decades),
                "Ended above chance": f"{100 * cell.blown_up:.0f} %",
            }
            for cell in cells
        ]
    )
    st.caption(f"{EFFECT} {SEEDS}")


def _row(ends_of_place: tuple[int, int], one: Rating, measurement: Measurement, asked: Asked) -> dict[str, str]:
    solution = SOLUTIONS[one.solution]
    first, last = ends_of_place
    bounds = one.interval
    ends = "not bounded" if bounds is None else f"{_tenth(bounds[0])} to {_tenth(bounds[1])}"
    ends = AT_CHANCE if bounds == (0, 0) else ends
    opinion = solution.textbook
    return {
        "Place": str(first) if first == last else unbroken(f"{first} to {last}"),
        "Solution": unbroken(short_name(one.solution)),
        "Score": f"{score(one, asked.weights):.2f}",
        "Effect, of 10": f"[**{_tenth(one.effectiveness)}**]({address_of(one.solution, asked.disease)})",
        "95 % interval": unbroken(ends),
        "Diseases": unbroken(f"{one.diseases} of {len(measurement.spec.diseases)}"),
        "Opinion": unbroken(f"{opinion.effectiveness} / {opinion.complexity} / {opinion.cost}") if opinion else "–",
        "Complexity": unbroken(f"{one.complexity:.1f} ({one.counted.score})") if one.counted else "–",
        "Step time": f"{one.cost:.2f}×" if np.isfinite(one.cost) else "–",
    }


def _costs(one: Rating, measurement: Measurement) -> dict[str, str]:
    cost = measurement.cost([one.solution])
    row = {"Solution": unbroken(short_name(one.solution))}
    if cost is None:
        return row | dict.fromkeys(("Step time", "95 % interval", "Inference", "Weights", "State"), "–")
    low, high = cost.step_interval
    return row | {
        "Step time": f"{cost.step:.2f}×",
        "95 % interval": unbroken(f"{low:.2f} to {high:.2f}"),
        "Inference": f"{cost.predict:.2f}×",
        "Weights": f"{cost.parameters:.3g}×",
        "State": f"{cost.state:.3g}",
    }


def _tenth(value: float) -> str:
    """Return a number with one decimal, a true minus and no minus zero."""
    return f"{round(value, 1) + 0.0:.1f}".replace("-", "−")

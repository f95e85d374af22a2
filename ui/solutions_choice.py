"""Whose evidence is asked for, in the address: a solution or a stack, on one disease or on all."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import streamlit as st

from gradcore.figures.solution_looks import stack_name
from gradcore.solutions import DISEASES, MODERN_STACK, SCENARIOS, SOLUTIONS, Measurement
from gradcore.solutions.measurement import Stack

ALL = "all"
SOLUTION, ON = "solution", "on"  # parameters of the address
BETWEEN = ","  # the solutions of a stack
OF_A_RUN = ("run", "scenario", "source")


def stacks_of(measurement: Measurement) -> Mapping[str, str]:
    """Return the name of every stack that can be asked for, by what stands for it in the address."""
    alone = [(name,) for name in SOLUTIONS if measurement.spec.task is None]
    wholes = [MODERN_STACK, *(one.stack for one in SCENARIOS.values())]
    return {BETWEEN.join(stack): _title(stack) for stack in dict.fromkeys([*alone, *measurement.stacks, *wholes])}


def places_of(measurement: Measurement) -> Mapping[str, str]:
    """Return the titles of the diseases, and of all together, by what stands for them in the address."""
    return {ALL: "All diseases"} | {name: DISEASES[name].title for name in measurement.spec.diseases}


def asked_stack(measurement: Measurement) -> Stack:
    """Return the stack whose evidence the address asks for, () for none."""
    asked = st.query_params.get(SOLUTION, "")
    return tuple(asked.split(BETWEEN)) if asked in stacks_of(measurement) else ()


def choose(stack: Sequence[str], disease: str | None) -> None:
    """Ask for the evidence of a stack; it opens when the page has been drawn."""
    st.query_params.update({SOLUTION: BETWEEN.join(stack), ON: disease or ALL})


def close() -> None:
    """Ask for no evidence any more."""
    for name in (SOLUTION, ON):
        st.query_params.pop(name, None)


def address_of(solution: str, disease: str | None, *, shipped: bool = False) -> str:
    """Return the address of this page with the evidence of a solution open; `shipped`: in the one that ships."""
    dropped = (SOLUTION, ON, *(OF_A_RUN if shipped else ()))
    kept = {name: value for name, value in st.query_params.items() if name not in dropped}
    return f"?{urlencode({**kept, SOLUTION: solution, ON: disease or ALL}, safe=BETWEEN)}"


def _title(stack: Stack) -> str:
    return SOLUTIONS[stack[0]].name if len(stack) == 1 else stack_name(stack)

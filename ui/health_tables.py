"""Tables of a health check: the network's layers as the notebook prints them, and the notebook's own check."""

import streamlit as st

from gradcore.figures import theme
from gradcore.health import Diagnosis
from gradcore.network_plan import plan
from gradcore.notebook_health import notebook_differences, notebook_health
from gradcore.records import CheckTrace
from gradcore.specs import HealthSpec
from gradcore.tasks import task_of
from gradcore.titles import counted
from gradcore.verdict_titles import verdict_title
from ui.table import typeset_rows
from ui.words import escaped, unbroken_number

MOST_ROWS = 200  # of the notebook's table
AGREE = "Both come to the same verdict."
COLUMNS = ("min", "mean", "max", "std")


def layer_fold(spec: HealthSpec, trace: CheckTrace) -> None:
    """Draw the layers of the network behind a fold: name, kind, shape and parameters of each."""
    rows = layer_rows(spec)
    with st.expander(f"Layers ({len(rows)}), {trace.setup.parameters:,} parameters"):
        st.dataframe(rows, hide_index=True, width="stretch")


def layer_rows(spec: HealthSpec) -> list[dict[str, str]]:
    """Return a row for each layer, input side first, as `model.summary()` has them."""
    steps = plan(spec.network, task_of(spec.task))
    return [
        {
            "Layer": step.name,
            "Kind": step.layer,
            "Output shape": f"(batch, {', '.join(map(str, step.shape))})",
            "Parameters": f"{step.parameters:,}",
            "Reads": ", ".join(step.inputs),
        }
        for step in steps
    ]


def notebook_fold(trace: CheckTrace, diagnosis: Diagnosis) -> None:
    """Draw what the notebook would print of this check, beside our verdict, and why the two differ."""
    found = notebook_health(trace)
    with st.expander("What the notebook would say"):
        left, right = st.columns(2)
        left.markdown(f"**The notebook:** {escaped(found['verdict'])}")
        right.markdown(f"**This check:** {escaped(verdict_title(diagnosis.verdict))}")
        counts = ", ".join(f"{found[name]} {name}" for name in ("vanished", "weak", "exploding"))
        ratio = theme.number(found["range_ratio"], 3)
        st.markdown(f"{counts} over {counted(trace.recorded, 'step')}; mean range ratio {escaped(ratio)}.")
        sentences = notebook_differences(trace, diagnosis)
        st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in sentences) or AGREE)
        st.dataframe(typeset_rows(notebook_rows(found["steps"])), hide_index=True, width="stretch")
        if trace.recorded > MOST_ROWS:
            st.caption(f"The first {MOST_ROWS} of {trace.recorded} steps.")
        st.caption("Vanished: norm below 1e−6. Weak: below 1e−4. Exploding: above 10. It counts variables, not layers.")


def notebook_rows(steps: list[dict[str, float]]) -> list[dict[str, str]]:
    """Return the notebook's table, a row for each step."""
    return [
        {
            "Step": str(row["step"]),
            "Loss": theme.number(row["loss"]),
            **{f"{name.capitalize()} gradient": unbroken_number(row[name]) for name in COLUMNS},
            **{name.capitalize(): str(row[name]) for name in ("vanished", "weak", "exploding", "total")},
        }
        for row in steps[:MOST_ROWS]
    ]

"""What the notebook printed for a gradient, beside what is true."""

import streamlit as st

from gradcore.clip_trials.measures import Gradients
from gradcore.clip_trials.notebook import printed_lines
from ui.table import table
from ui.words import escaped


def notebook_lines(gradients: Gradients) -> None:
    """Draw what the notebook printed for this gradient, what is true, and why."""
    lines = printed_lines(gradients)
    wrong = sum(not line.right for line in lines)
    st.subheader("What the notebook printed", anchor=False)
    table(
        [
            {
                "Line": escaped(line.line),
                "Printed": f"{line.printed:.4f}",
                "True": f"{line.true:.4f}" if line.right else f"**{line.true:.4f}**",
                "Why": line.why or "right",
            }
            for line in lines
        ]
    )
    count = "No line is" if not wrong else "One line is" if wrong == 1 else f"{wrong} lines are"
    st.markdown(
        f"{count} wrong here. Its comparison sets the global norm to 5, entries to ±10 and a tenth of the norm between "
        "1 and 10: three thresholds, not three rules. The one real difference, the direction, it never measured. "
        "And its adaptive line is no clipping: it shrinks every gradient longer than 1, again each time it is applied."
    )

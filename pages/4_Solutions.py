"""Solutions: what each remedy for gradient problems is worth, opinion beside measurement, and what it costs."""

import streamlit as st

from gradcore.solutions import FULL
from ui.anatomy import anatomy
from ui.frame import SOLUTIONS, frame
from ui.panels import try_this
from ui.solutions_actions import measure_button, start_row, state_line
from ui.solutions_charts import bar_charts, main_chart
from ui.solutions_controls import OPINION, solution_controls
from ui.solutions_details import download, heat_part, stacks_part
from ui.solutions_evidence import evidence_part
from ui.solutions_scenarios import scenarios_part, trial_part
from ui.solutions_source import Source, other_versions, provenance, source
from ui.solutions_tables import ranking_table
from ui.words import escaped

EXPERIMENTS = (
    ("Residual connections: opinion 9. Which disease do they make worse?",
     {"view": "measured", "disease": "deep_relu", "solution": "residual"}),
    ("What is worth most to somebody with little time a step?",
     {"view": "measured", "effectiveness": "4", "complexity": "0", "cost": "10", "ours": "true"}),
    ("Attention on a recurrent network: nothing alone, indispensable in the stack",
     {"disease": "vanishing_rnn", "solution": "attention"}),
)  # fmt: skip


def main() -> None:
    with frame(SOLUTIONS):
        shown = source()
        picture, settings, details = anatomy()
        if shown.is_trial:
            with picture:
                start_row(shown)
                state_line(shown)
                trial_part(shown)
            with details:
                scenarios_part(shown)
        else:
            _measurement(shown, picture, settings, details)
        evidence_part(shown)


def _measurement(shown: Source, picture: st.delta_generator.DeltaGenerator, settings: st.delta_generator.DeltaGenerator,
                 details: st.delta_generator.DeltaGenerator) -> None:  # fmt: skip
    with settings:
        asked = solution_controls(shown.measurement)
    with picture:
        start_row(shown)
        state_line(shown)
        if not shown.measurement.cells:
            st.caption("The first numbers come when the first networks are trained.")
            return
        main_chart(shown, asked)
        if asked.view != OPINION:
            st.caption(escaped(provenance(shown)))
        if older := other_versions(shown):
            st.warning(escaped(older))
    with details:
        ranking_table(shown, asked)
        bar_charts(shown, asked)
        heat_part(shown, asked)
        stacks_part(shown, asked)
        scenarios_part(shown)
        with st.container(horizontal=True):
            download(shown)
            measure_button(FULL)
        try_this(EXPERIMENTS)


if __name__ == "__main__":
    main()

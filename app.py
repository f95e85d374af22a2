"""Reception: what this is, the latest runs, the state of the workers, and one button that starts a race."""

import streamlit as st

from gradcore.admission import estimate_seconds
from gradcore.documents import example_document, trace_from_document
from gradcore.presets import PRESETS
from gradcore.specs import RaceSpec
from ui import services
from ui.frame import HEALTH, PAGES, RACE, RECEPTION, frame, guarded_fragment
from ui.panels import runs_table
from ui.race_view import race_curves, status_line
from ui.words import escaped

LATEST = 8
LOOK_SECONDS = 5.0  # between two looks at the latest runs


def main() -> None:
    with frame(RECEPTION):
        demonstration()
        guarded_fragment(run_every=LOOK_SECONDS)(latest_runs)()
        doors()


def demonstration() -> None:
    """Draw the button that starts the default race, and the latest finished race below it."""
    lab, spec = services.lab(), PRESETS["default"]
    seconds = max(1, round(estimate_seconds(spec, services.settings().workers)))
    if st.button(f"Start the demonstration race · about {seconds} s", type="primary", icon=":material/play_arrow:"):
        run_id = lab.submit(spec, visitor=services.visitor())
        st.switch_page(RACE.path, query_params={"run": run_id})
    finished = lab.runs(kind="race", status="finished", limit=1)
    if finished:
        latest = RaceSpec.from_json(finished[0].spec)
        st.caption(f"The latest race: {escaped(status_line(finished[0], latest))}")
        trace, cursor = lab.race(finished[0].id)
        race_curves(finished[0].id, cursor, latest, trace)
    else:
        st.caption("An example that ships with Gradient Clinic: six optimizers learn to read digits.")
        race_curves("example", 0, spec, trace_from_document(example_document()))


def latest_runs() -> None:
    """Draw the latest runs; a selected one is opened."""
    st.subheader("Latest runs", anchor=False)
    runs = services.lab().runs(limit=LATEST)
    if not runs:
        st.caption("No run yet. Start the demonstration race above; it is stored and found here again.")
        return
    if run_id := runs_table(runs, key="latest"):
        page = RACE if services.lab().info(run_id).kind == RaceSpec.kind else HEALTH
        st.switch_page(page.path, query_params={"run": run_id})


def doors() -> None:
    """Draw a door to every other page."""
    st.subheader("Where to go", anchor=False)
    for page in PAGES[1:]:
        st.page_link(page.path, label=f"**{page.title}** {page.sentence}", icon=page.icon)


if __name__ == "__main__":
    main()

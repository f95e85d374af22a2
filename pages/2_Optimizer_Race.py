"""Optimizer race: several optimizers train the same network from the same seeds, live, and are ranked."""

import streamlit as st

from gradcore.documents import example_document, trace_from_document
from gradcore.errors import GradcoreError
from gradcore.records import RaceTrace, RunInfo, RunStatus
from gradcore.specs import RaceSpec
from ui import controls, race_profile, services
from ui.anatomy import anatomy
from ui.entrant_table import entrant_table
from ui.frame import RACE, frame
from ui.panels import checked_kind, link_to, try_this
from ui.race_actions import asked_race, link_to_pair, offer_again, offer_inexpressible, start_row
from ui.race_catalogue import catalogue_fold
from ui.race_download import download_fold
from ui.race_overlay import curves_row
from ui.race_paths import paths_row
from ui.race_presets import EXPERIMENTS, take_preset
from ui.race_script import script_fold
from ui.race_story import story_after, story_before
from ui.race_theory import theory_fold
from ui.race_view import live_race, race_result, status_line
from ui.words import as_sentence, escaped

INSTEAD = "Your latest race is shown instead, or an example."


def main() -> None:
    with frame(RACE):
        if race_profile.several_tasks():
            race_profile.draw()
            return
        shown = shown_run()
        picture, settings, details = anatomy()
        with settings:
            take_preset()
            adopted = controls.adopt(shown)
            asked, refusal = asked_race()
        with picture:
            if shown is not None and not shown.status.ended:
                if asked is None or asked.to_json() != shown.spec:  # the controls ask for another race: it can wait
                    start_row(asked, shown, refusal)
                else:
                    link_to(shown.id)
                story_before(asked)
                entrant_table(services.settings().limits.entrants)
                live_race(shown.id)
            else:
                start_row(asked, shown, refusal)
                story_before(asked)
                entrant_table(services.settings().limits.entrants)
                offer_inexpressible(shown, asked, adopted=adopted)
                run_id, cursor, spec, trace = ended_race(shown, asked)
                story_after(spec, trace)
                curves_row(run_id, cursor, spec, trace)
                paths_row(run_id, cursor, spec, trace)
                with details:
                    race_result(run_id, cursor, spec, trace)
                    theory_fold(run_id, cursor, spec, trace)
                    script_fold(spec, trace)
                    download_fold(run_id, spec, trace)
        with details:
            catalogue_fold()
            try_this(EXPERIMENTS)


def shown_run() -> RunInfo | None:
    """Return the run in the address, else this visitor's latest race, else None."""
    lab = services.lab()
    if (run_id := st.query_params.get("run")) is not None:
        try:
            return checked_kind(lab.info(run_id), RaceSpec.kind)
        except GradcoreError as error:
            st.warning(escaped(as_sentence(error, INSTEAD)), icon=":material/link_off:")
    latest = lab.runs(kind=RaceSpec.kind, visitor=services.visitor(), limit=1)
    return latest[0] if latest else None


def ended_race(shown: RunInfo | None, asked: RaceSpec | None) -> tuple[str, int, RaceSpec, RaceTrace]:
    """Say which race is shown, one that has ended or the bundled example; return its id, cursor, spec and trace."""
    if shown is None:
        document = example_document()
        st.caption("An example that ships with Gradient Clinic. Start a race to see your own.")
        return "example", 0, RaceSpec.from_json(document["spec"]), trace_from_document(document)
    spec = RaceSpec.from_json(shown.spec)
    trace, cursor = services.lab().race(shown.id)
    st.caption(escaped(status_line(shown, spec)))
    link_to_pair(shown.id, spec)
    if shown.status is not RunStatus.FINISHED:
        offer_again(shown, asked)
    return shown.id, cursor, spec, trace


if __name__ == "__main__":
    main()

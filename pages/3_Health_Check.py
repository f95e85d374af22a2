"""Health check: which layer of a network is sick, at which step, and why; live, then with findings to check by hand."""

from gradcore.example_check import PATIENT
from gradcore.specs import HealthSpec, TreatmentSpec
from ui.anatomy import anatomy
from ui.frame import HEALTH, frame
from ui.health_actions import asked_check, offer_other, start_row
from ui.health_controls import adopt
from ui.health_presets import EXPERIMENTS, take_preset
from ui.health_shown import ended_check, example, patient_of, shown_run
from ui.health_view import live_check
from ui.panels import link_to, try_this
from ui.treatment_view import treatment_page, walk_back


def main() -> None:
    with frame(HEALTH):
        shown = shown_run()
        picture, settings, details = anatomy()
        with settings:
            take_preset(PATIENT if shown is None else "")
            adopted = adopt(patient_of(shown))
            asked, refusal = asked_check()
        with picture:
            if shown is not None and not shown.status.ended and asked is not None and asked.to_json() == shown.spec:
                link_to(shown.id)
            else:
                start_row(asked, shown, refusal)
            if shown is None:
                example(asked, details)
            elif shown.kind == TreatmentSpec.kind:
                treatment_page(shown)
            elif not shown.status.ended:
                live_check(shown.id)
            else:
                walk_back(shown.id, HealthSpec.from_json(shown.spec))
                offer_other(shown, asked, adopted=adopted)
                ended_check(shown, asked, details)
        with details:
            try_this(EXPERIMENTS)


if __name__ == "__main__":
    main()

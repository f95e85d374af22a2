"""What solutions give back of a disease, as sentences of the guide cite it."""

from collections.abc import Mapping

from gradcore.prescriptions.pilot import PILOT
from gradcore.titles import number


def values() -> Mapping[str, float | str]:
    """Return what sentences cite as {solutions.name}."""
    found = {solution: [effect for effect, _, _ in effects.values()] for solution, effects in PILOT.items()}
    everything = [effect for effects in found.values() for effect in effects]
    lsuv = found["lsuv"]
    return {
        "sentence": (
            f"Measured, the share of a disease's cost that they give back goes from {number(min(everything))} to "
            f"{number(max(everything))}, for LSUV alone from {number(min(lsuv))} to {number(max(lsuv))}: it is a "
            f"matter "
            "of the disease as much as of the solution."
        )
    }

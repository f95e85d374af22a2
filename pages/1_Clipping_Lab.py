"""Clipping lab: what each clip rule does to one gradient, to a stream, to a descent, and to your own run."""

from collections.abc import Callable, Mapping

import streamlit as st

from ui import clip_advisor, clip_cliff, clip_real, clip_step, clip_stream
from ui.address import parameters, say_unknown, say_unknown_keys
from ui.frame import CLIPPING, frame

# A part is a module of ui/ with one function `draw`; only the chosen one runs.
PARTS: Mapping[str, Callable[[], None]] = {
    "One step": clip_step.draw,
    "Stream": clip_stream.draw,
    "Cliff": clip_cliff.draw,
    "Real run": clip_real.draw,
    "Advisor": clip_advisor.draw,
}
# Of its address: the parameters of all parts, and how the others begin.
KNOWN = ("part", "gradient", "landscape", "rho", "length", "own", "run")
FAMILIES = ("step_", "stream_", "cliff_", "real_", "advisor_")


def main() -> None:
    with frame(CLIPPING):
        first = next(iter(PARTS))
        say_unknown(parameters(), "part", PARTS)
        say_unknown_keys(parameters(), KNOWN, FAMILIES)
        part = st.segmented_control(
            "Part",
            list(PARTS),
            default=first,
            key="part",
            bind="query-params",
            required=True,
            label_visibility="collapsed",
        )
        PARTS[part or first]()


if __name__ == "__main__":
    main()

"""Advisor: from the gradient norms of a run or a file to a threshold, how sure that is, and the proof."""

import streamlit as st

from gradcore.advisor import (
    WANTED,
    Advice,
    NormStream,
    Replay,
    advice_sentences,
    advise,
    compared_rules,
    percent,
    replay,
)
from gradcore.figures import theme
from gradcore.figures.clip_advice import rate_curve
from gradcore.figures.clip_norms import norms_over_steps
from ui.address import parameters, say_not_number, say_not_whole
from ui.clip_proof import draw_proof
from ui.clip_sources import FIRST, Source, choose_source
from ui.controls import BIND
from ui.plot import plot
from ui.words import escaped

HEIGHT, NORMS_HEIGHT = 440, 300
FIRST_CONTROL = "advisor_first_step"
LEAST_RATE, MOST_RATE = 0.1, 99.0  # %
RATE_HELP = "The share of the steps that are to be clipped. A seat belt acts on few steps, say 1 to 5 %."
FIRST_HELP = "Earlier steps are left out, such as a fast fall at the start."
RULES_NOTE = (
    "Over the last {steps:,} recorded steps of one seed, by the code that trains. The percentile rules look for the "
    "wanted clip rate by themselves; ZClip acts above 2.5 standard deviations. Had a rule acted, it would have changed "
    "the steps that follow."
)
PRESUMES = (
    "An interval is about a stream that goes on as it was recorded: a drift slower than the record is not in it. "
    "It is given from 20 effective clip events on."
)
NOTEBOOK = """
- It printed one clip rate over 20 steps, 40 %. With other seeds the same simulation gives 20 to 65 %: without an
  interval such a rate says nothing.
- It read the clip rate as a sign of health. Its percentile rule clips the share that its percentile asks for on any
  steady stream, whatever the size of the gradients. Only a fixed threshold's rate tells something of the network.
"""


def draw() -> None:
    """Draw the part of the clipping lab that advises a threshold."""
    picture, settings = st.columns([3.3, 1], gap="medium")
    with settings:
        knobs = st.container()  # above the choice in the reader's order, below it in the code's
        source = choose_source()
    with knobs:
        if source is not None:
            say_not_number(parameters(), "advisor_rate", LEAST_RATE, MOST_RATE)
            wanted = st.number_input(
                "Wanted clip rate (%)", LEAST_RATE, MOST_RATE, 100 * WANTED, 0.5,
                key="advisor_rate", bind=BIND, help=RATE_HELP,
            )  # fmt: skip
            first = _first_step(source)
    with picture:
        if source is None:
            st.info("This run has recorded no step yet; its norms will be read here as soon as it has.")
            return
        advice = _advice(source.about, first, round(wanted / 100, 6), source)
        _picture(source, advice, first)
        draw_proof(source, advice.suggestion, first)
        with st.expander("What the notebook got wrong"):
            st.markdown(NOTEBOOK)


def _first_step(source: Source) -> int:
    """Draw the step from which norms count; the address has it where it was chosen, each stream has a default."""
    last = max(source.steps - 1, 0)
    say_not_whole(parameters(), FIRST, 0, last)
    asked = st.query_params.get(FIRST, "")
    fits = asked.isascii() and asked.isdigit() and int(asked) <= last
    st.session_state[FIRST_CONTROL] = int(asked) if fits else min(source.first, last)
    chosen = st.number_input("First step counted", 0, last, key=FIRST_CONTROL, on_change=_keep_first, help=FIRST_HELP)
    return int(chosen)


def _keep_first() -> None:
    st.query_params[FIRST] = str(st.session_state[FIRST_CONTROL])


def _picture(source: Source, advice: Advice, first: int) -> None:
    """Draw both charts, what they say, and what the other rules would have done."""
    st.caption(escaped(source.title))
    key = (source.about, first, advice.suggestion.wanted)
    rate, norms = _charts(*key, advice)
    plot(
        rate,
        key="advisor_rates",
        label="Clip rate against threshold, with intervals",
        height=HEIGHT,
        about=source.about,
    )
    st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in advice_sentences(advice)))
    st.caption(PRESUMES)
    label = "Gradient norms over the steps, with the suggested threshold"
    plot(norms, key="advisor_norms", label=label, height=NORMS_HEIGHT, about=source.about)
    st.subheader("What each rule would have done", anchor=False)
    replays = _replays(*key, advice)
    st.dataframe([_row(one) for one in replays], hide_index=True)
    st.caption(escaped(RULES_NOTE.format(steps=len(replays[0].clipped))))


@st.cache_resource(max_entries=64, show_spinner=False)
def _advice(about: str, first: int, wanted: float, _source: Source) -> Advice:
    """Return the advice, made once for all who ask the same."""
    return advise(NormStream.of(_source.norms, first, _source.ends), wanted, _source.optimizer)


@st.cache_resource(max_entries=64, show_spinner=False)
def _charts(about: str, first: int, wanted: float, _advice: Advice) -> tuple[str, str]:
    drawn = rate_curve(_advice, HEIGHT), norms_over_steps(_advice, first, NORMS_HEIGHT)
    return theme.to_json(drawn[0]), theme.to_json(drawn[1])


@st.cache_resource(max_entries=64, show_spinner=False)
def _replays(about: str, first: int, wanted: float, _advice: Advice) -> tuple[Replay, ...]:
    rules = compared_rules(_advice.suggestion.threshold, wanted)
    return replay(_advice.stream.norms[:, 0], rules)


def _row(one: Replay) -> dict[str, str]:
    last = "" if one.last_threshold is None else theme.number(one.last_threshold)
    told = {"Rule": one.title, "Threshold from": one.kind, "Clip rate": percent(one.rate), "Last threshold": last}
    return {**told, "Skipped": str(one.skipped)}

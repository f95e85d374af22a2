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
    replay,
)
from gradcore.errors import RefusedError
from gradcore.figures import theme
from gradcore.figures.clip_advice import rate_curve
from gradcore.figures.clip_norms import norms_over_steps
from gradcore.titles import counted, percent
from ui.address import parameters, say_not_number, say_not_whole
from ui.anatomy import anatomy
from ui.clip_proof import draw_proof
from ui.clip_sources import FIRST, PICK, RUN, Source, choose_source
from ui.controls import BIND
from ui.plot import plot
from ui.table import table
from ui.terms import explained
from ui.words import as_sentence, escaped, unbroken

HEIGHT, NORMS_HEIGHT = 440, 300
FIRST_CONTROL = "advisor_first_step"
LEAST_RATE, MOST_RATE = 0.1, 99.0  # %
RATE_HELP = explained(
    "The share of the steps that are to be clipped. A seat belt acts on few steps, say 1 to 5 %.",
    "clip_rate",
    "advisor",
)
FIRST_HELP = explained("Earlier steps are left out, such as a fast fall at the start.", "effective_events")
RULES_NOTE = (
    "Over {steps} of one seed, by the code that trains. The percentile rules look for the "
    "wanted clip rate by themselves; ZClip acts above 2.5 standard deviations. Had a rule acted, it would have changed "
    "the steps that follow."
)
NO_RATE = "The growth begins too early to read a threshold for a rate; the text below the chart says what to try."
ALL_INSTEAD = "Every step is counted instead."
PRESUMES = (
    "An interval is about a stream that goes on as it was recorded: a drift slower than the record is not in it. "
    "It is given from 20 effective clip events and as many effective steps below the threshold on, from 500 steps on."
)
NOTEBOOK = """
- It printed one clip rate over 20 steps, 40 %. With other seeds the same simulation gives 20 to 65 %: without an
  interval such a rate says nothing.
- It read the clip rate as a sign of health. Its percentile rule clips the share that its percentile asks for on any
  steady stream, whatever the size of the gradients. Only a fixed threshold's rate tells something of the network.
"""


def draw() -> None:
    """Draw the part of the clipping lab that advises a threshold."""
    picture, settings, details = anatomy()
    with settings:
        knobs = st.container()  # above the choice in the reader's order, below it in the code's
        source = choose_source()
    if source is None:
        with picture:
            st.info("This run has recorded no step yet; its norms will be read here as soon as it has.")
        return
    with knobs:
        wish = st.container()  # above the first step, which says what there is to wish for
        stream, first = _counted(source, _first_step(source))
    with wish:
        advice = _advice(source.about, first, _wanted(stream), stream, source.optimizer)
    charts = _charts(source.about, first, advice.suggestion.wanted, advice)
    with picture:
        _picture(source, advice, charts[0])
    with details:
        _details(source, advice, first, charts[1])


def _first_step(source: Source) -> int:
    """Draw the step from which norms count; the address has it where it was chosen, each stream has a default."""
    last = max(source.steps - 1, 0)
    say_not_whole(parameters(), FIRST, 0, last)
    asked = st.query_params.get(FIRST, "")
    fits = asked.isascii() and asked.isdigit() and int(asked) <= last
    st.session_state[FIRST_CONTROL] = int(asked) if fits else min(source.first, last)
    chosen = st.number_input("First step counted", 0, last, key=FIRST_CONTROL, on_change=_keep_first, help=FIRST_HELP)
    return int(chosen)


def _counted(source: Source, first: int) -> tuple[NormStream, int]:
    """Return the norms from a step on, and that step; where none counts from there on, say so and count all."""
    try:
        return _stream(source.about, first, source), first
    except RefusedError as error:
        if not first:
            raise
        st.error(escaped(as_sentence(error, ALL_INSTEAD)), icon=":material/error:")
        return _stream(source.about, 0, source), 0


def _wanted(stream: NormStream) -> float:
    """Draw the wanted clip rate; no threshold for a rate can be read from an early explosion."""
    say_not_number(parameters(), "advisor_rate", LEAST_RATE, MOST_RATE)
    early = stream.explosion is not None and stream.explosion.early
    wanted = st.number_input(
        "Wanted clip rate (%)", LEAST_RATE, MOST_RATE, 100 * WANTED, 0.5,
        key="advisor_rate", bind=BIND, help=RATE_HELP, disabled=early,
    )  # fmt: skip
    if early:
        st.caption(NO_RATE)
    return round(wanted / 100, 6)


def _keep_first() -> None:
    """Put the first step into the address, unless the browser still sends the address from before another pick."""
    picked = st.session_state.get(PICK)
    if picked is None or st.query_params.get(RUN) == picked:
        st.query_params[FIRST] = str(st.session_state[FIRST_CONTROL])
    else:
        st.query_params[RUN] = picked


def _picture(source: Source, advice: Advice, rates: str) -> None:
    """Draw the clip rate of every threshold, and what it says."""
    st.caption(escaped(source.title))
    label = "Clip rate against threshold, with intervals"
    plot(rates, key="advisor_rates", label=label, height=HEIGHT, about=source.about)
    st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in advice_sentences(advice)))
    st.caption(PRESUMES)


def _details(source: Source, advice: Advice, first: int, norms: str) -> None:
    """Draw the norms, what the other rules would have done, the proof, and the notebook's mistakes."""
    label = "Gradient norms over the steps, with the suggested threshold"
    plot(norms, key="advisor_norms", label=label, height=NORMS_HEIGHT, about=source.about)
    st.subheader("What each rule would have done", anchor=False)
    replays = _replays(source.about, first, advice.suggestion.wanted, advice)
    table([_row(one) for one in replays])
    st.caption(escaped(RULES_NOTE.format(steps=_last(len(replays[0].clipped)))))
    draw_proof(source, advice.suggestion, first)
    with st.expander("What the notebook got wrong"):
        st.markdown(NOTEBOOK)


def _last(steps: int) -> str:
    return "the last recorded step" if steps == 1 else f"the last {counted(steps, 'recorded step')}"


@st.cache_resource(max_entries=64, show_spinner=False)
def _stream(about: str, first: int, _source: Source) -> NormStream:
    """Return the norms that count, sorted once for all who look at them."""
    return NormStream.of(_source.norms, first, _source.ends)


@st.cache_resource(max_entries=64, show_spinner=False)
def _advice(about: str, first: int, wanted: float, _stream: NormStream, _optimizer: str) -> Advice:
    """Return the advice, made once for all who ask the same."""
    return advise(_stream, wanted, _optimizer)


@st.cache_resource(max_entries=64, show_spinner=False)
def _charts(about: str, first: int, wanted: float, _advice: Advice) -> tuple[str, str]:
    drawn = rate_curve(_advice, HEIGHT), norms_over_steps(_advice, first, NORMS_HEIGHT)
    return theme.to_json(drawn[0]), theme.to_json(drawn[1])


@st.cache_resource(max_entries=64, show_spinner=False)
def _replays(about: str, first: int, wanted: float, _advice: Advice) -> tuple[Replay, ...]:
    rules = compared_rules(_advice.suggestion.threshold, wanted)
    return replay(_advice.stream.one_seed, rules)


def _row(one: Replay) -> dict[str, str]:
    last = "none" if one.last_threshold is None else theme.number(one.last_threshold)
    told = {"Rule": unbroken(one.title), "Threshold from": one.kind, "Clip rate": percent(one.rate)}
    return {**told, "Last threshold": last, "Skipped": str(one.skipped)}

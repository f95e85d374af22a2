"""A stream: what rules with and without memory do to it, step by step; redrawn at every change, without a worker."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from gradcore.clip_trials import StreamResult, StreamTrial
from gradcore.clip_trials.notebook import NotebookRun
from gradcore.clip_trials.quick import quick_stream
from gradcore.clip_trials.reading import NOTEBOOK_RULE, PERCENTILE_RULE, notebook_beside, statistics, stream_sentences
from gradcore.clip_trials.spread import SEEDS, Spread, spread
from gradcore.clipping import CLIP_RULES
from gradcore.errors import RefusedError
from gradcore.figures import clip_stream as figures
from gradcore.figures import theme
from gradcore.specs import Choice, StreamSpec
from gradcore.streams import stream_steps
from gradcore.titles import counted, percent
from ui.anatomy import anatomy
from ui.clip_rules import rule_controls, weight_control
from ui.clip_stream_controls import preset_control, stream_controls
from ui.panels import try_this
from ui.plot import plot
from ui.table import table
from ui.words import as_sentence, escaped, unbroken

FIRST = (PERCENTILE_RULE, "clip_by_global_norm")
PROPOSED = {  # the notebook's
    PERCENTILE_RULE: {"percentile": 90.0, "history": 50},
    "clip_by_global_norm": {"max_norm": 5.0},
    "clip_by_norm": {"max_norm": 5.0},
    "clip_by_value": {"max_value": 10.0},
}
HEIGHT = 420
SECONDS_PER_STEP = 1.2e-5  # for the estimate on the button: to draw one, or for a rule that looks at norms alone
SLOWER = 7  # times that: a rule that looks at entries or at each tensor
MOST_SECONDS = 8.0  # of the seeds together: the page does it itself
NO_SINGLE = {"adagc": "one per tensor", "adaptive_grad_clip": "one per unit"}  # threshold
SHAPES = ((2,), (1,))  # of a stream's tensors
EXPERIMENTS = (
    (
        "AutoClip at its paper's tenth percentile: how many steps of a steady stream does it clip?",
        {"stream_rules": "AutoClip", "stream_normal_steps": "100", "stream_normal_scale": "1", "stream_rise_steps": "0",
         "stream_explosion_steps": "0", "stream_recovery_steps": "0"},
    ),
    (
        "AdaGC lets its norms rise only slowly: does the lasting explosion become its normal, too?",
        {"stream_rules": "AdaGC", "stream_adagc_warmup": "20", "stream_normal_steps": "60", "stream_normal_scale": "1",
         "stream_rise_steps": "0", "stream_explosion_steps": "120", "stream_explosion_scale": "100",
         "stream_explosion_exponential": "0", "stream_recovery_steps": "60", "stream_recovery_from": "1"},
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What the controls ask for; hashable, so that what was drawn for one visitor serves the next."""

    stream: StreamSpec
    rules: tuple[Choice, ...]
    weight: float | None  # of every entry, where a rule needs weights

    @property
    def weights(self) -> list[NDArray[np.float32]] | None:
        """The weights that a rule may look at, one array for each gradient."""
        return None if self.weight is None else [np.full(shape, self.weight, np.float32) for shape in SHAPES]


@dataclass(frozen=True)
class Drawn:
    """A trial with its charts as JSON."""

    trial: StreamTrial
    run: NotebookRun
    ours: StreamResult  # the percentile rule with the notebook's parameters, or with the chosen ones
    charts: tuple[str, str]


def draw() -> None:
    """Draw the part of the clipping lab that is about a stream."""
    notices = st.container()
    picture, settings, details = anatomy()
    with settings:
        asked = _asked(notices)
    found = _drawn(asked) if asked is not None else None
    with picture:
        preset_control()  # after the controls, whose state it reads
        if asked is not None and found is not None:
            _norms_chart(asked, found)
    with details:
        if asked is not None and found is not None:
            _thresholds_chart(asked, found)
            _tables(found)
            _seeds(asked, found)
        try_this([(sentence, {"part": "Stream", **values}) for sentence, values in EXPERIMENTS])


def _asked(notices: DeltaGenerator) -> Asked | None:
    """Draw the controls; return what they ask for, or say why it is refused."""
    rules = rule_controls("stream", FIRST, PROPOSED, notices)
    weight = weight_control("stream", rules, notices)
    try:
        return Asked(stream_controls(notices), rules, weight)
    except RefusedError as error:
        st.error(escaped(as_sentence(error)), icon=":material/error:")
        return None


@lru_cache(maxsize=64)
def _drawn(asked: Asked) -> Drawn:
    """Return the trial and its charts, made once for everybody who asks for the same."""
    results = tuple(_alone(asked, choice) for choice in asked.rules)
    trial = StreamTrial(_norms_before(asked.stream), results)
    run = _beside(asked.stream, next((one for one in asked.rules if one.name == PERCENTILE_RULE), None))
    chosen = [one for one in results if one.choice.name == PERCENTILE_RULE]
    ours = chosen[0] if chosen else _alone(asked, NOTEBOOK_RULE)
    charts = (
        theme.to_json(figures.norms(asked.stream, trial, run, HEIGHT)),
        theme.to_json(figures.thresholds(asked.stream, trial, run, HEIGHT)),
    )
    return Drawn(trial, run, ours, charts)


def _alone(asked: Asked, choice: Choice) -> StreamResult:
    """Return what one rule does; a change of another rule leaves it as it was."""
    return _result(asked.stream, choice, asked.weight if CLIP_RULES[choice.name].needs == "weights" else None)


_steps = lru_cache(maxsize=64)(stream_steps)


@lru_cache(maxsize=512)
def _result(stream: StreamSpec, choice: Choice, weight: float | None) -> StreamResult:
    return quick_stream(_steps(stream), [choice], Asked(stream, (choice,), weight).weights).results[0]


@lru_cache(maxsize=256)
def _beside(stream: StreamSpec, choice: Choice | None) -> NotebookRun:
    chosen = () if choice is None else (_result(stream, choice, None),)
    return notebook_beside(StreamTrial(_norms_before(stream), chosen))


@lru_cache(maxsize=256)
def _norms_before(stream: StreamSpec) -> NDArray[np.float64]:
    return quick_stream(_steps(stream), []).norms


def _norms_chart(asked: Asked, found: Drawn) -> None:
    """Draw the norms before and after each rule, and say what they show."""
    plot(found.charts[0], key="stream_norms", label="Gradient norm before and after each rule", height=HEIGHT,
         about=f"{asked.stream.steps}")  # fmt: skip
    said = stream_sentences(found.trial, found.run)
    if said:
        st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in said))


def _thresholds_chart(asked: Asked, found: Drawn) -> None:
    plot(found.charts[1], key="stream_thresholds", label="Threshold of each rule over the steps", height=HEIGHT,
         about=f"{asked.stream.steps}")  # fmt: skip


def _tables(found: Drawn) -> None:
    """Draw a row for each rule, and the notebook's statistics beside the true ones."""
    if found.trial.results:
        table([row(one, found.trial) for one in found.trial.results])
    st.subheader("The notebook's statistics", anchor=False)
    own = [
        {"Line": name, "As it was": printed, "Corrected": f"**{true}**" if why else true, "Why": why or "right"}
        for name, printed, true, why in statistics(found.trial, found.run, found.ours)
    ]
    table(own)
    st.markdown(
        "Its messages said “Clipped! 5.200 → 5.200”: the norm after is the norm before there, because TensorFlow "
        "returns that one. Point at a step above to read what it printed, and under each rule's name what is true."
    )


def row(one: StreamResult, trial: StreamTrial) -> dict[str, str]:
    """Return one rule as a row of the table; the clip rate is the number that matters."""
    after = one.norm_after[np.isfinite(one.norm_after)]
    recent = "step" if min(one.recent, len(trial.norms)) == 1 else f"{min(one.recent, len(trial.norms))}"
    return {
        "Rule": unbroken(one.title),
        "Clip rate": f"**{percent(one.clip_rate)}**",
        "Clipped": f"{int(one.clipped.sum())} of {counted(len(trial.norms), 'step')}",
        "Skipped": f"{int(one.skipped.sum())}",
        "Recent rate": f"{percent(one.recent_clip_rate)} of the last {recent}",
        "Largest norm after": theme.number(float(after.max())) if after.size else "none",
        "Final threshold": _final_threshold(one),
    }


def _final_threshold(one: StreamResult) -> str:
    return NO_SINGLE.get(one.choice.name, "none") if one.final_threshold is None else theme.number(one.final_threshold)


def _seeds(asked: Asked, found: Drawn) -> None:
    """Draw the button that repeats the stream for many seeds, and what came of it."""
    if not asked.rules:
        return
    shares = [1 if CLIP_RULES[rule.name].needs == "norm" else SLOWER for rule in asked.rules]
    seconds = SEEDS * asked.stream.steps * (1 + sum(shares)) * SECONDS_PER_STEP
    if seconds > MOST_SECONDS:
        st.caption(f"Shorten the phases to repeat the stream for {SEEDS} seeds: it would take {seconds:.0f} s.")
        return
    label = f"Repeat for {SEEDS} seeds · about {max(1, round(seconds))} s"
    if st.button(label, icon=":material/casino:", key="stream_repeat"):
        st.session_state["stream_repeated"] = asked
    if st.session_state.get("stream_repeated") != asked:
        return
    many, text, height = _spread(asked, tuple(one.clip_rate for one in found.trial.results))
    plot(text, key="stream_spread", label="Clip rate of each seed for each rule", height=height, about="spread")
    st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in spread_sentences(many)))


@st.cache_data(max_entries=64, show_spinner="Drawing the stream from every seed")
def _spread(asked: Asked, shown: tuple[float, ...]) -> tuple[Spread, str, int]:
    many = spread(asked.stream, asked.rules, weights=asked.weights)
    figure = figures.clip_rates(many, shown)
    return many, theme.to_json(figure), figure.height


def spread_sentences(many: Spread) -> list[str]:
    """Return mean and spread of each clip rate, and how often the notebook prints a threshold that it did not use."""
    said = [
        f"{one.title}: clip rate {percent(one.clip_rate.mean())} ± {percent(one.clip_rate.std())} (standard deviation "
        f"over the seeds), from {percent(one.clip_rate.min())} to {percent(one.clip_rate.max())}."
        for one in many.rules
    ]
    percentiles = [one for one in many.rules if one.choice.name == PERCENTILE_RULE]
    most = CLIP_RULES[PERCENTILE_RULE].values(percentiles[0].choice if percentiles else NOTEBOOK_RULE)["max_clip"]
    above = int((many.notebook_threshold > most).sum())
    if above:
        said.append(
            f"In {above} of {many.seeds} seeds the notebook prints a final threshold above its own upper clamp "
            f"of {most:g}."
        )
    return said

"""One step: what each rule makes of one gradient; redrawn at every change, without a worker."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gradcore.clip_trials import Applied, OneStep, one_step
from gradcore.clip_trials.matching import STRENGTH, matched
from gradcore.clip_trials.measures import Gradients, whole_norm
from gradcore.clip_trials.shape import shape
from gradcore.clipping import CLIP_RULES
from gradcore.figures import clip_step as figures
from gradcore.figures import theme
from gradcore.scenarios import SCENARIOS
from gradcore.specs import Choice
from ui.address import parameters, say_not_flag, say_not_number, say_unknown
from ui.anatomy import anatomy
from ui.clip_notebook import notebook_lines
from ui.clip_own import own_gradients
from ui.clip_rules import LARGEST, SMALLEST, rule_controls, say_other_keys, weight_control
from ui.panels import try_this
from ui.plot import plot
from ui.table import table
from ui.terms import explained
from ui.words import escaped, unbroken, unbroken_number

OWN = "Your own"
TITLES = {scenario.title: scenario for scenario in SCENARIOS.values()}
FIRST = ("clip_by_value", "clip_by_norm", "clip_by_global_norm", "ten_percent")
PROPOSED = {  # the notebook's
    "clip_by_value": {"max_value": 10.0},
    "clip_by_norm": {"max_norm": 5.0},
    "clip_by_global_norm": {"max_norm": 5.0},
}
MATCH_HELP = explained(
    "Changes the threshold of every rule so that all leave the same norm. Unequal thresholds compare nothing.",
    "matched_strength",
)
WHAT = explained("A row for each rule.", "clip_threshold", "turn", "scale", "skipped")
HEIGHT = 400
MOST_NORMS = 4  # of tensors in one cell
Tensors = tuple[tuple[tuple[int, ...], bytes] | None, ...]  # shape and float32 entries of each; equal if NaN, too
EXPERIMENTS = (
    (
        "The notebook compared thresholds, not rules. Which rule turns the explosive gradient most at the same norm?",
        {"step_match": "true"},
    ),
    ("One infinite entry: which rules spread it over every tensor?", {"gradient": "Non-finite"}),
    (
        "A gradient a million times too small: which rule makes it longer?",
        {"gradient": "Vanishing", "step_rules": "Normalized"},
    ),
)


@dataclass(frozen=True)
class Asked:
    """What the controls ask for; hashable, so that what was drawn for one visitor serves the next."""

    tensors: Tensors
    rules: tuple[Choice, ...]
    weight: float | None  # of every entry, where a rule needs weights
    unmatched: tuple[str, ...] = ()  # rules that cannot leave the norm of the others

    @property
    def gradients(self) -> Gradients:
        """The gradients as arrays."""
        return [None if one is None else np.frombuffer(one[1], np.float32).reshape(one[0]) for one in self.tensors]

    @property
    def weights(self) -> Gradients | None:
        """The weights as arrays."""
        if self.weight is None:
            return None
        return [None if one is None else np.full(one[0], self.weight, np.float32) for one in self.tensors]

    @classmethod
    def of(cls, gradients: Gradients, rules: tuple[Choice, ...], weight: float | None) -> Self:
        """Return what is asked about these gradients."""
        arrays = [None if one is None else np.asarray(one, np.float32) for one in gradients]
        return cls(tuple(None if one is None else (one.shape, one.tobytes()) for one in arrays), rules, weight)


def draw() -> None:
    """Draw the part of the clipping lab that is about one step."""
    say_unknown(parameters(), "gradient", [*TITLES, OWN])
    title = st.segmented_control(
        "Gradient", [*TITLES, OWN], default="Explosive", key="gradient", bind="query-params", required=True
    )
    scenario = TITLES.get(title or "")
    if scenario:
        st.caption(scenario.summary)
    gradients = scenario.gradients if scenario else own_gradients()
    notices = st.container()
    picture, settings, details = anatomy()
    with settings:
        asked = _controls(gradients, notices)
    step, charts = _drawn(asked)
    about = "own" if asked.tensors else "none"
    with picture:
        plot(charts[0], key="step_entries", label="Entries of the gradient before and after each rule", height=HEIGHT,
             about=about)  # fmt: skip
        st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in sentences(step, asked.unmatched)))
    with details:
        _directions_and_shapes(charts, about)
        if step.results:
            table([row(one, step) for one in step.results])
            st.caption(WHAT)
        if scenario and scenario.in_notebook:
            notebook_lines(step.gradients)
        try_this([(sentence, {"part": "One step", **values}) for sentence, values in EXPERIMENTS])


def _controls(gradients: Gradients, notices: DeltaGenerator) -> Asked:
    """Draw the rules and their strength, which a match takes over."""
    with notices:
        say_not_flag(parameters(), "step_match")
        say_not_number(parameters(), "step_norm", SMALLEST, LARGEST)
        say_other_keys("step_", {"step": ("match", "norm", "weight")})
    above, below = st.container(), st.container()
    with below:
        norm = _matched_norm()
    held = STRENGTH if norm is not None and math.isfinite(whole_norm(gradients)) else {}
    with above:
        rules = rule_controls("step", FIRST, PROPOSED, notices, held=held)
        weight = weight_control("step", rules, notices)
    asked = Asked.of(gradients, rules, weight)
    with below:
        return asked if norm is None else _match(asked, norm)


def _matched_norm() -> float | None:
    """Draw whether all rules shall leave the same norm, and which; return it, None where they keep their thresholds."""
    if not st.toggle(
        "At matched strength", key="step_match", bind="query-params",
        help=MATCH_HELP,
    ):  # fmt: skip
        return None
    norm = st.number_input(
        "Norm after, for all", SMALLEST, LARGEST, 5.0, format="%.6g", key="step_norm", bind="query-params"
    )
    return float(norm)


def _match(asked: Asked, norm: float) -> Asked:
    """Return the same with the rules at matched strength; say which rule cannot leave this norm."""
    if not math.isfinite(whole_norm(asked.gradients)):
        st.caption("A gradient that is not finite has no norm to match.")
        return asked
    found = matched(asked.gradients, asked.rules, norm, asked.weights)
    said = [
        f"{CLIP_RULES[one.choice.name].title}: {STRENGTH[one.choice.name].replace('_', ' ')} "
        f"{theme.number(float(one.choice.get(STRENGTH[one.choice.name]) or 0))}"
        for one in found
        if one.reached and one.choice.name in STRENGTH
    ]
    unmatched = tuple(one.choice.name for one in found if not one.reached)
    missed = [CLIP_RULES[name].title for name in unmatched]
    if said:
        st.caption(escaped("Matched with " + "; ".join(said) + "."))
    if missed:
        st.caption(escaped(f"{theme.names(missed)} cannot leave a norm of {theme.number(norm)} here."))
    return replace(asked, rules=tuple(one.choice for one in found), unmatched=unmatched)


def _directions_and_shapes(charts: Sequence[str], about: str) -> None:
    """Draw by how much each rule turns the gradient, and its shape."""
    left, right = st.columns(2)
    with left:
        plot(charts[1], key="step_angles", label="Angle by which each rule turns the gradient", height=HEIGHT,
             about=about)  # fmt: skip
    with right:
        plot(charts[2], key="step_shapes", label="Norm after against norm before for each rule", height=HEIGHT,
             about=about)  # fmt: skip


@lru_cache(maxsize=64)
def _drawn(asked: Asked) -> tuple[OneStep, tuple[str, str, str]]:
    """Return the trial and its charts as JSON, made once for everybody who asks for the same."""
    gradients, weights = asked.gradients, asked.weights
    step = one_step(gradients, asked.rules, weights)
    drawn = (
        figures.entries(step, HEIGHT, asked.unmatched),
        figures.angles(step, HEIGHT),
        figures.shapes(step, shape(gradients, asked.rules, weights), HEIGHT),
    )
    first, second, third = (theme.to_json(one) for one in drawn)
    return step, (first, second, third)


def row(one: Applied, step: OneStep) -> dict[str, str]:
    """Return one rule as a row of the table; the norm after is the number that matters."""
    return {
        "Rule": unbroken(one.title),
        "Norm after": f"**{unbroken_number(one.norm_after)}**",
        "Clipped": "yes" if one.clipped else "no",
        "Turned by": "no angle" if one.angle is None else f"{one.angle:.1f}°",
        "Cosine": "none" if one.cosine is None else f"{one.cosine:.4f}",
        "Factor": "none in common" if one.scale is None else unbroken_number(one.scale),
        "Threshold": "none" if one.threshold is None else unbroken_number(one.threshold),
        "Norms of the tensors": norms_text(step.layer_norms_before, one.layer_norms_after),
        "Not finite": f"{one.non_finite_after}" + (", step skipped in training" if one.would_skip else ""),
    }


def norms_text(before: Sequence[float | None], after: Sequence[float | None]) -> str:
    r"""Return the norm of each tensor before and after, the first few of many.

    Example:
        >>> norms_text([5.0, None], [1.0, None])
        '5\xa0→\xa01, no gradient'
    """
    pairs = zip(before, after, strict=True)
    said = [
        "no gradient" if old is None or new is None else f"{unbroken_number(old)}\u00a0→\u00a0{unbroken_number(new)}"
        for old, new in pairs
    ]
    return ", ".join(said[:MOST_NORMS]) + (f", and {len(said) - MOST_NORMS} more" if len(said) > MOST_NORMS else "")


def sentences(step: OneStep, unmatched: Sequence[str] = ()) -> list[str]:
    """Return what the charts show; `unmatched` rules are at no strength that could be compared."""
    said = [f"The norm before clipping is {theme.number(step.norm_before)}."]
    if step.non_finite_before:
        said.append("Training skips a step like this under every rule but no clipping; here each formula is applied.")
    after = {theme.number(one.norm_after) for one in step.results if one.choice.name not in ("none", *unmatched)}
    if len(after) > 1 and not step.non_finite_before:
        who = "Without those that cannot be matched the rules" if unmatched else "The rules"
        said.append(
            f"{who} leave {len(after)} different norms: that compares thresholds. "
            "Match their strength to compare rules."
        )
    kept = [one.title for one in step.results if one.scale is not None and one.clipped and one.angle is not None]
    if kept:
        said.append(f"{theme.names(kept)}: one factor for all entries, so only the length of the step changes.")
    return said

"""A cliff: descent with and without clipping on a landscape, played step by step, redrawn at every change."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gradcore.cliffs import LANDSCAPES, Arrival, Descent, descend, fixed_step_limit
from gradcore.cliffs import steps_on_quartic as count
from gradcore.clipping import CLIP_RULES
from gradcore.figures import cliff as figures
from gradcore.figures import theme
from gradcore.specs import Choice
from gradcore.titles import counted
from ui.address import parameters, say_not_number, say_not_whole, say_unknown
from ui.anatomy import anatomy
from ui.clip_rules import rule_controls, say_other_keys
from ui.panels import try_this
from ui.plot import plot
from ui.table import table
from ui.words import escaped, unbroken

MOST_STEPS = 500  # of a path that is played
RANGES = {"recurrent": 20.0, "quartic": 100.0}  # how far out a start may be
PREFIX = {"recurrent": "cliff", "quartic": "cliff_x4"}  # of the controls' names in the address
RATES = (1e-6, 100.0)  # least and most that the control takes
HELD = "clip_by_global_norm"
FIRST = ("none", HELD)
# Rules that would only repeat another one, and why.
LEFT_OUT: Mapping[str, tuple[tuple[str, ...], str]] = {
    "recurrent": (("clip_by_norm",), "Both parameters are one tensor: per tensor is the global norm here."),
    "quartic": (
        ("clip_by_value", "clip_by_norm"),
        "The gradient is one number: by value and per tensor are the global norm here.",
    ),
}
BIND: Final = "query-params"
JUST_BELOW = 0.99  # times the limit: the fastest fixed step
SIXTHS = (-1, 22)  # of a decade around it: for these x^4's steps are counted
HEIGHT = 480
EXPERIMENTS = (
    (
        "A quarter of the learning rate: the wall comes later. Does that save the unclipped descent?",
        {"part": "Cliff", "cliff_rate": "0.1", "cliff_steps": "300"},
    ),
    (
        "A threshold of 2: a single step is clipped. Is that enough?",
        {"part": "Cliff", "cliff_clip_by_global_norm_max_norm": "2"},
    ),
    (
        "By value, global norm, normalized, each at 0.2: which of them does not arrive?",
        {
            "part": "Cliff",
            "cliff_rules": ["By value", "Global norm", "Normalized"],
            "cliff_normalized_norm": "0.2",
            "cliff_steps": "500",
        },
    ),
    (
        "x to the fourth at the limit of a fixed learning rate: 0.0012375 descends, 0.00125 swings for ever",
        {"part": "Cliff", "landscape": "x to the fourth", "cliff_x4_rate": "0.0012375"},
    ),
)


@dataclass(frozen=True)
class Asked:
    """What the controls ask for."""

    landscape: str
    start: tuple[float, ...]
    learning_rate: float
    rules: tuple[Choice, ...]
    steps: int

    @property
    def max_norm(self) -> float | None:
        """The threshold of the global norm, where this rule is chosen."""
        held = [choice for choice in self.rules if choice.name == HELD]
        return float(held[0].get("max_norm") or 0) if held else None


def draw() -> None:
    """Draw the part of the clipping lab that is about a descent."""
    name = _landscape()
    notices = st.container()
    picture, settings, details = anatomy()
    with settings:
        asked = controls(name, notices)
    if not asked.rules:
        with picture:
            st.caption("Choose a rule to see its descent.")
    else:
        with picture:
            paths = descents(asked)
            pictures(asked)
            st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in figures.sentences(name, paths)))
        with details:
            table([row(path) for path in paths])
            if name == "quartic" and paths[0].loss[0] > paths[0].target and asked.max_norm:
                rates(asked, asked.max_norm)
    with details:
        try_this(EXPERIMENTS)


def _landscape() -> str:
    """Draw the choice of a landscape; return its name."""
    titles = {land.title: name for name, land in LANDSCAPES.items()}
    say_unknown(parameters(), "landscape", titles)
    first = next(iter(titles))
    title = st.segmented_control("Landscape", list(titles), default=first, key="landscape", bind=BIND, required=True)
    name = titles[title or first]
    st.caption(LANDSCAPES[name].formula)
    return name


def controls(name: str, notices: DeltaGenerator) -> Asked:
    """Draw the controls of a descent and return what they ask for; what the address got wrong is named in a place."""
    given, land, prefix, far = parameters(), LANDSCAPES[name], PREFIX[name], RANGES[name]
    left_out, why = LEFT_OUT[name]
    norm, same = {"max_norm": land.max_norm}, {"max_value": land.max_norm}
    rules = rule_controls(prefix, FIRST, {HELD: norm, "clip_by_value": same}, notices, left_out, why)
    ranges = {f"{prefix}_rate": RATES} | {f"{prefix}_{part}": (-far, far) for part in land.parameters}
    rate = _number("Learning rate", f"{prefix}_rate", land.learning_rate, RATES)
    start = []
    for column, part, value in zip(st.columns(len(land.parameters)), land.parameters, land.start, strict=True):
        with column:
            start.append(_number(f"Start {part}", f"{prefix}_{part}", value, (-far, far)))
    steps = st.number_input("Steps", 1, MOST_STEPS, land.steps, key=f"{prefix}_steps", bind=BIND)
    with notices:
        for key, (least, most) in ranges.items():
            say_not_number(given, key, least, most)
        say_not_whole(given, f"{prefix}_steps", 1, MOST_STEPS)
        own = {PREFIX[other]: ("rate", "steps", *LANDSCAPES[other].parameters) for other in PREFIX}
        say_other_keys("cliff_", own)
    return Asked(name, tuple(start), rate, rules, int(steps))


def pictures(asked: Asked) -> None:
    """Draw the landscape with its paths, which has the bar that plays both, and the loss beside it; many below."""
    title = LANDSCAPES[asked.landscape].title
    few = len(asked.rules) <= figures.FEW
    left, right = st.columns([1.15, 1]) if few else (st.container(), st.container())
    surface, loss = charts(asked)
    with left:
        plot(surface, key="cliff_surface", label=f"{title}: paths over the loss", height=HEIGHT, about=title)
    with right:
        plot(loss, key="cliff_loss", label=f"{title}: loss over steps", height=HEIGHT, about=title)


def descents(asked: Asked) -> tuple[Descent, ...]:
    """Return the descent under each rule; a change of one rule leaves the others as they were."""
    return tuple(descent(asked.landscape, asked.start, asked.learning_rate, asked.steps, rule) for rule in asked.rules)


descent = lru_cache(maxsize=256)(descend)


def row(path: Descent) -> dict[str, str]:
    """Return one descent as a row of the table."""
    step, length = path.longest
    lost = f"not finite at step\u00a0{path.lost_at}"
    settled = f"Steps until below {theme.number(path.target)} for good"
    return {
        "Rule": unbroken(CLIP_RULES[path.rule].title),
        settled: f"not by step\u00a0{path.steps}" if path.settled_at is None else f"{path.settled_at}",
        "Loss at the last step": theme.number(float(path.loss[-1])) if path.lost_at is None else lost,
        "Largest gradient norm": theme.number(float(path.norms.max())),
        "Longest step": f"{theme.number(length)} (step\u00a0{step})",
        "Steps clipped": f"{path.clipped.sum()} of {path.steps}",
    }


def rates(asked: Asked, max_norm: float) -> None:
    """Draw how many steps x^4 takes for each learning rate, with what the numbers say."""
    text, free, held = rates_chart(asked.start[0], max_norm, asked.learning_rate)
    plot(text, key="cliff_rates", label="Steps on x to the fourth for each learning rate", height=400, about="rates")
    st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in rate_sentences(asked, max_norm, free, held)))


def rate_sentences(asked: Asked, max_norm: float, free: Arrival, held: Arrival) -> list[str]:
    """Return what the learning rates show: the sharp limit without clipping, and what clipping allows.

    Args:
        asked: start and learning rate.
        max_norm: threshold of the global norm.
        free: just below the limit, without clipping.
        held: at the chosen learning rate, with clipping.
    """
    start, limit = asked.start[0], fixed_step_limit(asked.start[0])
    above = count(start, 1.01 * limit)
    said = [
        f"Without clipping the limit from x = {start:g} is a learning rate of 1 / (2 x²) = {limit:.4g}: at 0.99 of it "
        f"the descent takes {_steps(free)}, at 1.01 times the limit it has diverged by step {above.diverged_at}."
    ]
    ratio = free.steps / held.steps if free.steps and held.steps else 0
    said.append(
        f"Clipped at {max_norm:g}, a learning rate of {asked.learning_rate:g} takes {_steps(held)}"
        + (f", {ratio:.0f} times fewer." if ratio >= 2 else ".")
    )
    said.append(
        "At the same small learning rate clipping is slower, not faster; what it gives is the larger learning rate. "
        "Dips are luck, a step that happens to land next to 0: so does half the limit, without clipping, at once."
    )
    return said


def _steps(arrival: Arrival) -> str:
    return "more than 200,000 steps or for ever" if arrival.steps is None else counted(arrival.steps, "step")


@lru_cache(maxsize=64)
def charts(asked: Asked) -> tuple[str, str]:
    """Return landscape and loss as JSON."""
    paths = descents(asked)
    surface = figures.surface(asked.landscape, paths, HEIGHT)
    return theme.to_json(surface), theme.to_json(figures.loss_over_steps(paths, HEIGHT))


@lru_cache(maxsize=64)
def rates_chart(start: float, max_norm: float, rate: float) -> tuple[str, Arrival, Arrival]:
    """Return the chart as JSON, how the descent just below the limit ends unclipped, and the chosen one clipped."""
    limit = fixed_step_limit(start)
    tried = [JUST_BELOW * limit * 10 ** (sixth / 6) for sixth in range(*SIXTHS)]
    free, held = ([count(start, one, bound) for one in tried] for bound in (None, max_norm))
    chosen = count(start, rate, max_norm)
    drawn = figures.steps_by_rate(tried, free, held, limit, (rate, chosen), height=400)
    return theme.to_json(drawn), free[-SIXTHS[0]], chosen


def _number(label: str, key: str, value: float, limits: tuple[float, float], help: str | None = None) -> float:
    return float(st.number_input(label, *limits, value, step=0.1, format="%.6g", key=key, bind=BIND, help=help))

"""A cliff: descent with and without clipping on a landscape, played step by step, redrawn at every change."""

from dataclasses import dataclass
from typing import Final

import streamlit as st

from gradcore.cliffs import LANDSCAPES, Arrival, Descent, descend, fixed_step_limit
from gradcore.cliffs import steps_on_quartic as count
from gradcore.clipping import CLIP_RULES
from gradcore.figures import cliff as figures
from gradcore.figures import theme
from gradcore.specs import Choice
from ui.address import parameters, say_not_number, say_unknown
from ui.panels import try_this
from ui.plot import plot
from ui.words import escaped

MOST_STEPS = 500  # of a path that is played
RANGES = {"recurrent": 20.0, "quartic": 100.0}  # how far out a start may be
PREFIX = {"recurrent": "cliff", "quartic": "cliff_x4"}  # of the controls' names in the address
RATES, THRESHOLDS = (1e-6, 100.0), (1e-6, 1e6)  # least and most that the controls take
THRESHOLD_HELP = "Gradients with a longer norm are scaled down to it: global-norm clipping."
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
        {"part": "Cliff", "cliff_threshold": "2"},
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
    max_norm: float
    steps: int


def draw() -> None:
    """Draw the part of the clipping lab that is about a descent."""
    picture, settings = st.columns([3.3, 1], gap="medium")
    with settings:
        asked = controls()
    free, held = descents(asked)
    with picture:
        pictures(asked)
        said = figures.sentences(asked.landscape, free, held, asked.max_norm)
        st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in said))
    st.dataframe([row(path) for path in (free, held)], hide_index=True, width="stretch")
    if asked.landscape == "quartic" and free.loss[0] > free.target:
        rates(asked)
    try_this(EXPERIMENTS)


def controls() -> Asked:
    """Draw the controls of a descent and return what they ask for."""
    given = parameters()
    titles = {land.title: name for name, land in LANDSCAPES.items()}
    first = next(iter(titles))
    title = st.segmented_control(
        "Landscape", list(titles), default=first, key="landscape", bind=BIND, required=True, wrap=True
    )
    name = titles[title or first]
    land, prefix, far = LANDSCAPES[name], PREFIX[name], RANGES[name]
    ranges = {f"{prefix}_rate": RATES, f"{prefix}_threshold": THRESHOLDS, f"{prefix}_steps": (1, MOST_STEPS)}
    ranges |= {f"{prefix}_{part}": (-far, far) for part in land.parameters}
    st.caption(land.formula)
    rate = _number("Learning rate", f"{prefix}_rate", land.learning_rate, RATES)
    threshold = _number("Threshold (norm)", f"{prefix}_threshold", land.max_norm, THRESHOLDS, THRESHOLD_HELP)
    start = []
    for column, part, value in zip(st.columns(len(land.parameters)), land.parameters, land.start, strict=True):
        with column:
            start.append(_number(f"Start {part}", f"{prefix}_{part}", value, (-far, far)))
    steps = st.number_input("Steps", 1, MOST_STEPS, land.steps, key=f"{prefix}_steps", bind=BIND)
    for key, (least, most) in ranges.items():
        say_not_number(given, key, least, most)
    say_unknown(given, "landscape", titles)
    return Asked(name, tuple(start), rate, threshold, int(steps))


def pictures(asked: Asked) -> None:
    """Draw the landscape with its paths, which has the bar that plays both, and the loss beside it."""
    title = LANDSCAPES[asked.landscape].title
    left, right = st.columns([1.25, 1])
    surface, loss = charts(asked)
    with left:
        plot(surface, key="cliff_surface", label=f"{title}: paths over the loss", height=HEIGHT, about=title)
    with right:
        plot(loss, key="cliff_loss", label=f"{title}: loss over steps", height=HEIGHT, about=title)


@st.cache_data(max_entries=64, show_spinner=False)
def descents(asked: Asked) -> tuple[Descent, Descent]:
    """Return the descent without and with clipping."""
    clip = Choice.of("clip_by_global_norm", max_norm=asked.max_norm)
    same = (asked.landscape, asked.start, asked.learning_rate, asked.steps)
    return descend(*same), descend(*same, clip)


def row(path: Descent) -> dict[str, str]:
    """Return one descent as a row of the table."""
    step, length = path.longest
    lost = f"not finite at step {path.lost_at}"
    settled = f"Steps until below {theme.number(path.target)} for good"
    return {
        "Rule": CLIP_RULES[path.rule].title,
        settled: "never" if path.settled_at is None else f"{path.settled_at}",
        "Loss at the last step": theme.number(float(path.loss[-1])) if path.lost_at is None else lost,
        "Largest gradient norm": theme.number(float(path.norms.max())),
        "Longest step": f"{theme.number(length)} (step {step})",
        "Steps clipped": f"{path.clipped.sum()} of {path.steps}",
    }


def rates(asked: Asked) -> None:
    """Draw how many steps x^4 takes for each learning rate, with what the numbers say."""
    text, free, held = rates_chart(asked.start[0], asked.max_norm, asked.learning_rate)
    plot(text, key="cliff_rates", label="Steps on x to the fourth for each learning rate", height=400, about="rates")
    st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in rate_sentences(asked, free, held)))


def rate_sentences(asked: Asked, free: Arrival, held: Arrival) -> list[str]:
    """Return what the learning rates show: the sharp limit without clipping, and what clipping allows.

    Args:
        asked: start, learning rate and threshold.
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
        f"Clipped at {asked.max_norm:g}, a learning rate of {asked.learning_rate:g} takes {_steps(held)}"
        + (f", {ratio:.0f} times fewer." if ratio >= 2 else ".")
    )
    said.append(
        "At the same small learning rate clipping is slower, not faster; what it gives is the larger learning rate. "
        "Dips are luck, a step that happens to land next to 0: so does half the limit, without clipping, at once."
    )
    return said


def _steps(arrival: Arrival) -> str:
    return "more than 200,000 steps or for ever" if arrival.steps is None else f"{arrival.steps:,} steps"


@st.cache_data(max_entries=64, show_spinner=False)
def charts(asked: Asked) -> tuple[str, str]:
    """Return landscape and loss as JSON."""
    paths = descents(asked)
    surface = figures.surface(asked.landscape, paths, HEIGHT)
    return theme.to_json(surface), theme.to_json(figures.loss_over_steps(paths, HEIGHT))


@st.cache_data(max_entries=64, show_spinner=False)
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

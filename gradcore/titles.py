"""Short names of races and networks, and how numbers are written, for tables, captions and menus."""

import math
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from gradcore.specs import (
    CONSTANT_RATE,
    NO_CLIPPING,
    NO_NETWORK,
    Choice,
    HealthSpec,
    NetworkSpec,
    RaceSpec,
    Scalar,
)
from gradcore.tasks import TASKS, Task

LOSS_UNITS: Mapping[str, str] = MappingProxyType(
    {
        "mse": "mean squared error",
        "half_squared_error": "half the squared error",
        "sparse_categorical_crossentropy": "cross-entropy, nats",
    }
)


# As Python and plotly.js write numbers: 1.2e-04, 1.235e+4, -3. Not within a word, a quotation, an assignment or a date.
EXPONENT = re.compile(r"(?<![\w.])(-?\d+(?:\.\d+)?)e([+-]?)0*(\d+)(?!\w)")
MINUS = re.compile(r"(?<![\w.=)\]/'-])-(?=\.?\d|Inf\b)")


def race_title(spec: RaceSpec) -> str:
    """Return a race in one line.

    Example:
        >>> race_title(RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}]}))
        'Digits · SGD · 128 – 64 relu · 5 seeds × 200 steps'
    """
    parts = [task_text(spec.task), entrants_text(spec)]
    if spec.network != NO_NETWORK:
        parts.append(network_text(spec.network))
    clips = {entrant.clip for entrant in spec.entrants}
    if len(clips) == 1 and NO_CLIPPING not in clips:
        parts.append(clip_text(clips.pop()))
    schedules = {entrant.schedule.name for entrant in spec.entrants} - {CONSTANT_RATE.name}
    parts += [f"{name} schedule" for name in schedules] if len(schedules) == 1 else []
    parts += ["tuned rates"] if spec.learning_rates == "tuned" else []
    parts += ["stops at warnings"] if spec.stop_at_warning else []
    return f"{' · '.join(parts)} · {counted(spec.seeds, 'seed')} × {counted(spec.steps, 'step')}"


def check_title(spec: HealthSpec) -> str:
    """Return a health check in one line.

    Example:
        >>> check_title(HealthSpec())
        'Digits · 128 – 64 relu · SGD at 0.1 · 50 steps'
    """
    one = spec.optimizer
    rate = "" if one.learning_rate is None else f" at {number(one.learning_rate)}"
    parts = [task_text(spec.task), network_text(spec.network), f"{one.label or one.optimizer.name}{rate}"]
    parts += [] if one.clip == NO_CLIPPING else [clip_text(one.clip)]
    return " · ".join([*parts, counted(spec.steps, "step")])


def entrants_text(spec: RaceSpec) -> str:
    """Return who races, one optimizer with the learning rate that all were given; a single label stands alone.

    Example:
        >>> same = {"optimizer": "SGD", "learning_rate": 0.3}
        >>> entrants_text(RaceSpec.from_json({"entrants": [same, {**same, "clipnorm": 1}]}))
        '2 × SGD at 0.3'
    """
    count, first = len(spec.entrants), spec.entrants[0]
    if len({entrant.optimizer for entrant in spec.entrants}) > 1:
        return f"{count} optimizers"
    if count == 1 and first.label not in (None, first.optimizer.name):
        return spec.labels[0]
    rates = {entrant.learning_rate for entrant in spec.entrants}
    told = len(rates) == 1 and first.learning_rate is not None and spec.learning_rates == "given"
    who = spec.labels[0] if count == 1 else f"{count} × {first.optimizer.name}"
    return f"{who} at {number(first.learning_rate)}" if told and first.learning_rate else who


def task_text(task: Choice) -> str:
    """Return a task's title with its arguments; its bare name where no catalogue has it any more.

    Example:
        >>> task_text(Choice.of("adding_problem", length=20)), task_text(Choice("retired"))
        ('Adding problem (length 20)', 'retired')
        >>> task_text(Choice.of("quadratic", condition=100.0, dimension=10, rotated=True))
        'Quadratic (condition 100, dimension 10, rotated)'
    """
    title = TASKS[task.name].title if task.name in TASKS else task.name
    given = ", ".join(_argument(name, value) for name, value in task.arguments if value is not False)
    return f"{title} ({given})" if given else title


def _argument(name: str, value: Scalar) -> str:
    """Return an argument in the least words: a flag that is on is its name."""
    return name if value is True else f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"


def levels_text(task: Task) -> str:
    """Return what a validation loss of a task is to be held against, and which training loss solves it.

    Example:
        >>> from gradcore.tasks import task_of
        >>> levels_text(task_of("adding_problem"))
        'Loss of a constant answer 0.167, of the best linear model 0.15; solved at 0.01.'
        >>> levels_text(task_of("quadratic"))
        'Loss at the start 124 on average; solved at 0.001.'
    """
    if task.has_network:
        found = f"Loss of a constant answer {task.chance_loss:.3g}"
    else:
        found = f"Loss at the start {task.chance_loss:.3g} on average"
    anchor = "" if task.linear_anchor is None else f", of the best linear model {task.linear_anchor:.3g}"
    return f"{found}{anchor}; " + ("nothing can be learned." if task.target is None else f"solved at {task.target:g}.")


def clip_text(clip: Choice) -> str:
    """Return a clip rule with what was given to it.

    Example:
        >>> clip_text(Choice.of("clip_by_global_norm", max_norm=1.0))
        'clip_by_global_norm (max_norm 1)'
    """
    given = ", ".join(
        f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}" for name, value in clip.arguments
    )
    return f"{clip.name} ({given})" if given else clip.name


def network_text(network: NetworkSpec) -> str:
    """Return a network in a few words.

    Example:
        >>> gain = Choice.of("orthogonal", gain=1.5)
        >>> network_text(NetworkSpec((20,), "tanh", cell="simple_rnn", recurrent_initializer=gain))
        '20 tanh simple_rnn (gain 1.5)'
        >>> network_text(NetworkSpec((64,) * 6, normalization="batch", residual="scaled", dropout=0.1))
        '6 × 64 relu + batch norm + dropout + scaled residual'
    """
    cell = "" if network.cell is None else f" {network.cell}"
    gain = network.recurrent_initializer.get("gain")
    cell += "" if gain is None else f" (gain {gain:g})"
    parts = ["dropout"] if any(network.rates) else []
    named = {"norm": network.normalization, "residual": network.residual, "pooling": network.pooling}
    parts += [f"{value} {name}" for name, value in named.items() if value is not None]
    return " + ".join([f"{widths_text(network.hidden)} {network.activation}{cell}", *sorted(parts)])


def widths_text(hidden: Sequence[int]) -> str:
    """Return the widths of hidden layers in a few characters.

    Example:
        >>> widths_text([128, 64]), widths_text([64] * 20), widths_text([])
        ('128 – 64', '20 × 64', 'no hidden layer')
    """
    if not hidden:
        return "no hidden layer"
    if len(hidden) > 2 and len(set(hidden)) == 1:
        return f"{len(hidden)} × {hidden[0]}"
    shown = [str(width) for width in hidden]
    return " – ".join(shown if len(shown) <= 6 else [*shown[:3], "…", shown[-1]])


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    Example:
        >>> counted(1, "seed"), counted(3, "seed"), counted(20000, "step")
        ('1 seed', '3 seeds', '20,000 steps')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(found: Sequence[str], most: int | None = None) -> str:
    """Return names as a phrase; of more than `most`, the first ones and how many others there are.

    Example:
        >>> listed(["SGD", "Adam", "Lion"]), listed(["SGD", "Adam", "Lion", "Nadam"], most=3)
        ('SGD, Adam and Lion', 'SGD and 3 others')
    """
    if most is not None and len(found) > most:
        return f"{', '.join(found[: most - 2])} and {len(found) - most + 2} others"
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}" if found else ""


def percent(share: float) -> str:
    """Return a share with three digits.

    Example:
        >>> percent(0.05), percent(0.12345)
        ('5 %', '12.3 %')
    """
    return f"{100 * share:.3g} %"


def number(value: float, digits: int = 4) -> str:
    """Return a number with at most `digits` significant digits, small and large ones as 1.2e-4.

    Example:
        >>> [number(value) for value in (0.123456, 1234567.0, 0.00012, 0.0, 12.0, float("inf"))]
        ['0.1235', '1.235e6', '1.2e-4', '0', '12', 'Inf']
    """
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Inf" if value > 0 else "-Inf")
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.{digits}g}" if abs(value) < 10**digits else f"{value:.0f}"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}e{int(exponent)}"


def typeset(text: str) -> str:
    """Return a text as it is shown: every number in one notation, 1.2e−4, with true minus signs.

    Pages apply it where they show a text, `ui/plot_numbers.js` where they draw one; addresses, scripts, downloads and
    the command line keep their hyphens.

    Example:
        >>> typeset("from -3.2 to 1.2e-04, 5e+12; seed=-1, 2026-11-28, run 3e5f-1")
        'from −3.2 to 1.2e−4, 5e12; seed=-1, 2026-11-28, run 3e5f-1'
    """
    short = EXPONENT.sub(lambda found: f"{found[1]}e{found[2].replace('+', '')}{found[3]}".replace("e-", "e−"), text)
    return MINUS.sub("−", short)


def duration(seconds: float) -> str:
    """Return an estimated time in the unit that suits it.

    Example:
        >>> duration(0.2), duration(95), duration(660), duration(121920)
        ('1 s', '95 s', '11 minutes', '34 hours')
    """
    if seconds < 120:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:,.0f} hours"

"""Short names of races and networks, for tables, captions and menus."""

from collections.abc import Sequence

from gradcore.specs import RaceSpec
from gradcore.tasks import TASKS


def race_title(spec: RaceSpec) -> str:
    """Return a race in one line.

    Example:
        >>> race_title(RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}]}))
        'Digits · SGD · 128 – 64 relu · 5 seeds × 200 steps'
    """
    task = TASKS[spec.task.name].title if spec.task.name in TASKS else spec.task.name
    count = len(spec.entrants)
    who = spec.labels[0] if count == 1 else f"{count} optimizers"
    network = f"{widths_text(spec.network.hidden)} {spec.network.activation}"
    return f"{task} · {who} · {network} · {counted(spec.seeds, 'seed')} × {counted(spec.steps, 'step')}"


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
        >>> counted(1, "seed"), counted(3, "seed")
        ('1 seed', '3 seeds')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"

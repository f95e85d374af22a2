"""Short names of races and networks, for tables, captions and menus."""

from collections.abc import Sequence

from gradcore.specs import CONSTANT_RATE, NO_CLIPPING, Choice, NetworkSpec, RaceSpec
from gradcore.tasks import TASKS


def race_title(spec: RaceSpec) -> str:
    """Return a race in one line.

    Example:
        >>> race_title(RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}]}))
        'Digits · SGD · 128 – 64 relu · 5 seeds × 200 steps'
    """
    parts = [task_text(spec.task), _who(spec), network_text(spec.network)]
    clips = {entrant.clip for entrant in spec.entrants}
    if len(clips) == 1 and NO_CLIPPING not in clips:
        parts.append(clip_text(clips.pop()))
    schedules = {entrant.schedule.name for entrant in spec.entrants} - {CONSTANT_RATE.name}
    parts += [f"{name} schedule" for name in schedules] if len(schedules) == 1 else []
    parts += ["tuned rates"] if spec.learning_rates == "tuned" else []
    return f"{' · '.join(parts)} · {counted(spec.seeds, 'seed')} × {counted(spec.steps, 'step')}"


def _who(spec: RaceSpec) -> str:
    count = len(spec.entrants)
    if count == 1:
        return spec.labels[0]
    different = {entrant.optimizer for entrant in spec.entrants}
    return f"{count} optimizers" if len(different) > 1 else f"{count} × {spec.entrants[0].optimizer.name}"


def task_text(task: Choice) -> str:
    """Return a task's title with its arguments; its bare name where no catalogue has it any more.

    Example:
        >>> task_text(Choice.of("adding_problem", length=20)), task_text(Choice("retired"))
        ('Adding problem (length 20)', 'retired')
    """
    title = TASKS[task.name].title if task.name in TASKS else task.name
    given = ", ".join(f"{name} {value}" for name, value in task.arguments)
    return f"{title} ({given})" if given else title


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
        >>> network_text(NetworkSpec((20,), "tanh", cell="simple_rnn"))
        '20 tanh simple_rnn'
    """
    cell = "" if network.cell is None else f" {network.cell}"
    return f"{widths_text(network.hidden)} {network.activation}{cell}"


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

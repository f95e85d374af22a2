"""The entrants of a race as a table to edit: every cell is a text, and a bad one is named by its column."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from gradcore import checks
from gradcore.admission import admit_entrant
from gradcore.arguments_text import arguments_from_text, arguments_text, scalar_from_text, scalar_text
from gradcore.checks import refuse
from gradcore.clipping import CLIP_RULES
from gradcore.errors import RefusedError
from gradcore.optimizers import OPTIMIZERS
from gradcore.schedules import SCHEDULES
from gradcore.specs import CONSTANT_RATE, NO_CLIPPING, Choice, EntrantSpec

OFFSET = "batch_seed_offset"  # an entrant's own, written among its optimizer's arguments


@dataclass(frozen=True)
class EntrantRow:
    """One row as it was typed; an empty schedule or clip rule is that of all entrants."""

    optimizer: str
    learning_rate: str = ""  # empty = the optimizer's default
    arguments: str = ""
    schedule: str = ""
    schedule_arguments: str = ""
    clip: str = ""
    clip_arguments: str = ""
    label: str = ""  # empty = made from the optimizer


def row_of(entrant: EntrantSpec, clip: Choice = NO_CLIPPING, schedule: Choice = CONSTANT_RATE) -> EntrantRow:
    """Return an entrant as a row; `clip` and `schedule` are those of all, which a row need not repeat.

    Example:
        >>> row_of(EntrantSpec(Choice.of("SGD", momentum=0.9), 0.01))
        EntrantRow(optimizer='SGD', learning_rate='0.01', arguments='momentum=0.9', schedule='', \
schedule_arguments='', clip='', clip_arguments='', label='')
    """
    own_clip = None if entrant.clip == clip else entrant.clip
    own_schedule = None if entrant.schedule == schedule else entrant.schedule
    offset = ((OFFSET, entrant.batch_seed_offset),) if entrant.batch_seed_offset else ()
    return EntrantRow(
        entrant.optimizer.name,
        "" if entrant.learning_rate is None else scalar_text(entrant.learning_rate),
        arguments_text((*entrant.optimizer.arguments, *offset)),
        own_schedule.name if own_schedule else "",
        arguments_text(own_schedule.arguments) if own_schedule else "",
        own_clip.name if own_clip else "",
        arguments_text(own_clip.arguments) if own_clip else "",
        "" if entrant.label in (None, entrant.optimizer.name) else str(entrant.label),
    )


def entrants_of(
    rows: Sequence[EntrantRow], clip: Choice = NO_CLIPPING, schedule: Choice = CONSTANT_RATE
) -> tuple[EntrantSpec, ...]:
    """Return what the rows ask for, each with a label of its own; `clip` and `schedule` where a row names none.

    Raises:
        RefusedError: where a cell is bad, or there is no row.
    """
    if not rows:
        raise RefusedError("At least one optimizer must be chosen.")
    for place, bad in enumerate(problems(rows)):
        for sentence in bad.values():
            raise RefusedError(f"Entrant {place + 1}: {sentence}")
    found = [_entrant(row, clip, schedule) for row in rows]
    return tuple(replace(one, label=label) for one, label in zip(found, labels(rows), strict=True))


def row_document(row: EntrantRow) -> dict[str, Any]:
    """Return a good row as the JSON of its entrant; a clip rule and a schedule only where the row names them.

    Example:
        >>> row_document(EntrantRow("SGD", "0.01", "momentum=0.9", clip="none"))
        {'optimizer': 'SGD', 'momentum': 0.9, 'learning_rate': 0.01, 'clip': {'rule': 'none'}}
    """
    found = replace(_entrant(row, NO_CLIPPING, CONSTANT_RATE), label=row.label or None).to_json()
    found |= {"clip": NO_CLIPPING.to_json("rule")} if row.clip == NO_CLIPPING.name else {}
    found |= {"schedule": CONSTANT_RATE.to_json("name")} if row.schedule == CONSTANT_RATE.name else {}
    return found


def row_from_document(value: Any) -> EntrantRow:
    """Return the row of an entrant's JSON; RefusedError where it is none, or no optimizer has its name."""
    entrant = EntrantSpec.from_json(value)
    checks.known_name("optimizer", entrant.optimizer.name, OPTIMIZERS)
    checks.known_name("clip rule", entrant.clip.name, CLIP_RULES)
    checks.known_name("schedule", entrant.schedule.name, SCHEDULES)
    clip = NO_CLIPPING.name if "clip" in value and entrant.clip == NO_CLIPPING else None
    schedule = CONSTANT_RATE.name if "schedule" in value and entrant.schedule == CONSTANT_RATE else None
    row = row_of(entrant)
    return replace(row, clip=clip or row.clip, schedule=schedule or row.schedule)


def problems(rows: Sequence[EntrantRow]) -> tuple[Mapping[str, str], ...]:
    """Return for each row why a cell is bad, for each that is, by its column.

    Example:
        >>> problems([EntrantRow("SGD"), EntrantRow("SGD", "-1")])
        ({}, {'learning_rate': '`learning_rate` must be a finite number > 0. Received: learning_rate=-1'})
    """
    found = []
    for place, row in enumerate(rows):
        bad = _unreadable(row)
        if row.label in {one.label for one in rows[:place]} - {""}:
            bad["label"] = f"`label` must be different for each entrant. Received: label={row.label!r}"
        found.append(bad)
    return tuple(found)


def _unreadable(row: EntrantRow) -> dict[str, str]:
    found = {}
    for column, read in _READ.items():
        try:
            read(row)
        except RefusedError as error:
            found[column] = str(error)
    return found


def labels(rows: Sequence[EntrantRow]) -> tuple[str, ...]:
    """Return a distinct name for each row: its own, else its optimizer's, with what tells it from the others.

    Example:
        >>> labels([EntrantRow("SGD"), EntrantRow("Adam", "0.001"), EntrantRow("Adam", "0.01")])
        ('SGD', 'Adam 0.001', 'Adam 0.01')
        >>> labels([EntrantRow("SGD", "100000.0"), EntrantRow("SGD", "1e5x")])
        ('SGD 100000', 'SGD 1e5x')
        >>> labels([EntrantRow("SGD"), EntrantRow("SGD", label="SGD"), EntrantRow("SGD")])
        ('SGD 2', 'SGD', 'SGD 3')
    """
    unnamed = Counter(row.optimizer for row in rows if not row.label)
    rates = Counter((row.optimizer, row.learning_rate) for row in rows if not row.label)
    taken = {row.label for row in rows if row.label}
    found = []
    for row in rows:
        told = unnamed[row.optimizer] > 1 and rates[row.optimizer, row.learning_rate] == 1 and row.learning_rate
        label = row.label or (f"{row.optimizer} {_short(row.learning_rate)}" if told else row.optimizer)
        found.append(label if row.label else _distinct(label, taken))
        taken.add(found[-1])
    return tuple(found)


def _short(rate: str) -> str:
    """Return a rate without needless zeros, where that is the same number."""
    try:
        short = f"{float(rate):g}"
    except ValueError:
        return rate
    return short if float(short) == float(rate) else rate


def _distinct(label: str, taken: Iterable[str]) -> str:
    number, found, known = 2, label, set(taken)
    while found in known:
        found, number = f"{label} {number}", number + 1
    return found


def duplicate(row: EntrantRow, rows: Sequence[EntrantRow]) -> EntrantRow:
    """Return a copy of a row to stand beside it: a name that somebody gave gets a number."""
    return replace(row, label=_distinct(row.label, {one.label for one in rows}) if row.label else "")


def with_optimizer(row: EntrantRow, optimizer: str) -> EntrantRow:
    """Return a row with another optimizer at its default learning rate; its arguments and its name were the other's."""
    rate = scalar_text(OPTIMIZERS[optimizer].learning_rate)
    return replace(row, optimizer=optimizer, learning_rate=rate, arguments="", label="")


def proposed_arguments(name: str) -> str:
    """Return what a clip rule or a schedule starts from, as text.

    Example:
        >>> proposed_arguments("clip_by_global_norm"), proposed_arguments("cosine"), proposed_arguments("")
        ('max_norm=1.0', 'final=0.0', '')
    """
    if name in CLIP_RULES:
        rule = CLIP_RULES[name]
        return arguments_text((one.name, one.start) for one in rule.parameters.values())
    return arguments_text(SCHEDULES[name].parameters.items()) if name in SCHEDULES else ""


def _entrant(row: EntrantRow, clip: Choice, schedule: Choice) -> EntrantSpec:
    own = replace(_optimizer(row), learning_rate=_rate(row))
    return replace(own, clip=_clip(row) or clip, schedule=_schedule(row) or schedule)


def _optimizer(row: EntrantRow) -> EntrantSpec:
    arguments = arguments_from_text(row.arguments)
    offset = arguments.pop(OFFSET, 0)
    entrant = EntrantSpec(Choice.of(row.optimizer, **arguments), batch_seed_offset=offset)  # type: ignore[arg-type]
    return replace(admit_entrant(entrant), learning_rate=None)


def _rate(row: EntrantRow) -> float | None:
    if not row.learning_rate.strip():
        return None
    try:
        rate = scalar_from_text("learning_rate", row.learning_rate.strip())
    except RefusedError:
        refuse("learning_rate", "be a finite number > 0", row.learning_rate.strip())
    return EntrantSpec(Choice(row.optimizer), rate).learning_rate  # type: ignore[arg-type]


def _schedule(row: EntrantRow) -> Choice | None:
    chosen = Choice.of(row.schedule, **arguments_from_text(row.schedule_arguments))
    return SCHEDULES[row.schedule].checked(chosen) if row.schedule else None


def _clip(row: EntrantRow) -> Choice | None:
    chosen = Choice.of(row.clip, **arguments_from_text(row.clip_arguments))
    return CLIP_RULES[row.clip].checked(chosen) if row.clip else None


def _label(row: EntrantRow) -> None:
    if row.label:
        EntrantSpec(Choice(row.optimizer), label=row.label)


_READ: Mapping[str, Callable[[EntrantRow], object]] = MappingProxyType(
    {
        "learning_rate": _rate,
        "arguments": _optimizer,
        "schedule_arguments": _schedule,
        "clip_arguments": _clip,
        "label": _label,
    }
)

"""What a second race has otherwise than a first one, in a line of words."""

from gradcore.overlay import matches
from gradcore.specs import CONSTANT_RATE, NO_CLIPPING, NO_NETWORK, EntrantSpec, RaceSpec
from gradcore.titles import clip_text, counted, network_text, number, task_text

MOST_ENTRANTS = 3  # whose settings are told


def differences(first: RaceSpec, second: RaceSpec) -> str:
    """Return what the second race has that the first has not, "the same settings" where there is nothing.

    Example:
        >>> a, b = (RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}], **more})
        ...         for more in ({}, {"learning_rates": "tuned", "steps": 400}))
        >>> differences(a, b)
        'learning rates tuned, 400 steps'
        >>> differences(b, a)
        'learning rates as given, 200 steps'
    """
    found = [text for name, text in _told(second) if getattr(first, name) != getattr(second, name)]
    return ", ".join([*found, *_entrants(first, second)]) or "the same settings"


def _told(spec: RaceSpec) -> list[tuple[str, str]]:
    """Return each field of a race in words."""
    network = "no network" if spec.network == NO_NETWORK else network_text(spec.network)
    initializer = spec.network.kernel_initializer.name
    return [
        ("task", task_text(spec.task)),
        ("network", network if spec.network == NO_NETWORK else f"{network} from {initializer}"),
        ("learning_rates", "learning rates tuned" if spec.learning_rates == "tuned" else "learning rates as given"),
        ("steps", counted(spec.steps, "step")),
        ("seeds", counted(spec.seeds, "seed")),
        ("first_seed", f"first seed {spec.first_seed}"),
        ("batch_size", "full batch" if spec.batch_size is None else f"batches of {spec.batch_size}"),
        (
            "shared_weights",
            "the same weights for all" if spec.shared_weights else "weights of its own for each entrant",
        ),
    ]


def _entrants(first: RaceSpec, second: RaceSpec) -> list[str]:
    """Return who is new, who is missing, and who has other settings."""
    pairs = matches(first, second)
    mine, theirs = (dict(zip(s.labels, s.entrants, strict=True)) for s in (first, second))
    changed = [(other, _changed(mine[label], theirs[other])) for label, other in pairs]
    told = [(other, what) for other, what in changed if what]
    whats = {what for _, what in told}
    if len(told) > 1 and len(whats) == 1 and len(told) == len(pairs):
        parts = [f"every entrant {whats.pop()}"]
    else:
        parts = [f"{other} {what}" for other, what in told[:MOST_ENTRANTS]]
        parts += [f"{counted(len(told) - MOST_ENTRANTS, 'more entrant')} changed"] if len(told) > MOST_ENTRANTS else []
    new = [label for label in theirs if label not in dict(pairs).values()]
    gone = [label for label in mine if label not in dict(pairs)]
    return [*parts, *([f"also {' and '.join(new)}"] if new else []), *([f"no {' or '.join(gone)}"] if gone else [])]


def _changed(one: EntrantSpec, other: EntrantSpec) -> str:
    """Return what an entrant has otherwise, in a few words."""
    parts = []
    if one.optimizer.name != other.optimizer.name:
        parts.append(f"is {other.optimizer.name}")
    elif one.optimizer != other.optimizer:
        parts.append("with other arguments")
    if one.learning_rate != other.learning_rate and other.learning_rate is not None:
        parts.append(f"at {number(other.learning_rate)}")
    if one.clip != other.clip:
        parts.append("without clipping" if other.clip == NO_CLIPPING else f"with {clip_text(other.clip)}")
    if one.schedule != other.schedule:
        constant = other.schedule == CONSTANT_RATE
        parts.append("at a constant rate" if constant else f"with a {other.schedule.name} schedule")
    if one.batch_seed_offset != other.batch_seed_offset:
        parts.append("with batches in another order")
    return " ".join(parts)

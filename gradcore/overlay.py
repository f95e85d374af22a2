"""One race beside a second one: who is in both, what they ended at, and whether the difference holds over the seeds.

The first race is A, the one that is looked at; the second is B. Nothing is trained for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradcore.paired_tests import ratio_interval
from gradcore.ranking import all_fell, log_losses, median
from gradcore.records import EntrantTrace, RaceTrace
from gradcore.specs import EntrantSpec, RaceSpec
from gradcore.tasks import TASKS, known_task
from gradcore.titles import LOSS_UNITS, counted, number


@dataclass(frozen=True)
class Both:
    """One entrant of race A and its like in race B."""

    label: str  # in A
    other: str  # in B
    medians: tuple[float, float]  # of the final validation loss, in A and in B
    seeds: int  # that both trained on the same rows; 0 where the ratio means nothing
    ratio: float | None  # B's loss over A's, geometric mean over those seeds
    interval: tuple[float, float] | None  # 95 %, paired t on the log losses; None below two seeds

    @property
    def verdict(self) -> str:
        """What the interval allows one to say."""
        if self.ratio is None:
            return ""
        if self.interval is None:
            return "one seed: no interval"
        low, high = self.interval
        if low <= 1 <= high:
            return "no difference detected"
        return "lower in B" if high < 1 else "higher in B"


def overlay_refusal(first: RaceSpec, second: RaceSpec) -> str:
    """Return why two races cannot share a loss axis, "" where they can: their losses must have the same unit.

    Example:
        >>> digits, wine, noise = (RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}], "task": name})
        ...                        for name in ("digits", "wine", "noise_regression"))
        >>> overlay_refusal(digits, wine)
        ''
        >>> overlay_refusal(digits, noise)
        "race B's losses are of another kind (mean squared error) than this race's (cross-entropy, nats)."
    """
    units = [loss_unit(spec) for spec in (first, second)]
    if units[0] == units[1] or first.task == second.task:
        return ""
    return f"race B's losses are of another kind ({units[1]}) than this race's ({units[0]})."


def loss_unit(spec: RaceSpec) -> str:
    """Return what a race's losses are measured in."""
    task = TASKS.get(spec.task.name)
    return LOSS_UNITS[task.loss] if task else "of a task that is no longer known"


def in_both(first: tuple[RaceSpec, RaceTrace], second: tuple[RaceSpec, RaceTrace]) -> tuple[Both, ...]:
    """Return every entrant that ended in both races, in the order of race A."""
    (spec_a, trace_a), (spec_b, trace_b) = first, second
    ended_a, ended_b = _ended(trace_a), _ended(trace_b)
    found = [
        _both(spec_a, ended_a[label], spec_b, ended_b[other])
        for label, other in matches(spec_a, spec_b)
        if label in ended_a and other in ended_b
    ]
    return tuple(found)


def matches(first: RaceSpec, second: RaceSpec) -> list[tuple[str, str]]:
    """Return the labels of entrants that are in both races: by their label, else by optimizer and settings.

    Example:
        >>> a = RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}, {"optimizer": "Adam", "label": "mine"}]})
        >>> b = RaceSpec.from_json({"entrants": [{"optimizer": "Adam"}, {"optimizer": "SGD", "learning_rate": 0.1}]})
        >>> matches(a, b)
        [('SGD', 'SGD'), ('mine', 'Adam')]
    """
    left = dict(zip(second.labels, second.entrants, strict=True))
    same = {label: label for label in first.labels if left.pop(label, None) is not None}
    for label, entrant in zip(first.labels, first.entrants, strict=True):
        alike = [other for other, its in left.items() if _settings(its) == _settings(entrant)]
        if label not in same and alike:
            same[label] = alike[0]
            del left[alike[0]]
    return [(label, same[label]) for label in first.labels if label in same]


def common_seeds(first: RaceSpec, second: RaceSpec) -> range:
    """Return the seeds that both races trained from on the same task; none on two tasks.

    Example:
        >>> a, b = (RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}], **more})
        ...         for more in ({"seeds": 5}, {"seeds": 10, "first_seed": 3}))
        >>> common_seeds(a, b)
        range(3, 5)
    """
    if first.task != second.task:
        return range(0)
    start = max(first.first_seed, second.first_seed)
    return range(start, max(start, min(first.first_seed + first.seeds, second.first_seed + second.seeds)))


def _settings(entrant: EntrantSpec) -> tuple[object, ...]:
    return entrant.optimizer, entrant.learning_rate, entrant.clip, entrant.schedule


def _ended(trace: RaceTrace) -> dict[str, EntrantTrace]:
    return {entrant.label: entrant for entrant in trace.entrants if entrant.outcome is not None}


def _both(spec_a: RaceSpec, one: EntrantTrace, spec_b: RaceSpec, other: EntrantTrace) -> Both:
    assert one.outcome is not None  # in_both has left the others out
    assert other.outcome is not None
    medians = median(one.outcome.validation_loss), median(other.outcome.validation_loss)
    shared, task = common_seeds(spec_a, spec_b), known_task(spec_a.task)
    if task is None or not shared or all_fell(one) or all_fell(other):
        return Both(one.label, other.label, medians, 0, None, None)
    logs = [
        log_losses(entrant, task.chance_loss, task.loss_floor)[shared.start - spec.first_seed :][: len(shared)]
        for entrant, spec in ((one, spec_a), (other, spec_b))
    ]
    differences = logs[1] - logs[0]
    ratio = float(np.exp(differences.mean()))
    return Both(one.label, other.label, medians, len(shared), ratio, ratio_interval(differences))


def ratio_text(both: Both) -> str:
    """Return the ratio with its interval, for a table.

    Example:
        >>> ratio_text(Both("SGD", "SGD", (0.2, 0.1), 5, 0.5, (0.4, 0.62)))
        '0.5 (0.4 to 0.62)'
    """
    if both.ratio is None:
        return ""
    if both.interval is None:
        return number(both.ratio, 3)
    return f"{number(both.ratio, 3)} ({number(both.interval[0], 3)} to {number(both.interval[1], 3)})"


def seeds_sentence(first: RaceSpec, second: RaceSpec, found: Sequence[Both]) -> str:
    """Return on what the ratios rest, or why there are none."""
    if not found:
        return "No entrant has ended in both races."
    if first.task != second.task:
        return "The races are of two tasks: their losses cannot be divided by each other."
    shared = common_seeds(first, second)
    if not shared:
        return "The races have no seed in common: nothing can be paired."
    if len(shared) == 1:
        return "The races have one seed in common: a ratio has no interval."
    return (
        f"B / A: loss of race B over that of A, paired over the {counted(len(shared), 'seed')} of both, with its 95 % "
        "interval of that entrant alone, not corrected for their number."
    )

"""What a trial of a scenario's stacks came to, on a task that they were not chosen on: the notebook's beside ours."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradcore.paired_tests import difference_interval
from gradcore.records import Doubles, TrialCell
from gradcore.solutions import DISEASES, SCENARIOS, SICK, Measurement, parts_that_apply
from gradcore.solutions.measurement import Stack
from gradcore.specs import SolutionsSpec
from gradcore.titles import counted, number


@dataclass(frozen=True)
class Compared:
    """One disease: losses of the scored seeds, each stack at its own best rate."""

    disease: str
    sick: TrialCell
    theirs: TrialCell  # the notebook's stack, or what of it applies
    ours: TrialCell

    @property
    def is_sick(self) -> bool:
        """Whether the untreated network stays above 0.85 of chance on this task too."""
        return bool(self.sick.losses.mean() > SICK * self.sick.chance)

    @property
    def difference(self) -> Doubles:
        """The loss with our stack minus that with the notebook's, (S,)."""
        return self.ours.losses - self.theirs.losses


def scenario_of(measurement: Measurement) -> str | None:
    """Return the scenario whose stack a trial tries, None where none of them is tried whole."""
    asked = {(cell.disease, cell.stack) for cell in measurement.spec.cells}
    for name, scenario in SCENARIOS.items():
        parts = {(disease, parts_that_apply(scenario.stack, disease)) for disease in measurement.spec.diseases}
        rest = {key for key in asked - parts if key[1]}
        if parts <= asked and len({disease for disease, _ in rest}) == len(rest):
            return name
    return None


def compared(measurement: Measurement, scenario: str) -> tuple[Compared, ...]:
    """Return the diseases on which all three networks were trained; what is not the notebook's stack is ours."""
    found = []
    for disease in measurement.spec.diseases:
        theirs = parts_that_apply(SCENARIOS[scenario].stack, disease)
        stacks = [cell.stack for cell in measurement.spec.cells if cell.disease == disease]
        ours = next((stack for stack in stacks if stack and stack != theirs), theirs)
        cells = [measurement.by_place.get((disease, stack)) for stack in ((), theirs, ours)]
        if all(cell is not None and not cell.reason for cell in cells):
            found.append(Compared(disease, *(cell for cell in cells if cell is not None)))
    return tuple(found)


def our_stack(spec: SolutionsSpec, scenario: str) -> Stack:
    """Return the longest of the stacks that are not the notebook's: on each disease what applies of it is named."""
    theirs = {(disease, parts_that_apply(SCENARIOS[scenario].stack, disease)) for disease in spec.diseases}
    ours = [cell.stack for cell in spec.cells if (cell.disease, cell.stack) not in theirs]
    return max(ours, key=len, default=())


def trial_title(shown: Sequence[Compared]) -> str:
    """Return what the trial says in a line: on how many diseases which stack does better."""
    better, worse, _ = _counts(shown)
    whole = counted(len(shown), "disease")
    if not better and not worse:
        return f"On none of {whole} the two stacks are told apart"
    if not worse:
        return f"The measured stack does better on {better} of {whole}, on none worse"
    if not better:
        return f"The notebook's stack does better on {worse} of {whole}, on none worse"
    return f"The measured stack does better on {better} of {whole}, the notebook's on {worse}"


def _counts(shown: Sequence[Compared]) -> tuple[int, int, int]:
    """Return on how many diseases our stack does better, worse, and is not told apart from the notebook's."""
    intervals = [difference_interval(one.difference) for one in shown]
    better = sum(interval is not None and interval[1] < 0 for interval in intervals)
    worse = sum(interval is not None and interval[0] > 0 for interval in intervals)
    return better, worse, len(intervals) - better - worse


def trial_sentences(shown: Sequence[Compared]) -> tuple[str, ...]:
    """Return what the trial says, computed from it."""
    if not shown:
        return ("Nothing is compared yet.",)
    better, worse, level = _counts(shown)
    parts = [f"better on {better}", f"worse on {worse}", f"not told apart on {level}"]
    told = f"Of {counted(len(shown), 'disease')} the measured stack does {', '.join(parts)}."
    if learn := sum(not one.is_sick for one in shown):
        told += f" On this task {learn} of them {'learns' if learn == 1 else 'learn'} untreated."
    mean = np.mean([one.difference for one in shown], axis=0)
    interval = difference_interval(mean)
    if interval is None:
        return (told,)
    low, high = (number(end, 3) for end in interval)
    size, apart = number(float(mean.mean()), 3), "" if interval[0] > 0 or interval[1] < 0 else ": not told apart"
    return told, f"Its mean loss minus the notebook's is {size} (95 % interval {low} to {high}){apart}."


def row_of(one: Compared) -> dict[str, str]:
    """Return a disease as a row of texts."""
    interval = difference_interval(one.difference)
    ends = "" if interval is None else f" ({number(interval[0], 3)} to {number(interval[1], 3)})"
    return {
        "Disease": DISEASES[one.disease].title + ("" if one.is_sick else " (learns untreated here)"),
        "Untreated": number(float(one.sick.losses.mean()), 3),
        "Notebook's stack": number(float(one.theirs.losses.mean()), 3),
        "Measured stack": number(float(one.ours.losses.mean()), 3),
        "Difference": number(float(one.difference.mean()), 3) + ends,
        "Usable rates": f"{one.theirs.usable_decades:g} and {decades(one.ours.usable_decades)}",
    }


def decades(width: float) -> str:
    """Return how wide a range of learning rates is.

    Example:
        >>> decades(1.0), decades(2.5)
        ('1 decade', '2.5 decades')
    """
    return f"{width:g} decade{'' if width == 1 else 's'}"

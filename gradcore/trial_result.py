"""What a trial of a scenario's stacks came to, on a task that they were not chosen on: the notebook's beside ours."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradcore.paired_tests import difference_interval
from gradcore.records import Doubles, TrialCell
from gradcore.solutions import DISEASES, SCENARIOS, Measurement, parts_that_apply
from gradcore.solutions.measurement import Stack
from gradcore.titles import counted, number


@dataclass(frozen=True)
class Compared:
    """One disease: losses of the scored seeds, each stack at its own best rate."""

    disease: str
    sick: TrialCell
    theirs: TrialCell  # the notebook's stack, or what of it applies
    ours: TrialCell

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


def our_stack(shown: Sequence[Compared]) -> Stack:
    """Return the longest of the stacks that are ours: on each disease only what applies of it is named."""
    return max((one.ours.solutions for one in shown), key=len, default=())


def trial_sentences(shown: Sequence[Compared]) -> tuple[str, ...]:
    """Return what the trial says, computed from it."""
    if not shown:
        return ("Nothing is compared yet.",)
    better, worse, level = 0, 0, 0
    for one in shown:
        interval = difference_interval(one.difference)
        better += interval is not None and interval[1] < 0
        worse += interval is not None and interval[0] > 0
        level += interval is None or interval[0] <= 0 <= interval[1]
    parts = [f"{better} better", f"{worse} worse", f"{level} not told apart"]
    told = f"On {counted(len(shown), 'disease')} the stack that we measured best is {', '.join(parts)}."
    mean = np.mean([one.difference for one in shown], axis=0)
    interval = difference_interval(mean)
    if interval is None:
        return (told,)
    low, high = (number(end) for end in interval)
    size = number(float(mean.mean()))
    return told, f"Its mean loss is different by {size} (95 % interval {low} to {high}) from the notebook's."


def row_of(one: Compared) -> dict[str, str]:
    """Return a disease as a row of texts."""
    interval = difference_interval(one.difference)
    ends = "" if interval is None else f" ({number(interval[0], 3)} to {number(interval[1], 3)})"
    return {
        "Disease": DISEASES[one.disease].title,
        "Untreated": number(float(one.sick.losses.mean()), 3),
        "Notebook's stack": number(float(one.theirs.losses.mean()), 3),
        "Ours": number(float(one.ours.losses.mean()), 3),
        "Ours minus notebook's": number(float(one.difference.mean()), 3) + ends,
        "Usable rates": f"{one.theirs.usable_decades:g} and {one.ours.usable_decades:g} decades",
    }

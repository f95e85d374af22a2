"""How much a solution asks of whoever uses it, counted, not judged."""

import difflib
import re
from dataclasses import dataclass
from functools import cache

from gradcore.script import check_script
from gradcore.solutions import DISEASES, SOLUTIONS, applies, sick, treated

NUMBERS = re.compile(r"\d+")
CODE = "import keras"  # what comes before is the script's title


@dataclass(frozen=True)
class Complexity:
    """Counts of one solution; their sum is the score."""

    parameters: int  # new hyper-parameters
    state: int  # new kinds of tensors
    couplings: int  # rules that must be kept
    differs: int  # 1 where training and inference differ
    coupled: int  # 1 where rows of a batch depend on each other
    data: int  # 1 where the start needs data
    lines: int  # new or changed lines of the Keras script; those that differ in numbers only count once

    @property
    def score(self) -> int:
        """The sum of the counts."""
        return sum(vars(self).values())


@cache
def complexity_of(solution: str) -> Complexity | None:
    """Return the counts of a solution, None where it changes no training.

    Example:
        >>> complexity_of("relu")
        Complexity(parameters=0, state=0, couplings=0, differs=0, coupled=0, data=0, lines=1)
    """
    one = SOLUTIONS[solution]
    if one.treatment is None:
        return None
    demands = one.demands
    return Complexity(
        parameters=len(demands.parameters),
        state=len(demands.state),
        couplings=len(demands.couplings),
        differs=int(demands.differs_at_inference),
        coupled=int(demands.batch_coupled),
        data=int(demands.needs_data),
        lines=_lines(solution),
    )


def _lines(solution: str) -> int:
    """Return how many kinds of lines are new in the script of the first network to which it applies; 0 without one."""
    disease = next((name for name in DISEASES if applies(solution, name)), None)
    if disease is None:
        return 0
    before = sick(disease)
    old, new = (_kinds(check_script(spec)) for spec in (before, treated(before, [solution])))
    added = [line[2:] for line in difflib.ndiff(old, new) if line.startswith("+ ")]
    return len(set(added) - set(old))


def _kinds(script: str) -> list[str]:
    """Return the lines of code with every number as 0."""
    code = script[script.index(CODE) :]
    return [NUMBERS.sub("0", line.strip()) for line in code.splitlines() if line.strip()]

"""A rule's parameter: its default, its limits, and the check of a given value."""

import operator
from dataclasses import dataclass
from typing import Any, Literal

from gradcore import checks
from gradcore.checks import refuse
from gradcore.specs import Scalar

LARGEST = 1e30  # of a number without a limit of its own: a gradient of that norm still fits into float32


@dataclass(frozen=True)
class Parameter:
    """One argument of a clip rule; without a default it must be given."""

    name: str
    meaning: str  # one phrase for the page
    kind: Literal["number", "whole", "flag"] = "number"
    default: Scalar = None
    proposed: Scalar = None  # what a page starts from, where there is no default
    optional: bool = False  # null may be given, and is the default
    above: float | None = None
    least: float | None = None
    below: float | None = None
    most: float | None = None

    @property
    def required(self) -> bool:
        """Whether a choice must give it."""
        return self.default is None and not self.optional

    @property
    def start(self) -> Scalar:
        """What a page starts from."""
        return self.proposed if self.default is None else self.default

    def check(self, value: Any) -> None:
        """Refuse a value of another kind or beyond the limits.

        Example:
            >>> Parameter("percentile", "of past norms", least=0, most=100).check(101)
            Traceback (most recent call last):
            gradcore.errors.RefusedError: `percentile` must be at least 0 and at most 100. Received: percentile=101
        """
        if value is None and self.optional:
            return
        if self.kind == "flag":
            if not isinstance(value, bool):
                refuse(self.name, "be true or false", value)
            return
        if self.kind == "whole":
            number: float = checks.whole_number(self.name, value, int(self.least or 0))
        else:
            number = checks.finite_number(self.name, value, self.above)
        self._check_limits(number, value)

    def _check_limits(self, number: float, received: Any) -> None:
        most = LARGEST if self.most is None and self.below is None else self.most
        limits = (
            ("at least", self.least, operator.ge),
            ("above", self.above, operator.gt),
            ("below", self.below, operator.lt),
            ("at most", most, operator.le),
        )
        given = [(words, limit, holds) for words, limit, holds in limits if limit is not None]
        if not all(holds(number, limit) for _, limit, holds in given):
            refuse(self.name, f"be {' and '.join(f'{words} {limit:g}' for words, limit, _ in given)}", received)

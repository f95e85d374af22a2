"""A value that a task takes: what it means, its kind and its range; a wrong one is refused in one sentence."""

from dataclasses import dataclass

from gradcore import checks
from gradcore.checks import refuse

Value = int | float  # a flag is an int too


@dataclass(frozen=True)
class TaskArgument:
    """A whole number, a number or a flag; which of them, its default says.

    Example:
        >>> TaskArgument("condition", default=100.0, least=1, most=1e6, meaning="").checked(7)
        7.0
    """

    name: str
    default: Value
    meaning: str
    least: float = 0  # of a number
    most: float = 1

    def checked(self, value: object) -> Value:
        """Return the value as this kind, or refuse it."""
        if isinstance(self.default, bool):
            if not isinstance(value, bool):
                refuse(self.name, "be true or false", value)
            return value
        if isinstance(self.default, int):
            found: Value = checks.whole_number(self.name, value, int(self.least))
        else:
            found = checks.finite_number(self.name, value)
            if found < self.least:
                refuse(self.name, f"be at least {self.least:g}", value)
        if found > self.most:
            refuse(self.name, f"be at most {self.most:g}", value)
        return found

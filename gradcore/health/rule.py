"""What a rule of the health check is: one pure function of a trace, with the words that explain it."""

from collections.abc import Callable
from dataclasses import dataclass

from gradcore.records import CheckTrace, Finding
from gradcore.specs import Thresholds
from gradcore.titles import counted

INFO, WARNING, CRITICAL = "info", "warning", "critical"
Found = list[Finding]


def alike(sick: int, layers: int, noun: str = "layer") -> str:
    """Return how many layers are concerned.

    Example:
        >>> alike(1, 2), alike(3, 8, "hidden layer")
        ('1 of 2 layers is like that', '3 of 8 hidden layers are like that')
    """
    return f"{sick} of {counted(layers, noun)} {'is' if sick == 1 else 'are'} like that"


@dataclass(frozen=True)
class Rule:
    """One rule; where it finds something at its own severity, its name may be the verdict."""

    name: str
    title: str
    formula: str  # of the value that it looks at
    severity: str  # of what it finds; a weaker finding lies in the warn band
    find: Callable[[CheckTrace, Thresholds], Found]
    decides: bool = True  # whether it can give the verdict; else it informs

    def holds(self, findings: Found) -> bool:
        """Return whether what the rule found gives the verdict, unless a rule before it does."""
        return self.decides and any(finding.severity == self.severity for finding in findings)

"""What a race is to be: one task, one network, several optimizers, several seeds."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Self

from gradcore import checks
from gradcore.checks import refuse
from gradcore.specs.choice import Choice
from gradcore.specs.entrant import EntrantSpec
from gradcore.specs.network import NetworkSpec

VERSION = 1


@dataclass(frozen=True)
class RaceSpec:
    """One task, one network, several optimizers, several seeds.

    Example:
        >>> RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}, {"optimizer": "SGD"}]}).labels
        ('SGD', 'SGD 2')
    """

    entrants: tuple[EntrantSpec, ...]
    task: Choice = Choice("digits")
    network: NetworkSpec = NetworkSpec()
    seeds: int = 5
    first_seed: int = 0
    steps: int = 200
    batch_size: int | None = 64  # None = full batch
    learning_rates: str = "given"
    shared_weights: bool = True
    stop_at_warning: bool = False  # whether a seed ends where a divergence is seen coming (`gradcore.early_warning`)

    kind = "race"

    def __post_init__(self) -> None:
        if not self.entrants:
            refuse("entrants", "hold at least one optimizer", [])
        checks.whole_number("seeds", self.seeds, 1)
        checks.whole_number("first_seed", self.first_seed, 0)
        checks.whole_number("steps", self.steps, 1)
        if self.batch_size is not None:
            checks.whole_number("batch_size", self.batch_size, 1)
        if self.learning_rates not in ("given", "tuned"):
            refuse("learning_rates", "be 'given' or 'tuned'", self.learning_rates)
        for name in ("shared_weights", "stop_at_warning"):
            if not isinstance(getattr(self, name), bool):
                refuse(name, "be true or false", getattr(self, name))
        given = [entrant.label for entrant in self.entrants if entrant.label is not None]
        if twice := [label for label, count in Counter(given).items() if count > 1]:
            refuse("label", "be different for each entrant", twice[0])

    @property
    def labels(self) -> tuple[str, ...]:
        """One distinct name for each entrant: its label, else its optimizer's name, numbered where it repeats."""
        taken = {entrant.label for entrant in self.entrants if entrant.label is not None}
        labels: list[str] = []
        for entrant in self.entrants:
            label, number = entrant.label or entrant.optimizer.name, 2
            while entrant.label is None and label in taken:
                label, number = f"{entrant.optimizer.name} {number}", number + 1
            taken.add(label)
            labels.append(label)
        return tuple(labels)

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Read the JSON form; refuses unknown keys by name and any version but this one."""
        fields = dict(checks.mapping("spec", value))
        scalars = ("seeds", "first_seed", "steps", "batch_size", "learning_rates", "shared_weights", "stop_at_warning")
        checks.known_keys("the race", fields, ("version", "task", "network", "entrants", *scalars))
        if fields.pop("version", VERSION) != VERSION:
            refuse("version", f"be {VERSION}", value["version"])
        found: dict[str, Any] = {key: fields[key] for key in scalars if key in fields}
        if "task" in fields:
            found["task"] = Choice.from_json(fields["task"], "name", "task")
        if "network" in fields:
            found["network"] = NetworkSpec.from_json(fields["network"])
        entrants = fields.get("entrants")
        if not isinstance(entrants, list):
            refuse("entrants", "be a list of optimizers", entrants)
        return cls(entrants=tuple(EntrantSpec.from_json(item) for item in entrants), **found)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form that the store, the export and the command line hold."""
        rare = {"stop_at_warning": True} if self.stop_at_warning else {}  # an older race is the same one without it
        return {
            "version": VERSION,
            "task": self.task.to_json("name"),
            "network": self.network.to_json(),
            "entrants": [entrant.to_json() for entrant in self.entrants],
            "seeds": self.seeds,
            "first_seed": self.first_seed,
            "steps": self.steps,
            "batch_size": self.batch_size,
            "learning_rates": self.learning_rates,
            "shared_weights": self.shared_weights,
            **rare,
        }

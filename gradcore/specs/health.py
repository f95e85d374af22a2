"""What a health check is to be: one task, one network, one optimizer, some steps."""

from dataclasses import dataclass
from typing import Any, Self

from gradcore import checks
from gradcore.checks import refuse
from gradcore.specs.choice import Choice
from gradcore.specs.entrant import EntrantSpec
from gradcore.specs.network import NetworkSpec
from gradcore.specs.race import VERSION, RaceSpec
from gradcore.specs.thresholds import Thresholds

WHOLE = {"steps": 1, "seed": 0, "every": 1}  # name -> least
SGD = EntrantSpec(Choice("SGD"), 0.1)
USUAL = Thresholds()
NUMBERS = ("loss_scale", "missing_share")
RARE = ("every", *NUMBERS, "stop_at_warning")  # written only where they differ from their defaults


@dataclass(frozen=True)
class HealthSpec:
    """One task, one network, one optimizer, some steps from one seed, and from where on something is called sick.

    Example:
        >>> HealthSpec.from_json({"network": {"hidden": [64, 64]}, "steps": 10}).optimizer.learning_rate
        0.1
    """

    task: Choice = Choice("digits")
    network: NetworkSpec = NetworkSpec()
    optimizer: EntrantSpec = SGD
    steps: int = 50
    batch_size: int | None = 64  # None = full batch
    seed: int = 0
    every: int = 100  # steps from one costly measurement to the next, after the first ten
    loss_scale: float = 1.0  # the loss is multiplied by it, and so is every gradient
    missing_share: float = 0.0  # of the training inputs that are NaN
    stop_at_warning: bool = False  # whether it ends where a divergence is seen coming (`gradcore.early_warning`)
    thresholds: Thresholds = USUAL

    kind = "health"

    def __post_init__(self) -> None:
        for name, least in WHOLE.items():
            checks.whole_number(name, getattr(self, name), least)
        if self.batch_size is not None:
            checks.whole_number("batch_size", self.batch_size, 1)
        checks.finite_number("loss_scale", self.loss_scale, above=0)
        if not 0 <= checks.finite_number("missing_share", self.missing_share) < 1:
            refuse("missing_share", "be at least 0 and below 1", self.missing_share)
        if not isinstance(self.stop_at_warning, bool):
            refuse("stop_at_warning", "be true or false", self.stop_at_warning)

    def as_race(self, seeds: int = 1) -> RaceSpec:
        """Return the race of one entrant that trains as this check does, from its seed on.

        Example:
            >>> HealthSpec(seed=3).as_race(5).first_seed
            3
        """
        return RaceSpec((self.optimizer,), self.task, self.network, seeds, self.seed, self.steps, self.batch_size)

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Read the JSON form; refuses unknown keys by name and any version but this one."""
        fields = dict(checks.mapping("spec", value))
        scalars = (*WHOLE, "batch_size", *NUMBERS, "stop_at_warning")
        checks.known_keys("the check", fields, ("version", "task", "network", "optimizer", "thresholds", *scalars))
        if fields.pop("version", VERSION) != VERSION:
            refuse("version", f"be {VERSION}", value["version"])
        found: dict[str, Any] = {key: fields[key] for key in scalars if key in fields}
        if "task" in fields:
            found["task"] = Choice.from_json(fields["task"], "name", "task")
        if "network" in fields:
            found["network"] = NetworkSpec.from_json(fields["network"])
        if "optimizer" in fields:
            given = fields["optimizer"]
            found["optimizer"] = EntrantSpec.from_json({"optimizer": given} if isinstance(given, str) else given)
        if "thresholds" in fields:
            found["thresholds"] = Thresholds.from_json(fields["thresholds"])
        return cls(**found)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form that the store, the export and the command line hold."""
        found = {
            "version": VERSION,
            "task": self.task.to_json("name"),
            "network": self.network.to_json(),
            "optimizer": self.optimizer.to_json(),
            "steps": self.steps,
            "batch_size": self.batch_size,
            "seed": self.seed,
        }
        usual = HealthSpec()
        found |= {name: getattr(self, name) for name in RARE if getattr(self, name) != getattr(usual, name)}
        given = self.thresholds.to_json()
        return found | ({"thresholds": given} if given else {})

"""What a treatment's proof is to be: a sick and a treated network, trained in pairs."""

from dataclasses import dataclass
from typing import Any, Self

from gradcore import checks
from gradcore.checks import refuse
from gradcore.errors import RefusedError
from gradcore.specs.health import HealthSpec
from gradcore.specs.race import VERSION

SCALARS = ("solution", "seeds", "steps", "learning_rates")
LEAST_SEEDS = 5
CHECKED_STEPS = 50  # of the look at each network layer by layer


@dataclass(frozen=True)
class TreatmentSpec:
    """Two checks that are trained from the same seeds on the same batches, each at its own of the same rates.

    Seeds are counted from the seed of the check before.
    """

    before: HealthSpec
    after: HealthSpec
    solution: str = ""  # what was changed, as the prescription names it; "" for one of a visitor's own
    seeds: int = LEAST_SEEDS
    steps: int = 200
    learning_rates: str = "tuned"  # equally for both; or "given"

    kind = "treatment"

    def __post_init__(self) -> None:
        checks.whole_number("seeds", self.seeds, LEAST_SEEDS)
        checks.whole_number("steps", self.steps, 1)
        if self.learning_rates not in ("given", "tuned"):
            refuse("learning_rates", "be 'given' or 'tuned'", self.learning_rates)
        if not isinstance(self.solution, str):
            refuse("solution", "be a text", self.solution)
        if self.before.task != self.after.task:
            raise RefusedError("a treatment must be tried on the task of the sick network.")

    @property
    def checked_steps(self) -> int:
        """How many steps of each network are looked at layer by layer."""
        return min(self.steps, CHECKED_STEPS)

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Read the JSON form; refuses unknown keys by name and any version but this one."""
        fields = dict(checks.mapping("spec", value))
        checks.known_keys("the treatment", fields, ("version", "before", "after", *SCALARS))
        if fields.pop("version", VERSION) != VERSION:
            refuse("version", f"be {VERSION}", value["version"])
        for side in ("before", "after"):
            fields[side] = HealthSpec.from_json(checks.mapping(side, fields.get(side)))
        return cls(**fields)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form that the store and the export hold."""
        sides = {"version": VERSION, "before": self.before.to_json(), "after": self.after.to_json()}
        return sides | {name: getattr(self, name) for name in SCALARS}

"""A stream of gradients to be drawn: the notebook's simulation, its phases adjustable."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

from gradcore import checks
from gradcore.checks import refuse

KIND = "notebook"
TAILS: Mapping[str, str] = MappingProxyType(
    {
        "normal": "The notebook's: entries beyond 4 standard deviations almost never come.",
        "laplace": "Exponential tails, standard deviation 1.",
        "student_t": "3 degrees of freedom, standard deviation 1: a spike now and then.",
        "cauchy": "No mean and no variance: spikes of every size.",
    }
)
MOST_STEPS = 20_000  # of a stream that is drawn
MOST_SEED = 2**32 - 1  # that RandomState takes


@dataclass(frozen=True)
class Phase:
    """Some steps whose scale goes in a straight line from `first` to `last`, plus an exponential random part."""

    name: str
    steps: int
    first: float
    last: float
    exponential: float = 0.0  # mean of the random part of the scale, drawn anew each step; 0 = none

    def __post_init__(self) -> None:
        checks.text("name", self.name)
        checks.whole_number("steps", self.steps, 0)
        for name in ("first", "last", "exponential"):
            value = checks.finite_number(name, getattr(self, name))
            if not 0 <= value <= 1e30:
                refuse("scale" if name != "exponential" else name, "be from 0 to 1e30", value)

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Read `{"name", "steps", "scale"}`, or for a ramp `"from"` and `"to"`; `exponential` is optional."""
        fields = checks.mapping("phase", value)
        checks.known_keys("a phase", fields, ("name", "steps", "scale", "from", "to", "exponential"))
        for key in ("name", "steps"):
            if key not in fields:
                refuse("phase", f"name its '{key}'", dict(fields))
        given = {key for key in ("scale", "from", "to") if key in fields}
        if given not in ({"scale"}, {"from", "to"}):
            refuse("phase", "have either 'scale' or both 'from' and 'to'", dict(fields))
        first, last = (fields.get("scale", fields.get(key)) for key in ("from", "to"))
        first, last = checks.finite_number("scale", first), checks.finite_number("scale", last)
        exponential = checks.finite_number("exponential", fields.get("exponential", 0.0))
        return cls(fields["name"], fields["steps"], first, last, exponential)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        ramp = {"scale": self.first} if self.first == self.last else {"from": self.first, "to": self.last}
        random = {"exponential": self.exponential} if self.exponential else {}
        return {"name": self.name, "steps": self.steps, **ramp, **random}

    def scale(self, step: int) -> float:
        """Return the scale of one step of this phase (0 = its first), without the random part.

        Example:
            >>> [Phase("rise", 5, 1.0, 3.0).scale(step) for step in range(5)]
            [1.0, 1.5, 2.0, 2.5, 3.0]
        """
        return self.first + step * (self.last - self.first) / max(self.steps - 1, 1)


NOTEBOOK_PHASES = (
    Phase("normal", 5, 0.5, 0.5),
    Phase("rise", 5, 1.0, 3.0),
    Phase("explosion", 5, 5.0, 5.0, 2.0),
    Phase("recovery", 5, 3.0, 1.0),
)


@dataclass(frozen=True)
class StreamSpec:
    """Phases, a seed, how heavy the tails are, and the steps at which the gradient is not a number.

    Example:
        >>> StreamSpec.from_json({"kind": "notebook", "seed": 7}).steps
        20
    """

    seed: int = 42
    phases: tuple[Phase, ...] = NOTEBOOK_PHASES
    tail: str = "normal"
    non_finite_at: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        checks.whole_number("seed", self.seed, 0)
        if self.seed > MOST_SEED:
            refuse("seed", f"be at most {MOST_SEED}", self.seed)
        if not 1 <= self.steps <= MOST_STEPS:
            refuse("phases", f"have 1 to {MOST_STEPS} steps in all", self.steps)
        checks.known_name("tail", self.tail, TAILS)
        for step in self.non_finite_at:
            checks.whole_number("non_finite_at", step, 0)
            if step >= self.steps:
                refuse("non_finite_at", f"name steps from 0 to {self.steps - 1}", step)

    @property
    def steps(self) -> int:
        """The number of steps of all phases."""
        return sum(phase.steps for phase in self.phases)

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Read the JSON form; only `kind` must be there."""
        fields = dict(checks.mapping("stream", value))
        checks.known_keys("the stream", fields, ("kind", "seed", "phases", "tail", "non_finite_at"))
        if fields.pop("kind", None) != KIND:
            refuse("kind", f"be '{KIND}'", value.get("kind"))
        for key in ("phases", "non_finite_at"):
            if key in fields and not isinstance(fields[key], list):
                refuse(key, "be a list", fields[key])
        if "phases" in fields:
            fields["phases"] = tuple(Phase.from_json(item) for item in fields["phases"])
        if "non_finite_at" in fields:
            fields["non_finite_at"] = tuple(fields["non_finite_at"])
        if "tail" in fields:
            checks.text("tail", fields["tail"])
        return cls(**fields)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "kind": KIND,
            "seed": self.seed,
            "phases": [phase.to_json() for phase in self.phases],
            "tail": self.tail,
            "non_finite_at": list(self.non_finite_at),
        }

    def starts(self) -> tuple[int, ...]:
        """Return the first step of each phase.

        Example:
            >>> StreamSpec().starts()
            (0, 5, 10, 15)
        """
        return tuple(sum(phase.steps for phase in self.phases[:place]) for place in range(len(self.phases)))

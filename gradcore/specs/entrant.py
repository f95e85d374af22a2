"""Who takes part in a race: an optimizer, its learning rate and its clip rule."""

from dataclasses import dataclass
from typing import Any, Self

from gradcore import checks
from gradcore.checks import refuse
from gradcore.errors import RefusedError
from gradcore.specs.choice import CONSTANT_RATE, NO_CLIPPING, Choice

KERAS_CLIP_ARGUMENTS = {  # Keras' argument -> our rule of the same meaning, and its parameter
    "clipnorm": ("clip_by_norm", "max_norm"),
    "clipvalue": ("clip_by_value", "max_value"),
    "global_clipnorm": ("clip_by_global_norm", "max_norm"),
}


@dataclass(frozen=True)
class EntrantSpec:
    """One optimizer with its arguments (Keras' names), its schedule, its clip rule, and its name in the race."""

    optimizer: Choice
    learning_rate: float | None = None  # None = the catalogue's default
    clip: Choice = NO_CLIPPING
    label: str | None = None
    batch_seed_offset: int = 0  # another order of batches, for A/A tests
    schedule: Choice = CONSTANT_RATE  # of the learning rate

    def __post_init__(self) -> None:
        if self.learning_rate is not None:
            checks.finite_number("learning_rate", self.learning_rate, above=0)
        checks.whole_number("batch_seed_offset", self.batch_seed_offset, 0)
        if self.label is not None and len(checks.text("label", self.label)) > 60:
            refuse("label", "be at most 60 characters long", self.label)

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Read the JSON form; Keras' own clip arguments become our rule of the same meaning."""
        fields = dict(checks.mapping("entrant", value))
        rate = fields.pop("learning_rate", None)
        clip = _clip(fields)
        label = fields.pop("label", None)
        offset = fields.pop("batch_seed_offset", 0)
        schedule = Choice.from_json(fields.pop("schedule", CONSTANT_RATE.name), "name", "schedule")
        optimizer = Choice.from_json(fields, "optimizer", "entrant")
        checked = None if rate is None else checks.finite_number("learning_rate", rate, above=0)
        return cls(optimizer, checked, clip, label, offset, schedule)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form, without what is at its default."""
        found: dict[str, Any] = self.optimizer.to_json("optimizer")
        if self.learning_rate is not None:
            found["learning_rate"] = self.learning_rate
        if self.clip != NO_CLIPPING:
            found["clip"] = self.clip.to_json("rule")
        if self.label is not None:
            found["label"] = self.label
        if self.schedule != CONSTANT_RATE:
            found["schedule"] = self.schedule.to_json("name")
        if self.batch_seed_offset:
            found["batch_seed_offset"] = self.batch_seed_offset
        return found


def _clip(fields: dict[str, Any]) -> Choice:
    """Take the clip rule out of an entrant's fields."""
    given = [name for name in ("clip", *KERAS_CLIP_ARGUMENTS) if fields.get(name) is not None]
    if len(given) > 1:
        raise RefusedError(f"an entrant must have one clip rule. Received: {' and '.join(given)}")
    values = {name: fields.pop(name, None) for name in ("clip", *KERAS_CLIP_ARGUMENTS)}
    if not given:
        return NO_CLIPPING
    if given == ["clip"]:
        return Choice.from_json(values["clip"], "rule", "clip")
    rule, parameter = KERAS_CLIP_ARGUMENTS[given[0]]
    return Choice.of(rule, **{parameter: checks.finite_number(given[0], values[given[0]], above=0)})

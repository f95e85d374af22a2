"""What a user asks for: frozen, hashable specs with types and ranges checked once, round-tripping through JSON.

A spec knows no catalogue and no limit (`admission.py` does, when a run is submitted), so that a stored run
opens for ever. Names with free arguments (a clip rule, an initialiser, a task, an optimizer) are all a `Choice`.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from gradcore import checks
from gradcore.checks import refuse

VERSION = 1
DEEPEST = 10_000  # layers that the short form may ask for; bounds the memory of a bad spec
Scalar = str | int | float | bool | None


@dataclass(frozen=True)
class Choice:
    """A name from a catalogue with its arguments, sorted by key.

    Example:
        >>> Choice.of("clip_by_global_norm", max_norm=1.0).get("max_norm")
        1.0
    """

    name: str
    arguments: tuple[tuple[str, Scalar], ...] = ()

    @classmethod
    def of(cls, name: str, **arguments: Scalar) -> Self:
        """Return a choice from keyword arguments."""
        return cls(name, tuple(sorted(arguments.items())))

    @classmethod
    def from_json(cls, value: Any, tag: str, what: str) -> Self:
        """Read `{tag: name, argument: value, ...}`, or just the name as a text."""
        if isinstance(value, str):
            return cls(checks.text(what, value))
        fields = checks.mapping(what, value)
        if tag not in fields:
            refuse(what, f"name its '{tag}'", dict(fields))
        arguments = {key: _scalar(key, item) for key, item in fields.items() if key != tag}
        return cls.of(checks.text(tag, fields[tag]), **arguments)

    def to_json(self, tag: str) -> dict[str, Scalar]:
        """Return `{tag: name, argument: value, ...}`."""
        return {tag: self.name, **dict(self.arguments)}

    def get(self, argument: str, default: Scalar = None) -> Scalar:
        """Return one argument, or the default."""
        return dict(self.arguments).get(argument, default)


NO_CLIPPING = Choice("none")
KERAS_CLIP_ARGUMENTS = {  # Keras' argument -> our rule of the same meaning, and its parameter
    "clipnorm": ("clip_by_norm", "max_norm"),
    "clipvalue": ("clip_by_value", "max_value"),
    "global_clipnorm": ("clip_by_global_norm", "max_norm"),
}


@dataclass(frozen=True)
class NetworkSpec:
    """A stack of dense hidden layers; the task adds the head and the loss."""

    hidden: tuple[int, ...] = (128, 64)
    activation: str = "relu"
    kernel_initializer: Choice = Choice("he_uniform")

    def __post_init__(self) -> None:
        for width in self.hidden:
            checks.whole_number("width", width, 1)
        checks.text("activation", self.activation)

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Read the JSON form; `hidden` is a list of widths or `{"width": 64, "depth": 20}`."""
        fields = checks.mapping("network", value)
        checks.known_keys("network", fields, ("hidden", "activation", "kernel_initializer"))
        network = cls()
        if "hidden" in fields:
            network = replace(network, hidden=_widths(fields["hidden"]))
        if "activation" in fields:
            network = replace(network, activation=fields["activation"])
        if "kernel_initializer" in fields:
            chosen = Choice.from_json(fields["kernel_initializer"], "name", "kernel_initializer")
            network = replace(network, kernel_initializer=chosen)
        return network

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        initializer = self.kernel_initializer
        short = initializer.to_json("name") if initializer.arguments else initializer.name
        return {"hidden": list(self.hidden), "activation": self.activation, "kernel_initializer": short}


@dataclass(frozen=True)
class EntrantSpec:
    """One optimizer with its arguments (Keras' names), its clip rule, and its name in the race."""

    optimizer: Choice
    learning_rate: float | None = None  # None = the catalogue's default
    clip: Choice = NO_CLIPPING
    label: str | None = None
    batch_seed_offset: int = 0  # another order of batches, for A/A tests

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
        optimizer = Choice.from_json(fields, "optimizer", "entrant")
        checked = None if rate is None else checks.finite_number("learning_rate", rate, above=0)
        return cls(optimizer, checked, clip, label, offset)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form, without what is at its default."""
        found: dict[str, Any] = self.optimizer.to_json("optimizer")
        if self.learning_rate is not None:
            found["learning_rate"] = self.learning_rate
        if self.clip != NO_CLIPPING:
            found["clip"] = self.clip.to_json("rule")
        if self.label is not None:
            found["label"] = self.label
        if self.batch_seed_offset:
            found["batch_seed_offset"] = self.batch_seed_offset
        return found


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
        if not isinstance(self.shared_weights, bool):
            refuse("shared_weights", "be true or false", self.shared_weights)
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
        scalars = ("seeds", "first_seed", "steps", "batch_size", "learning_rates", "shared_weights")
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
        }


def _scalar(name: str, value: Any) -> Scalar:
    if value is not None and not isinstance(value, str | int | float | bool):
        refuse(name, "be a number, a text, true, false or null", value)
    return value


def _widths(value: Any) -> tuple[int, ...]:
    if isinstance(value, Mapping):
        checks.known_keys("hidden", value, ("width", "depth"))
        width = checks.whole_number("width", value.get("width"), 1)
        depth = checks.whole_number("depth", value.get("depth"), 1)
        if depth > DEEPEST:
            refuse("depth", f"be at most {DEEPEST}", depth)
        return (width,) * depth
    if not isinstance(value, list):
        refuse("hidden", 'be a list of widths or {"width": 64, "depth": 20}', value)
    return tuple(checks.whole_number("width", width, 1) for width in value)


def _clip(fields: dict[str, Any]) -> Choice:
    """Take the clip rule out of an entrant's fields."""
    given = [name for name in ("clip", *KERAS_CLIP_ARGUMENTS) if fields.get(name) is not None]
    if len(given) > 1:
        raise checks.RefusedError(f"an entrant must have one clip rule. Received: {' and '.join(given)}")
    values = {name: fields.pop(name, None) for name in ("clip", *KERAS_CLIP_ARGUMENTS)}
    if not given:
        return NO_CLIPPING
    if given == ["clip"]:
        return Choice.from_json(values["clip"], "rule", "clip")
    rule, parameter = KERAS_CLIP_ARGUMENTS[given[0]]
    return Choice.of(rule, **{parameter: checks.finite_number(given[0], values[given[0]], above=0)})

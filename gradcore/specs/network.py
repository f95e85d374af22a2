"""What a network is to be."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from gradcore import checks
from gradcore.checks import refuse
from gradcore.specs.choice import Choice

DEEPEST = 10_000  # layers that the short form may ask for; bounds the memory of a bad spec


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

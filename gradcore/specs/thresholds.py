"""From where on a health check calls something sick: part of its spec, so that another choice can be tried."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from gradcore import checks
from gradcore.checks import refuse

RETIRED = ("grows",)  # of checks that were stored before motion was looked at ahead; read, and not used


@dataclass(frozen=True)
class Thresholds:
    """The fail thresholds change the verdict, the warn thresholds only give a finding.

    Calibrated on networks whose condition is an outcome (`bench/rules_accuracy.py`, the calibration families alone).
    There a = 16 does not train and 8 does, so `exploding` is 15; an earlier calibration, on fewer networks, had 300. In
    the same way `vanishing` is 5e-3 and not 1e-3. What trains all the same (`learns`, `moves`) is not called sick.

    Example:
        >>> Thresholds.from_json({"vanishing": 0.01}).vanishing
        0.01
    """

    converged: float = 0.05  # error e below which nothing is left to learn
    learns: float = 0.75  # recent error e below which a network trains, and so has none of the diseases
    stuck: float = 0.95  # error e above which it has learned nothing, as at a noise floor
    moves: float = 3e-4  # share of its weights by which a step moves a layer, times the growth of the signal
    vanishing: float = 5e-3  # least back-propagated signal a
    vanishing_warn: float = 1e-2
    through_time: float = 300.0  # times less may come back through a recurrent layer: late time steps teach as well
    exploding: float = 1.5e1  # greatest a
    exploding_warn: float = 1e1
    runaway: float = 3e1  # greatest a of a recurrent layer; of others, that at the end which a falling error excuses
    dead: float = 0.5  # share of a layer's units that are flat on every probe row
    dead_alike: float = 0.75  # the same where rows are nearly alike
    active: float = 0.25  # least share of elements that are not flat
    sparse: float = 0.25  # share of `active` that a ReLU, flat on one side, still trains with
    alike: float = 0.9  # mean cosine from which on rows are nearly the same to a layer, so that units are off together
    collapse: float = 0.95  # mean cosine between the z of different rows
    signal_to_noise: float = 1.0  # of a batch's gradient
    window: float = 200.0  # recorded steps from which on their second half tells a floor from an early plateau
    rounding: float = 64.0  # machine epsilons, up to which a sum that cancels is rounding
    update_low: float = 3e-4  # update-to-weight ratio of a late step
    update_high: float = 1e-2

    def __post_init__(self) -> None:
        for field in fields(self):
            checks.finite_number(field.name, getattr(self, field.name), above=0)
        if not self.vanishing <= self.vanishing_warn < self.exploding_warn <= self.exploding:
            found = [self.vanishing, self.vanishing_warn, self.exploding_warn, self.exploding]
            refuse("vanishing", "rise with vanishing_warn, exploding_warn and exploding", found)

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Read the JSON form; what it leaves out keeps its default."""
        given = {name: number for name, number in checks.mapping("thresholds", value).items() if name not in RETIRED}
        names = [field.name for field in fields(cls)]
        checks.known_keys("thresholds", given, names)
        return cls(**{name: checks.finite_number(name, number, above=0) for name, number in given.items()})

    def to_json(self) -> dict[str, float]:
        """Return the JSON form, without what is at its default."""
        default = Thresholds()
        return {name: number for name, number in asdict(self).items() if number != getattr(default, name)}

"""Solutions rated on the notebook's scales, by opinion and by measurement, and ordered by what matters to a reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gradcore.solution_complexity import Complexity, complexity_of
from gradcore.solutions import SOLUTIONS, Effect, Measurement

SCALE = 10.0  # of effectiveness and complexity
Interval = tuple[float, float]


@dataclass(frozen=True)
class Weights:
    """How much each of three things matters, from 0 to 10."""

    effectiveness: float = 6.0
    complexity: float = 2.0
    cost: float = 2.0


@dataclass(frozen=True)
class Rating:
    """One solution on the notebook's scales."""

    solution: str
    effectiveness: float  # 10 = cures, 0 = no effect, below 0 = harmful
    interval: Interval | None  # 95 %, of the same
    spread: Interval | None  # least and greatest over the diseases
    complexity: float  # 0 to 10; measured: counted, the most complex one is 10
    counted: Complexity | None
    cost: float  # opinion: 1 to 4; measured: step time, times the untreated network's
    cheapness: float  # 1 = costs nothing, 0 = costs the most of all
    diseases: int = 0  # that it was measured on


def opinions() -> Mapping[str, Rating]:
    """Return the notebook's ratings of its eight solutions.

    Example:
        >>> opinions()["relu"].effectiveness, opinions()["attention"].cheapness
        (9.0, 0.0)
    """
    found = {}
    for name, one in SOLUTIONS.items():
        if (said := one.textbook) is not None:
            cheapness = 1 - (said.cost - 1) / 3
            rated = (float(said.effectiveness), None, None, float(said.complexity), None, float(said.cost))
            found[name] = Rating(name, *rated, cheapness)
    return found


def measured(measurement: Measurement, disease: str | None = None) -> Mapping[str, Rating]:
    """Return what is measured of every solution, over the diseases to which it applies or on one of them."""
    counted = {name: complexity_of(name) for name in SOLUTIONS}
    most = max(one.score for one in counted.values() if one is not None)
    costs = {name: measurement.cost([name]) for name in SOLUTIONS}
    dearest = max((cost.step for cost in costs.values() if cost), default=2.0)
    found = {}
    for name in SOLUTIONS:
        effects, complexity, cost = measurement.effects(name), counted[name], costs[name]
        effect = effects.get(disease) if disease else measurement.overall(name)
        if effect is None or complexity is None:
            continue
        step = cost.step if cost else float("nan")
        found[name] = Rating(
            solution=name,
            effectiveness=SCALE * effect.value,
            interval=_scaled(effect),
            spread=None if disease else _spread([one.value for one in effects.values()]),
            complexity=SCALE * complexity.score / most,
            counted=complexity,
            cost=step,
            cheapness=min(1.0, max(0.0, (dearest - step) / max(dearest - 1, 1e-9))) if cost else 0.5,
            diseases=1 if disease else len(effects),
        )
    return found


def score(rating: Rating, weights: Weights) -> float:
    """Return the weighted mean of effectiveness, simplicity and cheapness, each at most 1; 0 where nothing matters.

    Example:
        >>> round(score(opinions()["relu"], Weights(1, 1, 0)), 3)
        0.9
    """
    total = weights.effectiveness + weights.complexity + weights.cost
    if total <= 0:
        return 0.0
    parts = (
        weights.effectiveness * rating.effectiveness / SCALE
        + weights.complexity * (1 - rating.complexity / SCALE)
        + weights.cost * rating.cheapness
    )
    return parts / total


def ranked(ratings: Mapping[str, Rating], weights: Weights) -> tuple[Rating, ...]:
    """Return the ratings, the best score first; equal ones in the catalogue's order."""
    return tuple(sorted(ratings.values(), key=lambda one: -round(score(one, weights), 12)))


def places(order: Sequence[Rating], weights: Weights) -> tuple[tuple[int, int], ...]:
    """Return the first and last place that each may have, as far as the intervals of the effects leave it open.

    Example:
        >>> places(list(opinions().values())[:2], Weights(1, 0, 0))
        ((1, 1), (2, 2))
    """
    ends = [_score_ends(one, weights) for one in order]
    return tuple(
        (1 + sum(low > own[1] for low, _ in ends), len(ends) - sum(high < own[0] for _, high in ends)) for own in ends
    )


def _score_ends(one: Rating, weights: Weights) -> Interval:
    """Return the score at both ends of the effect's interval."""
    ends = one.interval or (one.effectiveness, one.effectiveness)
    low, high = (score(replace(one, effectiveness=end), weights) for end in ends)
    return low, high


def front(ratings: Mapping[str, Rating]) -> tuple[Rating, ...]:
    """Return the Pareto front, the simplest first: nothing as simple is more effective."""
    found: list[Rating] = []
    for one in sorted(ratings.values(), key=lambda rating: (rating.complexity, -rating.effectiveness)):
        if not found or one.effectiveness > found[-1].effectiveness:
            found.append(one)
    return tuple(found)


def _scaled(effect: Effect) -> Interval | None:
    return None if effect.interval is None else (SCALE * effect.interval[0], SCALE * effect.interval[1])


def _spread(values: list[float]) -> Interval | None:
    return (SCALE * min(values), SCALE * max(values)) if len(values) > 1 else None

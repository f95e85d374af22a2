"""What the reception's pictures say, in sentences that are computed from their records."""

from collections.abc import Mapping

import numpy as np

from gradcore.check_assembly import Checks
from gradcore.glances import Watched
from gradcore.ranking import divergences, median
from gradcore.records import CheckTrace, EntrantTrace, Floats, RaceTrace
from gradcore.specs import TreatmentSpec
from gradcore.titles import counted, number


def both_sentence(spec: TreatmentSpec, checks: Checks) -> str:
    """Return what is seen of a sick and a treated network that train side by side.

    Args:
        spec: the treatment.
        checks: its record, whole: both networks layer by layer.
    """
    sick, treated = checks.networks
    layers = counted(len(sick.setup.layers), "layer")
    return (
        f"The sick network's first layer gets a gradient {_times(sick)} times smaller than its output layer, and its "
        f"loss stays at {_loss(sick, -1)}. Treated, all {layers} get gradients within a factor of {_spread(treated)}, "
        f"and the loss falls from {_loss(treated, 0)} to {_loss(treated, -1)} in {counted(treated.recorded, 'step')}."
    )


def prevention_sentence(signals: Mapping[str, Floats], names: Mapping[str, str]) -> str:
    """Return how much of the signal reaches the first layer with each initialiser, before the first step.

    Example:
        >>> found = {"a": np.array([1e-5, 1.0]), "b": np.array([0.5, 1.0])}
        >>> prevention_sentence(found, {"a": "Glorot's", "b": "He's"})
        "Through 1 ReLU layer, 1e-5 of the signal reaches the first layer with Glorot's initialiser, 0.5 with He's."
    """
    (first, low), (second, high) = ((names[name], number(float(one[0]), 2)) for name, one in signals.items())
    layers = counted(len(next(iter(signals.values()))) - 1, "ReLU layer")
    return (
        f"Through {layers}, {low} of the signal reaches the first layer with {first} initialiser, {high} with {second}."
    )


def watched_sentence(watched: Watched) -> str:
    """Return when the warning came, and when it was plain to see."""
    if watched.doubled is None:
        return "Every layer is watched at every step."
    if watched.warned is None or watched.warned >= watched.doubled:
        return f"The loss had doubled at step {watched.doubled}, without a warning."
    early = counted(watched.doubled - watched.warned, "step")
    return (
        f"Here the steps were too long: the warning came at step {watched.warned}, {early} before the loss had "
        f"doubled. Others leave less time."
    )


def blow_up_sentence(race: RaceTrace) -> str:
    """Return how many runs of each entrant diverged."""
    told = [f"{_diverged(entrant)} of {race.seeds} runs {entrant.label}" for entrant in race.entrants]
    return f"A recurrent network diverges in {' and in '.join(told)}."


def care_sentence(race: RaceTrace) -> str:
    """Return between which entrants the final validation losses lie, medians over the seeds."""
    ends = {one.label: median(one.outcome.validation_loss) for one in race.entrants if one.outcome is not None}
    known = {label: loss for label, loss in ends.items() if np.isfinite(loss)}
    if not known:
        return ""
    best, worst = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
    return (
        f"After {counted(race.steps, 'step')} on the same batches the validation loss is {number(known[best], 2)} with "
        f"{best} and {number(known[worst], 2)} with {worst}."
    )


def _diverged(entrant: EntrantTrace) -> int:
    return sum(step is not None for step in divergences(entrant))


def _norms(trace: CheckTrace) -> Floats:
    """Return each layer's gradient norm at the last step, (L,)."""
    last: Floats = trace.by_layer(trace.gradient_norm)[-1, 0]
    return last


def _times(trace: CheckTrace) -> str:
    last = _norms(trace)
    return f"{float(f'{last[-1] / last[0]:.2g}'):,.0f}"


def _spread(trace: CheckTrace) -> str:
    last = _norms(trace)
    return number(float(last.max() / last.min()), 2)


def _loss(trace: CheckTrace, step: int) -> str:
    return number(float(np.median(trace.loss[step])), 3)

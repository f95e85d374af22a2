"""The proof of an advice: the same entrant trained with and without the rule, from the same weights and batches.

A proof is a race of two entrants like any other; what it was to show follows from its spec and its records.
Shapes: T steps, S seeds, W windows of steps.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gradcore import titles
from gradcore.advisor.advice import rates
from gradcore.advisor.stream import NormStream
from gradcore.blow_ups import clipped_steps, is_pair
from gradcore.ranking import diverged_at, divergences, median, median_metric
from gradcore.records import Doubles, EntrantTrace, RaceTrace
from gradcore.specs import NO_CLIPPING, Choice, RaceSpec
from gradcore.titles import percent

WITHOUT, FIXED = "without clipping", "clip_by_global_norm"
WINDOWS = 30  # into which the steps fall: single steps of small batches hide a difference


@dataclass(frozen=True)
class Side:
    """What one of the two came to, over the seeds."""

    label: str
    loss: float | None  # median training loss of the last window, None before the first step
    validation_loss: float | None  # None until it has ended
    validation_metric: float | None
    blow_ups: int  # seeds that diverged


@dataclass(frozen=True)
class Proof:
    """What was predicted from the path without clipping, and what happened with it."""

    threshold: float
    seeds: int
    predicted: float  # clip rate of the norms without clipping
    interval: tuple[float, float] | None
    realised: float  # share of the finite steps that were clipped
    by_seed: tuple[float, ...]  # realised, of each seed
    earlier: float | None  # clip rate of the steps that are left out, None where none are
    without: Side
    clipped: Side


def proof_spec(spec: RaceSpec, number: int, rule: Choice) -> RaceSpec:
    """Return the paired race of one entrant: without clipping, and with the rule.

    Args:
        spec: the race that the norms are from; its task, network, steps, seeds and batches stay.
        number: the entrant's place in it.
        rule: the rule to try.

    Example:
        >>> race = RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}]})
        >>> proof_spec(race, 0, Choice.of("clip_by_global_norm", max_norm=2.5)).labels
        ('without clipping', 'clipped at 2.5')
    """
    entrant = spec.entrants[number]
    named = f"clipped at {titles.number(float(rule.get('max_norm') or 0))}"
    pair = (replace(entrant, clip=NO_CLIPPING, label=WITHOUT), replace(entrant, clip=rule, label=named))
    return replace(spec, entrants=pair, shared_weights=True)


def is_proof(spec: RaceSpec) -> bool:
    """Return whether a race is such a pair.

    Example:
        >>> is_proof(RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}]}))
        False
    """
    return is_pair(spec) and spec.entrants[1].clip.name == FIXED


def read_proof(spec: RaceSpec, trace: RaceTrace, first_step: int = 0) -> Proof | None:
    """Return what a pair shows so far, from a step on; None before both have a finite one.

    Args:
        spec: of the pair (`is_proof`).
        trace: its records.
        first_step: the rates count from here.
    """
    without, clipped = trace.entrants
    if not all(counted_steps(one, first_step).any() for one in trace.entrants):
        return None
    threshold = float(spec.entrants[1].clip.get("max_norm"))  # type: ignore[arg-type]
    found = rates(NormStream.recorded(without, first_step), np.array([threshold]))
    low, high = float(found.low[0]), float(found.high[0])
    whole, by_seed = _realised(clipped, first_step)
    return Proof(
        threshold=threshold,
        seeds=trace.seeds,
        predicted=float(found.rate[0]),
        interval=None if np.isnan(low) else (low, high),
        realised=whole,
        by_seed=by_seed,
        earlier=_realised(clipped, 0, first_step)[0] if first_step else None,
        without=_side(without, trace),
        clipped=_side(clipped, trace),
    )


def proof_sentences(proof: Proof) -> list[str]:
    """Return what a pair shows: the two rates, why they differ, and the blow-ups."""
    return [
        f"Predicted clip rate {percent(proof.predicted)}{_between(proof)}. The "
        "prediction counts the steps of the path without clipping, from the same weights and batches. Clipping changes "
        f"the path: after the first clipped step the weights differ, so the two rates need not agree.{_earlier(proof)}",
        _blow_ups(proof),
    ]


def _between(proof: Proof) -> str:
    """Return the interval where there is one, the realised rate, and whether it lies in the interval."""
    realised = f"realised {percent(proof.realised)}"
    if proof.interval is None:
        return f", {realised}"
    low, high = proof.interval
    place = "inside" if low <= proof.realised <= high else "outside"
    return f" (95 % interval {percent(low)} to {percent(high)}), {realised}: {place} the interval"


def _earlier(proof: Proof) -> str:
    """Return what the rule did before the rates begin, an empty text where they begin at once."""
    if not proof.earlier:
        return ""
    return f" Of the earlier steps, which neither rate counts, the rule clipped {percent(proof.earlier)}."


def _blow_ups(proof: Proof) -> str:
    without, clipped = proof.without.blow_ups, proof.clipped.blow_ups
    if not without and not clipped:
        return "No seed blew up, with or without clipping: here the rule had no explosion to prevent."
    return f"Blown up: {without} of {proof.seeds} seeds without clipping, {clipped} of {proof.seeds} with it."


def _realised(entrant: EntrantTrace, first: int, stop: int | None = None) -> tuple[float, tuple[float, ...]]:
    """Return the share of the finite steps that were clipped, over all seeds and of each; 0 without any."""
    finite = counted_steps(entrant, first, stop)
    acted = finite & clipped_steps(entrant)[first:stop]
    counts = np.maximum(finite.sum(axis=0), 1)
    return float(acted.sum() / max(finite.sum(), 1)), tuple((acted.sum(axis=0) / counts).tolist())


def counted_steps(entrant: EntrantTrace, first: int = 0, stop: int | None = None) -> NDArray[np.bool_]:
    """Return which steps from `first` up to `stop` count, (T, S): those that are finite, before the seed blew up."""
    ends = [entrant.steps if end is None else end for end in diverged_at(entrant.loss)]
    alive = np.arange(entrant.steps)[:, None] < np.array(ends)
    return np.asarray(alive & np.isfinite(entrant.gradient_norm))[first:stop]


def window_of(trace: RaceTrace) -> int:
    """Return how many steps of a pair are read at once."""
    return max(1, -(-trace.steps // WINDOWS))  # up: a short last window would be mostly noise


def window_losses(entrant: EntrantTrace, window: int) -> Doubles:
    """Return the median training loss of all seeds in each window, (W,), Inf where most are not finite."""
    starts = range(0, entrant.steps, window)
    return np.array([median(entrant.loss[start : start + window].ravel()) for start in starts])


def _side(entrant: EntrantTrace, trace: RaceTrace) -> Side:
    outcome, metric = entrant.outcome, trace.metric
    return Side(
        label=entrant.label,
        loss=float(window_losses(entrant, window_of(trace))[-1]) if entrant.steps else None,
        validation_loss=median(outcome.validation_loss) if outcome else None,
        validation_metric=median_metric(metric, outcome.validation_metric) if outcome else None,
        blow_ups=sum(step is not None for step in divergences(entrant)),
    )

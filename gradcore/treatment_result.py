"""What a treatment came to: verdict and loss before and after, in pairs, with an interval."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcore import strict_json
from gradcore.check_assembly import Checks
from gradcore.health_documents import diagnosis_of
from gradcore.networks import count_parameters
from gradcore.optimizers import learning_rate_of
from gradcore.paired_tests import difference_interval
from gradcore.prescriptions import Prescription
from gradcore.records import Doubles, EntrantTrace, RaceTrace, RunInfo
from gradcore.specs import HealthSpec, TreatmentSpec
from gradcore.tasks import task_of
from gradcore.titles import counted, number, percent
from gradcore.verdict_titles import verdict_title

UNTRAINED = ("disconnected",)  # verdicts on what costs parameters and time, whatever it costs in loss
NO_WORSE = 0.05  # of chance, by which a loss may be higher and count as no worse: as near as fitted is to perfect
TUNED = "each the best of the same grid, or a smaller one that is as good"
BY_RATE = ("lower_learning_rate", "warmup")  # treatments that are about the learning rate itself: it is not tuned


@dataclass(frozen=True)
class TreatmentResult:
    """Before and after; losses are final validation losses, at most chance, a diverged seed counting as chance."""

    before: Doubles  # (S,)
    after: Doubles  # (S,)
    difference: float  # mean of after - before
    interval: tuple[float, float]  # 95 % paired t
    verdict_before: str
    verdict_after: str
    learning_rates: tuple[float, float]
    step_time_ratio: float
    parameters: tuple[int, int]  # of one replica
    chance: float  # loss of a guess
    capped: bool = False  # whether a seed ended so far above it that counting it as a guess is to be told

    @property
    def improved(self) -> bool:
        """Whether the loss fell by more than chance."""
        return self.interval[1] < 0

    @property
    def saved(self) -> int:
        """How many parameters that were never trained the treatment took out; 0 where the verdict was another one."""
        return max(self.parameters[0] - self.parameters[1], 0) if self.verdict_before in UNTRAINED else 0

    @property
    def no_worse(self) -> bool:
        """Whether the loss is at most 5 % of chance higher, by the upper end of its interval."""
        return self.interval[1] < NO_WORSE * self.chance

    @property
    def cured(self) -> bool:
        """Whether the verdict changed and the loss fell by more than chance.

        What was never trained need not cost loss: there it is enough that parameters are saved and the loss is no
        worse.
        """
        changed = self.verdict_after != self.verdict_before
        return changed and (self.improved or (self.saved > 0 and self.no_worse))


def proof_of(spec: HealthSpec, prescription: Prescription) -> TreatmentSpec:
    """Return the treatment that tries a prescription: five pairs, rates tuned equally unless they are the treatment."""
    rates = "given" if prescription.solution in BY_RATE or spec.missing_share else "tuned"
    return TreatmentSpec(spec, prescription.spec, prescription.solution, learning_rates=rates)


def treatment_result(spec: TreatmentSpec, checks: Checks) -> TreatmentResult | None:
    """Return what a treatment came to, None before its end."""
    pairs = checks.pairs
    if pairs is None or checks.step_times is None or len(checks.networks) < 2:
        return None
    chance = task_of(spec.before.task).chance_loss
    before, after = (_losses(entrant, chance) for entrant in pairs.entrants)
    interval = difference_interval(after - before)
    if interval is None:
        return None
    verdicts = [
        diagnosis_of(side, trace).verdict
        for side, trace in zip((spec.before, spec.after), checks.networks, strict=True)
    ]
    return TreatmentResult(
        before=before,
        after=after,
        difference=float(np.mean(after - before)),
        interval=interval,
        verdict_before=verdicts[0],
        verdict_after=verdicts[1],
        learning_rates=(pairs.entrants[0].learning_rate, pairs.entrants[1].learning_rate),
        step_time_ratio=checks.step_times.ratio,
        parameters=_parameters(spec),
        chance=chance,
        capped=any(_above(entrant, chance) for entrant in pairs.entrants),
    )


def result_sentences(spec: TreatmentSpec, result: TreatmentResult) -> tuple[str, ...]:
    """Return what the pairs say, computed from them."""
    before, after = verdict_title(result.verdict_before), verdict_title(result.verdict_after)
    verdict = (
        f"The verdict is still '{after}'."
        if result.verdict_after == result.verdict_before
        else f"The verdict changed from '{before}' to '{after}'."
    )
    first, second = (number(rate) for rate in result.learning_rates)
    chosen = TUNED if spec.learning_rates == "tuned" else "as given"
    rates = f"Learning rates, {chosen}: {first} before, {second} after. "
    cost = f"A step takes {result.step_time_ratio:.2f} times as long{_size(result)}."
    return _loss_told(result), verdict, f"{rates}{cost}", *_savings(result)


def pictures_line(spec: TreatmentSpec, pairs: RaceTrace) -> str:
    """Return what the pictures of both networks and the verdicts are of."""
    first, second = spec.before.seed, spec.after.seed
    seeds = f"seed {first}" if first == second else f"seeds {first} and {second}"
    rates = [number(rate) for rate in (learning_rate_of(spec.before.optimizer), pairs.entrants[1].learning_rate)]
    told = f"Pictures and verdicts: {counted(spec.checked_steps, 'step')} from {seeds}"
    return f"{told}, untreated as it came, at learning rate {rates[0]}, treated at {rates[1]}."


def pairs_line(spec: TreatmentSpec, pairs: RaceTrace) -> str:
    """Return what the losses of the pairs are of, and what both networks of a pair share."""
    rates = " and ".join(number(entrant.learning_rate) for entrant in pairs.entrants)
    same = spec.before.batch_size == spec.after.batch_size
    shared = "the same batches" if same else "the same rows, in batches of another size"
    measured = f"Losses: {counted(spec.seeds, 'seed')} of {counted(spec.steps, 'step')}, at learning rates {rates}."
    return (
        f"{measured} Both networks of a seed see {shared}; a layer that is the same in both, at the same place, "
        "starts from the same weights."
    )


def _loss_told(result: TreatmentResult) -> str:
    low, high = result.interval
    moved = "fell" if result.difference < 0 else "rose"
    ends = (-high, -low) if result.difference < 0 else (low, high)
    known = "more than chance explains" if low > 0 or high < 0 else "no difference detected"
    told = (
        f"Over {len(result.before)} seeds the final validation loss {moved} by {number(abs(result.difference))} "
        f"(95 %: {number(ends[0])} to {number(ends[1])}): {known}."
    )
    if not result.capped:
        return told
    return f"{told} A seed that ends above a guess's loss, {number(result.chance)}, or diverges counts as a guess."


def _size(result: TreatmentResult) -> str:
    first, second = result.parameters
    return "" if first == second else f", with {second:,} parameters instead of {first:,}"


def _savings(result: TreatmentResult) -> tuple[str, ...]:
    """Return what was gained by taking out what was never trained, and what that did to the loss."""
    if not result.saved:
        return ()
    allowed = f"{number(NO_WORSE * result.chance)}, {percent(NO_WORSE)} of a guess's loss"
    loss = f"but the loss may be higher by more than {allowed}"
    if result.improved:
        loss = "and the loss fell as well"
    elif result.no_worse:
        loss = f"and the loss is no worse: if it is higher, then by less than {allowed}"
    return (f"{result.saved:,} parameters that no gradient reached were taken out, {loss}.",)


def _parameters(spec: TreatmentSpec) -> tuple[int, int]:
    before, after = (count_parameters(side.network, task_of(side.task)) for side in (spec.before, spec.after))
    return before, after


def _losses(entrant: EntrantTrace, chance: float) -> Doubles:
    if entrant.outcome is None:
        return np.full(entrant.loss.shape[1], np.nan)
    loss = entrant.outcome.validation_loss
    return np.where(np.isfinite(loss), np.minimum(loss, chance), chance)


def _above(entrant: EntrantTrace, chance: float) -> bool:
    """Return whether a seed of one network ended well above a guess's loss, or diverged."""
    known = entrant.outcome.validation_loss if entrant.outcome is not None else np.empty(0)
    return bool((~(known <= (1 + NO_WORSE) * chance)).any())


def treatment_document(info: RunInfo | None, spec: TreatmentSpec, checks: Checks) -> dict[str, Any]:
    """Return a treatment as the command line prints it; null where it has not come so far."""
    result = treatment_result(spec, checks)
    document: dict[str, Any] = {
        "run_id": info.id if info else None,
        "status": str(info.status) if info else None,
        "solution": spec.solution,
        "spec": spec.to_json(),
        "seeds": spec.seeds,
        "steps": spec.steps,
    }
    names = ("before", "after", "difference", "interval", "verdict_before", "verdict_after")
    more = ("learning_rates", "step_time_ratio", "parameters", "improved", "no_worse", "cured")
    document |= {name: None if result is None else getattr(result, name) for name in (*names, *more)}
    return strict_json.plain(document)  # type: ignore[no-any-return]

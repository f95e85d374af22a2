"""What a treatment came to: verdict and loss before and after, in pairs, with an interval."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcore import strict_json
from gradcore.check_assembly import Checks
from gradcore.health_documents import diagnosis_of
from gradcore.paired_tests import difference_interval
from gradcore.prescriptions import Prescription
from gradcore.records import Doubles, EntrantTrace, RunInfo
from gradcore.specs import HealthSpec, TreatmentSpec
from gradcore.tasks import task_of
from gradcore.titles import number
from gradcore.verdict_titles import verdict_title

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

    @property
    def improved(self) -> bool:
        """Whether the loss fell by more than chance."""
        return self.interval[1] < 0

    @property
    def cured(self) -> bool:
        """Whether the verdict changed and the loss fell by more than chance."""
        return self.improved and self.verdict_after != self.verdict_before


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
    )


def result_sentences(spec: TreatmentSpec, result: TreatmentResult) -> tuple[str, ...]:
    """Return what the pairs say, computed from them."""
    low, high = result.interval
    moved = "fell" if result.difference < 0 else "rose"
    ends = (-high, -low) if result.difference < 0 else (low, high)
    known = "more than chance explains" if low > 0 or high < 0 else "no difference detected"
    told = (
        f"Over {len(result.before)} seeds the final validation loss {moved} by {number(abs(result.difference))} "
        f"(95 %: {number(ends[0])} to {number(ends[1])}): {known}."
    )
    before, after = verdict_title(result.verdict_before), verdict_title(result.verdict_after)
    verdict = (
        f"The verdict is still '{after}'."
        if result.verdict_after == result.verdict_before
        else f"The verdict changed from '{before}' to '{after}'."
    )
    first, second = (number(rate) for rate in result.learning_rates)
    tuned = "each at the best of the same grid" if spec.learning_rates == "tuned" else "as given"
    rates = f"Learning rates, {tuned}: {first} before, {second} after. "
    return told, verdict, f"{rates}A step takes {result.step_time_ratio:.2f} times as long."


def _losses(entrant: EntrantTrace, chance: float) -> Doubles:
    if entrant.outcome is None:
        return np.full(entrant.loss.shape[1], np.nan)
    loss = entrant.outcome.validation_loss
    return np.where(np.isfinite(loss), np.minimum(loss, chance), chance)


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
    more = ("learning_rates", "step_time_ratio", "improved", "cured")
    document |= {name: None if result is None else getattr(result, name) for name in (*names, *more)}
    return strict_json.plain(document)  # type: ignore[no-any-return]

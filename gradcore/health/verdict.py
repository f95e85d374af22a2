"""The decision: the rules in their order, the first that holds gives the verdict, and what it explains is left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gradcore.health import advice, ahead, failures, signals, states
from gradcore.health.rule import CRITICAL, INFO, WARNING, Found, Rule
from gradcore.records import CheckTrace, Finding
from gradcore.specs import Thresholds

PENDING, HEALTHY = "pending", "healthy"
SEVERITIES = (CRITICAL, WARNING, INFO)  # the gravest first

_DECIDING = (
    Rule("non_finite", "Not finite", failures.NON_FINITE, CRITICAL, failures.non_finite),
    Rule("diverged", "Diverged", failures.DIVERGED, CRITICAL, failures.diverged),
    Rule("symmetric", "All units alike", states.SYMMETRIC, CRITICAL, states.symmetric),
    Rule("dead", "Dead or saturated units", states.DEAD, CRITICAL, states.dead),
    Rule("converged", "Converged", states.CONVERGED, INFO, states.converged),
    Rule("vanishing", "Vanishing gradient", signals.SIGNAL, CRITICAL, signals.vanishing),
    Rule("exploding", "Exploding gradient", signals.SIGNAL, CRITICAL, signals.exploding),
    Rule("correlation_collapse", "Inputs become alike", states.COLLAPSE, CRITICAL, states.correlation_collapse),
    Rule("noise_floor", "Noise floor", states.NOISE_FLOOR, CRITICAL, states.noise_floor),
    Rule("disconnected", "Cut off from the loss", failures.DISCONNECTED, CRITICAL, failures.disconnected),
)
_INFORMING = (
    Rule("early_warning", "Early warning", ahead.AHEAD, INFO, ahead.early_warning, decides=False),
    Rule("structural_zero", "Zero by construction", advice.KAPPA, INFO, advice.structural_zero, decides=False),
    Rule("update_ratio", "Size of the updates", advice.UPDATE, INFO, advice.update_ratio, decides=False),
    Rule("loss_at_start", "Loss at the start", advice.START, INFO, advice.loss_at_start, decides=False),
)
RULES: Mapping[str, Rule] = MappingProxyType(
    {rule.name: rule for rule in (*_DECIDING, *_INFORMING)}
)  # in the order of decision
VERDICTS = (*(rule.name for rule in _DECIDING), HEALTHY, PENDING)

_BACK = ("vanishing", "exploding", "correlation_collapse", "noise_floor", "update_ratio")
_HIDES: Mapping[str, tuple[str, ...]] = MappingProxyType(  # verdict -> rules whose findings only follow from it
    {
        "non_finite": tuple(name for name in RULES if name not in ("non_finite", "disconnected")),
        "diverged": ("converged", "correlation_collapse", "noise_floor", "update_ratio"),
        "symmetric": ("dead", *_BACK),
        "dead": _BACK,
        "converged": _BACK,
        "vanishing": ("noise_floor", "update_ratio"),
        "exploding": ("noise_floor", "update_ratio"),
        "correlation_collapse": ("noise_floor", "update_ratio"),
    }
)


@dataclass(frozen=True)
class Diagnosis:
    """What a check comes to."""

    verdict: str  # one of `VERDICTS`; "pending" until enough is recorded
    findings: tuple[Finding, ...]  # the gravest first, in the order of the rules
    structural_zeros: tuple[str, ...]  # variables whose gradient is zero by construction

    @property
    def worst(self) -> Finding | None:
        """The finding that gave the verdict, else the first one that is more than information, None without one."""
        graver = [finding for finding in self.findings if finding.rule == self.verdict or finding.severity != INFO]
        return next((finding for finding in graver if finding.rule == self.verdict), graver[0] if graver else None)


def diagnose(trace: CheckTrace, thresholds: Thresholds, classes: int | None = None) -> Diagnosis:
    """Return the verdict on what is recorded so far, and everything that was found.

    A check without a recorded step is never healthy: it is "pending", and so is one in which the signal on its way
    back was not measured yet. Thresholds of the warn band give findings and leave the verdict as it is.

    Args:
        trace: the check, whole or under way.
        thresholds: from where on something is called sick.
        classes: of a task with a softmax, to judge the first loss by; None = it is not judged.
    """
    if not trace.recorded:
        return Diagnosis(PENDING, (), ())
    found = {name: rule.find(trace, thresholds) for name, rule in RULES.items()}
    found["loss_at_start"] = advice.loss_at_start(trace, thresholds, classes)
    otherwise = HEALTHY if len(trace.sampled) else PENDING
    verdict = next((name for name, rule in RULES.items() if rule.holds(found[name])), otherwise)
    hidden = _HIDES.get(verdict, ())
    shown = [finding for name in RULES if name not in hidden for finding in found[name]]
    zeros = () if "structural_zero" in hidden else advice.structural_zeros(trace, thresholds)
    return Diagnosis(verdict, _sorted(shown), zeros)


def _sorted(findings: Found) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity)))

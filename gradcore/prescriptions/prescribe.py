"""What to do about a diagnosis: prescriptions in order, each with its reason, what it changes and what to expect.

The first one cures the cause in our judgement; the others follow by what was measured of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from gradcore import checks
from gradcore.checks import refuse
from gradcore.errors import RefusedError
from gradcore.health import Diagnosis
from gradcore.prescriptions.expected import Expected, expected_effect
from gradcore.specs import NO_NETWORK, HealthSpec
from gradcore.specs.network import LATER
from gradcore.treatments import RECTIFIERS, SQUASHING, TREATMENTS

LEFT_OUT: Mapping[str, Any] = MappingProxyType(  # what a field is that the JSON does not name
    {f"network.{name}": start for name, start in LATER.items()} | {"missing_share": 0.0, "optimizer.clip.rule": "none"}
)


@dataclass(frozen=True)
class Change:
    """One field of the spec's JSON, named by its place, before and after; None = there is none."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Prescription:
    """One treatment for one check."""

    solution: str  # a name in `TREATMENTS`
    title: str
    reason: str
    changes: tuple[Change, ...]
    effect: Expected | None  # as it was measured; None where the disease is another one
    spec: HealthSpec  # of the treated network


def prescribe(spec: HealthSpec, diagnosis: Diagnosis) -> tuple[Prescription, ...]:
    """Return what to do, the best first; nothing for a network that is healthy, converged or not yet judged."""
    solutions = dict.fromkeys(_solutions(spec, diagnosis))
    found = [one for name in solutions if (one := _prescription(spec, diagnosis, name)) is not None]
    rest = sorted(found[1:], key=lambda one: -one.effect.value if one.effect else 0.0)
    return tuple(found[:1] + rest)


def treat(spec: HealthSpec, diagnosis: Diagnosis, solution: str | None = None) -> Prescription:
    """Return one prescription: the first one, or the treatment of this name whether or not it was prescribed.

    Raises:
        RefusedError: nothing is prescribed, the name is unknown, or the treatment would change nothing.
    """
    if solution is None:
        prescribed = prescribe(spec, diagnosis)
        if not prescribed:
            raise RefusedError(
                f"there must be something to treat. Received: a check with verdict '{diagnosis.verdict}'"
            )
        return prescribed[0]
    checks.known_name("treatment", solution, TREATMENTS)
    found = _prescription(spec, diagnosis, solution)
    if found is None:
        refuse("treat", "name a treatment that changes this network", solution)
    return found


def changes(before: HealthSpec, after: HealthSpec) -> tuple[Change, ...]:
    """Return where the JSON of two specs differs, by place.

    Example:
        >>> from dataclasses import replace
        >>> changes(HealthSpec(), replace(HealthSpec(), steps=10))
        (Change(field='steps', before=50, after=10),)
    """
    old, new = _flat(before.to_json()), _flat(after.to_json())
    found = [
        Change(name, old.get(name, LEFT_OUT.get(name)), new.get(name, LEFT_OUT.get(name)))
        for name in dict.fromkeys([*old, *new])
    ]
    return tuple(change for change in found if change.before != change.after)


def _prescription(spec: HealthSpec, diagnosis: Diagnosis, solution: str) -> Prescription | None:
    treatment = TREATMENTS[solution]
    treated = treatment.apply(spec)
    if treated == spec:
        return None
    worst = diagnosis.worst
    reason = f"{worst.evidence} {treatment.why}" if worst else treatment.why
    expected = expected_effect(spec, diagnosis, solution)
    return Prescription(solution, treatment.title, reason, changes(spec, treated), expected, treated)


def _solutions(spec: HealthSpec, diagnosis: Diagnosis) -> Sequence[str]:
    """Return the treatments for a diagnosis, the one for its cause first; some may have nothing to change."""
    rules = [finding.rule for finding in diagnosis.findings if finding.severity == "critical"]
    if diagnosis.verdict == "diverged" and "exploding" in rules and spec.network != NO_NETWORK:
        return (*_exploding(spec), "lower_learning_rate")
    by_verdict: dict[str, Callable[[HealthSpec], Sequence[str]]] = {
        "non_finite": _non_finite,
        "diverged": lambda spec: ("lower_learning_rate", "clipping", "warmup"),
        "symmetric": lambda spec: (_initializer(spec),),
        "dead": _dead,
        "vanishing": _vanishing,
        "exploding": _exploding,
        "correlation_collapse": lambda spec: (
            "residual_preactivation",
            "residual_scaled",
            "adam",
            "clipping",
            "batch_norm",
        ),
        "noise_floor": lambda spec: ("larger_batch", "lower_learning_rate", "warmup"),
        "disconnected": lambda spec: ("connect_branch",),
    }
    chosen = by_verdict.get(diagnosis.verdict)
    return chosen(spec) if chosen else ()


def _non_finite(spec: HealthSpec) -> Sequence[str]:
    if spec.missing_share:
        return ("clean_data",)
    return () if spec.network == NO_NETWORK else (_initializer(spec), "batch_norm", "lsuv", "orthogonal")


def _dead(spec: HealthSpec) -> Sequence[str]:
    if spec.network.bias < 0:
        return ("zero_bias", "leaky_relu", "batch_norm")
    if spec.network.activation in SQUASHING:
        return ("glorot_init", "batch_norm", "lsuv", "relu_he")
    return ("leaky_relu", "lower_learning_rate", "batch_norm", "he_init")


def _vanishing(spec: HealthSpec) -> Sequence[str]:
    if spec.network.cell is not None:
        return ("attention_adam", "orthogonal", "adam")
    first = "relu_he" if spec.network.activation in SQUASHING else "residual_scaled"
    others = ("residual_preactivation", "batch_norm", "adam", "lsuv", "he_init", "orthogonal")
    return (first, "residual_scaled", *others)


def _exploding(spec: HealthSpec) -> Sequence[str]:
    network = spec.network
    if network.cell is not None:
        return _exploding_in_time()
    if network.normalization is not None and network.residual is None:
        return ("residual_preactivation", "residual_scaled", "adam")
    if network.residual is not None:
        return ("residual_preactivation", "residual_scaled", _initializer(spec), "batch_norm", "adam")
    return (_initializer(spec), "batch_norm", "lsuv", "residual_scaled", "adam", "clipping")


def _exploding_in_time() -> Sequence[str]:
    """Return the treatments for a signal that grows from time step to time step, the one for its cause first.

    The finding says that a kernel stretches, so it is made to shrink. To keep the length (orthogonal, gain 1) is not
    enough beside attention, where each of the later steps sends back a share: of 24 seeds of the patient 4 had a > 30
    then (median 14), with gain 0.8 none (median 5).
    """
    attended = ("contracting_attention", "gated_attention", "orthogonal_attention", "attention_adam")
    return *attended, "orthogonal", "clipping"


def _initializer(spec: HealthSpec) -> str:
    """Return the initialiser that keeps the signal for a network's activation."""
    return "he_init" if spec.network.activation in RECTIFIERS else "glorot_init"


def _flat(fields: dict[str, Any], place: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in fields.items():
        found |= _flat(value, f"{place}{name}.") if isinstance(value, dict) else {f"{place}{name}": value}
    return found

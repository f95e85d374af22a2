"""What a health check says, in two or three sentences that are computed from it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from gradcore.health import HEALTHY, PENDING, Diagnosis, last_error
from gradcore.prescriptions import Prescription
from gradcore.records import CheckTrace
from gradcore.titles import counted, number, percent

WORDS: Mapping[str, str] = MappingProxyType(  # verdict -> what it says of the network
    {
        "non_finite": "This network computes numbers that are not finite from the first step on",
        "diverged": "The training diverged",
        "symmetric": "All units of a layer are one and the same",
        "dead": "A layer is dead or saturated",
        "converged": "This network has learned its task",
        "vanishing": "The gradient vanishes on its way back",
        "exploding": "The gradient explodes on its way back",
        "correlation_collapse": "This network no longer tells its inputs apart",
        "noise_floor": "The training has come down to its noise",
        "disconnected": "A part of this network is cut off from the loss",
        HEALTHY: "This network is healthy",
        PENDING: "There is no verdict yet",
    }
)
LEARNS, STUCK = 0.9, 0.98  # shares of the first loss
GUESS, WORSE = 0.995, 1.5  # errors from which a network is no better than a guess, and worse


def check_sentences(
    trace: CheckTrace, diagnosis: Diagnosis, prescriptions: Sequence[Prescription] = ()
) -> tuple[str, ...]:
    """Return the verdict with its evidence, how the training goes, and what follows; at most four sentences.

    Args:
        trace: the check, whole or under way.
        diagnosis: of that trace.
        prescriptions: what to do, the best first.
    """
    if not trace.recorded:
        return (f"{WORDS[PENDING]}: no step is recorded.",)
    going = (_stopped(trace), _training(trace, diagnosis))
    told = (_verdict(trace, diagnosis), *going, _consequence(diagnosis, prescriptions))
    return tuple(sentence for sentence in told if sentence)


def verdict_words(diagnosis: Diagnosis) -> str:
    """Return the verdict in words, without a full stop.

    Example:
        >>> verdict_words(Diagnosis("vanishing", (), ()))
        'The gradient vanishes on its way back'
    """
    return WORDS[diagnosis.verdict]


def _verdict(trace: CheckTrace, diagnosis: Diagnosis) -> str:
    words, worst = verdict_words(diagnosis), diagnosis.worst
    if trace.recorded < trace.steps and trace.outcome is None:
        words = f"After {trace.recorded} of {counted(trace.steps, 'step')}: {words[0].lower()}{words[1:]}"
    if diagnosis.verdict == PENDING:
        return f"{words}: the signal that comes back was not measured so far."
    if worst is None:
        return f"{words}: no rule finds anything that needs a cure."
    if worst.severity == "warning":
        return f"{words}, but watch {worst.layer}: {worst.evidence}"
    evidence = worst.evidence
    return f"{words}: {evidence if evidence.startswith('a =') else evidence[0].lower() + evidence[1:]}"


def _stopped(trace: CheckTrace) -> str:
    step = trace.stopped_at
    return "" if step is None else f"The early warning stopped it at step {step}; {trace.steps} steps were asked for."


def _training(trace: CheckTrace, diagnosis: Diagnosis) -> str:
    first, last = (float(np.median(trace.loss[step])) for step in (0, -1))
    if diagnosis.verdict in ("non_finite", "diverged", "converged") or not np.isfinite([first, last]).all():
        return ""
    if trace.recorded == 1:
        return f"The first loss is {number(first, 3)}."
    error = last_error(trace)
    far = f", and the network is {_far(error)}" if np.isfinite(error) else ""
    word = "falls" if last < LEARNS * first else "hardly moves" if last < first / STUCK else "rises"
    return f"The loss {word}, from {number(first, 3)} to {number(last, 3)} over {counted(trace.recorded, 'step')}{far}."


def _far(error: float) -> str:
    """Return how far from its targets a network is."""
    if error >= WORSE:
        return f"{number(error, 2)} times as far from its targets as a guess"
    return "no better than a guess" if error >= GUESS else f"{percent(error)} as far from its targets as a guess"


def _consequence(diagnosis: Diagnosis, prescriptions: Sequence[Prescription]) -> str:
    if prescriptions:
        title = prescriptions[0].title
        others = len(prescriptions) - 1
        more = f"; {counted(others, 'other treatment')} may be tried" if others else ""
        return f"First treatment: {title}{more}."
    zeros = len(diagnosis.structural_zeros)
    if diagnosis.verdict in (HEALTHY, "converged") and zeros:
        verb = "has a gradient that is" if zeros == 1 else "have gradients that are"
        return f"{counted(zeros, 'variable')} {verb} zero by construction, which is no problem."
    return ""

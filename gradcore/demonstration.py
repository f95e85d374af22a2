"""The demonstration: a sick patient, what is found, what is done, and the proof, told from the shipped example.

Every number in it is read from that record by the modules that read any other check or treatment.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from gradcore.example_check import PATIENT, example_check, example_treatment
from gradcore.figures.health_claims import depth_title, picture_title
from gradcore.figures.health_reading import grid
from gradcore.glances import expected
from gradcore.health import RULES, Diagnosis
from gradcore.health_documents import diagnosis_of
from gradcore.health_reading import check_sentences, verdict_words
from gradcore.prescriptions import Change, Prescription, changes, prescribe
from gradcore.records import Finding
from gradcore.titles import check_title, counted, number
from gradcore.treatment_result import TreatmentResult, result_sentences, treatment_result
from gradcore.treatments import TREATMENTS
from gradcore.ward import WARD

MOST_CELLS = 10_000  # columns of the picture whose title is told: more than the example has steps


@dataclass(frozen=True)
class Scene:
    """One step of the demonstration, beside its picture."""

    name: str
    part: str  # of the story
    title: str
    sentences: tuple[str, ...]


@cache
def diagnosis() -> Diagnosis:
    """Return what the example's check found."""
    return diagnosis_of(*example_check())


@cache
def prescriptions() -> tuple[Prescription, ...]:
    """Return what is prescribed, the first one first."""
    return prescribe(example_check()[0], diagnosis())


def finding() -> Finding:
    """Return the gravest finding."""
    worst = diagnosis().worst
    if worst is None:
        raise RuntimeError("the bundled example must be sick; record it anew: python -m bench._example_check")
    return worst


@cache
def result() -> TreatmentResult:
    """Return what the treatment came to."""
    found = treatment_result(*example_treatment())
    if found is None:
        raise RuntimeError("the bundled proof must be whole; record it anew: python -m bench._example_treatment")
    return found


def what_changed() -> tuple[Change, ...]:
    """Return what the treatment changes in the spec."""
    spec, _ = example_treatment()
    return changes(spec.before, spec.after)


def _patient() -> Scene:
    _, trace = example_check()
    training = check_sentences(trace, diagnosis())[1]
    return Scene("patient", "The patient", WARD[PATIENT].title, (WARD[PATIENT].complaint, training))


def _watch() -> Scene:
    _, trace = example_check()
    seen = picture_title(trace, grid(trace, MOST_CELLS), ended=True)
    told = (
        f"{seen}.",
        f"The gradient of every layer, at each of {counted(trace.recorded, 'step')}. Input side at the bottom, output "
        "on top; dark is small.",
    )
    return Scene("watch", "Monitoring", "Every layer, at every step", told)


def _signal() -> Scene:
    spec, trace = example_check()
    told = (
        "The loss sends a signal back, from the output to the input.",
        f"{depth_title(trace, spec.thresholds)}.",
        _theory("untreated"),
    )
    return Scene("signal", "Monitoring", "How much of the signal comes back", told)


def _finding() -> Scene:
    one = finding()
    formula = f"{one.formula}: {number(one.value)}; threshold {number(one.threshold)}."
    return Scene(
        "finding",
        "The finding",
        f"{RULES[one.rule].title} at {one.layer}",
        (f"{verdict_words(diagnosis())}.", one.evidence, formula),
    )


def _prescription() -> Scene:
    first = prescriptions()[0]
    told = [TREATMENTS[first.solution].why]
    told += [first.effect.sentence] if first.effect else []
    return Scene("prescription", "The prescription", first.title, tuple(told))


def _cure() -> Scene:
    spec, checks = example_treatment()
    trace = checks.networks[1]
    told = (
        "The same measurement after the change, before the first update.",
        f"{depth_title(trace, spec.after.thresholds)}.",
        _theory("treated"),
    )
    return Scene("cure", "The treatment", "The signal, treated", told)


def _compare() -> Scene:
    _, checks = example_treatment()
    titles = [picture_title(trace, grid(trace, MOST_CELLS), ended=True) for trace in checks.networks]
    told = tuple(
        f"{side}: {title[0].lower()}{title[1:]}." for side, title in zip(("Before", "After"), titles, strict=True)
    )
    return Scene("compare", "The treatment", "Before and after, in the same colours", told)


def _pairs() -> Scene:
    spec, _ = example_treatment()
    told = (
        f"Both networks train in {counted(spec.seeds, 'pair')}: the same seeds and batches, "
        f"{counted(spec.steps, 'step')}.",
        result_sentences(spec, result())[2],
    )
    return Scene("pairs", "The proof", "One network is no proof", told)


def _proof() -> Scene:
    spec, _ = example_treatment()
    return Scene("proof", "The proof", _proven(), result_sentences(spec, result())[:2])


def _live() -> Scene:
    spec, _ = example_check()
    told = (
        f"The patient waits in the health check: {check_title(spec)}.",
        "It takes a few seconds, and every setting can be changed.",
    )
    return Scene("live", "Your turn", "Run it live", told)


def _proven() -> str:
    found = result()
    if found.cured:
        return "The patient is cured"
    return "The loss is lower, the disease is not cured" if found.improved else "No difference is detected"


def _theory(side: str) -> str:
    """Return what theory says of it, without how far off one seed is."""
    told = expected(side).sentence.partition(" At step")[0]
    return f"{told[0].upper()}{told[1:]}"


SCENES: tuple[Callable[[], Scene], ...] = (
    _patient, _watch, _signal, _finding, _prescription, _cure, _compare, _pairs, _proof, _live,
)  # fmt: skip


@cache
def scene(step: int) -> Scene:
    """Return one step, from 1 on.

    Example:
        >>> scene(1).title
        'Sigmoid stack'
    """
    return SCENES[step - 1]()

"""`gradcore health`: check a network in this process, and where asked prove a treatment in pairs."""

import argparse
from collections import Counter
from collections.abc import Sequence
from typing import Any

from gradcore.cli.race import asked_to_stop, trained
from gradcore.cli.session import open_lab
from gradcore.cli.source import read_health
from gradcore.cli.text import number, print_json, table
from gradcore.errors import RefusedError
from gradcore.health import Diagnosis
from gradcore.health_documents import diagnosis_of, health_document
from gradcore.health_reading import check_sentences
from gradcore.lab import Lab
from gradcore.prescriptions import Prescription, prescribe, treat
from gradcore.records import CheckTrace, Finding
from gradcore.run_titles import treatment_title
from gradcore.specs import HealthSpec, TreatmentSpec
from gradcore.titles import percent
from gradcore.treatment_result import proof_of, result_sentences, treatment_document, treatment_result
from gradcore.treatments import TREATMENTS


def health(arguments: argparse.Namespace) -> int:
    """Check the network, or open the check where the store has it finished, and print it; returns the exit status."""
    spec = read_health(arguments)
    with open_lab(arguments.db) as lab, asked_to_stop() as stopped:
        finished = trained(lab, spec, arguments, stopped)
        if finished is None:
            return stopped() or 1
        if arguments.treat is None:
            print_health(lab, finished.id, arguments.json)
            return 0
        proof = _proof(lab, finished.id, arguments.treat or None)
        proven = trained(lab, proof, arguments, stopped)
        if proven is None:
            return stopped() or 1
        print_health(lab, finished.id, arguments.json, proven.id)
        return 0


def print_health(lab: Lab, run_id: str, as_json: bool, treatment_id: str | None = None) -> None:
    """Print what the store holds of a check, and of a treatment of it."""
    info = lab.info(run_id)
    spec, trace = HealthSpec.from_json(info.spec), _trace(lab, run_id)
    document = health_document(info, spec, trace)
    if treatment_id is not None:
        document["treatment"] = _treatment(lab, treatment_id)
    if as_json:
        print_json(document)
        return
    diagnosis = diagnosis_of(spec, trace)
    prescriptions = prescribe(spec, diagnosis)
    parts = [
        f"Check {run_id}: {document['verdict']}. {document['parameters']} parameters, {document['steps']} steps.",
        "\n".join(check_sentences(trace, diagnosis, prescriptions)),
        _findings(diagnosis.findings),
        _notebook(diagnosis, document["notebook"]),
        _treatments(prescriptions),
        _told(lab, treatment_id) if treatment_id is not None else "",
    ]
    print("\n\n".join(part for part in parts if part))


def print_treatment(lab: Lab, run_id: str, as_json: bool) -> None:
    """Print what the store holds of a treatment."""
    print_json(_treatment(lab, run_id)) if as_json else print(_told(lab, run_id))


def _proof(lab: Lab, run_id: str, solution: str | None) -> TreatmentSpec:
    """Return the treatment that is asked for, of a check that has ended."""
    spec = HealthSpec.from_json(lab.info(run_id).spec)
    return proof_of(spec, treat(spec, diagnosis_of(spec, _trace(lab, run_id)), solution))


def _trace(lab: Lab, run_id: str) -> CheckTrace:
    found, _ = lab.checks(run_id)
    if not found.networks:
        raise RefusedError(f"the check must have recorded a step. Received: run {run_id}, which has none")
    return found.networks[0]


def _treatment(lab: Lab, run_id: str) -> dict[str, Any]:
    info = lab.info(run_id)
    return treatment_document(info, TreatmentSpec.from_json(info.spec), lab.checks(run_id)[0])


def _told(lab: Lab, run_id: str) -> str:
    spec = TreatmentSpec.from_json(lab.info(run_id).spec)
    result = treatment_result(spec, lab.checks(run_id)[0])
    if result is None:
        return f"Treatment {run_id} has not come to its end."
    return "\n".join([f"Treatment {run_id}: {treatment_title(spec)}.", *result_sentences(spec, result)])


def _findings(findings: Sequence[Finding]) -> str:
    """Return a row for each finding, then what its value is and what to do, once for those that share it."""
    if not findings:
        return ""
    header = ["severity", "rule", "layer", "step", "value", "threshold"]
    rows = [
        [one.severity, one.rule, one.layer or "-", _step(one.step), number(one.value), number(one.threshold)]
        for one in findings
    ]
    meant = dict.fromkeys((one.rule, one.formula, one.advice) for one in findings)
    told = [f"{rule}\n  value:      {formula}\n  what to do: {advice}" for rule, formula, advice in meant]
    return "\n".join([table(header, rows, left=header[:3]), "", *told])


def _notebook(diagnosis: Diagnosis, found: dict[str, Any]) -> str:
    """Return the notebook's verdict and counts, and ours."""
    counts = ", ".join(f"{found[name]} {name}" for name in ("vanished", "weak", "exploding"))
    severities = Counter(one.severity for one in diagnosis.findings)
    ours = ", ".join(f"{severities[name]} {name}" for name in ("critical", "warning", "info"))
    return f"The notebook's verdict: {found['verdict']} ({counts}). This check's: {diagnosis.verdict} ({ours})."


def _treatments(prescriptions: Sequence[Prescription]) -> str:
    """Return a row for each treatment, the best first, with the share of the lost loss that it was measured to save."""
    if not prescriptions:
        return ""
    header = ["treatment", "what it is", "gave back"]
    rows = [[one.solution, one.title, percent(one.effect.value) if one.effect else "-"] for one in prescriptions]
    told = [table(header, rows, left=header[:2])]
    networks = dict.fromkeys(one.effect.network for one in prescriptions if one.effect)
    told += [f"Gave back: of the lost loss, measured on {' and '.join(networks)}."] if networks else []
    return "\n".join([*told, f"Why {prescriptions[0].solution}: {TREATMENTS[prescriptions[0].solution].why}"])


def _step(step: int | None) -> str:
    return "-" if step is None else str(step)

"""`gradcore health`: check a network in this process, and where asked prove a treatment in pairs."""

import argparse
from typing import Any

from gradcore.cli.race import asked_to_stop, trained
from gradcore.cli.session import open_lab
from gradcore.cli.source import read_health
from gradcore.cli.text import number, print_json, table
from gradcore.errors import RefusedError
from gradcore.health_documents import diagnosis_of, health_document
from gradcore.health_reading import check_sentences
from gradcore.lab import Lab
from gradcore.prescriptions import prescribe, treat
from gradcore.records import CheckTrace
from gradcore.run_titles import treatment_title
from gradcore.specs import HealthSpec, TreatmentSpec
from gradcore.treatment_result import proof_of, result_sentences, treatment_document, treatment_result


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
    print(f"Check {run_id}: {document['verdict']}. {document['parameters']} parameters, {document['steps']} steps.\n")
    print("\n".join(check_sentences(trace, diagnosis, prescribe(spec, diagnosis))))
    if document["findings"]:
        print(f"\n{_findings(document['findings'])}")
    for one in document["prescriptions"]:
        print(f"\nTreatment {one['solution']}: {one['title']}. {one['reason']}")
    if treatment_id is not None:
        print(f"\n{_told(lab, treatment_id)}")


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


def _findings(findings: list[dict[str, Any]]) -> str:
    header = ["severity", "rule", "layer", "step", "value", "threshold"]
    rows = [
        [
            one["severity"],
            one["rule"],
            one["layer"] or "-",
            _step(one["step"]),
            number(one["value"]),
            number(one["threshold"]),
        ]
        for one in findings
    ]
    return table(header, rows, left=header[:3])


def _step(step: int | None) -> str:
    return "-" if step is None else str(step)

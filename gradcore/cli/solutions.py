"""`gradcore solutions`: each solution with its opinion and its measurement; `measure` measures them."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from gradcore.cli.race import asked_to_stop, trained
from gradcore.cli.session import open_lab, open_stored
from gradcore.cli.text import number, print_json, table
from gradcore.errors import RefusedError
from gradcore.lab import Lab
from gradcore.solutions import (
    DISEASES,
    FULL,
    PROTOCOLS,
    QUICK,
    SOLUTIONS,
    Measurement,
    as_text,
    measurement_document,
    protocol_of,
    shipped,
    solutions_document,
)
from gradcore.specs import SolutionsSpec
from gradcore.trial_result import compared, row_of, scenario_of, trial_sentences

LEGEND = (
    "Opinion: the notebook's effectiveness, 1 to 10. Measured: the share of what a disease costs that it gives back,\n"
    "mean over the diseases to which it applies, with its 95 % interval. Step time: times the untreated network's."
)
EMPTY = "A dash: it changes nothing in that network, or is not measured."


def solutions(arguments: argparse.Namespace) -> int:
    """Print the solutions with the newest complete measurement of the store, else with the one that ships."""
    with open_stored(arguments.db) as lab:
        _print(newest(lab) or shipped(FULL), arguments.json)
    return 0


def measure(arguments: argparse.Namespace) -> int:
    """Measure them, or open the measurement where the store has it finished; returns the exit status."""
    spec = replace(PROTOCOLS[QUICK if arguments.quick else FULL](), first_seed=arguments.first_seed)
    with open_lab(arguments.db) as lab, asked_to_stop() as stopped:
        finished = trained(lab, spec, arguments, stopped)
        if finished is None:
            return stopped() or 1
        found, _ = lab.measurement(finished.id)
        if arguments.out:
            _write(found, arguments)
        _print(found, arguments.json)
    return 0


def newest(lab: Lab) -> Measurement | None:
    """Return the newest finished measurement, a full one before a quick one; None where the store has none."""
    found: dict[str | None, str] = {}
    for run in lab.runs(kind=SolutionsSpec.kind, status="finished"):
        found.setdefault(protocol_of(SolutionsSpec.from_json(run.spec)), run.id)
    run_id = found.get(FULL) or found.get(QUICK)
    return lab.measurement(run_id)[0] if run_id else None


def print_solutions(lab: Lab, run_id: str, as_json: bool) -> None:
    """Print what the store holds of a measurement."""
    _print(lab.measurement(run_id)[0], as_json)


def _write(measurement: Measurement, arguments: argparse.Namespace) -> None:
    """Write a measurement with the command that makes it again, wherever it is given."""
    path, command = arguments.out, "gradcore solutions measure --out FILE"
    command += " --quick" if arguments.quick else ""
    command += f" --first-seed {arguments.first_seed}" if arguments.first_seed else ""
    try:
        Path(path).write_text(as_text(measurement_document(measurement, command)), encoding="utf-8")
    except OSError as error:
        raise RefusedError(
            f"`--out` must be a file that can be written. Received: {path} ({error.strerror})"
        ) from error


def _print(measurement: Measurement, as_json: bool) -> None:
    if measurement.spec.task is not None and not as_json:
        _print_trial(measurement)
        return
    document = solutions_document(measurement)
    if as_json:
        print_json(document)
        return
    header = ["solution", "opinion", "measured", "from", "to", "step time", "state per weight"]
    print(table(header, [_row(one) for one in document], left=header[:1]))
    print(f"\n{LEGEND}\n")
    diseases = measurement.spec.diseases
    print(
        table(
            ["E by disease", *(DISEASES[name].short for name in diseases)],
            _by_disease(measurement),
            left=["E by disease"],
        )
    )
    print(f"\n{EMPTY}\n{_provenance(measurement)}")


def _by_disease(measurement: Measurement) -> list[list[str]]:
    """Return the effect of every solution that was measured on each disease."""
    diseases = measurement.spec.diseases
    effects = {name: measurement.effects(name) for name in SOLUTIONS}
    return [
        [
            SOLUTIONS[name].name,
            *(f"{round(found[one].value, 2) + 0.0:.2f}" if one in found else "-" for one in diseases),
        ]
        for name, found in effects.items()
        if found
    ]


def _provenance(measurement: Measurement) -> str:
    """Return which measurement is shown, in one sentence."""
    spec, known = measurement.spec, measurement.environment
    made = f"tensorflow {known.get('tensorflow', '?')}, keras {known.get('keras', '?')}"
    size = f"{spec.rates} rates, {spec.tuning_seeds} + {spec.seeds} seeds, {spec.steps} steps"
    return f"Run {measurement.run_id}, {measurement.measured_at[:16].replace('T', ' ')} UTC, {made}: {size}."


def _print_trial(measurement: Measurement) -> None:
    """Print what the trial of a scenario came to."""
    scenario = scenario_of(measurement)
    shown = compared(measurement, scenario) if scenario else ()
    if rows := [row_of(one) for one in shown]:
        print(table(list(rows[0]), [list(row.values()) for row in rows], left=["Disease"]))
    print("\n".join(trial_sentences(shown)))
    print(_provenance(measurement))


def _row(one: dict[str, Any]) -> list[str]:
    textbook, measured = one["textbook"], one["measured"] or {}
    low, high = measured.get("interval") or (None, None)
    values = (measured.get("effectiveness"), low, high, measured.get("step_time_ratio"))
    opinion = "-" if textbook is None else str(textbook["effectiveness"])
    return [one["name"], opinion, *map(number, values), number(measured.get("extra_state_per_weight"))]

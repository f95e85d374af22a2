"""How soon a health check shows itself, workers warm, from its submission; and how long a treatment's proof takes.

The notebook's robust network, ten steps with all measurements, five seeds (goals: first record 1.5 s, end 4 s). A proof
is of the sigmoid stack's first prescription, five seeds and 200 steps with tuned rates (goal 30 s on two cores).
"""

import json
import tempfile
import time
from dataclasses import replace
from statistics import median

from bench.two_workers import lab
from gradcore.health_documents import diagnosis_of
from gradcore.lab import Lab
from gradcore.prescriptions import prescribe
from gradcore.specs import RunSpec
from gradcore.treatment_result import proof_of
from gradcore.ward import WARD

SEEDS = range(5)
LOOK_SECONDS = 0.02


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, lab(folder, 2) as made:
        checks = [_timed(made, replace(WARD["notebook"].spec, seed=seed)) for seed in SEEDS]
        sick = WARD["sigmoid_stack"].spec
        sick_id = made.submit(sick)
        _ended(made, sick_id)
        (trace,) = made.checks(sick_id)[0].networks
        proof = _timed(made, proof_of(sick, prescribe(sick, diagnosis_of(sick, trace))[0]))
    print(
        json.dumps(
            {
                "check_first_record_s": {"median": round(median(first for first, _ in checks), 2), "goal": 1.5},
                "check_finished_s": {"median": round(median(end for _, end in checks), 2), "goal": 4.0},
                "proof_s": {"once": round(proof[1], 1), "goal": 30.0},
            },
            indent=1,
        )
    )


def _timed(made: Lab, spec: RunSpec) -> tuple[float, float]:
    """Return the seconds from submission to the first record and to the end."""
    started = time.perf_counter()
    run_id = made.submit(spec, again=True)
    while not made.watch(run_id)[0]:
        time.sleep(LOOK_SECONDS)
    first = time.perf_counter() - started
    _ended(made, run_id)
    return first, time.perf_counter() - started


def _ended(made: Lab, run_id: str) -> None:
    while not made.info(run_id).status.ended:
        time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    main()

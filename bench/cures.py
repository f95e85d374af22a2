"""Whether the first prescription of each patient of the ward cures it: treatments in pairs, as the page proves them.

Cured = the verdict changes and the 95 % paired-t interval of the validation loss (treated - untreated, five seeds, 200
steps, rates tuned equally) lies below zero; of what was never trained it is enough that parameters are saved and the
loss is no worse. Prints each patient, and how many are cured by the one and by the other.
"""

import argparse
import json
import time
from dataclasses import replace
from typing import Any

from gradcore.admission import admit
from gradcore.check_assembly import CheckAssembly
from gradcore.engine.checkup import run_check
from gradcore.engine.treatment import run_treatment
from gradcore.health_documents import diagnosis_of
from gradcore.prescriptions import prescribe
from gradcore.settings import Limits
from gradcore.treatment_result import proof_of, treatment_result
from gradcore.ward import WARD


def main() -> None:
    """Treat every patient and print what it came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="of the check, and the first of the proof's five")
    seed = parser.parse_args().seed
    found = {name: treated for name in WARD if (treated := treat(name, seed)) is not None}
    cured = [one for one in found.values() if one["cured"]]
    by_loss = sum(bool(one["improved"]) for one in cured)
    print(json.dumps({"cured": len(cured), "by_loss": by_loss, "of": len(found), "patients": found}, indent=1))


def treat(name: str, seed: int) -> dict[str, Any] | None:
    """Return what the first prescription of a patient came to, None where there is none."""
    spec = admit(replace(WARD[name].spec, seed=seed), Limits())
    check = CheckAssembly(spec)
    run_check(spec, (0,), lambda records, progress: check.add(records))
    prescribed = prescribe(spec, diagnosis_of(spec, check.trace().networks[0]))
    if not prescribed:
        return None
    proof = admit(proof_of(spec, prescribed[0]), Limits())
    pairs = CheckAssembly(proof)
    started = time.perf_counter()
    run_treatment(proof, (0, 1), lambda records, progress: pairs.add(records))
    result = treatment_result(proof, pairs.trace())
    assert result is not None, "a treatment that came to its end has a result"
    return {
        "solution": proof.solution,
        "verdicts": [result.verdict_before, result.verdict_after],
        "loss": [round(float(side.mean()), 4) for side in (result.before, result.after)],
        "difference": round(result.difference, 4),
        "interval": [round(end, 4) for end in result.interval],
        "rates": [float(f"{rate:.3g}") for rate in result.learning_rates],
        "step_time_ratio": round(result.step_time_ratio, 2),
        "parameters": result.parameters,
        "improved": result.improved,
        "cured": result.cured,
        "seconds": round(time.perf_counter() - started, 1),
    }


if __name__ == "__main__":
    main()

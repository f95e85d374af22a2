"""Record what the reception shows of a few checks anew: writes gradcore/examples/glances.json, prints its size."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from gradcore import strict_json
from gradcore.admission import admit
from gradcore.check_assembly import CheckAssembly
from gradcore.depth_theory import NoTheory
from gradcore.engine.checkup import run_check
from gradcore.example_check import example_treatment
from gradcore.glances import DIVERGING, FILE, INITIALIZERS, SIDES, started_from
from gradcore.health import backprop_ratio
from gradcore.health.ahead import whole_norms
from gradcore.health_theory import expected_signal
from gradcore.records import CheckTrace
from gradcore.settings import Limits
from gradcore.specs import HealthSpec

TARGET = Path(__file__).parents[1] / "gradcore" / "examples" / FILE


def main() -> None:
    """Train, and write what is shown."""
    found = {
        "made_by": "python -m bench._example_glances",
        "signals": {name: shortest(backprop_ratio(checked(started_from(name)))[0, 0]) for name in INITIALIZERS},
        "diverging": diverging(),
        "expected": expected(),
    }
    TARGET.write_text(strict_json.dumps(found) + "\n", encoding="utf-8")
    print(json.dumps({"file": TARGET.name, "bytes": TARGET.stat().st_size}))


def checked(spec: HealthSpec) -> CheckTrace:
    """Train a network and return what was measured."""
    assembly = CheckAssembly(spec)
    run_check(admit(spec, Limits()), (0,), lambda records, progress: assembly.add(records))
    (trace,) = assembly.trace().networks
    return trace


def diverging() -> dict[str, Any]:
    trace = checked(DIVERGING)
    norms = trace.by_layer(trace.gradient_norm)[:, 0]  # (T, L)
    updates = whole_norms(trace.update_norm)[:, 0]  # (T,)
    measured = {"norms": norms, "updates": updates, "loss": trace.loss[:, 0]}
    return {"layers": trace.setup.layers} | {name: shortest(values) for name, values in measured.items()}


def expected() -> dict[str, Any]:
    spec, checks = example_treatment()
    found = {}
    for name, side, trace in zip(SIDES, (spec.before, spec.after), checks.networks, strict=True):
        theory = expected_signal(side, trace)
        if isinstance(theory, NoTheory):
            raise RuntimeError(f"there must be a theory of the example. Received: {theory.reason}")
        found[name] = {"ratio": shortest(theory.ratio), "sentence": theory.sentence}
    return found


def shortest(values: Any) -> Any:
    """Return nested lists whose numbers have five digits: more cannot be seen."""
    rounded = [float(f"{value:.4e}") for value in np.ravel(values)]
    return np.array(rounded).reshape(np.shape(values)).tolist()


if __name__ == "__main__":
    main()

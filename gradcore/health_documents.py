"""The JSON document of a health check: what the command line prints, and what a stored check is shown from.

Shapes: T steps, L layers with trainable variables. A check trains from one seed, and its document is of that seed.
"""

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradcore import strict_json
from gradcore.health import (
    Diagnosis,
    backprop_ratio,
    connected,
    diagnose,
    layer_update_ratio,
    noise_scale,
    signal_to_noise,
)
from gradcore.network_plan import plan
from gradcore.notebook_health import notebook_differences, notebook_health
from gradcore.prescriptions import Prescription, prescribe
from gradcore.records import CheckTrace, RunInfo
from gradcore.specs import NO_NETWORK, HealthSpec
from gradcore.tasks import known_task

SOFTMAX_LOSS = "sparse_categorical_crossentropy"
METRIC = "error"  # e: 1 = chance, 0 = fitted


def health_document(info: RunInfo | None, spec: HealthSpec, trace: CheckTrace) -> dict[str, Any]:
    """Return the document that `gradcore health --json` prints.

    `metric` is the error e of each step's batch. a_l is null at steps that were not sampled and for layers that have no
    kernel or are cut off from the loss.

    Args:
        info: the stored run, None for a check that no store holds.
        spec: what was asked for, admitted.
        trace: what is recorded so far.
    """
    diagnosis = diagnosis_of(spec, trace)
    document = {
        "run_id": info.id if info else None,
        "kind": spec.kind,
        "status": str(info.status) if info else None,
        "message": info.message if info else "",
        "spec": spec.to_json(),
        "layers": list(trace.setup.layers),
        "parameters": trace.setup.parameters,
        "summary": _summary(spec),
        "steps": trace.steps,
        **({"stopped_at": trace.stopped_at} if spec.stop_at_warning else {}),
        **_series(trace),
        "signal_to_noise": _or_null(signal_to_noise(trace)),
        "noise_scale": _or_null(noise_scale(trace)),
        "findings": [asdict(finding) for finding in diagnosis.findings],
        "verdict": diagnosis.verdict,
        "structural_zeros": list(diagnosis.structural_zeros),
        "notebook": notebook_health(trace) | {"why": notebook_differences(trace, diagnosis)},
        "prescriptions": [_prescription(one) for one in prescribe(spec, diagnosis)],
        "seconds": info.seconds if info else None,
    }
    return strict_json.plain(document)  # type: ignore[no-any-return]


def diagnosis_of(spec: HealthSpec, trace: CheckTrace) -> Diagnosis:
    """Return the diagnosis by the thresholds and the classes of a spec."""
    task = known_task(spec.task)
    classes = task.outputs if task is not None and task.loss == SOFTMAX_LOSS else None
    return diagnose(trace, spec.thresholds, classes)


def _series(trace: CheckTrace) -> dict[str, Any]:
    """Return what was measured, by step, of the first seed."""
    norms = trace.gradient_norm[:, 0]  # (T, V)
    return {
        "loss": _shortest(trace.loss[:, 0]),
        "metric": _shortest(trace.error[:, 0]),
        "metric_name": METRIC,
        "sampled": trace.sampled,
        "layer_norms": _shortest(trace.by_layer(norms)),
        "variable_norms": {path: _shortest(norms[:, v]) for v, path in enumerate(trace.setup.variables)},
        "backprop_ratio": _ratios(trace),
        "update_ratio": _shortest(layer_update_ratio(trace)[:, 0]),
        "dead_fraction": _dead(trace),
    }


def _summary(spec: HealthSpec) -> list[dict[str, Any]]:
    """Return the layers as Keras' own summary lists them, shapes without the batch; none where there is no network."""
    task = known_task(spec.task)
    if task is None or spec.network == NO_NETWORK:
        return []
    return [
        {"layer": step.name, "kind": step.layer, "shape": list(step.shape), "parameters": step.parameters}
        for step in plan(spec.network, task)
    ]


def _ratios(trace: CheckTrace) -> list[list[float | None]]:
    """Return a_l, [L or null] per step."""
    found: list[list[float | None]] = [[None] * len(trace.setup.layers) for _ in range(trace.recorded)]
    linked = connected(trace)
    for step, row in zip(trace.sampled.tolist(), _shortest(backprop_ratio(trace)[:, 0]), strict=True):
        for place in np.flatnonzero(linked):
            found[step][int(trace.setup.kernels[place])] = row[place]
    return found


def _dead(trace: CheckTrace) -> list[float | None]:
    """Return the share of dead units at the last sample, [L]; null for a layer without a kernel."""
    found: list[float | None] = [None] * len(trace.setup.layers)
    if len(trace.sampled):
        for layer, share in zip(trace.setup.kernels.tolist(), _shortest(trace.dead_units[-1, 0]), strict=True):
            found[layer] = share
    return found


def _prescription(one: Prescription) -> dict[str, Any]:
    return {
        "solution": one.solution,
        "title": one.title,
        "reason": one.reason,
        "changes": [asdict(change) for change in one.changes],
        "expected": one.effect.sentence if one.effect else None,
        "spec": one.spec.to_json(),
    }


def _or_null(value: float) -> float | None:
    return None if np.isnan(value) else value


def _shortest(values: NDArray[np.floating]) -> Any:
    """Return nested lists whose numbers print with the fewest digits that give the same float32 again."""
    with np.errstate(over="ignore"):  # a ratio may be larger than float32 holds
        return np.asarray(values, dtype=np.float32).astype("U").astype(np.float64).tolist()

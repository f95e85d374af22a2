"""How often the rules of the health check are right, and those of three other tools: networks with a known outcome.

The condition of a network is an outcome, not one of our measures. Learning rates are tuned as `gradcore.engine.tuning`
does, half decades apart and side by side (SGD 3e-4 to 10, Adam 1e-4 to 0.1, no further ones at an edge), by the median
training loss of the last tenth of the steps, here over two seeds, the network's own and the next. Healthy: the best
loss is below 0.5 of chance. Sick: it is above 0.85 of chance, and with the cure that the family names, tuned in the
same way, it is below 0.5. Everything else is "neither" and in no share. Each network is then checked for 50 steps, as
in the default check, at its own tuned rate (the smallest where every rate diverges).

Ours says a disease where it is the verdict, or a critical finding beside the verdict "diverged"; "ours_with_warnings"
also where a finding of the warn band names it. Prints JSON.
"""

import argparse
import json
import multiprocessing
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench._other_rules import COVERS, auto_trainer, notebook, sagemaker_debugger
from bench._rule_families import FAMILIES
from bench._rule_family import CALIBRATION, DEAD, EXPLODING, SIDES, VANISHING
from bench._rules_outcome import HEALTHY, NEITHER, SICK, outcome
from bench._rules_table import share, table
from bench.guide_accuracy import write_json
from gradcore.health import CRITICAL, INFO, WARNING, Diagnosis, diagnose, early_ratio
from gradcore.records import CheckTrace
from gradcore.specs import Thresholds

NETWORKS, WORKERS, NICE, MINUTES = 14, 2, 2, 60.0  # networks of a family; the run's limit
FAMILIES_OF_A_WORKER = 5  # after which it makes room: traced graphs stay in memory
CHECKED_STEPS, TUNING_SEEDS, CHUNK = 50, 2, 20  # 50: as in the default check
RATES = {"SGD": 10.0 ** np.arange(-3.5, 1.01, 0.5), "Adam": 10.0 ** np.arange(-4, -0.99, 0.5)}
CONDITIONS = (VANISHING, EXPLODING, DEAD)
TABLE = Path(__file__).parent.parent / "docs" / "rules_accuracy.md"


def main() -> None:
    """Measure, print, and with --table write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=int, default=NETWORKS, help=f"of each family (default {NETWORKS})")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="what is not measured by then is left out")
    parser.add_argument("--rows", type=Path, help="also write one line of JSON for each network")
    parser.add_argument("--table", action="store_true", help=f"write {TABLE.name}")
    asked = parser.parse_args()
    rows = list(measured(asked.networks, asked.minutes))
    if asked.rows:
        asked.rows.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    found = summary(rows)
    print(json.dumps(found, indent=1))
    if asked.table:
        TABLE.write_text(table(found), encoding="utf-8")
        write_json()  # the guide shows the same


def said(diagnosis: Diagnosis) -> list[str]:
    """Return which of the three conditions our check names."""
    names = [diagnosis.verdict]
    if diagnosis.verdict == "diverged":
        names += [finding.rule for finding in diagnosis.findings if finding.severity == CRITICAL]
    return [name for name in CONDITIONS if name in names]


def warned(diagnosis: Diagnosis) -> list[str]:
    """Return which of the three conditions our check names, or warns of."""
    names = [*said(diagnosis), *(finding.rule for finding in diagnosis.findings if finding.severity == WARNING)]
    return [name for name in CONDITIONS if name in names]


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return precision and recall of every rule set on each side of the families, and ours by the former outcome."""
    sides = {side: [row for row in rows if row["side"] == side] for side in SIDES}
    former = [row | {"condition": row["tuned_condition"]} for row in rows]
    return {name: _side(of_side) for name, of_side in sides.items()} | {
        "by_tuned_loss": {side: _side([row for row in former if row["side"] == side]) for side in SIDES},
        "networks": len(rows),
        "families": dict(Counter(row["family"] for row in rows)),
        "tasks": sorted({row["task"] for row in rows}),
        "missed_by_ours": [_told(row) for row in rows if _is_wrong(row)],
    }


def _side(rows: list[dict[str, Any]]) -> dict[str, Any]:
    judged = [row for row in rows if row["condition"] != NEITHER]
    healthy = [row for row in rows if row["condition"] == HEALTHY]
    quiet = sum(row["quiet"] for row in healthy)
    return {
        "networks": len(rows),
        "conditions": dict(Counter(row["condition"] for row in rows)),
        "healthy_without_a_finding_above_info": share(quiet, len(healthy)),
        "rules": {
            name: {one: _scores(judged, name, one) for one in CONDITIONS if one in covered}
            for name, covered in COVERS.items()
        },
    }


def _scores(rows: list[dict[str, Any]], rules: str, name: str) -> dict[str, Any]:
    """Return how a rule set does for one condition; who has another one, or none, must not be said to have it."""
    right = sum(name in row["said"][rules] and row["condition"] == name for row in rows)
    given, there = (sum(name in one for one in column) for column in _columns(rows, rules))
    return {"said": given, "there": there, "right": right} | {
        "precision": share(right, given),
        "recall": share(right, there),
    }


def _columns(rows: list[dict[str, Any]], rules: str) -> tuple[list[list[str]], list[list[str]]]:
    return [row["said"][rules] for row in rows], [[row["condition"]] for row in rows]


def _is_wrong(row: dict[str, Any]) -> bool:
    wanted = [] if row["condition"] == HEALTHY else [row["condition"]]
    return row["condition"] != NEITHER and (row["said"]["ours"] != wanted or (not wanted and not row["quiet"]))


def _told(row: dict[str, Any]) -> str:
    best, own = ("diverged" if one is None else f"{one:.3g}" for one in (row["best"], row["own"]))
    loss = f"loss {best}, of the checked seed {own}, chance {row['chance']:.3g}"
    return f"{row['side']}, {row['family']}, dose {row['dose']}: {row['condition']} ({loss}), verdict {row['verdict']}"


def measured(networks: int, minutes: float) -> Iterator[dict[str, Any]]:
    """Yield one row for each network, in the order in which families are done, until the time is up: held out first."""
    started = time.monotonic()
    order = sorted(range(len(FAMILIES)), key=lambda number: FAMILIES[number].side == CALIBRATION)
    context = multiprocessing.get_context("spawn")
    with context.Pool(WORKERS, os.nice, (NICE,), FAMILIES_OF_A_WORKER) as pool:
        results = pool.imap_unordered(partial(_family, networks), order)
        for done in range(len(FAMILIES)):
            try:
                rows = results.next(max(60 * minutes - (time.monotonic() - started), 0.1))
            except multiprocessing.TimeoutError:
                print(f"time is up: {done} of {len(FAMILIES)} families", file=sys.stderr, flush=True)
                return
            counts = dict(Counter(row["condition"] for row in rows))
            print(f"{time.monotonic() - started:.0f} s, {rows[0]['family']}: {counts}", file=sys.stderr, flush=True)
            yield from rows


def _family(networks: int, number: int) -> list[dict[str, Any]]:
    """Return the rows of one family's networks; runs in a worker, which alone loads TensorFlow."""
    from bench._rules_training import checked, tuned
    from gradcore.tasks import task_of
    from gradcore.treatments import TREATMENTS

    family = FAMILIES[number]
    specs, chance = family.specs(number, networks), task_of(family.task).chance_loss
    tunings = tuned(specs, RATES, TUNING_SEEDS, CHUNK)
    ill = [place for place, one in enumerate(tunings) if family.cure and one.score.min() > SICK * chance]
    treated = [TREATMENTS[family.cure].apply(specs[place]) for place in ill]
    cured = dict(zip(ill, tuned(treated, RATES, TUNING_SEEDS, CHUNK) if ill else [], strict=True))
    traces, sizes = checked([replace(one, steps=CHECKED_STEPS) for one in specs], [one.chosen for one in tunings])
    found = []
    for place, dose in enumerate(family.doses(number, networks)):
        after = float(cured[place].score.min()) if place in cured else None
        row = outcome(family, tunings[place], after, chance) | _diagnosed(traces[place], sizes)
        found.append(row | {"dose": dose, "seed": specs[place].seed})
    return found


def _diagnosed(trace: CheckTrace, sizes: NDArray[np.int64]) -> dict[str, Any]:
    """Return what each rule set says of a check; `sizes` (V,) are the entries of each variable."""
    diagnosis, ratio = diagnose(trace, Thresholds()), early_ratio(trace)
    loud = [finding for finding in diagnosis.findings if finding.severity != INFO]
    return {
        "verdict": diagnosis.verdict,
        "findings": [
            f"{one.severity} {one.rule} {one.value:.3g}" for one in diagnosis.findings if one.severity != INFO
        ],
        "least_a": float(np.fmin.reduce(ratio)),
        "greatest_a": float(np.fmax.reduce(ratio)),
        "quiet": not loud,
        "said": {
            "ours": said(diagnosis),
            "ours_with_warnings": warned(diagnosis),
            "notebook": notebook(trace),
            "sagemaker_debugger": sagemaker_debugger(trace, sizes),
            "auto_trainer": auto_trainer(trace, sizes, gated=True),
            "auto_trainer_formulas": auto_trainer(trace, sizes, gated=False),
        },
    }


if __name__ == "__main__":
    main()

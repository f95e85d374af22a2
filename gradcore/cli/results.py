"""A race's result for people (a table) and for programs (the document)."""

import sys
from math import nan
from typing import Any

from gradcore.cli.text import number, print_json, table
from gradcore.documents import race_document, trace_from_document
from gradcore.lab import Lab
from gradcore.reading import fallen_sentence, untuned_sentence
from gradcore.records import RunStatus
from gradcore.specs import RaceSpec
from gradcore.stop_reading import fell_text, stopped_sentence
from gradcore.target_times import TargetTime, in_order, step_numbers, target_sentence
from gradcore.tasks import known_task
from gradcore.titles import levels_text

LARGE = 1e5  # from which a metric is written with an exponent


def print_race(lab: Lab, run_id: str, as_json: bool, layer_norms: bool = False) -> None:
    """Print what the store holds of a race."""
    info = lab.info(run_id)
    trace, _ = lab.race(run_id)
    document = race_document(info, RaceSpec.from_json(info.spec), trace, layer_norms)
    if as_json:
        print_json(document)
    else:
        print(describe(document))
    if info.message:
        print(info.message, file=sys.stderr)


def describe(document: dict[str, Any]) -> str:
    """Return a race document as text: what was raced, the ranking, and how to read it."""
    parts = [
        _headline(document),
        _levels(document),
        _ranking(document),
        *_remarks(document),
        _target(document),
        _tuning(document),
        _clipping(document),
    ]
    if document.get("notebook"):
        parts.append("The notebook's own ranking of the first seed (adds different units, knows no ties):")
        parts.append(_notebook(document["notebook"]))
    return "\n\n".join(part for part in parts if part)


def _headline(document: dict[str, Any]) -> str:
    seeds, seconds = document["seeds"], document["seconds"]
    took = "" if seconds is None else f" after {seconds:.1f} s"
    return (
        f"Race {document['run_id']}: {document['status']}{took}. Task {document['spec']['task']['name']}, "
        f"{document['parameters']} parameters, {document['steps']} steps, {seeds} seed{'s' if seeds != 1 else ''}."
    )


def _levels(document: dict[str, Any]) -> str:
    """Return what the losses are to be held against; empty where the task is no longer known."""
    task = known_task(RaceSpec.from_json(document["spec"]).task)
    return levels_text(task) if task else ""


def _ranking(document: dict[str, Any]) -> str:
    entrants = {entrant["label"]: entrant for entrant in document["entrants"]}
    metric = document["entrants"][0]["metric"]
    header = ["rank", "entrant", "median loss", "loss / best (95 %)", metric, "tied with"]
    rows = [_row(place, entrants[place["label"]]) for place in document["ranking"]]
    return table(header, rows, left=["entrant", "tied with"]) if rows else "No entrant reached its last step."


def _row(place: dict[str, Any], entrant: dict[str, Any]) -> list[str]:
    interval = _interval(place["interval"])
    fell = sum(step is not None for step in entrant["diverged_at"])
    seeds, stopped = len(entrant["diverged_at"]), sum(step is not None for step in _stops(entrant))
    fates = [f"{what}: {count} of {seeds}" for what, count in (("diverged", fell), ("stopped", stopped)) if count]
    label = place["label"] + (f" ({', '.join(fates)})" if fates else "")
    metric = _middle(entrant["validation_metric"])
    return [str(place["rank"]), label, number(place["median"]), interval, metric, ", ".join(place["tied_with"])]


def _stops(entrant: dict[str, Any]) -> list[int | None]:
    """Return the step at whose warning each seed was stopped before it diverged."""
    pairs = zip(entrant.get("stopped_at", entrant["diverged_at"]), entrant["diverged_at"], strict=True)
    return [stop if diverged is None else None for stop, diverged in pairs]


def _interval(ends: list[Any] | None) -> str:
    if ends is None:
        return "-"
    return "1" if ends == [1.0, 1.0] else " to ".join(number(end) for end in ends)  # the best against itself


def _middle(values: list[Any]) -> str:
    """Median over the seeds that have a number."""
    finite = sorted(value for value in values if isinstance(value, float))
    if not finite:
        return "-"
    middle = (finite[(len(finite) - 1) // 2] + finite[len(finite) // 2]) / 2
    return f"{middle:.3f}" if abs(middle) < LARGE else number(middle)


def _remarks(document: dict[str, Any]) -> list[str]:
    if not document["ranking"]:
        return []
    stops = {entrant["label"]: _stops(entrant) for entrant in document["entrants"]}
    falls = {entrant["label"]: _falls(entrant, stops[entrant["label"]]) for entrant in document["entrants"]}
    if None not in falls[document["ranking"][0]["label"]]:  # those that fell rank last: it is every one of them
        ranked = [(place["label"], falls[place["label"]]) for place in document["ranking"]]
        stopped, fell = (sum(step is not None for one in found.values() for step in one) for found in (stops, falls))
        return [fallen_sentence(ranked, len(falls), fell_text(fell - stopped, stopped))]
    return [sentence for sentence in (stopped_sentence(list(stops.items())), _how_ranked(document)) if sentence]


def _falls(entrant: dict[str, Any], stops: list[int | None]) -> list[int | None]:
    pairs = zip(entrant["diverged_at"], stops, strict=True)
    return [diverged if diverged is not None else stop for diverged, stop in pairs]


def _how_ranked(document: dict[str, Any]) -> str:
    if document["seeds"] == 1:
        return "One seed: nothing can be told apart, whatever the losses; take at least 5."
    return (
        "Rank: 1 and one more for each entrant that is significantly better. Tied: over these seeds nothing separates "
        "them (paired t-tests, Holm, 5 %). The intervals are of each one alone, not corrected."
    )


def _target(document: dict[str, Any]) -> str:
    """Return who reaches the task's target first; empty where there is none, or nobody has ended."""
    target = (document["levels"] or {}).get("target")
    ended = [entrant for entrant in document["entrants"] if entrant["seconds"] is not None]
    ways = [TargetTime(entrant["label"], step_numbers(entrant["steps_to_target"]), nan) for entrant in ended]
    return target_sentence(in_order(ways), target, document["steps"])


def _tuning(document: dict[str, Any]) -> str:
    """Return the learning rates that were chosen; empty where they were given, or are still tried."""
    if document["spec"]["learning_rates"] != "tuned" or document["status"] in (RunStatus.QUEUED, RunStatus.RUNNING):
        return ""
    trace = trace_from_document(document)
    edge = " (on the edge of what was tried)"
    chosen = [(one.label, one.tuning) for one in trace.entrants if one.tuning]
    told = ", ".join(f"{label} {number(tuning.chosen)}{edge if tuning.on_edge else ''}" for label, tuning in chosen)
    return untuned_sentence(trace) or f"Learning rates chosen: {told}."


def _clipping(document: dict[str, Any]) -> str:
    """Return what the clip rules did, rates as means over the seeds; empty where no entrant has a rule."""
    header = ["entrant", "clip rule", "clip rate", "last steps", "skipped steps"]
    records = [(entrant["label"], entrant.get("clip_record")) for entrant in document["entrants"]]
    rows = [
        [label, record["rule"], *(_percent(record[key]) for key in ("clip_rate", "recent_clip_rate")), _skipped(record)]
        for label, record in records
        if record
    ]
    return table(header, rows, left=["entrant", "clip rule"]) if rows else ""


def _percent(rates: list[Any]) -> str:
    known = [rate for rate in rates if isinstance(rate, float)]  # before the first step there is none
    return f"{100 * sum(known) / len(known):.1f} %" if known else "-"


def _skipped(record: dict[str, Any]) -> str:
    return str(sum(record["skipped_steps"]))


def _notebook(rows: list[dict[str, Any]]) -> str:
    header = ["rank", "entrant", "final loss", "gradient stability", "score"]
    shown = [
        [str(row["rank"]), row["label"], *(number(row[key]) for key in ("final_loss", "gradient_stability", "score"))]
        for row in rows
    ]
    return table(header, shown, left=["entrant"])

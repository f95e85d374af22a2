"""`gradcore clip --from-run ID`: the threshold advisor's numbers for a stored run."""

import argparse
from typing import Any

from gradcore import checks
from gradcore.advisor import WANTED, NormStream, advice_document, advise, compared_rules, replay
from gradcore.advisor.interval import missing
from gradcore.checks import refuse
from gradcore.cli.session import open_stored
from gradcore.cli.text import number, print_json, table
from gradcore.errors import RefusedError
from gradcore.records import EntrantTrace, RaceTrace
from gradcore.titles import counted, percent

SHOWN = 12  # thresholds of the table for people; the document has all


def advice(arguments: argparse.Namespace) -> int:
    """Print the clip rates of a stored run's norms and the threshold for the wanted rate."""
    wanted = _number("rate", arguments.rate, WANTED)
    first = _number("first-step", arguments.first_step, 0)
    if first != int(first):
        refuse("first-step", "be a whole number", arguments.first_step)
    with open_stored(arguments.db) as lab:
        trace, _ = lab.race(arguments.from_run)
    entrant = _entrant(trace, arguments.entrant)
    stream = NormStream.recorded(entrant, int(first))
    found = advise(stream, wanted, entrant.optimizer)
    replays = replay(stream.one_seed, compared_rules(found.suggestion.threshold, wanted))
    document = advice_document(
        found,
        replays,
        run_id=arguments.from_run,
        entrant=entrant.label,
        optimizer=entrant.optimizer,
        first_step=int(first),
    )
    if arguments.json:
        print_json(document)
    else:
        print(describe(document))
    return 0


def describe(document: dict[str, Any]) -> str:
    """Return a document as text: the sentences, some thresholds, and what other rules would have done."""
    steps = f"{document['seeds']} x {counted(document['steps'], 'step')}"
    lead = f"{document['entrant']} of run {document['run_id']}, {steps} from step {document['first_step']} on."
    every = max(1, -(-len(document["thresholds"]) // SHOWN))
    header = ["threshold", "clip rate", "95 % interval", "effective steps"]
    rows = [_row(one, document["counted"]) for one in document["thresholds"][::every]]
    rules = [[one["rule"], percent(one["clip_rate"]), number(one["final_threshold"])] for one in document["rules"]]
    last = document["rules"][0]["steps"]
    return "\n\n".join(
        [
            lead,
            "\n".join(document["sentences"]),
            table(header, rows),
            f"What rules would have done over the last {counted(last, 'step')} of one seed:",
            table(["rule", "clip rate", "last threshold"], rules, left=["rule"]),
        ]
    )


def _row(one: dict[str, Any], counted_steps: int) -> list[str]:
    few = missing(one["clip_rate"], one["effective_steps"], counted_steps)
    interval = f"too few {few}" if one["interval"] is None else " to ".join(percent(end) for end in one["interval"])
    return [number(one["threshold"]), percent(one["clip_rate"]), interval, f"{one['effective_steps']:.0f}"]


def _entrant(trace: RaceTrace, label: str | None) -> EntrantTrace:
    """Return the entrant of this label, the first one without a label."""
    if label is not None:
        checks.known_name("entrant", label, [entrant.label for entrant in trace.entrants])
    entrant = next(one for one in trace.entrants if label in (None, one.label))
    if not entrant.steps:
        raise RefusedError(f"the run must have recorded a step of {entrant.label}. Received: none")
    return entrant


def _number(name: str, text: str | None, default: float) -> float:
    if text is None:
        return default
    try:
        return checks.finite_number(name, float(text))
    except ValueError:
        refuse(name, "be a finite number", text)

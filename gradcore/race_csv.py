"""A race as CSV files: its ranking, and every step of every seed, each number with all its digits.

What is not finite is written as NaN, Infinity and -Infinity. A label that a spreadsheet would take for a formula gets a
quote in front.
"""

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from gradcore.documents import ranking
from gradcore.ranking import divergences, median, median_metric
from gradcore.records import EntrantTrace, Flags, RaceTrace, Ranked
from gradcore.specs import RaceSpec
from gradcore.stop_reading import count_stopped
from gradcore.target_times import TargetTime, target_times
from gradcore.tasks import known_task

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # begins what a spreadsheet calculates
MOST_PLAIN = 1_000_000  # rows of a file that is not compressed: a spreadsheet reads no more
AT_ONCE = 2_000  # steps
CURVES = ("entrant", "seed", "step", "loss", "gradient_norm", "clipped")


def ranking_csv(spec: RaceSpec, trace: RaceTrace) -> bytes:
    """Return the ranking, a row for each entrant that has ended, the best first."""
    task = known_task(spec.task)
    ways = {way.label: way for way in target_times(trace, task.target if task else None)}
    entrants = {entrant.label: entrant for entrant in trace.entrants}
    ranked = ranking(spec, trace)
    rows = [_ranking_row(place, entrants[place.label], trace.metric, ways.get(place.label)) for place in ranked]
    if spec.stop_at_warning:
        rows = [{**row, "seeds_stopped": count_stopped(entrants[p.label])} for row, p in zip(rows, ranked, strict=True)]
    target = io.StringIO()
    writer = csv.DictWriter(target, list(rows[0]) if rows else ["rank"])
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue().encode()


def _ranking_row(place: Ranked, entrant: EntrantTrace, metric: str, way: TargetTime | None) -> dict[str, Any]:
    assert entrant.outcome is not None  # only those that have ended are ranked
    low, high = place.interval or (None, None)
    return {
        "rank": place.rank,
        "entrant": safe(place.label),
        "optimizer": entrant.optimizer,
        "learning_rate": number_text(entrant.learning_rate),
        "median_validation_loss": number_text(place.median),
        "times_best_low": number_text(low),
        "times_best_high": number_text(high),
        f"median_{metric}": number_text(median_metric(metric, entrant.outcome.validation_metric)),
        "no_difference_from": safe("; ".join(place.tied_with)),
        "seeds": entrant.loss.shape[1],
        "seeds_diverged": sum(step is not None for step in divergences(entrant)),
        "seeds_at_target": "" if way is None else way.reached,
        "median_steps_to_target": number_text(None if way is None else median(way.steps)),
        "median_seconds_to_target": number_text(None if way is None else median(way.seconds)),
    }


def curves_csv(spec: RaceSpec, trace: RaceTrace) -> bytes:
    """Return a row for each entrant, seed and step; compressed with gzip where there are more than a million.

    A seed that was stopped at a warning has rows up to its last step.
    `clipped` is whether the clip rule changed the gradient; empty without a rule.
    """
    if curve_rows(trace) <= MOST_PLAIN:
        return "".join(_curves(spec, trace)).encode()
    target = io.BytesIO()
    with gzip.GzipFile(fileobj=target, mode="wb", compresslevel=1, mtime=0) as packed:
        for part in _curves(spec, trace):
            packed.write(part.encode())
    return target.getvalue()


def curve_rows(trace: RaceTrace) -> int:
    """Return how many rows the curves have."""
    return sum(int(entrant.trained.sum()) for entrant in trace.entrants)


def file_name(spec: RaceSpec, run_id: str, what: str, *, packed: bool = False) -> str:
    """Return the name of a file: the task, the run, and what it holds.

    Example:
        >>> file_name(RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}]}), "q72mp1z6no", "ranking")
        'digits-q72mp1z6no-ranking.csv'
    """
    return f"{spec.task.name}-{run_id}-{what}.csv{'.gz' if packed else ''}"


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    Example:
        >>> safe("=1+1"), safe("SGD + Momentum")
        ("'=1+1", 'SGD + Momentum')

    Reference: OWASP, CSV injection, https://owasp.org/www-community/attacks/CSV_Injection
    """
    return f"'{text}" if text.startswith(FORMULA) else text


def number_text(value: float | None) -> str:
    """Return a number with the fewest digits that give it again, "" for none.

    Example:
        >>> [number_text(value) for value in (0.1, float("nan"), float("-inf"), None)]
        ['0.1', 'NaN', '-Infinity', '']
    """
    if value is None:
        return ""
    return str(_texts(np.array([value], np.float64))[0])


def _curves(spec: RaceSpec, trace: RaceTrace) -> Iterator[str]:
    """Yield the header, then the rows of some steps of one seed at a time."""
    yield ",".join(CURVES) + "\r\n"
    for entrant in trace.entrants:
        for place in range(trace.seeds):
            end = int(entrant.trained[:, place].sum())
            for first in range(0, end, AT_ONCE):
                yield _part(entrant, place, spec.first_seed + place, slice(first, min(first + AT_ONCE, end)))


def _part(entrant: EntrantTrace, place: int, seed: int, steps: slice) -> str:
    target = io.StringIO()
    loss, norm = (_texts(values[steps, place]) for values in (entrant.loss, entrant.gradient_norm))
    clipped: Sequence[str] = [""] * len(loss)
    if entrant.clip is not None:
        clipped = _flags(entrant.clip.clipped[steps, place])
    label = [safe(entrant.label)] * len(loss)
    numbers = range(steps.start, steps.start + len(loss))
    csv.writer(target).writerows(zip(label, [seed] * len(loss), numbers, loss, norm, clipped, strict=True))
    return target.getvalue()


def _texts(values: Any) -> Sequence[str]:
    """Return numbers as texts with the fewest digits that give the same again."""
    found = values.astype("U").astype(object)
    for name, is_it in (("NaN", np.isnan(values)), ("Infinity", values == np.inf), ("-Infinity", values == -np.inf)):
        found[is_it] = name
    return found  # type: ignore[no-any-return]


def _flags(values: Flags) -> Sequence[str]:
    return ["true" if value else "false" for value in values.tolist()]

"""Which numbers of a command's JSON the guide keeps."""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

Values = dict[str, float | str]
EARLY = 10  # steps over which a_l is read, as the rules do


def number(value: Any) -> float:
    """Return a number of strict JSON."""
    return float(value) if isinstance(value, int | float) else float(str(value).replace("Infinity", "inf"))


def median(values: Sequence[Any]) -> float:
    """Return the median of numbers of strict JSON, those that are missing left out."""
    return statistics.median(number(value) for value in values if value is not None)


def ratio(above: float, below: float) -> float:
    """Return a quotient, NaN where it has none."""
    return above / below if below else math.nan


def check(document: Mapping[str, Any]) -> Values:
    """Keep of a health check: verdict, losses, a_l, dead units, what the notebook would say."""
    early = document["backprop_ratio"][:EARLY]
    signal = [median(column) for column in zip(*early, strict=True) if any(value is not None for value in column)]
    told = [value for value in signal if not math.isnan(value)]
    units = [number(value) for value in document["dead_fraction"] if value is not None]
    alike = [number(one["value"]) for one in document["findings"] if one["rule"] == "correlation_collapse"]
    notebook = document["notebook"]
    return {
        "verdict": document["verdict"],
        "first_loss": number(document["loss"][0]),
        "last_loss": number(document["loss"][-1]),
        "least_a": min(told, default=math.nan),
        "greatest_a": max(told, default=math.nan),
        "first_a": signal[0],
        "per_layer": (ratio(signal[0], signal[-2])) ** (1 / max(1, len(signal) - 2)) if len(signal) > 2 else math.nan,
        "dead": max(units, default=math.nan),
        "cosine": max(alike, default=math.nan),
        "zeros": float(len(document["structural_zeros"])),
        "steps": float(len(document["loss"])),
        "variables": float(notebook["steps"][0]["total"]) if notebook["steps"] else math.nan,
        "vanished": float(notebook["vanished"]),
        "exploding": float(notebook["exploding"]),
        "notebook": str(notebook["verdict"]).split(":")[0].strip("🟢🟡🟠🔴 "),
    }


def treated(document: Mapping[str, Any]) -> Values:
    """Keep of a treatment: losses of both sides, their difference with its interval, the verdict after."""
    found = document["treatment"]
    before, after = found["before"], found["after"]
    return {
        "before": statistics.fmean(map(number, before)),
        "after": statistics.fmean(map(number, after)),
        "difference": number(found["difference"]),
        "low": number(found["interval"][0]),
        "high": number(found["interval"][1]),
        "verdict_before": document["verdict"],
        "verdict_after": found["verdict_after"],
    }


def race(document: Mapping[str, Any]) -> Values:
    """Keep of a race: ranks, median losses, who diverged, how many pairs are told apart."""
    entrants, ranking = document["entrants"], document["ranking"]
    pairs = len(ranking) * (len(ranking) - 1) // 2
    values: Values = {
        "seeds": float(document["seeds"]),
        "steps": float(document["steps"]),
        "entrants": float(len(entrants)),
        "pairs": float(pairs),
        "apart": float(pairs - sum(len(place["tied_with"]) for place in ranking) // 2),
        "best": ranking[0]["label"],
        "best_loss": number(ranking[0]["median"]),
        "second": ranking[1]["label"],
        "worst": ranking[-1]["label"],
        "worst_loss": number(ranking[-1]["median"]),
        "spread": ratio(number(ranking[-1]["median"]), number(ranking[0]["median"])),
    }
    for place, one in enumerate(entrants):
        values[f"loss_{place}"] = median(one["validation_loss"])
        values[f"rate_{place}"] = number(one["learning_rate"])
        values[f"last_{place}"] = median(one["loss"][-1])
        values[f"diverged_{place}"] = float(sum(step is not None for step in one["diverged_at"]))
        hits = [math.inf if step is None else number(step) for step in one["steps_to_target"]]
        values[f"steps_{place}"] = statistics.median(hits)
        values[f"ratio_{place}"] = ratio(median(one["validation_loss"]), number(ranking[0]["median"]))
    return values


def one_step(document: Mapping[str, Any]) -> Values:
    """Keep of one clipped gradient: norms and cosines of each rule."""
    values: Values = {"before": number(document["norm_before"])}
    for place, one in enumerate(document["results"]):
        after = one["norm_after"]
        values[f"after_{place}"] = after if isinstance(after, str) else number(after)
        values[f"lost_{place}"] = float(one["non_finite_after"])
        if one["cosine"] is not None:
            cosine = min(1.0, number(one["cosine"]))
            values |= {f"cosine_{place}": cosine, f"angle_{place}": round(math.degrees(math.acos(cosine)), 1)}
    return values


def stream(document: Mapping[str, Any]) -> Values:
    """Keep of a clipped stream: clip rates, mean norms, last thresholds, the largest norm after."""
    values: Values = {}
    for place, one in enumerate(document["results"]):
        values |= {
            f"rate_{place}": number(one["clip_rate"]),
            f"mean_{place}": number(one["mean_norm"]),
            f"clips_{place}": float(sum(one["clipped"])),
            f"exploding_clips_{place}": float(sum(one["clipped"][40:120])),
            f"largest_{place}": max(number(norm) for norm in one["norm_after"]),
            f"skipped_{place}": float(sum(one["skipped"])),
        }
    return values

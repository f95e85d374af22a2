"""The JSON documents of a race: what the command line prints, and the way back for the bundled example.

Shapes: T steps, S seeds, L layers. A document lists the seeds first ([T] per seed), a trace the steps.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradcore import strict_json
from gradcore.clip_records import clip_document, clip_from_document
from gradcore.notebook_race import notebook_table, notebook_wins
from gradcore.presets import is_notebook
from gradcore.ranking import divergences, median, rank, steps_to_target
from gradcore.records import EntrantTrace, Flags, Floats, Outcome, RaceTrace, Ranked, RunInfo, Tuning
from gradcore.specs import NO_CLIPPING, RaceSpec
from gradcore.target_times import seconds_to_target
from gradcore.tasks import known_task
from gradcore.theory import theories
from gradcore.versus import Versus, versus

EXAMPLES = {"default": "race.json", "exploding_rnn": "exploding_rnn.json", "steady": "steady.json"}


def race_document(info: RunInfo | None, spec: RaceSpec, trace: RaceTrace, layer_norms: bool = False) -> dict[str, Any]:
    """Return the document that `gradcore race --json` prints.

    Args:
        info: the stored run, None for a race that no store holds.
        spec: what was asked for.
        trace: what is recorded so far; an entrant without outcome has `null` for its validation values.
        layer_norms: whether to add the gradient norm of every layer, which makes the document much longer.
    """
    ranked = ranking(spec, trace)
    document: dict[str, Any] = {
        "run_id": info.id if info else None,
        "kind": spec.kind,
        "status": str(info.status) if info else None,
        "message": info.message if info else "",
        "spec": spec.to_json(),
        "steps": trace.steps,
        "seeds": trace.seeds,
        "layers": list(trace.layers),
        "parameters": trace.parameters,
        "levels": _levels(spec),
        "entrants": [_entrant(entrant, spec, trace, layer_norms) for entrant in trace.entrants],
        "ranking": [_place(place) for place in ranked],
        "seconds": info.seconds if info else None,
    }
    if found := compared(spec, trace, ranked):
        document["versus"] = {"labels": found.labels, "beats": found.beats, "seeds_needed": found.needed}
    if known := theories(spec, trace):
        document["theory"] = [asdict(one) for one in known]
    if is_notebook(spec):
        document["notebook"] = notebook_table(trace)
        document["notebook_wins"] = notebook_wins(trace)
    return strict_json.plain(document)  # type: ignore[no-any-return]


def trace_from_document(document: dict[str, Any]) -> RaceTrace:
    """Return the trace of a race document; layer arrays are empty (L = 0) where it was made without them."""
    spec = RaceSpec.from_json(document["spec"])
    return RaceTrace(
        task=spec.task.name,
        steps=document["steps"],
        seeds=document["seeds"],
        metric=document["entrants"][0]["metric"],
        layers=tuple(document["layers"]),
        parameters=document["parameters"],
        entrants=tuple(_entrant_trace(index, item) for index, item in enumerate(document["entrants"])),
    )


def example_document(preset: str = "default") -> dict[str, Any]:
    """Return a bundled example: what `gradcore race --preset PRESET --json` printed when it was made.

    They are bundled for "default", "exploding_rnn" and "steady".
    """
    text = files("gradcore").joinpath("examples", EXAMPLES[preset]).read_text(encoding="utf-8")
    document: dict[str, Any] = strict_json.loads(text)
    return document


def ranking(spec: RaceSpec, trace: RaceTrace) -> tuple[Ranked, ...]:
    """Rank a race with its task's chance loss and floor (a task that is no longer known: its first losses)."""
    if task := known_task(spec.task):
        return rank(trace, task.chance_loss, task.loss_floor)
    first = [entrant.loss[0] for entrant in trace.entrants if entrant.steps]
    return rank(trace, median(np.concatenate(first)) if first else 1.0, None)


def compared(spec: RaceSpec, trace: RaceTrace, ranked: Sequence[Ranked]) -> Versus | None:
    """Return how the ranked entrants do against each other, None where there are not two, or no task to judge by."""
    task = known_task(spec.task)
    if task is None or len(ranked) < 2:
        return None
    return versus(trace, ranked, task.chance_loss, task.loss_floor)


def _entrant(entrant: EntrantTrace, spec: RaceSpec, trace: RaceTrace, layer_norms: bool) -> dict[str, Any]:
    task, outcome = known_task(spec.task), entrant.outcome
    unknown = [None] * trace.seeds
    asked = dict(zip(spec.labels, spec.entrants, strict=True))[entrant.label]
    mean_norm, std_norm = _norm_summary(entrant)
    found: dict[str, Any] = {
        "label": entrant.label,
        "optimizer": entrant.optimizer,
        "learning_rate": entrant.learning_rate,
        "loss": _by_seed(entrant.loss),
        "gradient_norm": _by_seed(entrant.gradient_norm),
        "validation_loss": outcome.validation_loss if outcome else unknown,
        "validation_metric": outcome.validation_metric if outcome else unknown,
        "metric": trace.metric,
        "diverged_at": divergences(entrant),
        **({"stopped_at": entrant.stopped_at} if spec.stop_at_warning else {}),
        "mean_norm": mean_norm,
        "std_norm": std_norm,
        "steps_to_target": steps_to_target(entrant.loss, task.target if task else None),
        "seconds_to_target": seconds_to_target(entrant, task.target if task else None),
        "seconds": outcome.seconds if outcome else None,
    }
    if entrant.tuning is not None:
        found["tuning"] = _tuning(entrant.tuning)
    if asked.clip != NO_CLIPPING:
        found["clipped_norm"] = _by_seed(entrant.clipped_norm)
        found["clip_record"] = clip_document(asked.clip, entrant.clip) if entrant.clip else None
    if entrant.points is not None:
        found["points"] = [_shortest(seed) for seed in entrant.points.swapaxes(0, 1)]  # [2] per step
    if layer_norms:
        found["layer_norms"] = [_shortest(seed) for seed in entrant.layer_norms.swapaxes(0, 1)]
    return found


def _tuning(tuning: Tuning) -> dict[str, Any]:
    return {
        "learning_rates": tuning.learning_rates,
        "loss": tuning.loss,  # [per seed] per rate
        "chosen": tuning.chosen,
        "on_edge": tuning.on_edge,
    }


def _tuning_from(index: int, item: dict[str, Any]) -> Tuning:
    rates, loss = strict_json.floats(item["learning_rates"]), strict_json.floats(item["loss"])
    return Tuning(index, rates, loss, item["chosen"])


def _levels(spec: RaceSpec) -> dict[str, float | None] | None:
    """Return what losses are to be held against; None where the task is no longer known."""
    task = known_task(spec.task)
    if task is None:
        return None
    return {"chance_loss": task.chance_loss, "linear_anchor": task.linear_anchor, "target": task.target}


def _place(place: Ranked) -> dict[str, Any]:
    return {
        "label": place.label,
        "rank": place.rank,
        "median": place.median,
        "interval": place.interval,
        "tied_with": place.tied_with,
    }


def _norm_summary(entrant: EntrantTrace) -> tuple[float | None, float | None]:
    """Mean and standard deviation over the steps, each the median over the seeds; None before the first step."""
    if not entrant.steps:
        return None, None
    exact, trained = entrant.gradient_norm.astype(np.float64), entrant.trained  # (T, S)
    with np.errstate(invalid="ignore", over="ignore"):  # a diverged seed has no finite value
        return median(exact.mean(axis=0, where=trained)), median(exact.std(axis=0, where=trained))


def _by_seed(values: Floats) -> list[list[float]]:
    return [_shortest(seed) for seed in values.T]


def _shortest(values: NDArray[np.floating]) -> Any:
    """Return nested lists whose numbers print with the fewest digits that give the same float32 again."""
    return np.asarray(values, dtype=np.float32).astype("U").astype(np.float64).tolist()


def _entrant_trace(index: int, item: dict[str, Any]) -> EntrantTrace:
    loss, norm = _by_step(item["loss"]), _by_step(item["gradient_norm"])  # (T, S)
    stopped, clip = _stopped(item, len(loss)), item.get("clip_record")
    layers = _parts_by_step(item["layer_norms"]) if item.get("layer_norms") else np.zeros((*loss.shape, 0), np.float32)
    return EntrantTrace(
        label=item["label"],
        optimizer=item["optimizer"],
        learning_rate=item["learning_rate"],
        loss=loss,
        gradient_norm=norm,
        clipped_norm=_by_step(item["clipped_norm"]) if "clipped_norm" in item else norm,
        layer_norms=layers,
        clipped_layer_norms=np.zeros((*loss.shape, 0), np.float32),
        update_ratio=np.zeros((*loss.shape, 0), np.float32),
        outcome=_outcome(index, item),
        clip=replace(clip_from_document(clip), stopped=stopped) if clip else None,
        tuning=_tuning_from(index, item["tuning"]) if item.get("tuning") else None,
        points=_parts_by_step(item["points"]) if item.get("points") else None,
        stopped=stopped,
    )


def _stopped(item: dict[str, Any], steps: int) -> Flags | None:
    """Return which of T steps came after each seed's stop, (T, S); None where none was looked for."""
    if "stopped_at" not in item:
        return None
    ends = np.array([np.inf if step is None else step for step in item["stopped_at"]])
    found: Flags = np.arange(steps)[:, None] > ends
    return found


def _outcome(index: int, item: dict[str, Any]) -> Outcome | None:
    if all(value is None for value in item["validation_loss"]):
        return None
    loss, metric = strict_json.floats(item["validation_loss"]), strict_json.floats(item["validation_metric"])
    return Outcome(index, loss, metric, item["seconds"])


def _by_step(seeds: Sequence[Sequence[Any]]) -> Floats:
    return np.ascontiguousarray(strict_json.floats(seeds).T.astype(np.float32))


def _parts_by_step(seeds: Any) -> Floats:
    return np.ascontiguousarray(strict_json.floats(seeds).swapaxes(0, 1).astype(np.float32))

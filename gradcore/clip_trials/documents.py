"""The JSON documents of `gradcore clip`: everything that a trial found, in the contract's words."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradcore import strict_json
from gradcore.clip_trials.measures import Gradients
from gradcore.clip_trials.one_step import Applied, OneStep
from gradcore.clip_trials.stream import StreamResult, StreamTrial


def document(found: OneStep | StreamTrial) -> dict[str, Any]:
    """Return the document of a trial, non-finite numbers as text.

    Example:
        >>> from gradcore.clip_trials.one_step import one_step
        >>> document(one_step([np.array([3.0, 4.0])], []))["norm_before"]
        5.0
    """
    made = _step(found) if isinstance(found, OneStep) else _stream(found)
    return strict_json.plain(made)  # type: ignore[no-any-return]


def _step(step: OneStep) -> dict[str, Any]:
    return {
        "norm_before": step.norm_before,
        "layer_norms_before": step.layer_norms_before,
        "non_finite_before": step.non_finite_before,
        "results": [_applied(one) for one in step.results],
    }


def _applied(one: Applied) -> dict[str, Any]:
    return {
        "rule": one.choice.name,
        **one.parameters,
        "threshold": one.threshold,
        "clipped": one.clipped,
        "would_skip": one.would_skip,
        "norm_after": one.norm_after,
        "scale": one.scale,
        "cosine": one.cosine,
        "layer_norms_after": one.layer_norms_after,
        "non_finite_after": one.non_finite_after,
        "gradients": _lists(one.gradients),
    }


def _stream(trial: StreamTrial) -> dict[str, Any]:
    return {"norms": trial.norms, "results": [_result(trial, one) for one in trial.results]}


def _result(trial: StreamTrial, one: StreamResult) -> dict[str, Any]:
    return {
        "rule": one.choice.name,
        **one.parameters,
        "threshold": _known(one.threshold, ~np.isnan(one.threshold)),
        "norm_after": _known(one.norm_after, ~one.skipped),
        "clipped": one.clipped,
        "skipped": one.skipped,
        "clip_rate": one.clip_rate,
        "recent_clip_rate": one.recent_clip_rate,
        "mean_norm": trial.mean_norm,
        "final_threshold": one.final_threshold,
    }


def _known(values: NDArray[np.float64], there: NDArray[np.bool_]) -> list[float | None]:
    """Return the values as a list, None where there is none."""
    return [value if known else None for value, known in zip(values.tolist(), there, strict=True)]


def _lists(gradients: Gradients) -> Sequence[Any]:
    """Return nested lists whose numbers print with the fewest digits that give the same float32 again."""
    return [None if gradient is None else _shortest(np.asarray(gradient)) for gradient in gradients]


def _shortest(gradient: NDArray[np.floating]) -> Any:
    return gradient.astype("U").astype(np.float64).tolist() if gradient.dtype == np.float32 else gradient.tolist()

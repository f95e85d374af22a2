"""The JSON form of what a clip rule decided in a run, and the way back.

Shapes: T steps, S seeds. A document lists the seeds first ([T] per seed), a record the steps.
"""

from typing import Any

import numpy as np

from gradcore import strict_json
from gradcore.clipping import CLIP_RULES
from gradcore.clipping.rule import RECENT
from gradcore.records import ClipRecord, Floats
from gradcore.specs import Choice


def clip_document(clip: Choice, record: ClipRecord) -> dict[str, Any]:
    """Return rates and steps of a record; `null` stands where a rule has no single threshold or factor.

    Example:
        >>> one, yes, no = np.float32([[1.0]]), np.array([[True]]), np.array([[False]])
        >>> document = clip_document(Choice("zclip"), ClipRecord(one, one / 4, yes, no))
        >>> document["clip_rate"], document["skipped_steps"], document["scale"]
        ([1.0], [0], [[0.25]])
    """
    rule = CLIP_RULES.get(clip.name)  # a stored run opens after its rule was retired
    return {
        **clip.to_json("rule"),
        "clip_rate": record.rate().tolist(),
        "recent_clip_rate": record.rate(rule.recent(clip) if rule else RECENT).tolist(),
        "skipped_steps": record.skipped.sum(axis=0).tolist(),
        "threshold": _numbers(record.threshold),
        "scale": _numbers(record.scale),
        "clipped": record.clipped.T.tolist(),
        "skipped": record.skipped.T.tolist(),
    }


def clip_from_document(document: dict[str, Any]) -> ClipRecord:
    """Return the record of a document."""
    threshold, scale = (strict_json.floats(document[name]).T.astype(np.float32) for name in ("threshold", "scale"))
    clipped, skipped = (np.array(document[name], dtype=np.bool_).T for name in ("clipped", "skipped"))
    return ClipRecord(threshold, scale, clipped, skipped)


def _numbers(values: Floats) -> list[list[float | None]]:
    """Return numbers with the fewest digits that give the same float32 again."""
    shortest = values.T.astype("U").astype(np.float64)
    return [[None if np.isnan(value) else value for value in seed.tolist()] for seed in shortest]

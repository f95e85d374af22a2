"""Strictly valid JSON: non-finite numbers are the strings "NaN", "Infinity" and "-Infinity", in and out."""

import json
import math
from typing import Any

import numpy as np

from gradcore.errors import RefusedError

LARGEST_DOCUMENT = 64 * 1024 * 1024  # bytes of JSON that are read at most


def plain(value: Any) -> Any:
    """Return `value` as JSON's own types: arrays as lists, non-finite numbers as strings.

    Example:
        >>> plain({"loss": np.array([0.5, np.nan])})
        {'loss': [0.5, 'NaN']}
    """
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value


def dumps(value: Any, indent: int | None = None) -> str:
    """Return strictly valid JSON text.

    Example:
        >>> dumps([1.5, float("inf")])
        '[1.5, "Infinity"]'
    """
    return json.dumps(plain(value), allow_nan=False, indent=indent, ensure_ascii=False)


def loads(document: str) -> Any:
    """Return the value of a JSON text; refuses bare NaN, repeated keys, and text that is not JSON.

    Example:
        >>> loads('{"steps": 5}')
        {'steps': 5}
    """
    if len(document) > LARGEST_DOCUMENT:
        raise RefusedError(f"the JSON document must be at most {LARGEST_DOCUMENT} bytes. Received: {len(document)}")
    try:
        found = json.loads(document, parse_constant=_refuse_constant, object_pairs_hook=_unique_keys)
        if "\\u" in document:  # half of a surrogate pair is JSON, but no text that can be stored or shown
            json.dumps(found, ensure_ascii=False).encode()
        return found
    except RefusedError:
        raise
    except (ValueError, RecursionError) as error:
        raise RefusedError(f"the document must be valid JSON. Received: {error}") from error


def floats(value: Any) -> np.ndarray:
    """Return nested lists of numbers, `null` and non-finite strings as a float64 array (`null` = NaN).

    Example:
        >>> floats([1, "NaN", None, "-Infinity"])
        array([  1.,  nan,  nan, -inf])
    """
    return np.array(value, dtype=np.float64)


def _refuse_constant(name: str) -> None:
    raise RefusedError(f'non-finite numbers must be written as text, "{name}". Received: {name}')


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, item in pairs:
        if key in found:
            raise RefusedError(f"the key '{key}' must appear once. Received: it twice")
        found[key] = item
    return found

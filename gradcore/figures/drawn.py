"""A figure as plain fields, which is all that the browser needs; Plotly's own object is made when one is asked for.

Plotly's constructor and its way to JSON copy every field several times: most of what a small chart would cost.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore import strict_json

# NumPy's types that plotly.js reads in base64, by its names for them.
TYPED = {"int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2", "int32": "i4", "uint32": "u4",
         "float32": "f4", "float64": "f8"}  # fmt: skip


class Drawn(go.Figure):  # type: ignore[misc]  # Plotly has no types
    """A `go.Figure` that holds nothing but its fields until somebody looks at more than these.

    Example:
        >>> drawn = Drawn({"data": [{"type": "bar", "y": [1, 2]}], "layout": {"height": 300}})
        >>> drawn.height, drawn.data[0].type
        (300, 'bar')
    """

    def __init__(self, fields: Mapping[str, Any]) -> None:
        """Keep the traces (`data`) and the `layout`."""
        self._fields = fields
        self._made = False

    def __getattr__(self, name: str) -> Any:
        """Let Plotly make its object at the first look at something that it holds."""
        if self.__dict__.get("_made", True):
            raise AttributeError(name)
        self._made = True
        super().__init__(self._fields, _validate=False)
        return getattr(self, name)

    @property
    def height(self) -> int:
        """Its height in px, as it was drawn."""
        return int(self._fields["layout"]["height"])

    def to_json_text(self) -> str:
        """Return strictly valid JSON, arrays in base64; what is not finite is a text."""
        fields = self.to_dict() if self._made else self._fields  # once made, it may have been changed
        try:
            return json.dumps(fields, allow_nan=False, ensure_ascii=False, default=_plain)
        except ValueError:  # a number outside of an array is not finite
            return strict_json.dumps(json.loads(json.dumps(fields, ensure_ascii=False, default=_plain)))


def _plain(value: Any) -> Any:
    """Return what JSON has for something of NumPy: a whole array in base64, as plotly.js reads it."""
    if isinstance(value, np.ndarray) and value.size:
        array = _smallest(value)
        if str(array.dtype) in TYPED:
            shape = {"shape": str(array.shape)[1:-1]} if array.ndim > 1 else {}
            text = base64.b64encode(array.tobytes()).decode("ascii")
            return {"dtype": TYPED[str(array.dtype)], "bdata": text, **shape}
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"a figure holds what JSON has not: {type(value).__name__}")


def _smallest(array: np.ndarray) -> np.ndarray:
    """Return whole numbers of 64 bits, which plotly.js cannot read, in the smallest type that holds them."""
    if array.dtype not in (np.int64, np.uint64):
        return array
    kinds = ("int8", "int16", "int32") if array.dtype == np.int64 else ("uint8", "uint16", "uint32")
    low, high = array.min(), array.max()
    fitting = [kind for kind in kinds if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max]
    return array.astype(fitting[0]) if fitting else array

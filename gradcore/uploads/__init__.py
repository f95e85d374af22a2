"""Files that a visitor uploads: CSV and .npz, bounded in memory, never executed, refused by line and column.

A tensor file may hold several tensors: in a CSV an empty line begins the next one, an .npz has one in each member.
"""

import numpy as np
from numpy.typing import NDArray

from gradcore.uploads.csv_text import csv_norms, csv_tensors
from gradcore.uploads.limits import MOST_TENSORS, Singles, checked, refuse
from gradcore.uploads.npz import npz_tensors
from gradcore.uploads.table import tensors_from_table

__all__ = ["norms_from_upload", "tensors_from_table", "tensors_from_upload"]


def tensors_from_upload(name: str, data: bytes) -> list[Singles]:
    """Return the tensors of a CSV or .npz file as float32; NaN and infinite entries are data.

    Example:
        >>> tensors_from_upload("own.csv", b"0.1,-0.2\\n\\n0.05\\n")
        [array([ 0.1, -0.2], dtype=float32), array([0.05], dtype=float32)]
    """
    read = {".csv": csv_tensors, ".npz": npz_tensors}
    suffix = checked(name, data, tuple(read))
    tensors = read[suffix](name, data)
    if len(tensors) > MOST_TENSORS:
        refuse(name, f"hold at most {MOST_TENSORS} tensors", str(len(tensors)))
    return tensors


def norms_from_upload(name: str, data: bytes) -> NDArray[np.float64]:
    """Return the gradient norms of a CSV file, shape (T,): one column, or the one called `norm` or `gradient_norm`.

    Example:
        >>> norms_from_upload("run.csv", b"step,norm\\n0,1.5\\n1,NaN\\n")
        array([1.5, nan])
    """
    checked(name, data, (".csv",))
    return csv_norms(name, data)

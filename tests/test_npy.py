"""The arrays of NumPy's own files come back as they were, and nothing is evaluated on the way."""

import ast
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as arrays

from gradcore import npy
from gradcore.records import Setup, pack, unpack

PLAIN = arrays.scalar_dtypes().filter(lambda dtype: dtype.kind in "fiubcU" and dtype.itemsize)


def saved(array: np.ndarray, **options: bool) -> io.BytesIO:
    target = io.BytesIO()
    np.save(target, array, **options)
    target.seek(0)
    return target


@given(arrays.arrays(PLAIN, arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)))
def test_what_numpy_saves_is_read_bit_by_bit(array):
    found = npy.read(saved(array))
    assert (found.shape, found.dtype) == (array.shape, array.dtype)
    assert found.tobytes() == array.tobytes()


def test_the_order_of_columns_is_kept():
    found = npy.read(saved(np.asfortranarray([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])))
    assert found.tolist() == [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]


def test_records_and_objects_are_no_numbers():
    assert npy.header(saved(np.zeros(2, dtype="f4,f4"))).dtype.kind == "V"
    assert npy.header(saved(np.array([None]), allow_pickle=True)).dtype.kind == "O"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello, world",
        b"\x93NUMPY\x09\x00\x02\x00{}",
        b"\x93NUMPY\x01\x00\x02\x00{}",
        b"\x93NUMPY\x02\x00\xff\xff\xff\xff",
        b"\x93NUMPY\x01\x00\x3a\x00{'descr': '<q9', 'fortran_order': False, 'shape': (2,), }   ",
        b"\x93NUMPY\x01\x00\x3a\x00{'descr': '<f8', 'fortran_order': False, 'shape': (-,), }   ",
        b"\x93NUMPY\x01\x00\x3a\x00{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }   only8byt",
    ],
)
def test_what_is_no_array_or_too_short_is_a_value_error(data):
    with pytest.raises(ValueError):  # noqa: PT011 its text reaches no user
        npy.read(io.BytesIO(data))


def test_a_stored_record_is_read_without_ast(monkeypatch):
    # CPython 3.11 raises SystemError when threads parse with it at once
    monkeypatch.setattr(ast, "literal_eval", lambda text: pytest.fail("evaluated"))
    assert unpack("setup", pack(Setup(("dense", "output"), 7))) == Setup(("dense", "output"), 7)

"""Uploads: what is read, and that everything else is refused by line and column, in bounded memory, unexecuted."""

import bz2
import io
import pickle
import tracemalloc
import zipfile

import numpy as np
import pytest

from gradcore.errors import RefusedError
from gradcore.uploads import norms_from_upload, tensors_from_table, tensors_from_upload


def npz(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def zipped(name, content, compression=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def npy(array, **options):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, **options)
    return file.getvalue()


def header(text):
    """An array file whose description is this text."""
    described = text.encode() + b" " * (-(len(text) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(described).to_bytes(2, "little") + described


def test_an_empty_line_begins_the_next_tensor():
    tensors = tensors_from_upload("own.csv", b"\xef\xbb\xbf1;2\r\n3;4\r\n\r\n\r\n0.5\n\n-1;inf;NaN")
    assert [tensor.tolist() for tensor in tensors[:2]] == [[[1.0, 2.0], [3.0, 4.0]], [0.5]]
    assert tensors[2].dtype == np.float32
    np.testing.assert_array_equal(tensors[2], np.array([-1, np.inf, np.nan], np.float32))


def test_an_archive_keeps_order_shape_and_fortran_order():
    kernel = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    tensors = tensors_from_upload("G.NPZ", npz(kernel=kernel, bias=np.array(2, np.int64), scale=np.float16([0.5])))
    assert [tensor.shape for tensor in tensors] == [(2, 3), (), (1,)]
    np.testing.assert_array_equal(tensors[0], kernel)
    assert all(tensor.dtype == np.float32 for tensor in tensors)


def test_norms_come_from_one_column_or_the_one_that_is_named():
    assert norms_from_upload("a.csv", b"1\n2\n\n3\n").tolist() == [1, 2, 3]
    assert norms_from_upload("a.csv", b"step\tnorm\tloss\n0\t1.5\t9\n1\t2.5\t8\n").tolist() == [1.5, 2.5]
    assert norms_from_upload("a.csv", b'"Gradient_Norm"\n0\n').tolist() == [0]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.csv", b"1,2\n3,x\n", "a.csv must have a number in line 2, column 2. Received: 'x'"),
        ("a.csv", b"1,2\n3\n", "a.csv must have 2 columns in line 2, as in line 1. Received: 1"),
        ("a.csv", b"1,2\n\n3\n4,5\n", "a.csv must have 1 columns in line 4, as in line 3. Received: 2"),
        ("a.csv", b"1,,2\n", "a.csv must have a number in line 1, column 2. Received: ''"),
        ("a.csv", b"1_000\n", "a.csv must have a number in line 1, column 1. Received: '1_000'"),
        ("a.csv", b"1\n1e39\n", "a.csv must have a number of at most 3.403e+38 in size (the largest float32) in line"),
        ("a.csv", b"", "a.csv must hold at least one number. Received: an empty file"),
        ("a.csv", b" \n\n ", "a.csv must hold at least one number. Received: an empty file"),
        ("a.csv", b"\xef\xbb\xbf", "a.csv must hold at least one number. Received: no number"),
        ("a.csv", b"1\n\xff\n", "a.csv must be UTF-8 text. Received: byte 0xff in line 2"),
        ("a.csv", b"1," * 999_999 + b"1", "a.csv must have at most 10000 columns. Received: 1000000 in line 1"),
        ("a.csv", b"1\n" * 100_001, "a.csv must hold at most 100000 numbers. Received: more, in line 100001"),
        ("a.csv", b"1\n\n" * 257, "a.csv must hold at most 256 tensors. Received: 257"),
        ("a.csv", b"1" * (4 * 1024**2 + 1), "a.csv must be at most 4 MB large. Received: 4.0 MB"),
        ("a.txt", b"1", "a.txt must end in .csv or .npz. Received: .txt"),
        ("a", b"1", "a must end in .csv or .npz. Received: no suffix"),
        ("../../etc/a.npy", b"1", "a.npy must end in .csv or .npz. Received: .npy"),
        ("a.npz", b"PK", "a.npz must be a whole .npz archive. Received: File is not a zip file"),
        ("a.npz", npz(x=np.ones(9))[:-40], "a.npz must be a whole .npz archive."),
        ("a.npz", npz(), "a.npz must hold 1 to 256 arrays. Received: 0"),
        ("a.npz", zipped("x.npy", b"hello"), "a.npz must hold NumPy arrays. Received: array 'x.npy'"),
        ("a.npz", npz(x=np.zeros((3, 0))), "a.npz must hold at least one number in each array."),
        ("a.npz", npz(x=np.zeros(100_001)), "a.npz must hold at most 100000 numbers."),
        ("a.npz", npz(x=np.zeros(60_000), y=np.zeros(60_000)), "a.npz must hold at most 100000 numbers."),
        ("a.npz", npz(x=np.array(["text"])), "a.npz must hold real numbers, no objects and no texts."),
        ("a.npz", npz(x=np.array([1j])), "a.npz must hold real numbers, no objects and no texts."),
        ("a.npz", npz(x=np.zeros(2, dtype="f4,f4")), "a.npz must hold real numbers, no objects and no texts."),
        ("a.npz", npz(x=np.array([1e39])), "a.npz must hold numbers of at most 3.403e+38 in size"),
        ("a.npz", zipped("x.npy", npy(np.ones(9))[:-8]), "a.npz must hold whole arrays. Received: array 'x.npy' cut"),
        (
            "a.npz",
            zipped("x.npy", header("{'descr': '<f4', 'fortran_order': False, 'shape': (-2, -2), }") + b"0" * 16),
            "a.npz must hold at least one number in each array.",
        ),
        ("a.npz", zipped("x.npy", header("(" * 9000)), "a.npz must hold NumPy arrays."),
        ("a.npz", zipped("x.npy", npy(np.ones(2)), zipfile.ZIP_BZIP2), "a.npz must be stored or deflated."),
    ],
)  # fmt: skip
def test_a_file_of_tensors_is_refused_in_one_sentence(name, data, says):
    with pytest.raises(RefusedError) as refused:
        tensors_from_upload(name, data)
    assert str(refused.value).startswith(says)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 250


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("n.csv", b"1\n-0.5\n", "n.csv must have a norm from 0 to 1e+150 in line 2, column 1. Received: '-0.5'"),
        ("n.csv", b"-inf\n", "n.csv must have a norm from 0 to 1e+150 in line 1, column 1. Received: '-inf'"),
        ("n.csv", b"1e200\n", "n.csv must have a norm from 0 to 1e+150 in line 1, column 1."),
        ("n.csv", b"norm\n1\nx\n", "n.csv must have a number in line 3, column 1. Received: 'x'"),
        ("n.csv", b"step,norm\n1\n", "n.csv must have 2 or more columns in line 2. Received: 1"),
        ("n.csv", b"1,2\n", "n.csv must have one column, or name one of them gradient_norm or grad_norm or norm"),
        ("n.csv", b"norm\n", "n.csv must hold at least one norm. Received: only a header"),
        ("n.csv", b"loss\n1\n", "n.csv must have a number in line 1, column 1. Received: 'loss'"),
        ("n.npz", b"1", "n.npz must end in .csv. Received: .npz"),
        ("n.csv", b"0\n" * 1_000_001, "n.csv must hold at most 1000000 norms. Received: 1000001"),
    ],
)
def test_a_file_of_norms_is_refused_in_one_sentence(name, data, says):
    with pytest.raises(RefusedError) as refused:
        norms_from_upload(name, data)
    assert str(refused.value).startswith(says)


class Bomb:
    """Runs when it is unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("the upload was unpickled",))


def test_pickled_objects_are_refused_and_never_unpickled():
    objects = npy(np.array([Bomb()], dtype=object), allow_pickle=True)
    for data in (zipped("x.npy", objects), zipped("x.pkl", pickle.dumps(Bomb()))):
        with pytest.raises(RefusedError, match=r"a\.npz must hold (real numbers|NumPy arrays)"):
            tensors_from_upload("a.npz", data)


def test_a_zip_bomb_takes_no_more_memory_than_it_may():
    many = npy(np.zeros((50_000, 1000), np.float32))  # 200 MB of zeros in 200 KB
    lying = header("{'descr': '<f4', 'fortran_order': False, 'shape': (10,), }") + b"\0" * 200_000_000
    bombs = [zipped("x.npy", many), zipped("x.npy", lying)]
    assert all(len(bomb) < 400_000 for bomb in bombs)
    del many, lying
    tracemalloc.start()
    with pytest.raises(RefusedError, match="must hold at most 100000 numbers"):
        tensors_from_upload("a.npz", bombs[0])
    assert tensors_from_upload("a.npz", bombs[1])[0].tolist() == [0.0] * 10  # only what it declares is unpacked
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000


def test_a_bomb_of_another_compression_is_not_opened():
    assert len(bz2.compress(b"\0" * 10_000_000)) < 200
    bomb = zipped("x.npy", b"\0" * 10_000_000, zipfile.ZIP_BZIP2)
    with pytest.raises(RefusedError, match="another compression"):
        tensors_from_upload("a.npz", bomb)


def test_an_archive_whose_stream_is_damaged_is_refused():
    data = bytearray(npz(x=np.random.default_rng(0).normal(size=500)))
    data[200:400] = b"\xff" * 200
    with pytest.raises(RefusedError) as refused:
        tensors_from_upload("a.npz", bytes(data))
    assert "a.npz must" in str(refused.value)


def test_a_gigabyte_is_refused_before_it_is_read():
    class Gigabyte(bytes):
        def __len__(self):
            return 1024**3

    with pytest.raises(RefusedError, match=r"own\.csv must be at most 4 MB large\. Received: 1024\.0 MB"):
        tensors_from_upload("own.csv", Gigabyte(b"1"))


def test_a_table_has_a_tensor_in_each_row_and_none_where_it_is_empty():
    tensors = tensors_from_table(["1, −2;3", "  ", "NaN inf"])
    assert tensors[0].tolist() == [1, -2, 3]
    assert tensors[1] is None
    np.testing.assert_array_equal(tensors[2], np.array([np.nan, np.inf], np.float32))


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "`table` must have 1 to 256 rows. Received: table=0"),
        (["1"] * 257, "`table` must have 1 to 256 rows. Received: table=257"),
        (["1", "2, x"], "number 2 in row 2 must be a number. Received: 'x'"),
        (["1e39"], "number 1 in row 1 must be at most 3.403e+38 in size (the largest float32). Received: '1e39'"),
        (["1 " * 100_001], "`table` must hold at most 100000 numbers. Received: table=100001"),
    ],
)
def test_a_table_is_refused_by_row_and_number(rows, says):
    with pytest.raises(RefusedError) as refused:
        tensors_from_table(rows)
    assert str(refused.value) == says

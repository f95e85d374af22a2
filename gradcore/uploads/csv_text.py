"""CSV: blocks of numbers between empty lines, or one column of norms, with the line and column of what is wrong."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from gradcore.uploads.limits import (
    LARGEST,
    LARGEST_NORM,
    MOST_COLUMNS,
    MOST_ENTRIES,
    MOST_NORMS,
    Singles,
    refuse,
    refuse_field,
)

Rows = list[tuple[int, list[float]]]  # line number, its numbers
NORM_COLUMNS = ("gradient_norm", "grad_norm", "norm")
SEPARATORS = (",", ";", "\t")


def csv_tensors(name: str, data: bytes) -> list[Singles]:
    """Return one tensor for each block of lines: its rows, or for a single row a vector."""
    tensors: list[Singles] = []
    entries = 0
    for block in _blocks(name, data):
        entries += len(block) * len(block[0][1])
        if entries > MOST_ENTRIES:
            refuse(name, f"hold at most {MOST_ENTRIES} numbers", f"more, in line {block[-1][0]}")
        tensor = np.array([row for _, row in block], dtype=np.float32)
        tensors.append(tensor[0] if len(tensor) == 1 else tensor)
    if not tensors:
        refuse(name, "hold at least one number", "no number")
    return tensors


def csv_norms(name: str, data: bytes) -> NDArray[np.float64]:
    """Return the norms of one column, from 0 up; NaN and Inf are data."""
    lines = [(number, line) for number, line in _lines(name, data) if line.strip()]
    if not lines:
        refuse(name, "hold at least one norm", "no number")
    separator = _separator(lines[0][1])
    column, lines = _norm_column(name, lines, separator)
    if len(lines) > MOST_NORMS:
        refuse(name, f"hold at most {MOST_NORMS} norms", f"{len(lines)}")
    return np.array(
        [_norm(name, number, _fields(name, number, line, separator), column) for number, line in lines],
        dtype=np.float64,
    )


def _blocks(name: str, data: bytes) -> Iterator[Rows]:
    """Yield the rows between empty lines; every row of a block has as many columns as its first."""
    block: Rows = []
    separator = None
    for number, line in _lines(name, data):
        if not line.strip():
            if block:
                yield block
            block = []
            continue
        separator = separator or _separator(line)
        row = _row(name, number, line, separator)
        if block and len(row) != len(block[0][1]):
            must = f"have {len(block[0][1])} columns in line {number}, as in line {block[0][0]}"
            refuse(name, must, f"{len(row)}")
        block.append((number, row))
    if block:
        yield block


def _lines(name: str, data: bytes) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text with their numbers, from 1; refuses what is not UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        refuse(name, "be UTF-8 text", f"byte {data[error.start]:#04x} in line {data[: error.start].count(10) + 1}")
    yield from enumerate(text.splitlines(), 1)


def _separator(line: str) -> str:
    """Return what separates the columns of a file, judged by its first line.

    Example:
        >>> _separator("1;2"), _separator("1")
        (';', ',')
    """
    return next((mark for mark in SEPARATORS if mark in line), ",")


def _row(name: str, number: int, line: str, separator: str) -> list[float]:
    fields = _fields(name, number, line, separator)
    return [_single(name, number, column, field) for column, field in enumerate(fields, 1)]


def _fields(name: str, number: int, line: str, separator: str) -> list[str]:
    """Return the fields of a line; they are counted before they are cut."""
    count = line.count(separator) + 1
    if count > MOST_COLUMNS:
        refuse(name, f"have at most {MOST_COLUMNS} columns", f"{count} in line {number}")
    return line.split(separator)


def _single(name: str, line: int, column: int, field: str) -> float:
    value = _number(name, line, column, field)
    if math.isfinite(value) and abs(value) > LARGEST:
        refuse_field(name, line, column, f"a number of at most {LARGEST:.4g} in size (the largest float32)", field)
    return value


def _number(name: str, line: int, column: int, field: str) -> float:
    try:
        if "_" in field:  # Python's own way to group digits, nobody else's
            raise ValueError
        return float(field.strip().strip('"'))
    except ValueError:
        refuse_field(name, line, column, "a number", field)


def _norm_column(name: str, lines: list[tuple[int, str]], separator: str) -> tuple[int, list[tuple[int, str]]]:
    """Return the column of the norms, from 0, and the lines below the header, where there is one."""
    number, first = lines[0]
    fields = [field.strip().strip('"').lower() for field in _fields(name, number, first, separator)]
    named = [fields.index(known) for known in NORM_COLUMNS if known in fields]
    if named:
        if len(lines) == 1:
            refuse(name, "hold at least one norm", "only a header")
        return named[0], lines[1:]
    if len(fields) > 1:
        must = f"have one column, or name one of them {' or '.join(NORM_COLUMNS)} in line {number}"
        refuse(name, must, f"{len(fields)} columns")
    return 0, lines


def _norm(name: str, line: int, fields: Sequence[str], column: int) -> float:
    if column >= len(fields):
        refuse(name, f"have {column + 1} or more columns in line {line}", str(len(fields)))
    value = _number(name, line, column + 1, fields[column])
    if value < 0 or (math.isfinite(value) and value > LARGEST_NORM):
        refuse_field(name, line, column + 1, f"a norm from 0 to {LARGEST_NORM:g}", fields[column])
    return value

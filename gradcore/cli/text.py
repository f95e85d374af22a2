"""Text for people: tables, numbers and progress."""

import math
import sys
from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import Any, TextIO

from gradcore import strict_json


def table(header: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[str] = ()) -> str:
    """Return aligned columns; those named in `left` begin at their left edge, the others end at their right.

    Example:
        >>> print(table(["rank", "entrant"], [["1", "Adam"], ["12", "SGD"]], left=["entrant"]))
        rank  entrant
           1  Adam
          12  SGD
    """
    lines = [header, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    sides = [name in left for name in header]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if starts else cell.rjust(width)
            for cell, width, starts in zip(line, widths, sides, strict=True)
        ).rstrip()
        for line in lines
    )


def number(value: Any) -> str:
    """Return a number of a document with four digits; a non-finite one is its text, none at all a dash.

    Example:
        >>> [number(value) for value in (0.123456, 12345.6, "NaN", None)]
        ['0.1235', '1.235e+04', 'NaN', '-']
    """
    if value is None:
        return "-"
    return value if isinstance(value, str) else f"{value:.4g}"


def moment(value: datetime | None) -> str:
    """Return a time in this machine's zone, to the second."""
    return value.astimezone().strftime("%Y-%m-%d %H:%M:%S") if value else "-"


def print_json(document: Any) -> None:
    """Write one strictly valid JSON document to standard output."""
    print(strict_json.dumps(document))


class Progress:
    """How far a run is, on standard error: one line that rewrites itself, or in a file a line every 10 %."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream, self.started, self.shown = stream or sys.stderr, monotonic(), -1

    def show(self, fraction: float) -> None:
        """Write the share that is done and the seconds since the start."""
        percent = math.floor(100 * fraction)
        seconds = monotonic() - self.started
        if self.stream.isatty():
            self.stream.write(f"\r{percent:3d} %  {seconds:5.1f} s")
        elif percent // 10 > self.shown // 10:
            self.stream.write(f"{percent:3d} %  {seconds:5.1f} s\n")
        self.shown = max(self.shown, percent)
        self.stream.flush()

    def end(self) -> None:
        """Leave the line."""
        if self.stream.isatty():
            self.stream.write("\r\033[K")
            self.stream.flush()

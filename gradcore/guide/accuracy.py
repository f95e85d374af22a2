"""How often the rules of the health check are right: the table of `docs/rules_accuracy.md`, shipped as JSON beside it.

`python -m bench.rules_accuracy --table` writes both; `python -m bench.guide_accuracy --write` reads the table again.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from gradcore import strict_json
from gradcore.checks import refuse

ARCHIVE = "rules_accuracy.json"
SHARE = r"(?P<{0}>[\d.]+) \((?P<{0}_low>[\d.]+) to (?P<{0}_high>[\d.]+)\), (?P<{0}_part>\d+) of (?P<{0}_whole>\d+)|[–-]"
CELL = re.compile(f"^(?:{SHARE.format('share')})$")
HEADING = re.compile(r"^## (?P<side>.+) families$")
QUIET = re.compile(
    r"(?P<networks>\d+) networks: .*above info: (?P<share>[\d.]+) \((?P<low>[\d.]+) to (?P<high>[\d.]+)\)"
)
OURS = "Gradient Clinic"
HELD_OUT = "held out"
TITLES = {HELD_OUT: "Held-out families", "calibration": "Calibration families"}  # of the sides, as they are shown


@dataclass(frozen=True)
class Share:
    """A share with its 95 % Wilson interval and counts."""

    share: float
    low: float
    high: float
    part: int = 0
    whole: int = 0


@dataclass(frozen=True)
class Row:
    """How often one set of rules is right about one condition."""

    condition: str
    rules: str
    precision: Share | None  # None where it said nothing
    recall: Share | None  # None where there is nothing to find


@dataclass(frozen=True)
class Side:
    """Networks of one kind of families, and what the rules say of them."""

    name: str
    networks: int
    quiet: Share | None  # healthy networks without a finding above info
    rows: tuple[Row, ...]

    def row(self, condition: str, rules: str = OURS) -> Row | None:
        """Return the row of a condition, None where there is none."""
        return next((row for row in self.rows if (row.condition, row.rules) == (condition, rules)), None)


def sides_of(text: str) -> tuple[Side, ...]:
    """Return what a published table says.

    Raises:
        RefusedError: where the text has no part named '## ... families'.

    Example:
        >>> side, = sides_of('''## Held out families
        ... 10 networks: 10 healthy. Healthy networks without a finding above info: 0.90 (0.60 to 0.98).
        ... | vanishing | Gradient Clinic | 0.90 (0.60 to 0.98), 9 of 10 | – |''')
        >>> side.name, side.quiet.share, side.row("vanishing").precision.part, side.row("vanishing").recall
        ('held out', 0.9, 9, None)
    """
    found: list[Side] = []
    for line in text.splitlines():
        if heading := HEADING.match(line):
            found.append(Side(heading["side"].lower(), 0, None, ()))
        elif found and (quiet := QUIET.search(line)):
            share, low, high = (float(quiet[name]) for name in ("share", "low", "high"))
            found[-1] = Side(found[-1].name, int(quiet["networks"]), Share(share, low, high), found[-1].rows)
        elif found and (row := _row(line)):
            found[-1] = Side(found[-1].name, found[-1].networks, found[-1].quiet, (*found[-1].rows, row))
    if not found:
        refuse("table", "have a part named '## ... families'", text[:40])
    return tuple(found)


def document_of(text: str) -> dict[str, Any]:
    """Return a published table as the JSON that ships."""
    return {
        "written_by": "python -m bench.rules_accuracy --table",
        "published": "docs/rules_accuracy.md",
        "sides": [asdict(side) for side in sides_of(text)],
    }


@cache
def accuracy() -> tuple[Side, ...]:
    """Return the table that ships."""
    text = files("gradcore").joinpath("guide", ARCHIVE).read_text(encoding="utf-8")
    return tuple(_side(side) for side in strict_json.loads(text)["sides"])


def values() -> Mapping[str, float]:
    """Return what sentences cite as {rules.name}: our shares on held-out families."""
    side = next(side for side in accuracy() if side.name == HELD_OUT)
    found = {} if side.quiet is None else {"healthy_quiet": side.quiet.share}
    for row in side.rows:
        if row.rules == OURS:
            shares = {"precision": row.precision, "recall": row.recall}
            found |= {f"{row.condition}_{name}": share.share for name, share in shares.items() if share}
    return found


def _row(line: str) -> Row | None:
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    if len(cells) != 4 or not all(CELL.match(cell) for cell in cells[2:]):
        return None
    return Row(cells[0], cells[1], *(_share(cell) for cell in cells[2:]))


def _share(cell: str) -> Share | None:
    match = CELL.match(cell)
    if match is None or match["share"] is None:
        return None
    share, low, high = (float(match[name]) for name in ("share", "share_low", "share_high"))
    return Share(share, low, high, int(match["share_part"]), int(match["share_whole"]))


def _side(side: Mapping[str, Any]) -> Side:
    def share(found: Mapping[str, Any] | None) -> Share | None:
        return Share(**found) if found else None

    rows = [Row(row["condition"], row["rules"], share(row["precision"]), share(row["recall"])) for row in side["rows"]]
    return Side(side["name"], side["networks"], share(side["quiet"]), tuple(rows))

"""What `--spec` or `--preset` asks for."""

import argparse
import sys
from pathlib import Path
from typing import Any, BinaryIO

from gradcore import checks, strict_json
from gradcore.checks import refuse
from gradcore.errors import RefusedError
from gradcore.presets import PRESETS
from gradcore.specs import HealthSpec, RaceSpec
from gradcore.ward import WARD


def read_race(arguments: argparse.Namespace) -> RaceSpec:
    """Return the spec of a preset, a file, or standard input."""
    if arguments.preset is not None:
        checks.known_name("preset", arguments.preset, PRESETS)
        return PRESETS[arguments.preset]
    return RaceSpec.from_json(read_spec(arguments.spec))


def read_health(arguments: argparse.Namespace) -> HealthSpec:
    """Return the check of a patient, a file, or standard input."""
    if arguments.preset is not None:
        checks.known_name("preset", arguments.preset, WARD)
        return WARD[arguments.preset].spec
    return HealthSpec.from_json(read_spec(arguments.spec))


def read_spec(name: str) -> Any:
    """Return the value of a JSON file; `-` is standard input."""
    return strict_json.loads(_read(name))


def _read(name: str) -> str:
    try:
        if name == "-":
            return _text(sys.stdin.buffer)
        with Path(name).open("rb") as file:
            return _text(file)
    except (OSError, ValueError) as error:
        if isinstance(error, RefusedError):
            raise
        refuse("--spec", f"name a file of UTF-8 text that can be read ({error})", name)


def _text(stream: BinaryIO) -> str:
    """Read at most one byte more than a document may have; `strict_json.loads` refuses that one."""
    return stream.read(strict_json.LARGEST_DOCUMENT + 1).decode("utf-8-sig")

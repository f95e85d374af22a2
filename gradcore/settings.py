"""Environment variables -> Settings; read once, passed down."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from gradcore.checks import refuse


@dataclass(frozen=True)
class Limits:
    """What one run may ask for, checked where it is submitted."""

    steps: int = 20_000
    seeds: int = 100
    entrants: int = 24
    parameters: int = 2_000_000
    minutes: float = 10.0  # estimated


@dataclass(frozen=True)
class Settings:
    """How this installation is set up."""

    database: str  # an SQLAlchemy URL
    workers: int = 2
    limits: Limits = Limits()


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of the process environment; refuses a value that is not a number > 0.

    Example:
        >>> read_settings({"GRADCORE_WORKERS": "3", "GRADCORE_DB": "sqlite:///runs.db"}).workers
        3
    """
    source = os.environ if environment is None else environment
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Settings(
        database=source.get("GRADCORE_DB") or default_database(),
        workers=_whole(source, "GRADCORE_WORKERS", max(1, min(cores, 4))),
        limits=Limits(
            steps=_whole(source, "GRADCORE_MAX_STEPS", Limits.steps),
            seeds=_whole(source, "GRADCORE_MAX_SEEDS", Limits.seeds),
            entrants=_whole(source, "GRADCORE_MAX_ENTRANTS", Limits.entrants),
            parameters=_whole(source, "GRADCORE_MAX_PARAMETERS", Limits.parameters),
            minutes=_whole(source, "GRADCORE_MAX_MINUTES", int(Limits.minutes)),
        ),
    )


def default_database() -> str:
    """Return the URL of the SQLite file that dashboard and command line share."""
    return f"sqlite:///{default_data_directory() / 'runs.db'}"


def default_data_directory() -> Path:
    """Return the folder of this user's runs (`~/.local/share/gradcore` on Linux)."""
    return user_data_path("gradcore", appauthor=False)


def _whole(source: Mapping[str, str], name: str, default: int) -> int:
    given = source.get(name)
    if not given:
        return default
    if not given.isascii() or not given.isdigit() or int(given) < 1:
        refuse(name, "be a whole number > 0", given)
    return int(given)

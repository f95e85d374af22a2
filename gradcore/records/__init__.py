"""What happened: frozen records of NumPy arrays, and their packed form in the store (npz, never pickle)."""

from gradcore.records.arrays import Doubles, Flags, Floats, Integers
from gradcore.records.check import BINS, EDGES, CheckChunk, CheckSetup, CheckTrace, Finding, StepTimes
from gradcore.records.packing import Record, pack, unpack
from gradcore.records.race import ClipRecord, EntrantTrace, Outcome, RaceTrace, Ranked, Setup, TraceChunk, Tuning
from gradcore.records.run import RunInfo, RunStatus
from gradcore.records.trial import JOINT, TrialCell, TrialCosts, capped

__all__ = [
    "BINS",
    "EDGES",
    "JOINT",
    "CheckChunk",
    "CheckSetup",
    "CheckTrace",
    "ClipRecord",
    "Doubles",
    "EntrantTrace",
    "Finding",
    "Flags",
    "Floats",
    "Integers",
    "Outcome",
    "RaceTrace",
    "Ranked",
    "Record",
    "RunInfo",
    "RunStatus",
    "Setup",
    "StepTimes",
    "TraceChunk",
    "TrialCell",
    "TrialCosts",
    "Tuning",
    "capped",
    "pack",
    "unpack",
]

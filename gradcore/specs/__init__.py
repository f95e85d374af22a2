"""What a user asks for: frozen, hashable specs with types and ranges checked once, round-tripping through JSON.

A spec knows no catalogue and no limit (`admission.py` does, when a run is submitted), so that a stored run
opens for ever.
"""

from gradcore.specs.choice import CONSTANT_RATE, NO_CLIPPING, Choice, Scalar
from gradcore.specs.clip import ClipSpec
from gradcore.specs.entrant import KERAS_CLIP_ARGUMENTS, EntrantSpec
from gradcore.specs.health import HealthSpec
from gradcore.specs.network import NO_NETWORK, NetworkSpec
from gradcore.specs.race import VERSION, RaceSpec
from gradcore.specs.run import RunSpec, entrants_of, read_spec
from gradcore.specs.solutions import Cell, SolutionsSpec
from gradcore.specs.stream import NOTEBOOK_PHASES, TAILS, Phase, StreamSpec
from gradcore.specs.tensor import Tensor
from gradcore.specs.thresholds import Thresholds
from gradcore.specs.treatment import TreatmentSpec

__all__ = [
    "CONSTANT_RATE",
    "KERAS_CLIP_ARGUMENTS",
    "NOTEBOOK_PHASES",
    "NO_CLIPPING",
    "NO_NETWORK",
    "TAILS",
    "VERSION",
    "Cell",
    "Choice",
    "ClipSpec",
    "EntrantSpec",
    "HealthSpec",
    "NetworkSpec",
    "Phase",
    "RaceSpec",
    "RunSpec",
    "Scalar",
    "SolutionsSpec",
    "StreamSpec",
    "Tensor",
    "Thresholds",
    "TreatmentSpec",
    "entrants_of",
    "read_spec",
]

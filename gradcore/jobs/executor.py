"""What a Lab needs of whoever trains its runs, and how many workers that has."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class WorkersState:
    """The workers at this moment."""

    total: int
    warm: int  # TensorFlow loaded, the next run starts at once
    busy: int
    queued: int  # runs that wait
    message: str  # one sentence

    @property
    def ready(self) -> bool:
        """Whether a run that is submitted now is trained without waiting for TensorFlow."""
        return self.warm > 0


class Executor(Protocol):
    """Trains the queued runs of its owner."""

    owner: str

    def wake(self) -> None:
        """Notice that a run was queued or cancelled."""

    def workers(self) -> WorkersState:
        """Return how the workers are."""

    def close(self) -> None:
        """Stop: what runs is marked interrupted, what is queued waits for the next start."""

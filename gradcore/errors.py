"""The expected failures of Gradient Clinic; pages and the command line show each as one sentence."""


class GradcoreError(Exception):
    """Base of every failure that is expected and is shown to the user as its own sentence."""


class RefusedError(GradcoreError, ValueError):
    """Input breaks a rule; the sentence says what must hold and what was received."""


class UnknownRunError(GradcoreError):
    """No stored run has this id."""


class StoreError(GradcoreError):
    """The run store cannot be reached or holds a schema that this version cannot read."""


class TrainingError(GradcoreError):
    """A run cannot go on, for a reason that its author can act on."""


class CancelledRunError(GradcoreError):
    """The run was cancelled while it was training."""


class SupersededError(GradcoreError):
    """A newer attempt owns this part of the run, so this one must stop without writing."""

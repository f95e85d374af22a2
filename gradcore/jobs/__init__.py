"""The execution engine: who trains the queued runs, in this process or on a cluster of workers.

The store is the truth; nothing here is lost that a restart could not find again.
"""

from gradcore.jobs.cluster import Cluster
from gradcore.jobs.executor import Executor, WorkersState
from gradcore.jobs.inprocess import InProcess

__all__ = ["Cluster", "Executor", "InProcess", "WorkersState"]

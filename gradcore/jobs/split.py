"""How a run is shared out among workers."""

from gradcore.optimizers import OPTIMIZERS
from gradcore.solutions import cell_groups
from gradcore.specs import RaceSpec, SolutionsSpec, entrants_of, read_spec
from gradcore.store import QueuedRun


def split(run: QueuedRun, parts: int) -> list[list[int]]:
    """Return the entrants of a race in at most `parts` groups of about the same cost; a check or treatment is one.

    A measurement of solutions is cut into many small parts, between which other runs are served. Optimizers that train
    seed by seed cost as many times more as there are seeds. What is compared in pairs stays together, so that it is
    never half done.

    Example:
        >>> entrants = [{"optimizer": "SGD"}, {"optimizer": "Adam"}, {"optimizer": "Muon"}]
        >>> split(QueuedRun("", "race", {"seeds": 5, "entrants": entrants}), 2)
        [[2], [0, 1]]
    """
    spec = run.spec
    if run.kind == SolutionsSpec.kind:
        return [list(group) for group in cell_groups(SolutionsSpec.from_json(spec))]
    if run.kind != RaceSpec.kind:
        return [list(range(entrants_of(read_spec(run.kind, spec))))]
    names = [entrant["optimizer"] for entrant in spec["entrants"]]
    costs = [1 if name not in OPTIMIZERS or OPTIMIZERS[name].elementwise else spec["seeds"] for name in names]
    groups: list[list[int]] = [[] for _ in range(min(parts, len(costs)))]
    for entrant in sorted(range(len(costs)), key=lambda entrant: -costs[entrant]):
        min(groups, key=lambda group: sum(costs[i] for i in group)).append(entrant)
    return [sorted(group) for group in groups]

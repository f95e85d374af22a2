"""Training for `bench.rules_accuracy`: many networks of one architecture, in one traced graph.

They differ in their first weights and their seeds alone, so the graph of one serves them all.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gradcore import tuning
from gradcore.check_assembly import CheckAssembly
from gradcore.engine import checkup
from gradcore.engine.entrant import SeedRows
from gradcore.engine.network import build_network, initial_values
from gradcore.engine.seeds import batches
from gradcore.engine.threads import use_one_thread
from gradcore.engine.training import Trainer
from gradcore.networks import loss_of
from gradcore.records import CheckTrace, Doubles, Record, Tuning
from gradcore.specs import HealthSpec
from gradcore.tasks import task_of


def tuned(specs: Sequence[HealthSpec], rates: Mapping[str, Doubles], seeds: int, chunk: int) -> list[Tuning]:
    """Return what each learning rate came to for each network: networks x rates x seeds replicas at once.

    Args:
        specs: alike but for their first weights and seeds.
        rates: that are tried, ascending, by the name of the optimizer.
        seeds: tried for each network, counted from its own: what is checked is one of those that were trained.
        chunk: steps of one call.
    """
    use_one_thread()
    first, tried = specs[0], rates[specs[0].optimizer.optimizer.name]
    task, network = task_of(first.task), first.network
    replicas = [(spec, spec.seed + n) for spec in specs for _ in tried for n in range(seeds)]
    own = np.tile(np.repeat(tried, seeds), len(specs)).astype(np.float32)
    model, rule = build_network(network, first.task, seed=0), first.optimizer
    trainer = Trainer(
        model, loss_of(network, task), rule.optimizer, rule.clip, len(replicas), record=False, own_rates=True
    )
    trainer.reset([initial_values(spec.network, spec.task, seed) for spec, seed in replicas], own, first.steps)
    rows = SeedRows.of(task, [task.rows(seed) for _, seed in replicas])
    size = first.batch_size or task.train_rows
    drawn = np.stack([batches(seed, task.train_rows, size, first.steps) for _, seed in replicas], axis=1)
    parts = [
        trainer.run(rows.x_train, rows.y_train, drawn[start : start + chunk]).loss
        for start in range(0, first.steps, chunk)
    ]
    last = tuning.last_loss(np.concatenate(parts)).reshape(len(specs), len(tried), seeds)
    return [tuning.chosen(0, tried, one) for one in last]


def checked(specs: Sequence[HealthSpec], rates: Sequence[float]) -> tuple[list[CheckTrace], NDArray[np.int64]]:
    """Return the check of each network at its own rate, and the entries of each variable (V,).

    One after the other with the trainer of the first: that takes less time than to trace all of them side by side.
    """
    use_one_thread()
    traces, trainer = [], None
    for spec, rate in zip(specs, rates, strict=True):
        running, whole = checkup.Running(spec, [spec.seed], 0, rate, trainer), CheckAssembly(spec)
        for chunk, done in running.chunks():
            records: list[Record] = [chunk] if done > len(chunk.loss) else [running.setup(), chunk]
            whole.add(records)
        traces.append(whole.trace().networks[0])
        trainer = running.trainer
    assert trainer is not None
    return traces, np.array([np.prod(shape) for shape in trainer.layout.plain.shapes], np.int64)

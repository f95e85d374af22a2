"""The learning rate of an entrant, chosen by training it at every rate of the grid on every tuning seed at once."""

import numpy as np

from gradcore import tuning
from gradcore.engine.grid import Progress, train_grid
from gradcore.optimizers import learning_rate_of
from gradcore.records import Doubles, Tuning
from gradcore.specs import RaceSpec


def tune(spec: RaceSpec, number: int, progress: Progress) -> Tuning:
    """Return what each learning rate came to for one entrant, and the best of them.

    Args:
        spec: the race, admitted.
        number: of the entrant.
        progress: called several times a second.
    """
    entrant = spec.entrants[number]
    rates = tuning.grid(learning_rate_of(entrant))
    found = tuning.chosen(number, rates, _losses(spec, number, rates, progress))
    for _ in range(tuning.EXTENSIONS):
        more = tuning.beyond(found)
        if not len(more):
            break
        rates = np.concatenate([found.learning_rates, more])
        loss = np.concatenate([found.loss, _losses(spec, number, more, lambda _: progress(1.0))])
        found = tuning.chosen(number, rates, loss)
    return found


def _losses(spec: RaceSpec, number: int, rates: Doubles, progress: Progress) -> Doubles:
    """Return the last training loss of every rate and tuning seed, (R, S)."""
    seeds = tuning.seeds_of(spec.first_seed, spec.seeds)
    loss = train_grid(spec, number, rates, seeds, progress).loss
    return tuning.last_loss(loss).reshape(len(rates), tuning.SEEDS)

"""Solutions are measured by real training: the same numbers again, as a race has them, and nothing twice."""

from dataclasses import replace

import numpy as np
import pytest

from gradcore.assembly import Assembly
from gradcore.engine.race import run_race
from gradcore.engine.trial import run_solutions
from gradcore.records import TrialCell, TrialCosts
from gradcore.solutions import DISEASES, Disease, sick, treated
from gradcore.specs import Cell, NetworkSpec, SolutionsSpec
from gradcore.tuning import last_loss

SMALL = SolutionsSpec(
    (Cell("sigmoid_stack"), Cell("sigmoid_stack", ("relu",)), Cell("sigmoid_stack", ("adam",))),
    rates=3,
    tuning_seeds=1,
    seeds=2,
    steps=20,
    costs=False,
)


def measured(spec, entrants=None, known=None):
    found = []
    run_solutions(spec, entrants or range(len(spec.cells)), lambda records, _: found.extend(records), known)
    return found


@pytest.fixture(scope="module")
def cells():
    return measured(SMALL)


def test_every_cell_has_its_rates_and_its_seeds(cells):
    assert [(cell.entrant, cell.disease, cell.stack) for cell in cells] == [
        (0, "sigmoid_stack", ""),
        (1, "sigmoid_stack", "relu"),
        (2, "sigmoid_stack", "adam"),
    ]
    assert cells[0].rates.round(4).tolist() == [0.0316, 0.1, 0.3162]
    assert cells[2].rates.round(5).tolist() == [0.00095, 0.003, 0.00949]
    assert [(cell.tuning.shape, cell.scored.shape) for cell in cells] == [((3, 1), (3, 2))] * 3


def test_the_same_measurement_has_the_same_numbers_again(cells):
    (again,) = measured(SMALL, [1])
    assert again.scored.tolist() == cells[1].scored.tolist()


def test_a_cells_losses_are_those_of_a_race_at_that_rate(cells):
    race = replace(treated(sick("sigmoid_stack"), ["relu"]), steps=20, seed=1).as_race(2)
    assembly = Assembly(race)
    run_race(race, [0], lambda records, _: assembly.add(records))
    raced = last_loss(assembly.trace().entrants[0].loss)
    assert cells[1].scored[1] == pytest.approx(raced, rel=1e-5)  # the middle rate is the spec's own


def test_what_is_known_is_taken_over_and_not_trained_again(cells):
    known = {cells[1].key: replace(cells[1], run_id="abcdefghij", scored=np.full((3, 2), 0.25))}
    found = measured(SMALL, [0, 1], known)
    assert [cell.run_id for cell in found] == ["", "abcdefghij"]
    assert found[1].scored.tolist() == [[0.25, 0.25]] * 3


def test_pairs_of_the_strongest_are_chosen_by_what_was_measured_alone(cells):
    spec = replace(SMALL, cells=(*SMALL.cells, Cell("sigmoid_stack", strongest=(0, 1))))
    known = {cell.key: cell for cell in cells}
    (pair,) = measured(spec, [3], known)
    order = sorted(cells[1:], key=lambda cell: cell.losses.mean())
    assert pair.stack == "+".join(cell.stack for cell in order)


def test_a_treatment_that_fails_is_recorded_with_the_reason(monkeypatch):
    dead = replace(DISEASES["deep_relu"].spec, network=NetworkSpec((8, 8, 8), bias=-100.0))
    monkeypatch.setattr("gradcore.solutions.stacks.DISEASES", {"dead": Disease("dead", "dead", "dead", "dead", dead)})
    spec = replace(SMALL, cells=(Cell("dead", ("lsuv",)), Cell("dead")))
    failed, trained = measured(spec)
    assert failed.reason.startswith("LSUV must bring the variance of dense_2 to 1. Received: 0 after")
    assert trained.reason == ""


def test_costs_are_measured_in_rounds_beside_the_untreated_network():
    spec = replace(SMALL, cells=(*SMALL.cells, Cell("sigmoid_stack", ("batch_norm",))), costs=True)
    (costs,) = measured(spec, [len(spec.cells)])
    assert isinstance(costs, TrialCosts)
    assert costs.stacks == ("", "relu", "adam", "batch_norm")
    assert costs.state.tolist() == [0.0, 0.0, 2.0, 0.0]
    assert costs.parameters.tolist() == [11210.0, 11210.0, 11210.0, 12170.0]
    assert (costs.step_seconds.shape, bool((costs.step_seconds > 0).all())) == ((40, 4), True)


def test_it_stops_where_it_is_told_to():
    class StopError(Exception):
        pass

    def stop(records, progress):
        if any(isinstance(record, TrialCell) for record in records):
            raise StopError

    with pytest.raises(StopError):
        run_solutions(SMALL, [0, 1], stop)

import numpy as np
import pytest

from gradcore.engine.race import run_race
from gradcore.engine.tuning import tune
from gradcore.errors import CancelledRunError
from gradcore.records import Outcome, Record, Tuning
from gradcore.specs import RaceSpec
from gradcore.tuning import last_loss
from tests.races import curve, records


def race(**changes: object) -> RaceSpec:
    entrants = [{"optimizer": "SGD", "learning_rate": 0.01}, {"optimizer": "Adam", "learning_rate": 0.001}]
    spec = {"entrants": entrants, "network": {"hidden": [8]}, "seeds": 2, "steps": 20, "learning_rates": "tuned"}
    return RaceSpec.from_json({**spec, **changes})


@pytest.mark.parametrize("optimizer", ["SGD", "Adam", "Lamb"])
def test_a_learning_rate_is_judged_by_what_a_race_with_it_comes_to(optimizer):
    spec = race(entrants=[{"optimizer": optimizer, "learning_rate": 0.01}])
    found = tune(spec, 0, lambda part: None)
    assert found.learning_rates[:7] == pytest.approx(0.01 * 10 ** np.arange(-1.5, 1.6, 0.5))
    alone = race(
        entrants=[{"optimizer": optimizer, "learning_rate": float(found.learning_rates[4])}],
        learning_rates="given", first_seed=2, seeds=3,
    )  # fmt: skip
    assert found.loss[4] == pytest.approx(last_loss(curve(records(alone), 0)), rel=1e-4)


def test_the_race_is_run_at_the_rate_that_was_chosen_on_other_seeds():
    found = records(race())
    tuned = {record.entrant: record for record in found if isinstance(record, Tuning)}
    assert sorted(tuned) == [0, 1]
    assert tuned[0].chosen == tuned[0].learning_rates[np.argmin(np.log(tuned[0].loss).mean(axis=1))]
    given = race(learning_rates="given", entrants=[{"optimizer": "SGD", "learning_rate": tuned[0].chosen}])
    assert np.array_equal(curve(found, 0), curve(records(given), 0))
    assert sum(isinstance(record, Outcome) for record in found) == 2


def test_the_grid_grows_at_most_twice_where_the_best_rate_lies_on_its_edge():
    low = tune(race(entrants=[{"optimizer": "SGD", "learning_rate": 1e-7}]), 0, lambda part: None)
    assert len(low.learning_rates) == 13
    assert low.on_edge
    assert low.chosen == pytest.approx(1e-7 * 10**4.5)


def test_a_rate_at_which_a_seed_diverges_is_not_chosen():
    found = tune(race(entrants=[{"optimizer": "SGD", "learning_rate": 30.0}]), 0, lambda part: None)
    assert np.isinf(found.score[-1])
    assert np.isfinite(found.score[list(found.learning_rates).index(found.chosen)])


def test_tuning_gives_the_same_numbers_again():
    first, second = (tune(race(), 1, lambda part: None) for _ in range(2))
    assert np.array_equal(first.loss, second.loss)


def test_a_race_is_cancelled_in_the_middle_of_tuning():
    seen: list[float] = []

    def report(new: list[Record], progress: float) -> None:
        seen.append(progress)
        if progress > 0.3:
            raise CancelledRunError("stop")

    with pytest.raises(CancelledRunError):
        run_race(race(), [0, 1], report)
    assert seen == sorted(seen)
    assert len(seen) > 3

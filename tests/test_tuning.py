"""Learning rates on a grid: which is chosen, when the grid grows, how wide the range is that trains."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gradcore.documents import race_document, trace_from_document
from gradcore.figures import learning_rates as figures
from gradcore.records import Tuning, pack, unpack
from gradcore.specs import RaceSpec
from gradcore.tuning import beyond, chosen, decades_that_train, grid, steady
from tests.traces import make_entrant, make_trace

INF = float("inf")


def tuned(*losses: float) -> Tuning:
    return chosen(0, grid(0.01)[: len(losses)], np.array(losses)[:, None])


def test_the_rate_with_the_least_geometric_mean_is_chosen():
    found = chosen(0, np.array([1.0, 0.1]), np.array([[0.01, 1.0], [0.2, 0.2]]))
    assert found.learning_rates.tolist() == [0.1, 1.0]
    assert found.score == pytest.approx([0.2, 0.1])
    assert found.chosen == 1.0


def test_a_rate_that_loses_one_seed_is_out():
    assert chosen(0, np.array([0.1, 1.0]), np.array([[0.5, 0.5], [0.001, INF]])).chosen == 0.1
    assert chosen(0, np.array([0.1, 1.0]), np.array([[INF, 0.0], [1.0, INF]])).chosen == 0.1


def test_a_loss_of_zero_is_the_best_there_is():
    assert chosen(0, np.array([0.1, 1.0]), np.array([[0.0, 0.5], [0.1, 0.1]])).chosen == 0.1


def test_the_grid_grows_only_beyond_an_edge_that_was_chosen():
    assert beyond(tuned(1, 2, 3)).round(6).tolist() == [1e-5, 3.2e-5, 1e-4]
    assert beyond(tuned(3, 2, 1)).round(4).tolist() == [0.01, 0.0316, 0.1]
    assert beyond(tuned(3, 1, 2)).tolist() == []


def test_the_steady_rate_is_the_smallest_within_one_percent_of_chance_of_the_best():
    assert steady(tuned(1.6, 0.7, 0.2, 0.0373, 0.0044, 0.0017, INF), 2.303).chosen == pytest.approx(0.0316, rel=1e-2)
    assert steady(tuned(1.6, 0.7, 0.2, 0.0246, 0.0044, 0.0017, INF), 2.303).chosen == pytest.approx(0.01)
    assert steady(tuned(0.5, 0.3, 0.9), 2.303).chosen == pytest.approx(0.001)


def test_the_steady_rate_trains_every_seed():
    lossy = chosen(0, np.array([0.1, 1.0]), np.array([[0.9, 0.9], [0.001, 1.96]]))
    assert lossy.chosen == 1.0
    assert steady(lossy, 2.303).chosen == 0.1


def test_where_no_rate_trains_every_seed_the_choice_stays():
    assert steady(tuned(2.3026, 2.3025, 2.3024, INF), 2.303).chosen == pytest.approx(0.00316, rel=1e-2)
    assert steady(tuned(INF, INF), 2.303).chosen == pytest.approx(0.000316, rel=1e-3)


@given(
    arrays(np.float64, (7, 3), elements=st.one_of(st.floats(1e-4, 3.0), st.just(INF))),
)
def test_the_steady_rate_is_tried_and_never_above_a_best_that_trains_every_seed(loss):
    tried = chosen(0, grid(0.01), loss)
    found = steady(tried, 2.303)
    assert found.chosen in tried.learning_rates
    trains = (loss < 0.85 * 2.303).all(axis=1)
    if trains.any():
        best = np.where(trains, loss.mean(axis=1), INF).argmin()
        assert found.chosen <= tried.learning_rates[best]
        assert trains[tried.learning_rates.tolist().index(found.chosen)]
    else:
        assert found.chosen == tried.chosen


def test_the_range_that_trains_is_counted_around_the_chosen_rate():
    assert decades_that_train(tuned(2.3, 1.0, 0.5, 2.3, 1.9), chance_loss=2.303) == 1.0
    assert decades_that_train(tuned(2.3, 2.2, 2.1), chance_loss=2.303) == 0.0
    assert decades_that_train(tuned(0.2, 0.1, INF), chance_loss=2.303) == 1.0


def test_a_tuning_record_is_stored_and_read_back():
    found = tuned(2.0, INF, 0.5)
    back = unpack("tuning", pack(found))
    assert back.learning_rates.tolist() == found.learning_rates.tolist()
    assert back.loss.tolist() == [[2.0], [INF], [0.5]]
    assert (back.entrant, back.chosen, back.on_edge) == (0, found.chosen, True)


def test_the_document_holds_what_was_tried_and_reads_back():
    entrant = make_entrant([[1.0], [0.5]], label="SGD", validation_loss=[0.4], tuning=tuned(2.0, INF, 0.5))
    spec = RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}], "steps": 2, "seeds": 1, "learning_rates": "tuned"})
    document = race_document(None, spec, make_trace([entrant]))
    assert document["entrants"][0]["tuning"]["on_edge"]
    back = trace_from_document(document).entrants[0].tuning
    assert back.loss.tolist() == [[2.0], [INF], [0.5]]


def test_the_chart_marks_the_chosen_rate_and_what_diverged():
    steady = make_entrant([[1.0]], label="Adam", tuning=tuned(2.3, 1.0, 0.5, 1.1, INF))
    fussy = make_entrant([[1.0]], label="SGD", tuning=tuned(2.3, 2.2, 0.5, 2.2, INF))
    trace = make_trace([steady, fussy])
    drawn = figures.learning_rates(trace, chance_loss=2.303)
    assert drawn.layout.title.text == "Adam trains over 1.5 decades of learning rates, SGD over 0.5"
    assert [part.name for part in drawn.data[::3]] == ["Adam: 1.5 decades", "SGD: 0.5 decades"]
    line, small, large = drawn.data[:3]
    assert np.isnan(line.y[-1])
    assert list(small.marker.symbol) == ["circle"] * 4 + ["triangle-up"]
    assert small.text[-1] == "Adam at 0.03162: a seed diverged"
    assert list(large.x) == pytest.approx([0.003162], rel=1e-3)


def test_the_chart_says_so_when_no_rate_trains():
    trace = make_trace([make_entrant([[1.0]], label="SGD", tuning=tuned(0.09, 0.085, 0.09))])
    assert figures.learning_rates(trace, chance_loss=1 / 12).layout.title.text == "No learning rate trains"

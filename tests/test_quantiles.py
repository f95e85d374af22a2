"""The advisor's quantiles, with SciPy as reference."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from gradcore.advisor.quantiles import normal_below, normal_scores, simpson, student_quantile


@given(st.lists(st.floats(-37, 37), min_size=1, max_size=9))
def test_the_share_below_is_scipys(values):
    np.testing.assert_allclose(normal_below(np.array(values)), special.ndtr(values), rtol=1e-12)


def test_normal_scores_are_scipys_to_the_digits_of_float32():
    shares = np.concatenate([np.random.default_rng(0).random(10_000), [1e-9, 1e-6, 0.5, 1 - 1e-6]])
    np.testing.assert_allclose(normal_scores(shares), special.ndtri(shares), atol=2e-6)


@pytest.mark.parametrize("share", [0.9, 0.975, 0.995])
def test_students_quantile_is_scipys_for_any_number_of_degrees_of_freedom(share):
    freedom = np.concatenate([np.linspace(1.5, 40, 300), np.logspace(1.6, 6, 60)])
    np.testing.assert_allclose(student_quantile(freedom, share), special.stdtrit(freedom, share), rtol=3e-7)
    assert student_quantile(np.array([2.0]), 0.975)[0] == pytest.approx(4.302653, abs=1e-6)


def test_shapes_are_kept_and_nothing_gives_nothing():
    assert normal_below(np.zeros((2, 3))).shape == (2, 3)
    assert student_quantile(np.zeros(0), 0.975).size == 0


def test_simpsons_rule_is_exact_for_cubes():
    where, weights = simpson(5)
    assert float(weights.sum()) == pytest.approx(1.0)
    assert float((4 * where**3 - where) @ weights) == pytest.approx(0.5)

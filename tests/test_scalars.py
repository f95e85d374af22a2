"""Scaling rules over single numbers: what one tensor's norm needs, bit for bit as with arrays."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gradcore.clipping import CLIP_RULES, ScalingRule, scalars
from gradcore.clipping.history import at, inserted, removed, replaced
from gradcore.specs import Choice

CHOICES = [
    Choice("none"),
    Choice.of("clip_by_norm", max_norm=1.0),
    Choice.of("clip_by_global_norm", max_norm=1.0),
    Choice("ten_percent"),
    Choice.of("adaptive_percentile", percentile=50, history=1, warmup=0),
    Choice.of("adaptive_percentile", percentile=90, history=4, warmup=3),
    Choice.of("autoclip", percentile=50),
    Choice.of("autoclip", percentile=90, include_current=False),
    Choice.of("zclip", warmup=3),
    Choice.of("zclip", warmup=1, max_norm=2.0),
    Choice.of("adagc", warmup=0),
    Choice.of("adagc", warmup=3),
    Choice.of("normalized", norm=2.0),
]
NORMS = st.lists(st.one_of(st.floats(0, 1e3), st.floats(0, 1e308)), min_size=1, max_size=12)


def test_every_scaling_rule_is_compared():
    assert {choice.name for choice in CHOICES} == {n for n, rule in CLIP_RULES.items() if isinstance(rule, ScalingRule)}


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: choice.name)
@given(norms=NORMS)
@example(norms=[0.0, 0.0, 1e-200, 1e200, np.inf, 5.0, 1.0])
@example(norms=[3.0, np.nan, 1.0, 8.0])
def test_a_number_gets_the_bits_that_an_array_of_one_norm_gets(choice, norms):
    rule = CLIP_RULES[choice.name]
    arrays = rule.init(choice, [(1,)], len(norms))
    numbers = rule.init(choice, [(1,)], len(norms), scalars)
    for norm in norms:
        one = rule.factors(choice, np.array([norm]), arrays)
        other = rule.factors(choice, np.float64(norm), numbers, scalars)
        arrays, numbers = one.memory, other.memory
        for found, expected in zip(
            (other.factors, other.threshold, other.scale, *numbers),
            (one.factors[0], one.threshold, one.scale, *arrays),
            strict=True,
        ):
            np.testing.assert_array_equal(np.ravel(found), np.ravel(expected))


def test_a_step_leaves_the_memory_before_it_as_it_was():
    rule, choice = CLIP_RULES["adaptive_percentile"], Choice.of("adaptive_percentile", history=3)
    memory = rule.init(choice, [(1,)], 10, scalars)
    rule.factors(choice, np.float64(2.0), memory, scalars)
    assert [np.asarray(part).tolist() for part in memory] == [[np.inf] * 3, [np.inf] * 3, 0.0]


def test_not_a_number_finds_no_place_in_a_history():
    ordered = np.array([1.0, 2.0, np.inf])
    assert inserted(ordered, np.nan).tolist() == [1.0, 2.0, np.inf]
    assert removed(ordered, np.nan).tolist() == [1.0, 2.0, np.inf]
    assert (replaced(ordered, 1, 5.0).tolist(), at(ordered, 1)) == ([1.0, 5.0, np.inf], 2.0)

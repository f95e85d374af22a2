import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcore.clipping import CLIP_RULES
from gradcore.gradient_stats import global_norm
from gradcore.specs import Choice

LIMITED = [name for name in CLIP_RULES if name != "none"]
ENTRIES = st.floats(-(2.0**126), 2.0**126, width=32, allow_subnormal=False)
TREES = st.lists(st.lists(ENTRIES, min_size=1, max_size=5), min_size=1, max_size=4)
EXPLOSIVE = [np.array([100.0, -150.0, 200.0], np.float32), np.array([300.0, -250.0], np.float32)]  # the notebook's


def tree(values: list[list[float]]) -> list[np.ndarray]:
    return [np.array(part, np.float32) for part in values]


@pytest.mark.parametrize("name", CLIP_RULES)
@given(values=TREES)
def test_no_rule_lengthens_turns_back_or_loses_a_gradient(name, values):
    grads = tree(values)
    clipped = CLIP_RULES[name].apply(Choice(name), grads)
    assert [part.shape for part in clipped] == [part.shape for part in grads]
    assert all(part.dtype == np.float32 and np.isfinite(part).all() for part in clipped)
    assert global_norm(clipped) <= global_norm(grads) * (1 + 1e-6)
    assert sum(float(np.sum(a.astype(float) * b)) for a, b in zip(grads, clipped, strict=True)) >= 0


@pytest.mark.parametrize("name", LIMITED)
@given(values=TREES)
def test_every_rule_is_idempotent_and_leaves_what_is_below_its_threshold(name, values):
    rule = CLIP_RULES[name]
    once = rule.apply(Choice(name), tree(values))
    twice = rule.apply(Choice(name), once)
    for a, b in zip(once, twice, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)
    small = [part / np.float32(2.0**127) / np.float32(16) for part in tree(values)]
    assert all(np.array_equal(a, b) for a, b in zip(rule.apply(Choice(name), small), small, strict=True))


def test_the_notebooks_explosive_gradients_end_at_their_true_norm():
    clip = Choice.of("clip_by_global_norm", max_norm=5.0)
    clipped = CLIP_RULES[clip.name].apply(clip, EXPLOSIVE)
    assert round(float(global_norm(EXPLOSIVE)), 2) == 474.34
    np.testing.assert_allclose(global_norm(clipped), 5.0, rtol=1e-6)


def test_the_rules_agree_with_tensorflow():
    import tensorflow as tf

    for name, theirs in (
        ("clip_by_value", lambda: [tf.clip_by_value(part, -10.0, 10.0) for part in EXPLOSIVE]),
        ("clip_by_norm", lambda: [tf.clip_by_norm(part, 10.0) for part in EXPLOSIVE]),
        ("clip_by_global_norm", lambda: tf.clip_by_global_norm(EXPLOSIVE, 10.0)[0]),
    ):
        parameter = "max_value" if name == "clip_by_value" else "max_norm"
        ours = CLIP_RULES[name].apply(Choice.of(name, **{parameter: 10.0}), EXPLOSIVE)
        for a, b in zip(ours, theirs(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6)


def test_the_compiled_step_gets_the_same_numbers():
    import keras

    for name, rule in CLIP_RULES.items():
        plain = rule.apply(Choice(name), EXPLOSIVE)
        compiled = rule.apply(Choice(name), [keras.ops.convert_to_tensor(part) for part in EXPLOSIVE], xp=keras.ops)
        for a, b in zip(plain, compiled, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6)


@pytest.mark.parametrize("name", CLIP_RULES)
def test_a_missing_gradient_stays_missing_and_zero_stays_zero(name):
    clipped = CLIP_RULES[name].apply(Choice(name), [None, np.zeros(3, np.float32)])
    assert clipped[0] is None
    assert np.array_equal(clipped[1], np.zeros(3))


def test_norms_where_the_squares_of_float32_overflow_or_vanish_are_right():
    for size in (1e-30, 1e20, 1e38):
        np.testing.assert_allclose(global_norm([np.array([3 * size, 0], np.float32), None]), 3 * size, rtol=1e-6)
    assert global_norm([None]) == 0.0
    assert np.isnan(global_norm([np.array([np.nan, 1.0], np.float32)]))

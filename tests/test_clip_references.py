"""Each clip rule against an independent reference: TensorFlow, Keras, optax, else the paper in plain NumPy."""

import keras
import numpy as np
import optax
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from gradcore.clipping import CLIP_RULES
from gradcore.clipping.history import inserted, percentile_of, removed
from gradcore.specs import Choice
from tests import clip_references as papers

EXPLOSIVE = [np.array([100.0, -150.0, 200.0], np.float32), np.array([300.0, -250.0], np.float32)]  # the notebook's


def tensors(seed=0, scale=1.0):
    """A kernel, a bias, a scalar."""
    draw = np.random.default_rng(seed)
    return [np.asarray(scale * draw.normal(size=shape), np.float32) for shape in ((4, 3), (3,), ())]


def stream(steps, seed=0):
    """Steps of uneven scale with a spike now and then, as float64, so that references compare to the last digits."""
    draw = np.random.default_rng(seed)
    sizes = np.exp(draw.normal(size=steps) * 0.3) * np.where(draw.random(steps) < 0.05, 30.0, 1.0)
    return [[size * draw.normal(size=shape) for shape in ((4, 3), (3,))] for size in sizes]


def ours(choice, steps, xp=np):
    rule = CLIP_RULES[choice.name]
    memory, found = rule.init(choice, [tensor.shape for tensor in steps[0]], len(steps), xp), []
    for step in steps:
        found.append(rule.apply(choice, [xp.array(tensor) for tensor in step], memory, xp=xp))
        memory = found[-1].memory
    return found


def assert_alike(mine, theirs, rtol):
    assert len(mine) == len(theirs)
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=rtol, atol=0)


def by_keras(grads, **clip):
    """What Keras' optimizer would subtract at learning rate 1."""
    variables = [keras.Variable(np.zeros_like(grad)) for grad in grads]
    keras.optimizers.SGD(1.0, **clip).apply([tf.constant(grad) for grad in grads], variables)
    return [-np.asarray(variable) for variable in variables]


def by_optax(transform, grads, weights=None):
    clipped, _ = transform.update(grads, transform.init(grads), weights)
    return clipped


FIXED = {
    "clip_by_value": (
        {"max_value": 0.7},
        lambda grads: [tf.clip_by_value(grad, -0.7, 0.7) for grad in grads],
        lambda grads: by_keras(grads, clipvalue=0.7),
        lambda grads: by_optax(optax.clip(0.7), grads),
    ),
    "clip_by_norm": (
        {"max_norm": 0.7},
        lambda grads: [tf.clip_by_norm(grad, 0.7) for grad in grads],
        lambda grads: by_keras(grads, clipnorm=0.7),
    ),
    "clip_by_global_norm": (
        {"max_norm": 0.7},
        lambda grads: tf.clip_by_global_norm(grads, 0.7)[0],
        lambda grads: by_keras(grads, global_clipnorm=0.7),
        lambda grads: by_optax(optax.clip_by_global_norm(0.7), grads),
    ),
    "normalized": (
        {"norm": 0.7},
        lambda grads: by_optax(optax.normalize_by_update_norm(scale_factor=0.7, eps=1e-12), grads),
    ),
}
CASES = [(name, place) for name, (_, *theirs) in FIXED.items() for place in range(len(theirs))]


@pytest.mark.parametrize(("name", "place"), CASES)
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e5])
def test_rules_without_memory_agree_with_tensorflow_keras_and_optax(name, place, scale):
    arguments, *theirs = FIXED[name]
    for grads in (tensors(scale=scale), tensors(seed=1, scale=scale), EXPLOSIVE):
        choice = Choice.of(name, **arguments)
        assert_alike(CLIP_RULES[name].apply(choice, grads).gradients, theirs[place](grads), rtol=1e-6)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e5])
def test_adaptive_clipping_agrees_with_optax_unit_by_unit(scale):
    choice = Choice.of("adaptive_grad_clip", clipping=0.05, eps=0.01)
    for seed in range(5):
        grads, weights = tensors(seed, scale), tensors(seed + 10)
        weights[0][:, 0] = 0  # a unit that starts from zero
        mine = CLIP_RULES[choice.name].apply(choice, grads, weights=weights).gradients
        assert_alike(mine, by_optax(optax.adaptive_grad_clip(0.05, 0.01), grads, weights), rtol=1e-5)


PAPERS = {
    Choice("ten_percent"): papers.ten_percent,
    Choice.of("adaptive_percentile", percentile=90, history=50): lambda s: papers.notebook_class(s, 90, 50),
    Choice.of("adaptive_percentile", history=20): lambda s: papers.notebook_class(s, 95, 20),
    Choice("autoclip"): lambda s: papers.autoclip(s, 10),
    Choice.of("autoclip", percentile=90, include_current=False): lambda s: papers.autoclip(s, 90, False),
    Choice("zclip"): papers.zclip,
    Choice.of("zclip", alpha=0.9, z_threshold=2, warmup=7, max_norm=3.0): lambda s: papers.zclip(s, 0.9, 2, 7, 3.0),
    Choice("adagc"): papers.adagc,
    Choice.of("adagc", relative=1.2, absolute=2.0, beta=0.9, warmup=5): lambda s: papers.adagc(s, 1.2, 2.0, 0.9, 5),
}


@pytest.mark.parametrize("choice", PAPERS, ids=str)
@pytest.mark.parametrize("seed", [0, 1])
def test_rules_with_memory_follow_their_paper_for_300_steps(choice, seed):
    steps = stream(300, seed)
    found = ours(choice, steps)
    for mine, theirs in zip(found, PAPERS[choice](steps), strict=True):
        assert_alike(mine.gradients, theirs, rtol=1e-9)
    acted = sum(not np.array_equal(mine.gradients[0], step[0]) for mine, step in zip(found, steps, strict=True))
    assert 5 <= acted <= 300  # the stream does put the rule to work


@pytest.mark.parametrize("choice", PAPERS, ids=str)
def test_the_compiled_step_gets_the_same_numbers_with_memory(choice):
    steps = stream(60)
    for plain, compiled in zip(ours(choice, steps), ours(choice, steps, keras.ops), strict=True):
        assert_alike(plain.gradients, compiled.gradients, rtol=1e-12)
        assert_alike([plain.threshold, plain.scale], [compiled.threshold, compiled.scale], rtol=1e-12)
        assert all(array.dtype == "float64" for array in compiled.memory)


@pytest.mark.parametrize("name", ["none", *FIXED, "adaptive_grad_clip"])
@pytest.mark.parametrize("size", [1e-30, 1.0, 1e20, 1e38])
def test_the_compiled_step_gets_the_same_numbers_without_memory(name, size):
    choice = Choice.of(name, **FIXED.get(name, ({},))[0])
    grads, weights = tensors(scale=size / 4), tensors(seed=3)
    plain = CLIP_RULES[name].apply(choice, [None, *grads], weights=[None, *weights])
    converted = [[None, *map(keras.ops.convert_to_tensor, found)] for found in (grads, weights)]
    compiled = CLIP_RULES[name].apply(choice, converted[0], weights=converted[1], xp=keras.ops)
    assert compiled.gradients[0] is None
    assert_alike(plain.gradients[1:], compiled.gradients[1:], rtol=1e-6)
    assert_alike([plain.threshold, plain.scale], [compiled.threshold, compiled.scale], rtol=1e-12)


@given(
    values=st.lists(st.floats(0, 1e300), min_size=1, max_size=30),
    window=st.integers(1, 12),
    percent=st.floats(0, 100),
)
def test_a_percentile_of_the_last_norms_is_numpys(values, window, percent):
    kept = np.full(window, np.inf)
    for place, value in enumerate(values):
        if place >= window:
            kept = removed(kept, values[place - window])
        kept = inserted(kept, value)
        recent = values[max(place - window + 1, 0) : place + 1]
        assert kept.tolist() == [*sorted(recent), *[np.inf] * (window - len(recent))]
        found = percentile_of(kept, len(recent), percent)
        np.testing.assert_allclose(found, np.percentile(recent, percent), rtol=1e-14)


def test_numbers_of_the_papers_and_of_the_notebook_that_can_be_said_by_hand():
    spike = [[np.array([1.0])]] * 9 + [[np.array([1000.0])]]
    assert ours(Choice("adaptive_percentile"), spike)[-1].threshold == 10  # clamped; 550.45 without
    free = Choice.of("adaptive_percentile", max_clip=1e6)
    assert float(ours(free, spike)[-1].threshold) == pytest.approx(550.45)
    assert float(ours(free, spike[:1] * 19 + spike[-1:])[-1].threshold) == pytest.approx(50.95)
    assert float(ours(free, spike[:1] * 20 + spike[-1:])[-1].threshold) == pytest.approx(1.0)
    gamma = float(ours(Choice("adagc"), spike[:1] * 101 + [[np.array([1e6])]] * 50)[-1].memory[1][0])
    assert gamma == pytest.approx(1.001**50)  # an explosion grows the usual norm by 0.1 % a step


@pytest.mark.parametrize(("percent", "rate"), [(10, 0.9), (50, 0.5), (90, 0.1)])
@pytest.mark.parametrize("size", [1e-4, 1e4])
def test_autoclip_clips_a_fixed_share_of_a_steady_stream_at_every_scale(percent, rate, size):
    norms = size * np.random.default_rng(0).lognormal(size=4000)
    rule, choice = CLIP_RULES["autoclip"], Choice.of("autoclip", percentile=percent)
    memory, clipped = rule.init(choice, [()], len(norms)), 0
    for norm in norms:
        found = rule.factors(choice, np.array([norm]), memory)
        memory, clipped = found.memory, clipped + int(found.scale < 1)
    assert clipped / len(norms) == pytest.approx(rate, abs=0.02)

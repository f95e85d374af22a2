"""The contract of every clip rule, over the whole registry; what some rules do not promise is a test too."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcore.clipping import CLIP_RULES
from gradcore.errors import RefusedError
from gradcore.gradient_stats import global_norm
from gradcore.specs import Choice

SETTINGS = {  # every rule as the tests use it, where the defaults would hide what it does in a few steps
    "clip_by_value": {"max_value": 1.0},
    "clip_by_norm": {"max_norm": 1.0},
    "clip_by_global_norm": {"max_norm": 1.0},
    "adaptive_percentile": {"percentile": 50, "history": 4, "warmup": 3},
    "autoclip": {"percentile": 50},
    "zclip": {"warmup": 3},
    "adagc": {"warmup": 3},
}
CHOICES = [Choice.of(name, **SETTINGS.get(name, {})) for name in CLIP_RULES]
SHORTENING = [choice for choice in CHOICES if choice.name not in ("none", "normalized")]
WITH_MEMORY = [choice for choice in CHOICES if CLIP_RULES[choice.name].start]
WITHOUT_MEMORY = [choice for choice in CHOICES if choice not in WITH_MEMORY]
KEEPS_DIRECTION = [choice for choice in CHOICES if CLIP_RULES[choice.name].needs == "norm"]

ENTRIES = st.floats(-(2.0**126), 2.0**126, width=32, allow_subnormal=False)  # to 8.5e37
TREES = st.lists(st.lists(ENTRIES, min_size=1, max_size=5), min_size=1, max_size=4)
MODEST = st.floats(-1e4, 1e4, width=32).filter(lambda value: value == 0 or abs(value) > 1e-3)
TENSOR = st.tuples(*[MODEST] * 3)
STREAMS = st.lists(st.tuples(TENSOR, TENSOR), min_size=4, max_size=12)
EXPLOSIVE = [np.array([100.0, -150.0, 200.0], np.float32), np.array([300.0, -250.0], np.float32)]  # the notebook's
VALUES = (100.0, -150.0, 200.0, 300.0, -250.0)


def tree(values):
    return [np.array(part, np.float32) for part in values]


def weights_like(grads):
    return [
        None if grad is None else np.linspace(-1, 1, grad.size, dtype=np.float32).reshape(grad.shape) for grad in grads
    ]


def start(choice, grads, steps=50):
    shapes = [None if grad is None else grad.shape for grad in grads]
    return CLIP_RULES[choice.name].init(choice, shapes, steps)


def once(choice, grads, weights=None, memory=None):
    """Apply a rule, by default to the first step of a stream."""
    memory = start(choice, grads) if memory is None else memory
    return CLIP_RULES[choice.name].apply(choice, grads, memory, weights or weights_like(grads))


def over(choice, steps, memory=None):
    """Apply a rule to the steps of a stream; return each application."""
    found, memory = [], start(choice, steps[0], len(steps)) if memory is None else memory
    for grads in steps:
        found.append(once(choice, grads, memory=memory))
        memory = found[-1].memory
    return found


def name_of(choice):
    return choice.name


every_rule = pytest.mark.parametrize("choice", CHOICES, ids=name_of)
shortening_rules = pytest.mark.parametrize("choice", SHORTENING, ids=name_of)
rules_with_memory = pytest.mark.parametrize("choice", WITH_MEMORY, ids=name_of)


def test_the_catalogue_has_the_contracts_rules_in_its_order():
    assert list(CLIP_RULES) == [
        "none", "clip_by_value", "clip_by_norm", "clip_by_global_norm", "ten_percent", "adaptive_percentile",
        "autoclip", "adaptive_grad_clip", "zclip", "adagc", "normalized",
    ]  # fmt: skip
    defaults = {name: rule.values(Choice(name)) for name, rule in CLIP_RULES.items()}
    assert defaults["ten_percent"] == {"fraction": 0.1, "min_norm": 1, "max_norm": 10}
    assert defaults["adaptive_percentile"] == {
        "percentile": 95, "history": 100, "min_clip": 0.1, "max_clip": 10, "warmup": 10, "warmup_clip": 1,
    }  # fmt: skip
    assert defaults["autoclip"] == {"percentile": 10, "include_current": True}
    assert defaults["adaptive_grad_clip"] == {"clipping": 0.01, "eps": 0.001}
    assert defaults["zclip"] == {"alpha": 0.97, "z_threshold": 2.5, "warmup": 25, "max_norm": None}
    assert defaults["adagc"] == {"relative": 1.05, "absolute": 1.0, "beta": 0.98, "warmup": 100}
    assert defaults["normalized"] == {"norm": 1}


@every_rule
@given(values=TREES)
def test_finite_gradients_stay_finite_of_their_shape_and_dtype_and_do_not_turn_back(choice, values):
    grads = tree(values)
    clipped = once(choice, grads).gradients
    assert [part.shape for part in clipped] == [part.shape for part in grads]
    assert all(part.dtype == np.float32 and np.isfinite(part).all() for part in clipped)
    assert sum(float(np.sum(a.astype(float) * b)) for a, b in zip(grads, clipped, strict=True)) >= 0


@shortening_rules
@given(values=TREES)
def test_no_gradient_gets_longer(choice, values):
    grads = tree(values)
    assert global_norm(once(choice, grads).gradients) <= global_norm(grads) * (1 + 1e-6)
    for found in over(choice, [grads, tree([[v / 2 for v in part] for part in values]), grads, grads]):
        assert global_norm(found.gradients) <= global_norm(grads) * (1 + 1e-6)


@every_rule
@pytest.mark.parametrize("size", [1e-30, 1e20, 1e38])
def test_sizes_whose_squares_float32_cannot_hold_are_clipped_right(choice, size):
    grads = [np.array([3 * size / 5], np.float32), np.array([4 * size / 5], np.float32)]
    after = global_norm(once(choice, grads).gradients)
    bounds = {
        "none": size,
        "clip_by_value": np.hypot(min(0.6 * size, 1), min(0.8 * size, 1)),
        "clip_by_norm": np.hypot(min(0.6 * size, 1), min(0.8 * size, 1)),
        "clip_by_global_norm": min(size, 1),
        "ten_percent": min(size, 10),
        "adaptive_percentile": min(size, 1),
        "autoclip": size,  # the first norm is its own percentile
        "adaptive_grad_clip": np.hypot(min(0.6 * size, 0.01), min(0.8 * size, 0.01)),  # weights of norm 1
        "zclip": size,  # measures first
        "adagc": min(size, 1),
        "normalized": size / (size + 1e-12),
    }
    np.testing.assert_allclose(after, bounds[choice.name], rtol=1e-6)


@every_rule
def test_a_missing_gradient_stays_missing_and_zero_stays_zero(choice):
    for found in over(choice, [[None, np.zeros(3, np.float32)]] * 5):
        assert found.gradients[0] is None
        assert np.array_equal(found.gradients[1], np.zeros(3))


@every_rule
def test_no_gradient_at_all_is_fine(choice):
    assert [found.gradients for found in over(choice, [[None, None]] * 5)] == [[None, None]] * 5
    assert once(choice, [], weights=[]).gradients == []


@every_rule
def test_the_other_tensors_do_not_depend_on_a_missing_one(choice):
    grads = tree([[300.0, -2.0], [0.5]])
    alone, beside = (over(choice, [steps] * 5)[-1] for steps in (grads, [grads[0], None, grads[1]]))
    kept = [part for part in beside.gradients if part is not None]
    assert all(np.array_equal(a, b) for a, b in zip(alone.gradients, kept, strict=True))


@every_rule
@given(values=TREES, data=st.data())
def test_the_order_of_the_tensors_does_not_matter(choice, values, data):
    order = data.draw(st.permutations(range(len(values))))
    grads = tree(values)
    plain = once(choice, grads).gradients
    turned = once(choice, [grads[i] for i in order], [weights_like(grads)[i] for i in order]).gradients
    for place, number in enumerate(order):
        np.testing.assert_allclose(turned[place], plain[number], rtol=1e-6)


@every_rule
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_dtype_is_kept_and_the_scale_is_float64(choice, dtype):
    found = once(choice, [np.array([300.0, -1.0], dtype)])
    assert found.gradients[0].dtype == dtype
    assert np.isfinite(found.gradients[0]).all()
    assert (np.asarray(found.scale).dtype, np.asarray(found.threshold).dtype) == (np.float64, np.float64)


@pytest.mark.parametrize("choice", KEEPS_DIRECTION, ids=name_of)
@given(values=TREES)
def test_rules_of_the_global_norm_multiply_by_their_scale(choice, values):
    grads = tree(values)
    found = once(choice, grads)
    for before, after in zip(grads, found.gradients, strict=True):
        np.testing.assert_array_equal(after, (before.astype(float) * found.scale).astype(np.float32))


@pytest.mark.parametrize("choice", KEEPS_DIRECTION, ids=name_of)
@given(steps=STREAMS)
def test_where_there_is_a_threshold_a_step_is_clipped_when_its_norm_is_larger(choice, steps):
    for grads, found in zip(map(tree, steps), over(choice, [tree(step) for step in steps]), strict=True):
        if not np.isnan(found.threshold):
            before, after = global_norm(grads), global_norm(found.gradients)
            assert bool(found.scale < 1) == bool(before > found.threshold)
            assert after <= found.threshold * (1 + 1e-6)


@pytest.mark.parametrize(
    ("name", "bound"),
    [("clip_by_value", 5**0.5), ("clip_by_norm", 2**0.5), ("clip_by_global_norm", 1), ("ten_percent", 10)],
)
@given(values=st.tuples(st.tuples(*[ENTRIES] * 3), st.tuples(*[ENTRIES] * 2)))
def test_the_norm_has_its_bound(name, bound, values):
    choice = Choice.of(name, **SETTINGS.get(name, {}))
    assert global_norm(once(choice, tree(values)).gradients) <= bound * (1 + 1e-6)


@given(values=st.tuples(st.tuples(*[ENTRIES] * 3), st.tuples(*[ENTRIES] * 2)))
def test_adaptive_clipping_leaves_each_tensor_at_a_hundredth_of_its_weights_norm(values):
    weights = [np.array([3.0, 4.0, 0.0], np.float32), np.zeros(2, np.float32)]
    first, second = once(Choice("adaptive_grad_clip"), tree(values), weights).gradients
    assert global_norm([first]) <= 0.05 * (1 + 1e-6)
    assert global_norm([second]) <= 1e-5 * (1 + 1e-6)  # zero weights still move, by eps
    assert (np.abs(first) <= np.abs(tree(values)[0])).all()


def test_none_has_no_bound_and_normalized_lengthens_what_is_short():
    assert global_norm(once(Choice("none"), [np.array([1e38], np.float32)]).gradients) == pytest.approx(1e38)
    short = once(Choice("normalized"), [np.array([1e-3], np.float32)])
    assert global_norm(short.gradients) == pytest.approx(1.0)


@pytest.mark.parametrize("name", ["clip_by_value", "clip_by_norm", "clip_by_global_norm", "adaptive_grad_clip"])
@given(values=TREES)
def test_the_projections_are_idempotent_and_leave_what_is_below_their_threshold(name, values):
    choice, weights = Choice.of(name, **SETTINGS.get(name, {})), weights_like(tree(values))
    first = once(choice, tree(values), weights).gradients
    for a, b in zip(first, once(choice, first, weights).gradients, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)
    small = [part / np.float32(2.0**127) / np.float32(2.0**18) for part in tree(values)]
    assert all(np.array_equal(a, b) for a, b in zip(once(choice, small, weights).gradients, small, strict=True))


def test_the_ten_percent_rule_is_not_idempotent():
    choice = Choice("ten_percent")
    fifty = once(choice, [np.array([50.0])]).gradients
    assert fifty == [np.array([5.0])]
    assert once(choice, fifty).gradients == [np.array([1.0])]


@pytest.mark.parametrize("choice", [c for c in CHOICES if c.name not in ("zclip", "adagc")], ids=name_of)
@given(values=TREES, more=st.floats(1, 1e3))
def test_a_longer_gradient_never_ends_shorter(choice, values, more):
    values = [[value / 1e4 for value in part] for part in values]
    history = over(choice, [tree([[1.0] * len(part) for part in values])] * 6)[-1].memory
    short, long = (
        global_norm(once(choice, [part * np.float32(factor) for part in tree(values)], memory=history).gradients)
        for factor in (1, more)
    )
    assert long >= short * (1 - 1e-5)


def test_zclip_is_not_monotone():
    memory = np.array(25.0), np.array(1.0), np.array(0.01)  # mean 1, standard deviation 0.1
    choice = Choice("zclip")
    after = [
        round(float(global_norm(once(choice, [np.array([norm])], memory=memory).gradients)), 3)
        for norm in (1.2, 1.3, 2.0, 10.0, 100.0)
    ]
    assert after == [1.2, 1.208, 1.063, 1.007, 1.001]


@pytest.mark.parametrize("choice", [Choice.of("autoclip", percentile=50), Choice("none")], ids=name_of)
@given(steps=STREAMS, power=st.integers(-20, 20))
def test_scale_equivariant_rules_do_not_care_about_the_unit(choice, steps, power):
    factor = np.float32(2.0**power)
    plain = over(choice, [tree(step) for step in steps])
    scaled = over(choice, [[part * factor for part in tree(step)] for step in steps])
    for a, b in zip(plain, scaled, strict=True):
        np.testing.assert_allclose(a.scale, b.scale, rtol=1e-9)


@given(steps=STREAMS, power=st.integers(-20, 20))
def test_global_norm_is_equivariant_with_its_threshold_and_adaptive_clipping_with_the_weights(steps, power):
    grads, factor = tree(steps[0]), np.float32(2.0**power)
    larger = [part * factor for part in grads]
    a = once(Choice.of("clip_by_global_norm", max_norm=1.0), grads)
    b = once(Choice.of("clip_by_global_norm", max_norm=float(factor)), larger)
    np.testing.assert_allclose(a.scale, b.scale, rtol=1e-12)
    weights = [np.ones(3, np.float32)] * 2
    a = once(Choice.of("adaptive_grad_clip", eps=1e-9), grads, weights)
    b = once(Choice.of("adaptive_grad_clip", eps=1e-9), larger, [part * factor for part in weights])
    for x, y in zip(a.gradients, b.gradients, strict=True):
        np.testing.assert_allclose(x * factor, y, rtol=1e-6)


@given(steps=STREAMS, power=st.integers(-10, 10))
def test_adagc_is_equivariant_after_its_warm_up(steps, power):
    choice, factor = Choice("adagc"), np.float32(2.0**power)
    plain = over(choice, [tree(step) for step in steps], (np.array(100.0), np.array([1.0, 2.0])))
    memory = np.array(100.0), np.array([1.0, 2.0]) * float(factor)
    scaled = over(choice, [[part * factor for part in tree(step)] for step in steps], memory)
    for a, b in zip(plain, scaled, strict=True):
        np.testing.assert_allclose(a.memory[1] * float(factor), b.memory[1], rtol=1e-9)


def test_the_notebooks_rule_is_not_scale_equivariant_because_of_its_clamps():
    choice = Choice.of("adaptive_percentile", percentile=50, warmup=1)
    stream = [[np.array([norm], np.float32)] for norm in np.linspace(0.5, 3, 40)[::-1]]
    rates = [
        np.mean([found.scale < 1 for found in over(choice, [[part * np.float32(size)] for (part,) in stream])])
        for size in (1e-3, 100)
    ]
    assert rates == [0.0, 1.0]


@rules_with_memory
@given(steps=STREAMS)
def test_a_saved_memory_replays_the_same_and_is_never_changed(choice, steps):
    stream = [tree(step) for step in steps]
    whole = over(choice, stream)
    saved = [array.copy() for array in whole[1].memory]
    again = over(choice, stream[2:], whole[1].memory)
    for a, b in zip(whole[2:], again, strict=True):
        assert all(np.array_equal(x, y) for x, y in zip(a.gradients, b.gradients, strict=True))
        assert all(np.array_equal(x, y) for x, y in zip(a.memory, b.memory, strict=True))
    assert all(np.array_equal(x, y) for x, y in zip(saved, whole[1].memory, strict=True))


@rules_with_memory
def test_memories_keep_their_shapes_and_are_float64(choice):
    steps = [tree([[value], [2.0, value]]) for value in (0.0, 1.0, 1e20, 1e-20, 5.0, 6.0)]
    shapes = [array.shape for array in start(choice, steps[0], len(steps))]
    for found in over(choice, steps):
        assert [array.shape for array in found.memory] == shapes
        assert all(array.dtype == np.float64 for array in map(np.asarray, found.memory))


def test_rules_without_memory_have_an_empty_one():
    assert all(start(choice, EXPLOSIVE) == () for choice in WITHOUT_MEMORY)


@every_rule
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_the_raw_formula_on_a_non_finite_entry(choice, bad):
    grads = [np.array([bad, 1.0], np.float32), np.array([2.0], np.float32)]
    with np.errstate(all="raise"):
        first, second = once(choice, grads).gradients
    if choice.name in ("none", "clip_by_value"):
        assert np.isfinite(first[1])
        assert np.isnan(first[0]) == (np.isnan(bad))
    else:
        assert np.isnan(first).all()
    alone = choice.name in (
        "none",
        "clip_by_value",
        "clip_by_norm",
        "adaptive_grad_clip",
    )  # touch other tensors' entries
    assert np.isfinite(second).all() == alone


def test_the_notebooks_explosive_gradients_end_at_their_true_norm():
    found = once(Choice.of("clip_by_global_norm", max_norm=5.0), EXPLOSIVE)
    assert round(float(global_norm(EXPLOSIVE)), 2) == 474.34
    np.testing.assert_allclose(global_norm(found.gradients), 5.0, rtol=1e-6)
    assert global_norm(once(Choice("ten_percent"), EXPLOSIVE).gradients) == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("clip_by_value", {}, "`max_value` must be given for the clip rule clip_by_value."),
        ("clip_by_norm", {"max_norm": 0}, "`max_norm` must be a finite number > 0. Received: max_norm=0"),
        ("clip_by_global_norm", {"max_norm": -1}, "`max_norm` must be a finite number > 0. Received: max_norm=-1"),
        ("clip_by_global_norm", {"max_norm": "NaN"}, "`max_norm` must be a finite number > 0. Received: max_norm=nan"),
        ("clip_by_norm", {"max_norm": 1e31}, "`max_norm` must be above 0 and at most 1e+30. Received: max_norm=1e+31"),
        ("normalized", {"nrom": 1}, "unknown key 'nrom' in the clip rule normalized; did you mean 'norm'?"),
        ("autoclip", {"percentile": 101}, "`percentile` must be at least 0 and at most 100. Received: percentile=101"),
        ("autoclip", {"percentile": -1}, "`percentile` must be at least 0 and at most 100. Received: percentile=-1"),
        ("autoclip", {"include_current": 1}, "`include_current` must be true or false. Received: include_current=1"),
        ("adaptive_percentile", {"history": 0}, "`history` must be a whole number >= 1. Received: history=0"),
        ("adaptive_percentile", {"history": 2.5}, "`history` must be a whole number >= 1. Received: history=2.5"),
        ("adaptive_percentile", {"min_clip": 20}, "`min_clip` must be at most `max_clip` = 10. Received: min_clip=20"),
        ("ten_percent", {"max_norm": 0.5}, "`min_norm` must be at most `max_norm` = 0.5. Received: min_norm=1.0"),
        ("zclip", {"alpha": 1}, "`alpha` must be at least 0 and below 1. Received: alpha=1"),
        ("zclip", {"max_norm": 0}, "`max_norm` must be a finite number > 0. Received: max_norm=0"),
        ("zclip", {"warmup": 0}, "`warmup` must be a whole number >= 1. Received: warmup=0"),
        ("adaptive_grad_clip", {"eps": None}, "`eps` must be a finite number > 0. Received: eps=None"),
    ],
)  # fmt: skip
def test_bad_parameters_are_refused_in_a_sentence(name, arguments, sentence):
    with pytest.raises(RefusedError) as refused:
        CLIP_RULES[name].checked(Choice.of(name, **arguments))
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("autoclip", {"percentile": 0}),  # the smallest norm so far
        ("autoclip", {"percentile": 100}),  # the largest: nothing is clipped
        ("adaptive_percentile", {"history": 1}),
        ("adaptive_percentile", {"min_clip": 10, "max_clip": 10}),
        ("zclip", {"max_norm": None}),
        ("none", {}),
    ],
)
def test_what_stands_at_the_limit_is_taken(name, arguments):
    choice = Choice.of(name, **arguments)
    assert CLIP_RULES[name].checked(choice) is choice


def test_the_percentiles_0_and_100_and_a_history_of_one_mean_what_they_say():
    stream = [[np.array([norm])] for norm in (3.0, 1.0, 4.0)]
    assert [found.threshold for found in over(Choice.of("autoclip", percentile=0), stream)] == [3, 1, 1]
    assert [found.threshold for found in over(Choice.of("autoclip", percentile=100), stream)] == [3, 3, 4]
    own = Choice.of("adaptive_percentile", history=1, warmup=1)
    assert [found.threshold for found in over(own, stream)] == [3, 1, 4]


def test_weights_are_asked_for_and_must_fit():
    choice = Choice("adaptive_grad_clip")
    with pytest.raises(RefusedError, match="`weights` must be given for the clip rule adaptive_grad_clip"):
        CLIP_RULES[choice.name].apply(choice, EXPLOSIVE)
    with pytest.raises(RefusedError, match="`weights` must have the shapes of the gradients"):
        once(choice, EXPLOSIVE, [np.ones(3), np.ones(3)])
    with pytest.raises(RefusedError, match="`gradients` must have rank 2 at most for adaptive_grad_clip"):
        once(choice, [np.ones((2, 2, 2))])


def test_where_the_layer_is_known_its_axes_count():
    kernel = np.full((3, 3, 2, 4), 10.0, np.float32)  # of a convolution: 4 units of 18 entries
    rule = CLIP_RULES["adaptive_grad_clip"]
    found = rule.apply(Choice(rule.name), [kernel], (), [np.ones_like(kernel)], axes=[(0, 1, 2)]).gradients[0]
    np.testing.assert_allclose(np.linalg.norm(found.reshape(18, 4), axis=0), 0.01 * 18**0.5 * np.ones(4), rtol=1e-6)


def test_norms_where_the_squares_of_float32_overflow_or_vanish_are_right():
    for size in (1e-30, 1e20, 1e38):
        np.testing.assert_allclose(global_norm([np.array([3 * size, 0], np.float32), None]), 3 * size, rtol=1e-6)
    assert global_norm([None]) == 0.0
    assert np.isnan(global_norm([np.array([np.nan, 1.0], np.float32)]))

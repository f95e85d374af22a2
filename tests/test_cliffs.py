import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcore.cliffs import LANDSCAPES, Arrival, Descent, descend, fixed_step_limit, quartic, recurrent_unit
from gradcore.cliffs import steps_on_quartic as count
from gradcore.clipping import CLIP_RULES
from gradcore.errors import RefusedError
from gradcore.specs import Choice

LIMIT = fixed_step_limit(20.0)
NAN, INF = float("nan"), float("inf")
rates = st.floats(1e-4, 10.0)
thresholds = st.floats(1e-3, 100.0)


def norm(threshold):
    return Choice.of("clip_by_global_norm", max_norm=threshold)


def slopes_by_differences(loss, point, width=1e-6):
    """Central differences of a loss, one for each parameter."""
    found = []
    for place in range(len(point)):
        above, below = list(point), list(point)
        above[place] += width
        below[place] -= width
        found.append((loss(above)[0] - loss(below)[0]) / (2 * width))
    return found


def make(loss, points=None, target=0.01):
    """A descent with these losses, all else plausible."""
    loss = np.array(loss)
    points = np.zeros((len(loss), 2)) if points is None else np.array(points)
    return Descent("none", points, loss, np.ones(len(loss)), np.zeros(len(loss) - 1, dtype=bool), target)


# ---- landscapes


def test_the_unit_at_its_undecided_point_stays_at_a_half():
    assert recurrent_unit((6.0, -3.0))[0] == pytest.approx(0.04, rel=1e-12)


def test_the_cliff_is_at_b_equal_to_minus_half_w():
    below, above = recurrent_unit((6.0, -3.01))[0], recurrent_unit((6.0, -2.99))[0]
    assert below == pytest.approx(0.3973, abs=1e-4)
    assert above == pytest.approx(0.0531, abs=1e-4)


def test_the_loss_is_zero_where_07_is_a_stable_state():
    assert recurrent_unit((2.0, math.log(0.7 / 0.3) - 1.4))[0] == pytest.approx(0.0, abs=1e-9)


@given(st.floats(-6, 4), st.floats(-4, 4))
def test_the_gradient_of_the_unit_is_the_derivative_of_its_loss(w, b):
    _, slopes = recurrent_unit((w, b))
    if math.hypot(*slopes) < 10:  # on the wall itself differences fail, not the derivative
        assert slopes == pytest.approx(slopes_by_differences(recurrent_unit, (w, b)), rel=1e-3, abs=1e-5)


@given(st.floats(-30, 30))
def test_the_slope_of_x4_is_its_derivative(x):
    assert quartic((x,))[1] == pytest.approx(slopes_by_differences(quartic, (x,)), rel=1e-4, abs=1e-4)


def test_the_gradient_on_the_wall_is_the_derivative_too():
    point = (5.0, -2.4999999)
    slopes = recurrent_unit(point)[1]
    assert math.hypot(*slopes) > 1000
    assert slopes == pytest.approx(slopes_by_differences(recurrent_unit, point, width=1e-11), rel=1e-2)


def test_numbers_and_arrays_give_the_same_surface():
    w, b = np.meshgrid(np.linspace(2, 6, 7), np.linspace(-7, 0, 5))
    surface, (by_w, _) = recurrent_unit((w, b), np)
    one, (slope, _) = recurrent_unit((float(w[2, 3]), float(b[2, 3])))
    assert surface.shape == (5, 7)
    assert (surface[2, 3], by_w[2, 3]) == pytest.approx((one, slope), rel=1e-12)


@pytest.mark.filterwarnings("ignore")
def test_the_gradient_is_what_tensorflow_derives():
    tf = pytest.importorskip("tensorflow")
    point = [tf.Variable(value, dtype=tf.float64) for value in (4.6, -2.2)]
    with tf.GradientTape() as tape:
        state = tf.constant(0.5, tf.float64)
        for _ in range(50):
            state = tf.sigmoid(point[0] * state + point[1])
        loss = (state - 0.7) ** 2
    ours = recurrent_unit((4.6, -2.2))
    assert ours[0] == pytest.approx(float(loss), rel=1e-12)
    assert ours[1] == pytest.approx([float(slope) for slope in tape.gradient(loss, point)], rel=1e-9)


# ---- descents


def test_on_the_cliff_one_step_throws_the_unclipped_descent_away():
    path = descend("recurrent", (5.0, -2.2), learning_rate=0.4, steps=120)
    step, length = path.longest
    assert step == 21
    assert length == pytest.approx(4.58, abs=0.01)
    assert path.points[-1] == pytest.approx([2.505, -6.27], abs=0.01)
    assert path.loss[-1] == pytest.approx(0.487, abs=1e-3)
    assert path.settled_at is None
    assert path.lost_at is None


def test_clipped_the_same_descent_stays_at_the_cliff_and_arrives():
    path = descend("recurrent", (5.0, -2.2), learning_rate=0.4, steps=120, clip=norm(0.2))
    assert path.longest[1] == pytest.approx(0.08)
    assert path.settled_at is not None
    assert path.loss[-1] < 0.01
    assert 20 < path.clipped.sum() < 60


def test_on_x4_the_unclipped_descent_leaves_every_number_at_step_4():
    path = descend("quartic", [20.0], learning_rate=0.5, steps=300)
    assert path.points[:3, 0] == pytest.approx([20.0, -15980.0, 8.16131837e12])
    assert (path.steps, path.lost_at) == (4, 4)
    assert path.loss[-1] == INF


def test_on_x4_the_clipped_descent_needs_283_steps():
    path = descend("quartic", [20.0], learning_rate=0.5, steps=300, clip=norm(1.0))
    assert path.settled_at == 283
    assert path.clipped.sum() == 39
    assert path.points[:3, 0].tolist() == [20.0, 19.5, 19.0]


def test_a_descent_that_rises_again_has_not_settled():
    assert make([1.0, 0.001, 0.5, 0.001, 0.002]).settled_at == 3
    assert make([0.001, 0.002]).settled_at == 0
    assert make([0.001, 0.5]).settled_at is None
    assert make([0.001, NAN]).settled_at is None


@pytest.mark.parametrize(
    ("rule", "arrives"),
    [
        (norm(0.2), {119: 70, 120: 70, 121: 70, 240: 70, 500: 70}),
        (Choice.of("normalized", norm=1.0), {119: None, 120: None, 121: None, 240: 236, 500: 236}),
        (Choice.of("normalized", norm=0.2), {119: None, 120: None, 121: None, 240: None, 400: 397, 500: 397}),
        (Choice.of("clip_by_value", max_value=0.2), {119: None, 120: None, 121: None, 240: None, 500: None}),
    ],
)
def test_whether_a_descent_arrives_does_not_depend_on_where_it_is_cut(rule, arrives):
    found = {steps: descend("recurrent", (5.0, -2.2), 0.4, steps, rule) for steps in arrives}
    assert {steps: path.settled_at for steps, path in found.items()} == arrives


def test_the_step_that_proves_that_a_descent_does_not_stay_is_kept():
    path = descend("recurrent", (5.0, -2.2), 0.4, 120, Choice.of("normalized", norm=0.2))
    assert path.loss[77:].max() < 0.01
    assert (path.settled_at, path.leaves_at) == (None, 160)


def test_lost_is_where_the_last_value_is_not_finite():
    assert make([1.0, 2.0, INF]).lost_at == 2
    assert make([1.0, 2.0]).lost_at is None


def test_the_longest_step_leaves_out_points_that_are_not_finite():
    assert make([1, 1, 1, INF], points=[[0, 0], [3, 4], [3, 5], [INF, 0]]).longest == (1, 5.0)
    assert make([1.0]).longest == (0, 0.0)


@given(st.floats(1, 8), st.floats(-6, 1), rates, thresholds)
def test_a_clipped_step_is_never_longer_than_rate_times_threshold(w, b, rate, max_norm):
    path = descend("recurrent", (w, b), rate, steps=20, clip=norm(max_norm))
    assert path.longest[1] <= rate * max_norm * (1 + 1e-9) + 1e-14
    assert (path.clipped == (path.norms[:-1] > max_norm)).all()


@given(st.floats(-100, 100), rates, thresholds)
def test_clipped_descent_on_x4_never_leaves_the_numbers(x, rate, max_norm):
    assert descend("quartic", [x], rate, steps=30, clip=norm(max_norm)).lost_at is None


# ---- counting steps on x^4: Zhang et al. 2020


def test_the_limit_of_the_fixed_step_is_sharp():
    assert LIMIT == 0.00125
    assert count(20.0, 0.99 * LIMIT) == Arrival(steps=101_003, diverged_at=None)
    assert count(20.0, 1.01 * LIMIT) == Arrival(steps=None, diverged_at=8)
    assert count(20.0, LIMIT) == Arrival(steps=None, diverged_at=None)  # it swings between 20 and -20


def test_clipping_needs_more_than_50_times_fewer_steps():
    clipped = count(20.0, 0.5, max_norm=1.0)
    assert clipped.steps == 283
    assert 101_003 / clipped.steps > 50


def test_beyond_its_own_limit_the_clipped_descent_swings_for_ever():
    assert count(20.0, 3.0, max_norm=1.0) == Arrival(None, None)


def test_a_start_at_the_target_needs_no_step():
    assert count(0.01, 0.1) == Arrival(0, None)
    assert count(0.0, 0.1) == Arrival(0, None)
    assert fixed_step_limit(0.0) == INF


def test_too_few_steps_are_not_an_arrival():
    assert count(20.0, 0.99 * LIMIT, most=101_002) == Arrival(None, None)


@given(st.floats(1, 50), st.floats(0.05, 0.98))
def test_below_the_limit_the_fixed_step_never_diverges(start, share):
    assert count(start, share * fixed_step_limit(start), most=100).diverged_at is None


@given(st.floats(1, 50), st.floats(1.02, 100))
def test_above_the_limit_it_diverges(start, times):
    assert count(start, times * fixed_step_limit(start), most=1000).diverged_at is not None


@given(st.floats(1, 30), st.floats(0.2, 2.0), st.floats(0.1, 5.0))
def test_the_count_is_the_one_of_the_path_with_the_rule_itself(start, rate, max_norm):
    counted = count(start, rate, max_norm, most=200)
    path = descend("quartic", [start], rate, steps=200, clip=norm(max_norm))
    below = np.flatnonzero(path.loss < 1e-6)
    assert counted.steps == (int(below[0]) if below.size else None)


# ---- refusals


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"landscape": "quatric"}, "unknown landscape 'quatric'; did you mean 'quartic'?"),
        ({"learning_rate": 0}, "`learning_rate` must be a finite number > 0. Received: learning_rate=0"),
        ({"learning_rate": NAN}, "`learning_rate` must be a finite number > 0. Received: learning_rate=nan"),
        ({"clip": norm(0.0)}, "`max_norm` must be a finite number > 0. Received: max_norm=0.0"),
        ({"clip": Choice("clip")}, "unknown clip rule 'clip'; did you mean 'zclip'?"),
        ({"steps": 0}, "`steps` must be a whole number >= 1. Received: steps=0"),
        ({"start": [1.0, 2.0]}, "`start` must have a number for each of x. Received: start=[1.0, 2.0]"),
        ({"start": [INF]}, "`x` must be a finite number. Received: x=inf"),
        ({"start": [1e9]}, "`x` must lie between -1e+06 and 1e+06. Received: x=1000000000.0"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(change, sentence):
    asked = {"landscape": "quartic", "start": [20.0], "learning_rate": 0.5, "steps": 10}
    with pytest.raises(RefusedError) as refusal:
        descend(**{**asked, **change})
    assert str(refusal.value) == sentence


@pytest.mark.parametrize("landscape", LANDSCAPES)
@pytest.mark.parametrize("rule", CLIP_RULES.values(), ids=lambda rule: rule.name)
def test_every_rule_of_the_catalogue_can_descend(rule, landscape):
    proposed = {name: entry.proposed for name, entry in rule.parameters.items() if entry.required}
    land = LANDSCAPES[landscape]
    path = descend(landscape, land.start, 0.001, steps=30, clip=Choice.of(rule.name, **proposed))
    assert (path.rule, path.steps, path.lost_at) == (rule.name, 30, None)
    assert path.loss[-1] < path.loss[0]


def test_every_landscape_holds_its_own_start_in_its_frame():
    for land in LANDSCAPES.values():
        assert all(low <= at <= high for at, (low, high) in zip(land.start, land.frame, strict=True))

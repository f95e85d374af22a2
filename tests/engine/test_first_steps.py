"""The first step of each optimizer, from its formula by hand: what dominates a race of five steps (science t10).

All weights start at 0, the learning rate is 0.01, and the gradients are 2 and -0.05.
"""

import numpy as np
import pytest
import tensorflow as tf

from gradcore.engine.layout import Layout
from gradcore.engine.network import build_network
from gradcore.engine.updates import StackedUpdate, build_update
from gradcore.specs import Choice, NetworkSpec

LAYOUT = Layout.of(build_network(NetworkSpec(hidden=(2,)), "noise_regression", 0))
RATE, GRADIENTS = 0.01, np.array([2.0, -0.05])


def first_step(optimizer: Choice, weights: float = 0.0) -> np.ndarray:
    """How far the two weights move."""
    update = build_update(optimizer, LAYOUT, 2)
    rows = np.full((2, LAYOUT.size), weights, np.float32)
    update.reset(rows)
    update.set_rates(tf.fill([2], RATE))
    update.apply(tf.constant(np.repeat(GRADIENTS[:, None], LAYOUT.size, axis=1), tf.float32), None)
    return (np.asarray(update.read()) - rows)[:, 0]


@pytest.mark.parametrize(
    ("optimizer", "moves"),
    [
        (Choice("SGD"), [-0.02, 0.0005]),
        (Choice.of("SGD", momentum=0.9), [-0.02, 0.0005]),  # there is nothing to remember yet
        (Choice.of("SGD", momentum=0.9, nesterov=True), [-0.038, 0.00095]),  # 1.9 times: it looks ahead
        (Choice("Adam"), [-0.01, 0.01]),  # the learning rate, whatever the gradient
        (Choice("Adamax"), [-0.01, 0.01]),
        (Choice("AdamW"), [-0.01, 0.01]),  # from weights of 0 there is nothing to decay
        (Choice("ScheduleFreeAdamW"), [-0.01, 0.01]),  # the average of one iterate is that iterate
        (Choice("Lamb"), [-0.01, 0.01]),  # weights of 0 have no size to scale by
        (Choice("Nadam"), [-0.0106279, 0.0106279]),  # 1 + 0.48528 x 0.1 / (1 - 0.468 x 0.48528): it looks ahead
        (Choice("Adafactor"), [-1e-5, 1e-5]),  # epsilon_2 = 0.001 of the rate: weights of 0 have no size
        (Choice("Muon"), [-9.8486e-4, 9.8486e-4]),  # 0.2 sqrt(20) x 0.69640 / sqrt(40): Newton-Schulz takes 1 to 0.6964
        (Choice("Lion"), [-0.01, 0.01]),
        (Choice("RMSprop"), [-0.0316228, 0.0316165]),  # 1 / sqrt(0.1) times: no bias correction
        (Choice("Adagrad"), [-0.00987730, 0.00156174]),  # g / sqrt(0.1 + g^2): its accumulator starts at 0.1
        (Choice("Ftrl"), [-0.00987730, 0.00156174]),  # the same, from weights of 0
        (Choice("Adadelta"), [-1.41421e-5, 1.41365e-5]),  # sqrt(1e-7) / sqrt(0.05 g^2 + 1e-7) times
    ],
)
def test_the_first_step_is_that_of_the_formula(optimizer, moves):
    assert first_step(optimizer) == pytest.approx(moves, rel=2e-4)


def test_adams_epsilon_acts_on_the_corrected_root_as_3e_6():
    update = StackedUpdate(Choice("Adam"), LAYOUT, 1)
    update.reset(np.zeros((1, LAYOUT.size), np.float32))
    update.set_rates(tf.fill([1], RATE))
    update.apply(tf.fill([1, LAYOUT.size], np.float32(3.162e-6)), None)
    assert float(update.read()[0, 0]) == pytest.approx(-0.005, rel=1e-3)  # half a step: g = 1e-7 / sqrt(1 - 0.999)


def test_a_tiny_gradient_makes_adagrad_a_slower_sgd():
    assert first_step(Choice("Adagrad"))[1] == pytest.approx(first_step(Choice("SGD"))[1] / np.sqrt(0.1), rel=0.02)


def test_decoupled_decay_takes_its_share_of_the_weight_and_plain_adam_does_not():
    decayed = first_step(Choice.of("AdamW", weight_decay=0.5), weights=1.0)
    assert decayed[0] == pytest.approx(-0.01 - 0.01 * 0.5, rel=1e-4)
    assert first_step(Choice("Adam"), weights=1.0)[0] == pytest.approx(-0.01, rel=1e-4)

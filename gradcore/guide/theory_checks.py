"""The theory checks: what is known in closed form, what was measured, and the tests that hold the product to it.

Predictions are computed by `gradcore.depth_theory` and `gradcore.theory`; measurements are those of
`python -m bench.guide_theory`, by the code of the tests.
"""

import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np

from gradcore import strict_json
from gradcore.depth_theory import lsuv, mean_field, normalized, rectifiers, shortcuts, silent_units
from gradcore.depth_theory.kernels import kernel_variance
from gradcore.guide import places
from gradcore.guide.model import HEALTH, RACE, TheoryCheck, link
from gradcore.specs import Choice
from gradcore.theory import deep_linear, quadratic

ARCHIVE = "theory.json"
DEPTH, ENGINE = "tests/engine/test_depth_theory.py", "tests/engine"
TANH = link(
    HEALTH, "scaled_normal", "tanh layers whose weights have a gain of √2.5", activation="tanh", depth="10",
    kernel_initializer="scaled_normal", kernel_initializer_gain="1.5811",
)  # fmt: skip
FIVE_SUMS = link(HEALTH, "plain", "five plain shortcuts, with theory's line", depth="6", residual="plain")
TANH_LSUV = link(HEALTH, "lsuv", "tanh layers after LSUV", activation="tanh", kernel_initializer="lsuv")
NARROW = link(HEALTH, "Width", "five layers of three units", width="3", depth="5")
DESCENT = link(
    RACE, "Condition", "gradient descent at its best rate, condition 10", task="quadratic", task_condition="10",
    task_dimension="2", steps="80", entrants=places.entrants({"optimizer": "SGD", "learning_rate": 0.181818}),
)  # fmt: skip
HEAVY_BALL = link(
    RACE, "Condition", "the heavy ball at its best, condition 100", task="quadratic", task_condition="100",
    task_dimension="2", steps="100",
    entrants=places.entrants({"optimizer": "SGD", "momentum": 0.669421, "learning_rate": 0.0330579}),
)  # fmt: skip
MODES = link(RACE, "Task", "the modes of a deep linear network", task="deep_linear")


@cache
def measured() -> Mapping[str, float]:
    """Return what was measured of each check, by its name."""
    found: Mapping[str, float] = strict_json.loads(
        files("gradcore").joinpath("guide", ARCHIVE).read_text(encoding="utf-8")
    )["measured"]
    return found


@cache
def theory_checks() -> tuple[TheoryCheck, ...]:
    """Return the checks, each with its prediction."""
    return (*_depth_checks(), *_race_checks())


def _halves(initializer: str) -> float:
    return rectifiers.total_factor(64, kernel_variance(Choice(initializer), 64, 64) or math.nan)


def _tanh() -> float:
    return mean_field.gradient_factor("tanh", 2.5, mean_field.fixed_variance("tanh", 2.5))


def _sigmoid() -> float:
    return mean_field.gradient_factor("sigmoid", 1.0, mean_field.fixed_variance("sigmoid", 1.0))


def _depth_checks() -> tuple[TheoryCheck, ...]:
    return (
        TheoryCheck(
            "t01_he", "ReLU, He: mean square of δ, per layer", r"n\,\mathrm{Var}(W) / 2", _halves("he_normal"), "1.8 %",
            (f"{DEPTH}::test_relu_from_he_and_glorot_kernels",), "He et al. 2015", places.HE_30,
        ),
        TheoryCheck(
            "t01_glorot", "ReLU, Glorot: the same", r"n\,\mathrm{Var}(W) / 2", _halves("glorot_uniform"), "1.8 %",
            (f"{DEPTH}::test_relu_from_he_and_glorot_kernels",), "He et al. 2015", places.GLOROT_30,
        ),
        TheoryCheck(
            "t03_tanh", "tanh, gain² 2.5: mean square of δ, per layer", r"\sigma_w^2\, E\, \varphi'(\sqrt{q^*} z)^2",
            _tanh(), "2 %", (f"{DEPTH}::test_tanh_at_three_weight_variances",), "Schoenholz et al. 2017", TANH,
        ),
        TheoryCheck(
            "t03_sigmoid", "sigmoid, gain² 1: the same", r"\sigma_w^2\, E\, \varphi'(\sqrt{q^*} z)^2", _sigmoid(),
            "2 %", (f"{DEPTH}::test_sigmoid",), "Schoenholz et al. 2017", places.SIGMOIDS,
        ),
        TheoryCheck(
            "t04", "Batch normalisation and ReLU: mean square of δ, per layer", r"\pi / (\pi - 1)",
            normalized.relu_factor(), "2 %", (f"{DEPTH}::test_batch_norm_with_relu",), "Yang et al. 2019",
            places.BATCH_NORM_40,
        ),
        TheoryCheck(
            "t05", "Plain shortcuts: mean square of δ, over five blocks", r"(1 + \alpha^2)^L",
            shortcuts.plain_factor(5), "6 %", (f"{DEPTH}::test_shortcuts_without_normalisation",),
            "Yang & Schoenholz 2017", FIVE_SUMS,
        ),
        TheoryCheck(
            "t07", "LSUV, tanh: scale of the weights", r"1 / \sqrt{E\, \varphi(z)^2}", lsuv.lsuv_scale("tanh"), "5 %",
            (f"{DEPTH}::test_lsuv",), "Mishkin & Matas 2016", TANH_LSUV,
        ),
        TheoryCheck(
            "t12", "ReLU, five layers of three units: share of rows at which a layer is dead", r"1 - (1 - 2^{-n})^L",
            silent_units.dead_network_share(3, 5), "3.5 standard errors",
            (f"{DEPTH}::test_narrow_relu_networks_are_dead_at_a_row_as_often_as_theory_says",), "Lu et al. 2019",
            NARROW,
        ),
        TheoryCheck(
            "t18", "ReLU, He: cosine of two rows after 36 layers",
            r"c' = (\sqrt{1 - c^2} + (\pi - \arccos c)\, c) / \pi", rectifiers.cosines(36)[35], "0.01",
            (f"{DEPTH}::test_relu_makes_rows_alike_as_the_map_says",), "Cho & Saul 2009; Hayou et al. 2019",
            places.HE_36,
        ),
    )  # fmt: skip


def _race_checks() -> tuple[TheoryCheck, ...]:
    valley = np.array([1.0, 100.0])
    return (
        TheoryCheck(
            "t08_descent", "Gradient descent, condition 10: error, per step at the best rate", r"(k - 1) / (k + 1)",
            quadratic.rate_of(2 / 11, 0.0, np.array([1.0, 10.0])), "0.01 %",
            (f"{ENGINE}/test_quadratic.py::test_the_measured_rates_are_those_of_theory",), "Polyak 1964",
            DESCENT,
        ),
        TheoryCheck(
            "t08_momentum", "Heavy ball, condition 100: the same", r"(\sqrt k - 1) / (\sqrt k + 1)",
            quadratic.rate_of((2 / 11) ** 2, (9 / 11) ** 2, valley), "0.5 %",
            (f"{ENGINE}/test_quadratic.py::test_the_measured_rates_are_those_of_theory",), "Polyak 1964",
            HEAVY_BALL,
        ),
        TheoryCheck(
            "t09", "Deep linear network, mode of strength 1: time until half learned", r"\ln(s / u_0 - 1) / (2 s)",
            deep_linear.half_time(1.0, 0.001), "1 %",
            (f"{ENGINE}/test_deep_linear.py::test_the_half_times_are_read_from_the_loss_alone_within_one_per_cent",),
            "Saxe et al. 2014", MODES,
        ),
    )  # fmt: skip

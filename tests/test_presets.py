"""The presets carry the notebook's settings and are admitted as they are."""

from gradcore.presets import PRESETS, is_notebook
from gradcore.specs import RaceSpec

NOTEBOOK_OPTIMIZERS = [
    {"optimizer": "SGD", "learning_rate": 0.01, "label": "SGD"},
    {"optimizer": "SGD", "momentum": 0.9, "learning_rate": 0.01, "label": "SGD + Momentum"},
    {"optimizer": "Adam", "learning_rate": 0.001, "label": "Adam"},
    {"optimizer": "AdamW", "weight_decay": 0.01, "learning_rate": 0.001, "label": "AdamW"},
    {"optimizer": "RMSprop", "learning_rate": 0.001, "label": "RMSprop"},
    {"optimizer": "Adagrad", "learning_rate": 0.01, "label": "Adagrad"},
]


def test_the_default_race_is_digits_with_the_notebooks_optimizers():
    assert PRESETS["default"].to_json() == {
        "version": 1,
        "task": {"name": "digits"},
        "network": {"hidden": [128, 64], "activation": "relu", "kernel_initializer": "he_uniform"},
        "entrants": NOTEBOOK_OPTIMIZERS,
        "seeds": 5,
        "first_seed": 0,
        "steps": 200,
        "batch_size": 64,
        "learning_rates": "given",
        "shared_weights": True,
    }


def test_the_notebooks_race_is_five_full_batch_steps_from_independent_weights():
    assert PRESETS["notebook"].to_json() == {
        "version": 1,
        "task": {"name": "noise_regression"},
        "network": {"hidden": [128, 64, 32, 16], "activation": "relu", "kernel_initializer": "glorot_uniform"},
        "entrants": NOTEBOOK_OPTIMIZERS,
        "seeds": 10,
        "first_seed": 0,
        "steps": 5,
        "batch_size": None,
        "learning_rates": "given",
        "shared_weights": False,
    }


def test_the_exploding_network_is_sgd_without_and_with_clipping_on_the_adding_problem():
    sgd = {"optimizer": "SGD", "learning_rate": 0.1}
    clip = {"rule": "clip_by_global_norm", "max_norm": 1.0}
    assert PRESETS["exploding_rnn"].to_json() == {
        "version": 1,
        "task": {"name": "adding_problem", "length": 20},
        "network": {
            "hidden": [20],
            "activation": "tanh",
            "kernel_initializer": "glorot_uniform",
            "cell": "simple_rnn",
            "recurrent_initializer": {"name": "orthogonal", "gain": 1.5},
        },
        "entrants": [{**sgd, "label": "without clipping"}, {**sgd, "clip": clip, "label": "clipped at 1"}],
        "seeds": 10,
        "first_seed": 0,
        "steps": 300,
        "batch_size": 64,
        "learning_rates": "given",
        "shared_weights": True,
    }


def test_the_steady_race_is_one_sgd_on_batches_of_four_of_a_network_too_small_for_its_task():
    assert PRESETS["steady"].to_json() == {
        "version": 1,
        "task": {"name": "digits"},
        "network": {"hidden": [4], "activation": "relu", "kernel_initializer": "he_uniform"},
        "entrants": [{"optimizer": "SGD", "learning_rate": 0.02, "label": "SGD, batches of 4"}],
        "seeds": 2,
        "first_seed": 0,
        "steps": 5000,
        "batch_size": 4,
        "learning_rates": "given",
        "shared_weights": True,
    }


def test_presets_round_trip_through_json():
    for spec in PRESETS.values():
        assert RaceSpec.from_json(spec.to_json()) == spec


def test_only_the_notebooks_race_is_recognised_as_its():
    assert is_notebook(PRESETS["notebook"])
    assert not is_notebook(PRESETS["default"])

import keras
import numpy as np
import pytest

from gradcore.engine.network import build_network, initial_values
from gradcore.engine.race import run_race, steady_seconds
from gradcore.engine.seeds import batches, weight_seed
from gradcore.errors import CancelledRunError, TrainingError
from gradcore.presets import PRESETS
from gradcore.records import Outcome, Record, Setup, TraceChunk
from gradcore.specs import NetworkSpec, RaceSpec
from gradcore.tasks import TASKS
from tests.races import curve, records

SGD = {"optimizer": "SGD", "learning_rate": 0.05}


def race(**changes: object) -> RaceSpec:
    return RaceSpec.from_json({"entrants": [SGD, SGD], "network": {"hidden": [16]}, "seeds": 2, "steps": 30, **changes})


def outcome(found: list[Record], entrant: int) -> Outcome:
    return next(record for record in found if isinstance(record, Outcome) and record.entrant == entrant)


def test_every_entrant_starts_from_the_same_weights_and_sees_the_same_batches():
    found = records(race())
    assert np.array_equal(curve(found, 0), curve(found, 1))
    assert curve(found, 0).shape == (30, 2)


def test_an_entrant_alone_gives_the_same_numbers_as_in_the_race():
    spec = race(entrants=[SGD, {"optimizer": "Adam"}])
    together, alone = records(spec), records(spec, [1])
    assert np.array_equal(curve(together, 1), curve(alone, 1))
    assert np.array_equal(outcome(together, 1).validation_loss, outcome(alone, 1).validation_loss)


def test_another_order_of_batches_changes_the_curve_but_not_the_first_weights():
    found = records(race(entrants=[SGD, {**SGD, "batch_seed_offset": 1}], batch_size=None))
    assert np.array_equal(curve(found, 0), curve(found, 1))  # the full batch has no order
    found = records(race(entrants=[SGD, {**SGD, "batch_seed_offset": 1}]))
    assert not np.array_equal(curve(found, 0), curve(found, 1))


def test_the_notebooks_entrants_have_weights_of_their_own():
    found = records(race(task="noise_regression", batch_size=None, shared_weights=False, steps=2))
    assert not np.array_equal(curve(found, 0)[0], curve(found, 1)[0])


def test_synthetic_rows_differ_by_seed_and_the_split_of_the_digits_is_fixed():
    noise = TASKS["noise_regression"]
    assert not np.array_equal(noise.rows(0).x_train, noise.rows(1).x_train)
    digits = TASKS["digits"].rows(0)
    assert digits.x_train.shape == (1347, 64)
    assert digits.x_validation.shape == (450, 64)
    assert TASKS["digits"].rows(1) is digits


def test_chunks_go_round_robin_and_progress_grows_to_one():
    seen: list[tuple[str, float]] = []
    run_race(race(), [0, 1], lambda new, progress: seen.append((type(new[0]).__name__, progress)))
    assert [name for name, _ in seen[:1]] == [Setup.__name__]
    assert [name for name, _ in seen[-2:]] == [Outcome.__name__] * 2
    progress = [value for _, value in seen]
    assert progress == sorted(progress)
    assert progress[-1] == 1.0
    order = [record.entrant for record in records(race()) if isinstance(record, TraceChunk)]
    assert order == [0, 1] * (len(order) // 2)


def test_a_report_that_raises_stops_the_training():
    def cancel(new, progress):
        raise CancelledRunError("cancelled")

    with pytest.raises(CancelledRunError):
        run_race(race(), [0], cancel)


def test_training_on_the_digits_learns_them():
    found = records(race(entrants=[{"optimizer": "Adam", "learning_rate": 0.01}], steps=150))
    assert outcome(found, 0).validation_metric.min() > 0.9
    assert curve(found, 0)[0].min() > 2.0
    assert outcome(found, 0).validation_loss.max() < 0.5


def test_a_learning_rate_too_high_diverges_and_is_recorded_as_it_is():
    entrant = {"optimizer": "SGD", "learning_rate": 1e6}
    found = records(race(task="digits", entrants=[entrant], network={"hidden": [16, 16], "activation": "linear"}))
    assert not np.isfinite(curve(found, 0)[-1]).any()
    assert np.isnan(outcome(found, 0).validation_metric).all()


def test_what_keras_refuses_is_a_training_error_in_one_sentence():
    with pytest.raises(TrainingError, match="momentum"):
        records(race(entrants=[{**SGD, "momentum": 3.0}]))
    with pytest.raises(TrainingError, match="kernel_initializer 'VarianceScaling' was refused by Keras"):
        records(
            race(
                network={
                    "hidden": [4],
                    "kernel_initializer": {"name": "VarianceScaling", "scale": -1},
                    "activation": "relu",
                }
            )
        )


def test_a_script_outside_can_repeat_the_initial_weights_and_the_batches():
    trainable, _ = initial_values(NetworkSpec(hidden=(16,)), "digits", seed=3)
    kernel = keras.initializers.HeUniform(seed=weight_seed(3, 0))((64, 16))
    assert np.array_equal(trainable[0], kernel)
    drawn = np.random.default_rng([3, 0]).permutation(1347)
    assert np.array_equal(batches(3, 1347, 64, 2), drawn[:128].reshape(2, 64))


def test_the_notebooks_network_has_its_13569_parameters():
    network = PRESETS["notebook"].network
    model = build_network(network, "noise_regression", 0)
    assert model.count_params() == 13_569
    assert [layer.name for layer in model.layers] == ["dense_1", "dense_2", "dense_3", "dense_4", "output"]


def test_tracing_is_no_part_of_the_seconds_that_steps_took():
    assert steady_seconds([(2, 1.5), (8, 0.8)]) == pytest.approx(1.0)
    assert steady_seconds([(5, 1.5)]) == 1.5  # one chunk: nothing else is known

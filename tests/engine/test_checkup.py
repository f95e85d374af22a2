"""A health check trains and measures: every patient of the ward gets its verdict, whatever the unit of the loss."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from gradcore.admission import admit
from gradcore.check_assembly import CheckAssembly
from gradcore.engine.checkup import run_check, watched
from gradcore.engine.network import build_network
from gradcore.health_documents import diagnosis_of
from gradcore.records import CheckTrace
from gradcore.settings import Limits
from gradcore.specs import Choice, EntrantSpec, HealthSpec, NetworkSpec
from gradcore.tasks import task_of
from gradcore.ward import WARD

PLAIN = HealthSpec(network=NetworkSpec((16, 12), "tanh"), optimizer=EntrantSpec(Choice("SGD"), 0.1), steps=3)


def checked(spec: HealthSpec) -> CheckTrace:
    assembly = CheckAssembly(spec)
    run_check(admit(spec, Limits()), (0,), lambda records, progress: assembly.add(records))
    (trace,) = assembly.trace().networks
    return trace


@pytest.mark.parametrize("name", WARD)
def test_every_patient_of_the_ward_gets_its_verdict_on_three_seeds(name):
    specs = [replace(WARD[name].spec, seed=seed) for seed in (0, 1, 2)]
    assert [diagnosis_of(spec, checked(spec)).verdict for spec in specs] == [WARD[name].verdict] * 3


def test_the_notebook_s_network_has_its_three_biases_that_are_zero_by_construction():
    spec = WARD["notebook"].spec
    found = diagnosis_of(spec, checked(spec))
    assert found.structural_zeros == ("dense_2b/bias", "dense_3b/bias", "dense_4b/bias")


@pytest.mark.parametrize("scale", [1e-6, 1e6])
@pytest.mark.parametrize("name", ["sigmoid_stack", "healthy_mlp", "large_init_relu", "dying_relu"])
def test_the_verdict_does_not_change_when_the_loss_is_multiplied(name, scale):
    spec = replace(WARD[name].spec, steps=1, loss_scale=scale)
    rate = spec.optimizer.learning_rate / scale  # the same steps
    spec = replace(spec, optimizer=replace(spec.optimizer, learning_rate=rate))
    assert diagnosis_of(spec, checked(spec)).verdict == WARD[name].verdict


def test_the_loss_and_the_gradient_norms_are_those_of_a_plain_keras_loop():
    trace = checked(PLAIN)
    rows, loss, norms = task_of("digits").rows(0), [], []
    from gradcore.engine.seeds import batches

    model = build_network(PLAIN.network, "digits", seed=0)
    model.compile(keras.optimizers.SGD(0.1), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    import tensorflow as tf

    for batch in batches(0, len(rows.x_train), 64, 3):
        with tf.GradientTape() as tape:
            value = model.loss(rows.y_train[batch], model(rows.x_train[batch], training=True))
        gradient = tape.gradient(value, model.trainable_variables)
        model.optimizer.apply(gradient, model.trainable_variables)
        loss.append(float(value))
        norms.append([float(tf.norm(one)) for one in gradient])
    assert trace.loss[:, 0] == pytest.approx(loss, rel=1e-5)
    assert trace.gradient_norm[:, 0] == pytest.approx(np.array(norms), rel=1e-4)


def test_the_signal_is_the_gradient_with_respect_to_the_pre_activations():
    trace = checked(PLAIN)
    from gradcore.engine.seeds import batches

    rows = task_of("digits").rows(0)
    batch = batches(0, len(rows.x_train), 64, 1)[0]
    model = build_network(PLAIN.network, "digits", seed=0)
    (w1, b1, w2, b2, w3, b3) = [np.asarray(v, np.float64) for v in model.trainable_variables]
    x, y = rows.x_train[batch].astype(np.float64), rows.y_train[batch].astype(int)
    z1 = x @ w1 + b1
    z2 = np.tanh(z1) @ w2 + b2
    z3 = np.tanh(z2) @ w3 + b3
    chances = np.exp(z3) / np.exp(z3).sum(axis=1, keepdims=True)
    d3 = (chances - np.eye(10)[y]) / 64
    d2 = (d3 @ w3.T) * (1 - np.tanh(z2) ** 2)
    d1 = (d2 @ w2.T) * (1 - np.tanh(z1) ** 2)
    assert trace.signal[0, 0] == pytest.approx([np.sqrt(np.mean(d**2)) for d in (d1, d2, d3)], rel=1e-4)
    kappa = [np.linalg.norm(d.sum(axis=0)) / np.linalg.norm(d, axis=1).sum() for d in (d1, d2, d3)]
    assert trace.cancellation[0, 0] == pytest.approx(kappa, rel=1e-3)
    assert trace.variance[0, 0] == pytest.approx([z.var() for z in (z1, z2, z3)], rel=1e-4)
    missed = np.linalg.norm(chances - np.eye(10)[y], axis=1).mean() / np.sqrt(0.9)
    assert trace.error[0, 0] == pytest.approx(missed, rel=1e-4)


def test_the_same_spec_gives_the_same_bits_again():
    assert np.array_equal(checked(PLAIN).gradient_norm, checked(PLAIN).gradient_norm)


def test_a_long_check_measures_the_first_ten_steps_every_hundredth_and_the_last():
    trace = checked(replace(PLAIN, steps=120))
    assert trace.sampled.tolist() == [*range(10), 100, 119]
    assert trace.loss.shape == (120, 1)
    assert len(trace.signal) == 12


def test_a_scheduled_rate_is_followed_after_a_check_of_the_same_network_at_a_constant_one():
    constant = checked(replace(PLAIN, steps=60))
    rising = EntrantSpec(PLAIN.optimizer.optimizer, 0.2, schedule=Choice.of("warmup_cosine", warmup=0.5, final=1.0))
    scheduled = checked(replace(PLAIN, steps=60, optimizer=rising))
    rates = [trace.update_norm[:, 0, 0] / trace.gradient_norm[:, 0, 0] for trace in (constant, scheduled)]  # plain SGD
    assert rates[0] == pytest.approx(np.full(60, 0.1), rel=1e-3)
    assert rates[1][[0, 15, 30, 59]] == pytest.approx([0.0, 0.1, 0.2, 0.2], rel=1e-3)


def test_sparse_samples_change_nothing_of_the_training():
    often, seldom = (checked(replace(PLAIN, steps=60, every=every)) for every in (1, 50))
    assert often.loss == pytest.approx(seldom.loss, rel=1e-6)


def test_one_call_that_measures_several_steps_finds_what_single_calls_do_for_every_seed():
    network = NetworkSpec((16, 16), "relu", normalization="batch", dropout=0.1)
    clipped = EntrantSpec(Choice("Adam"), 0.01, Choice.of("clip_by_global_norm", max_norm=0.5))
    spec = HealthSpec(network=network, optimizer=clipped, steps=70)
    traces = []
    for every in (1, 5):
        assembly = CheckAssembly(spec)
        watched(replace(spec, every=every), (0, 1), lambda records, progress, whole=assembly: whole.add(records))
        traces.append(assembly.trace().networks[0])
    often, seldom = traces
    assert seldom.sampled.tolist() == [*range(10), *range(10, 70, 5), 69]
    for name in ("loss", "error", "gradient_norm", "weight_norm", "update_norm", "clipped_norm"):
        assert getattr(seldom, name) == pytest.approx(getattr(often, name), rel=1e-5), name
    for name in ("signal", "variance", "dead_units", "zeros", "noise_trace", "histogram"):
        assert getattr(seldom, name) == pytest.approx(getattr(often, name)[seldom.sampled], rel=1e-4), name


def test_a_histogram_counts_every_entry_of_a_layer_s_gradient():
    trace = checked(PLAIN)
    assert trace.histogram[0].sum(axis=1).tolist() == [64 * 16 + 16, 16 * 12 + 12, 12 * 10 + 10]


def test_nan_in_the_data_is_recorded_and_not_hidden():
    trace = checked(replace(PLAIN, missing_share=0.5))
    assert np.isnan(trace.loss).all()
    assert trace.non_finite[0, 0].max() == 1.0

"""A copied script runs alone, in plain Keras, and its losses are those of the race."""

import io
import runpy
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import replace

import keras
import numpy as np
import pytest

from gradcore.admission import admit
from gradcore.check_assembly import CheckAssembly
from gradcore.clipping import CLIP_RULES
from gradcore.engine.checkup import run_check
from gradcore.errors import RefusedError
from gradcore.schedules import SCHEDULES, factors
from gradcore.script import check_script, script
from gradcore.script_clipping import clip_code, keras_arguments
from gradcore.script_data import data_code
from gradcore.script_rates import schedule_code
from gradcore.settings import Limits
from gradcore.specs import Choice, RaceSpec
from gradcore.tasks import TASKS, task_of
from gradcore.ward import WARD
from tests.races import curve, records

DENSE = {"hidden": [12, 8], "activation": "tanh", "kernel_initializer": "glorot_normal"}
RECURRENT = {
    "hidden": [6], "activation": "tanh", "cell": "simple_rnn", "kernel_initializer": "glorot_uniform",
    "recurrent_initializer": {"name": "orthogonal", "gain": 0.9},
}  # fmt: skip


def race(entrant: dict, **changes: object) -> RaceSpec:
    asked = {"entrants": [entrant], "network": DENSE, "seeds": 1, "steps": 40, "batch_size": 32, **changes}
    return admit(RaceSpec.from_json(asked), Limits())


def trained(spec: RaceSpec, number: int = 0) -> np.ndarray:
    return curve(records(spec, [number]), number)[:, 0]


def printed(spec: RaceSpec, folder, number: int = 0) -> np.ndarray:
    """What the script prints; in this process, which has loaded TensorFlow."""
    file = folder / "entrant.py"
    file.write_text(script(spec, number, spec.entrants[number].learning_rate))
    with redirect_stdout(io.StringIO()) as output:
        runpy.run_path(str(file))
    return np.array([float(line) for line in output.getvalue().split()])


def printed_alone(spec: RaceSpec, folder) -> np.ndarray:
    """The same in a process of its own, in a folder that holds nothing else."""
    file = folder / "entrant.py"
    file.write_text(script(spec, 0, spec.entrants[0].learning_rate))
    done = subprocess.run([sys.executable, file], cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return np.array([float(line) for line in done.stdout.split()])


QUADRATIC = {"task": {"name": "quadratic", "condition": 40.0, "dimension": 4}, "network": {}, "batch_size": None}
VALLEY = {"task": "rosenbrock", "network": {}, "batch_size": None}
ROTATED = {**QUADRATIC, "task": {"name": "quadratic", "dimension": 5, "rotated": True}, "first_seed": 7}
DEEP_LINEAR = {"task": "deep_linear", "network": {"hidden": [8, 6], "activation": "linear",
               "kernel_initializer": {"name": "aligned", "strength": 0.01}}}  # fmt: skip


@pytest.mark.parametrize(
    "spec",
    [
        race({"optimizer": "SGD", "learning_rate": 0.05, "momentum": 0.9, "nesterov": True}),
        race({"optimizer": "Adam", "clip": {"rule": "clip_by_global_norm", "max_norm": 0.5}}, first_seed=3),
        race({"optimizer": "RMSprop", "schedule": "warmup_cosine"}, task="noise_regression", batch_size=None),
        race(
            {"optimizer": "SGD", "learning_rate": 0.1}, task={"name": "adding_problem", "length": 6}, network=RECURRENT
        ),
        race({"optimizer": "SGD", "learning_rate": 0.02, "momentum": 0.8}, **QUADRATIC),
        race({"optimizer": "Adafactor", "learning_rate": 0.1, "clip": "normalized"}, **ROTATED),
        race({"optimizer": "Adam", "learning_rate": 0.02}, **VALLEY),
        race({"optimizer": "SGD", "learning_rate": 0.1, "schedule": "step"}, **DEEP_LINEAR),
        race({"optimizer": "Muon"}, **{**DEEP_LINEAR, "network": {"hidden": [5], "activation": "linear"}}),
    ],
    ids=["momentum", "clipped Adam", "schedule, full batch", "recurrent", "quadratic", "rotated quadratic, normalized",
         "valley", "deep linear, aligned", "deep linear, drawn"],
)  # fmt: skip
def test_a_script_prints_the_losses_of_the_race(spec, tmp_path):
    assert printed(spec, tmp_path) == pytest.approx(trained(spec), rel=1e-4)


@pytest.mark.parametrize(
    ("task", "network"),
    [
        ("wine", {"normalization": "batch", "dropout": 0.2, "hidden": [12, 8]}),
        ("wine", {"normalization": "layer", "residual": "preactivation", "hidden": [8, 8, 4]}),
        ("noise_classification", {"residual": "notebook", "normalization": "batch", "dropout": 0.1, "hidden": [8, 8],
                                  "head": "probabilities"}),
        ("adding_problem", {"cell": "lstm", "hidden": [5], "activation": "tanh", "pooling": "attention"}),
        ("wine", {"kernel_initializer": {"name": "scaled_normal", "gain": 2.0}, "hidden": [8]}),
    ],
    ids=["batch norm, dropout", "shortcuts", "the notebook's blocks", "attention over an LSTM", "scaled normal"],
)  # fmt: skip
def test_every_kind_of_network_is_written_out(task, network, tmp_path):
    spec = race({"optimizer": "SGD", "learning_rate": 0.05}, task=task, network=network, steps=15)
    assert printed(spec, tmp_path) == pytest.approx(trained(spec), rel=1e-4)


@pytest.mark.filterwarnings("ignore:Gradients do not exist")  # Keras' own words for the unused branch
@pytest.mark.filterwarnings("ignore:__array__ implementation")  # Keras' saving, with NumPy 2
@pytest.mark.parametrize("name", ["notebook", "dying_relu", "unused_branch"])
def test_a_patient_of_the_ward_is_written_out_trains_as_its_check_and_can_be_kept(name, tmp_path):
    spec = admit(replace(WARD[name].spec, steps=8), Limits())
    assembly = CheckAssembly(spec)
    run_check(spec, (0,), lambda found, progress: assembly.add(found))
    (trace,) = assembly.trace().networks
    file = tmp_path / "patient.py"
    file.write_text(check_script(spec))
    with redirect_stdout(io.StringIO()) as output:
        left = runpy.run_path(str(file))
    printed_losses = [float(line) for line in output.getvalue().split()]
    assert printed_losses == pytest.approx(trace.loss[:, 0].tolist(), rel=1e-4)
    model, rows = left["model"], left["x_train"][:8]
    model.save(tmp_path / "network.keras")
    again = keras.models.load_model(tmp_path / "network.keras")
    np.testing.assert_array_equal(model(rows, training=False), again(rows, training=False))


def test_a_check_with_missing_inputs_is_no_script():
    with pytest.raises(RefusedError, match="missing inputs or a scaled loss cannot be copied"):
        check_script(WARD["nan_in_data"].spec)


def test_weights_that_are_scaled_by_data_are_scaled_in_the_script_too(tmp_path):
    spec = race({"optimizer": "SGD"}, network={"hidden": [8, 6], "kernel_initializer": "lsuv"}, steps=5)
    assert printed_alone(spec, tmp_path) == pytest.approx(trained(spec), rel=1e-4)


def test_scaled_layers_beside_a_projected_shortcut_have_names_of_their_own(tmp_path):
    network = {"hidden": [6, 8, 8], "kernel_initializer": "lsuv", "residual": "preactivation"}
    spec = race({"optimizer": "SGD"}, network=network, steps=3)
    assert printed(spec, tmp_path) == pytest.approx(trained(spec), rel=1e-4)


@pytest.mark.parametrize(
    "spec",
    [race({"optimizer": "AdamW"}, steps=5), race({"optimizer": "SGD"}, **QUADRATIC)],
    ids=["a network", "a point"],
)
def test_a_script_runs_alone(spec, tmp_path):
    assert printed_alone(spec, tmp_path) == pytest.approx(trained(spec), rel=1e-4)


def test_an_entrant_with_weights_of_its_own_has_them_in_its_script(tmp_path):
    entrants = [{"optimizer": "Adagrad"}, {"optimizer": "Adagrad", "batch_seed_offset": 2}]
    spec = race({}, entrants=entrants, shared_weights=False, network={"hidden": [4]}, steps=10)
    assert printed(spec, tmp_path, 1) == pytest.approx(trained(spec, 1), rel=1e-4)


@pytest.mark.parametrize("spec", [QUADRATIC, VALLEY, DEEP_LINEAR], ids=["quadratic", "valley", "deep linear"])
def test_an_entrant_with_a_start_of_its_own_has_it_in_its_script(spec, tmp_path):
    entrants = [{"optimizer": "Adam"}, {"optimizer": "Adam"}]
    raced = race({}, **{**spec, "entrants": entrants, "shared_weights": False, "steps": 5})
    assert printed(raced, tmp_path, 1) == pytest.approx(trained(raced, 1), rel=1e-4)
    assert not np.array_equal(trained(raced, 0), trained(raced, 1))


@pytest.mark.parametrize(
    "clip",
    [
        {"rule": "ten_percent", "fraction": 0.2, "min_norm": 0.3, "max_norm": 2.0},
        {"rule": "autoclip", "percentile": 30.0},
        {"rule": "autoclip", "percentile": 40.0, "include_current": False},
        {"rule": "adaptive_percentile", "percentile": 60.0, "history": 8, "warmup": 4, "warmup_clip": 0.2},
        {"rule": "zclip", "alpha": 0.8, "z_threshold": 0.5, "warmup": 5},
        {"rule": "zclip", "warmup": 10, "z_threshold": 1.0, "max_norm": 0.6},
        {"rule": "adagc", "relative": 1.02, "absolute": 0.5, "beta": 0.9, "warmup": 6},
        {"rule": "adaptive_grad_clip", "clipping": 0.05},
    ],
    ids=[
        "ten percent",
        "autoclip",
        "autoclip of the past",
        "recent percentile",
        "zclip",
        "zclip with a limit",
        "adagc",
        "adaptive",
    ],
)
def test_clip_rules_that_keras_has_not_are_written_out(clip, tmp_path):
    spec = race({"optimizer": "SGD", "learning_rate": 0.2, "clip": clip}, steps=30)
    assert printed(spec, tmp_path) == pytest.approx(trained(spec), rel=1e-4)


def test_a_gradient_that_is_not_finite_is_skipped_in_the_script_as_in_the_race(tmp_path):
    growing = {**RECURRENT, "activation": "softplus", "recurrent_initializer": {"name": "orthogonal", "gain": 3.0}}
    asked = {"task": {"name": "adding_problem", "length": 65}, "network": growing, "steps": 3}
    spec = race({"optimizer": "Adam", "clipnorm": 1.0}, **asked)
    first = records(spec, [0])[1]
    assert first.skipped.all()
    assert np.isfinite(first.loss).all()
    assert printed(spec, tmp_path) == pytest.approx(trained(spec), rel=1e-4)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("least", [False, True])
def test_a_schedule_in_a_script_is_that_of_the_race(name, least):
    chosen = SCHEDULES[name].checked(
        Choice.of(name, **(dict.fromkeys(SCHEDULES[name].parameters, 0.0) if least else {}))
    )
    scope: dict[str, object] = {"np": np, "STEPS": 7, "FACTORS": np.ones(7)}
    exec(schedule_code(chosen), scope)
    assert scope["FACTORS"] == pytest.approx(factors(chosen, 7), rel=1e-12)


@pytest.mark.parametrize("name", TASKS)
def test_the_rows_of_a_script_are_those_of_the_task(name):
    task = task_of(name)
    scope: dict[str, object] = {"np": np, "SEED": 2}
    exec(data_code(Choice.of(name, **{argument.name: argument.default for argument in task.arguments})), scope)
    rows = task.rows(2)
    assert np.array_equal(scope["x_train"], rows.x_train)
    assert scope["y_train"] == pytest.approx(rows.y_train, abs=1e-6)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_units_of_a_recurrent_layer_are_those_of_the_race_in_the_script_too(cell, tmp_path):
    network = {"cell": cell, "hidden": [5], "activation": "tanh"}
    clip = {"rule": "adaptive_grad_clip", "clipping": 0.02}
    asked = {"task": "adding_problem", "network": network, "steps": 8}
    spec = race({"optimizer": "SGD", "learning_rate": 0.5, "clip": clip}, **asked)
    assert printed(spec, tmp_path) == pytest.approx(trained(spec), rel=1e-4)


@pytest.mark.parametrize("rule", [name for name in CLIP_RULES if name != "none"])
def test_every_clip_rule_is_an_argument_of_keras_or_a_function_of_the_script(rule):
    clip = Choice.of(rule, **{one.name: one.start for one in CLIP_RULES[rule].parameters.values() if one.required})
    assert bool(keras_arguments(clip)) != ("def clipped(gradients)" in clip_code(clip))


def test_a_label_cannot_break_out_of_the_script():
    spec = race({"optimizer": "SGD", "label": '"""\nimport os\\'})
    compiled = compile(script(spec, 0, 0.01), "script", "exec")
    assert "os" not in compiled.co_names

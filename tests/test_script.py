"""A copied script runs alone, in plain Keras, and its losses are those of the race."""

import subprocess
import sys

import numpy as np
import pytest

from gradcore.admission import admit
from gradcore.errors import RefusedError
from gradcore.script import script
from gradcore.script_data import DATA
from gradcore.settings import Limits
from gradcore.specs import RaceSpec
from gradcore.tasks import task_of
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
    file = folder / "entrant.py"
    file.write_text(script(spec, number, spec.entrants[number].learning_rate))
    done = subprocess.run([sys.executable, file], cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return np.array([float(line) for line in done.stdout.split()])


@pytest.mark.parametrize(
    "spec",
    [
        race({"optimizer": "SGD", "learning_rate": 0.05, "momentum": 0.9, "nesterov": True}),
        race({"optimizer": "Adam", "clip": {"rule": "clip_by_global_norm", "max_norm": 0.5}}, first_seed=3),
        race({"optimizer": "RMSprop", "schedule": "warmup_cosine"}, task="noise_regression", batch_size=None),
        race(
            {"optimizer": "SGD", "learning_rate": 0.1}, task={"name": "adding_problem", "length": 6}, network=RECURRENT
        ),
    ],
    ids=["momentum", "clipped Adam", "schedule, full batch", "recurrent"],
)
def test_a_script_prints_the_losses_of_the_race(spec, tmp_path):
    assert printed(spec, tmp_path) == pytest.approx(trained(spec), rel=1e-4)


def test_an_entrant_with_weights_of_its_own_has_them_in_its_script(tmp_path):
    entrants = [{"optimizer": "Adagrad"}, {"optimizer": "Adagrad", "batch_seed_offset": 2}]
    spec = race({}, entrants=entrants, shared_weights=False, network={"hidden": [4]}, steps=10)
    assert printed(spec, tmp_path, 1) == pytest.approx(trained(spec, 1), rel=1e-4)


@pytest.mark.parametrize("name", DATA)
def test_the_rows_of_a_script_are_those_of_the_task(name):
    task = task_of(name)
    scope: dict[str, object] = {"np": np, "SEED": 2}
    arguments = {argument.name: argument.default for argument in task.arguments}
    exec(DATA[name].format(**arguments), scope)
    rows = task.rows(2)
    assert np.array_equal(scope["x_train"], rows.x_train)
    assert scope["y_train"] == pytest.approx(rows.y_train, abs=1e-6)


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (race({"optimizer": "SGD"}, task="quadratic", network={}, batch_size=None), "the task quadratic cannot be"),
        (race({"optimizer": "SGD", "clip": "zclip"}), "the clip rule zclip cannot be copied as a script"),
    ],
)
def test_what_plain_keras_cannot_say_is_refused(spec, says):
    with pytest.raises(RefusedError, match=says):
        script(spec, 0, 0.1)


def test_a_label_cannot_break_out_of_the_script():
    spec = race({"optimizer": "SGD", "label": '"""\nimport os\\'})
    compiled = compile(script(spec, 0, 0.01), "script", "exec")
    assert "os" not in compiled.co_names

"""The clip spec: what it reads, what it refuses and in which words, and that it round-trips."""

import math

import pytest

from gradcore import strict_json
from gradcore.errors import RefusedError
from gradcore.specs import ClipSpec, StreamSpec

RULES = [{"rule": "clip_by_global_norm", "max_norm": 5}]


def read(**source):
    return ClipSpec.from_json({"rules": RULES, **source})


@pytest.mark.parametrize(
    "source",
    [
        {"scenario": "normal"},
        {"gradients": [[1.0, -2.0], None, [[3.0, "NaN"], ["Infinity", 4.0]], 5.0]},
        {"gradients": [[1.0]], "weights": [[2.0]]},
        {"stream": {"kind": "notebook"}},
        {"stream": {"kind": "notebook", "seed": 7, "tail": "cauchy", "non_finite_at": [0, 3],
                    "phases": [{"name": "rise", "steps": 4, "from": 1.0, "to": 2.0, "exponential": 0.5}]}},
        {"steps": [[None, [1.0]], [[2.0, 3.0], None]]},
        {"norms": [0.0, 1.5, "NaN", "Infinity"]},
    ],
)  # fmt: skip
def test_a_spec_round_trips_through_strict_json(source):
    spec = read(**source)
    text = strict_json.dumps(spec.to_json())
    again = ClipSpec.from_json(strict_json.loads(text))
    assert strict_json.dumps(again.to_json()) == text
    assert again.source == spec.source
    assert hash(again) == hash(ClipSpec.from_json(strict_json.loads(text))) or "NaN" in text


def test_the_version_is_written_and_every_other_one_is_refused():
    assert read(scenario="normal").to_json()["version"] == 1
    with pytest.raises(RefusedError, match=r"`version` must be 1\. Received: version=2"):
        read(scenario="normal", version=2)


def test_the_notebooks_stream_is_the_default():
    stream = read(stream={"kind": "notebook"}).stream
    assert stream == StreamSpec()
    assert (stream.seed, stream.steps, stream.starts()) == (42, 20, (0, 5, 10, 15))
    assert stream.to_json()["phases"] == [
        {"name": "normal", "steps": 5, "scale": 0.5},
        {"name": "rise", "steps": 5, "from": 1.0, "to": 3.0},
        {"name": "explosion", "steps": 5, "scale": 5.0, "exponential": 2.0},
        {"name": "recovery", "steps": 5, "from": 3.0, "to": 1.0},
    ]


def test_one_entry_may_be_nan_and_one_infinite():
    tensor = read(gradients=[["NaN", "-Infinity", 1]]).gradients[0]
    assert math.isnan(tensor.entries[0])
    assert tensor.entries[1:] == (-math.inf, 1.0)


def stream(**changes):
    return {"stream": {"kind": "notebook", **changes}}


def phase(**fields):
    return stream(phases=[{"name": "x", "steps": 2, **fields}])


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ({}, "a clip spec must have one source of scenario, gradients, stream, steps, norms. Received: none"),
        (
            {"scenario": "normal", "norms": [1]},
            "a clip spec must have one source of scenario, gradients, stream, steps, norms. "
            "Received: scenario and norms",
        ),
        ({"scenaro": "normal"}, "unknown key 'scenaro' in the clip spec; did you mean 'scenario'?"),
        ({"scenario": "normal", "rules": []}, "`rules` must hold at least one clip rule. Received: rules=[]"),
        ({"scenario": "normal", "rules": "none"}, "`rules` must be a list of clip rules. Received: rules='none'"),
        ({"scenario": "normal", "rules": [{"max_norm": 1}]}, "`clip rule` must name its 'rule'."),
        ({"scenario": 5}, "`scenario` must be a non-empty text. Received: scenario=5"),
        ({"gradients": []}, "`gradients` must be a list of tensors, at least one. Received: gradients=[]"),
        ({"gradients": [[]]}, "`gradients[0]` must hold at least one number in each row."),
        ({"gradients": [[1, "x"]]}, "`gradients[0][1]` must be a number. Received: gradients[0][1]='x'"),
        ({"gradients": [[1, True]]}, "`gradients[0][1]` must be a number. Received: gradients[0][1]=True"),
        ({"gradients": [[1, None]]}, "`gradients[0][1]` must be a number. Received: gradients[0][1]=None"),
        ({"gradients": [[[1, 2], [3]]]}, "`gradients[0][1]` must have 2 entries, as the rows before it."),
        ({"gradients": [[[1, 2], 3]]}, "`gradients[0][1]` must have 2 entries, as the rows before it."),
        ({"gradients": [[1, [2]]]}, "`gradients[0][1]` must be a number. Received: gradients[0][1]=[2]"),
        ({"gradients": [[1e39]]}, "`gradients[0][0]` must be at most 3.403e+38 in size (the largest float32)."),
        ({"gradients": [[10**400]]}, "`gradients[0][0]` must be at most 3.403e+38 in size (the largest float32)."),
        ({"gradients": [[[[[[[[[[1]]]]]]]]]]}, "`gradients[0]` must have at most 8 axes."),
        ({"steps": [[[1]], [[1], [2]]]}, "`steps[1]` must have 1 tensors, as the first step. Received: steps[1]=2"),
        ({"steps": [[None], [[1, 2]], [[1]]]}, "`steps[2][0]` must have the shape (2,) of the steps before."),
        ({"norms": []}, "`norms` must be a list of norms, at least one. Received: norms=[]"),
        ({"norms": [1, -0.5]}, "`norms[1]` must be a number >= 0. Received: norms[1]=-0.5"),
        ({"norms": ["-Infinity"]}, "`norms[0]` must be a number >= 0. Received: norms[0]='-Infinity'"),
        ({"norms": [1e200]}, "`norms[0]` must be at most 1e+150. Received: norms[0]=1e+200"),
        ({"stream": {"kind": "other"}}, "`kind` must be 'notebook'. Received: kind='other'"),
        (stream(sed=1), "unknown key 'sed' in the stream; did you mean 'seed'?"),
        (stream(seed=-1), "`seed` must be a whole number >= 0. Received: seed=-1"),
        (stream(seed=2**32), "`seed` must be at most 4294967295. Received: seed=4294967296"),
        (stream(tail="studnet_t"), "unknown tail 'studnet_t'; did you mean 'student_t'?"),
        (stream(phases=[]), "`phases` must have 1 to 20000 steps in all. Received: phases=0"),
        (stream(phases=5), "`phases` must be a list. Received: phases=5"),
        (stream(non_finite_at=[20]), "`non_finite_at` must name steps from 0 to 19. Received: non_finite_at=20"),
        (phase(), "`phase` must have either 'scale' or both 'from' and 'to'."),
        (phase(scale=1, to=2), "`phase` must have either 'scale' or both 'from' and 'to'."),
        (phase(scale=-1), "`scale` must be from 0 to 1e30. Received: scale=-1.0"),
        (phase(scale="NaN"), "`scale` must be a finite number. Received: scale=nan"),
        (phase(scale=1, steps=-1), "`steps` must be a whole number >= 0. Received: steps=-1"),
        (phase(scale=1, steps=20_001), "`phases` must have 1 to 20000 steps in all. Received: phases=20001"),
    ],
)
def test_bad_input_is_refused_in_one_sentence_that_names_the_place(source, says):
    with pytest.raises(RefusedError) as refused:
        read(**source)
    assert str(refused.value).startswith(says)
    assert "\n" not in str(refused.value)

"""`gradcore clip`: the contract's documents for one step and for streams, and its refusals."""

import io
import json
import math
import subprocess
import sys
import time

import numpy as np
import pytest

from gradcore import strict_json
from gradcore.cli import main
from gradcore.specs import ClipSpec

NOTEBOOK_RULES = [
    {"rule": "clip_by_global_norm", "max_norm": 5},
    {"rule": "clip_by_value", "max_value": 10},
    {"rule": "ten_percent"},
    {"rule": "clip_by_norm", "max_norm": 5},
]
NOTEBOOK_CLASS = {"rule": "adaptive_percentile", "percentile": 90, "history": 50}
STREAM = {"kind": "notebook", "seed": 42}


@pytest.fixture
def clip(monkeypatch, capsys):
    """Run the command on a spec and return its status, its document and what it said."""

    def clip(spec, *options):
        text = spec if isinstance(spec, str) else json.dumps(spec)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        status = main(["clip", "--spec", "-", *(options or ("--json",))])
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return clip


@pytest.fixture
def answer(clip):
    def answer(**spec):
        status, out, err = clip(spec)
        assert (status, err, out.count("\n")) == (0, "", 1)
        return strict_json.loads(out)

    return answer


@pytest.mark.parametrize(
    ("scenario", "before", "after", "cosines"),
    [
        ("normal", 0.3905, [0.3905, 0.3905, 0.3905, 0.3905], [1, 1, 1, 1]),
        ("large", 29.2916, [5.0, 19.7231, 2.9292, 7.0711], [1, 0.968, 1, 0.972]),
        ("explosive", 474.3416, [5.0, 22.3607, 10.0, 7.0711], [1, 0.943, 1, 0.984]),
        ("mixed", 111.8035, [5.0, 14.1426, 10.0, 7.0711], [1, 0.949, 1, 0.949]),
    ],
)
def test_the_notebooks_scenarios_come_out_as_they_truly_are(answer, scenario, before, after, cosines):
    found = answer(scenario=scenario, rules=NOTEBOOK_RULES)
    assert found["norm_before"] == pytest.approx(before, abs=5e-5)
    assert [one["norm_after"] for one in found["results"]] == pytest.approx(after, abs=5e-5)
    assert [one["cosine"] for one in found["results"]] == pytest.approx(cosines, abs=5e-4)
    assert [one["clipped"] for one in found["results"]] == [scenario != "normal"] * 4


def test_a_result_holds_every_key_of_the_contract(answer):
    found = answer(scenario="explosive", rules=NOTEBOOK_RULES)
    assert set(found) == {"norm_before", "layer_norms_before", "non_finite_before", "results"}
    assert found["layer_norms_before"] == pytest.approx([269.258, 390.512], abs=1e-3)
    assert set(found["results"][0]) == {
        "rule", "max_norm", "threshold", "clipped", "would_skip", "norm_after", "scale", "cosine",
        "layer_norms_after", "non_finite_after", "gradients",
    }  # fmt: skip
    whole, value, share, tensor = found["results"]
    assert (whole["threshold"], value["threshold"], share["threshold"], tensor["threshold"]) == (5, 10, 10, 5)
    assert whole["scale"] == pytest.approx(5 / 474.3416)
    assert (value["scale"], tensor["scale"]) == (None, None)
    assert (share["fraction"], share["min_norm"], share["max_norm"]) == (0.1, 1, 10)
    assert value["gradients"] == [[10, -10, 10], [10, -10]]


def test_one_infinite_entry_turns_every_tensor_into_nan_under_global_norm_clipping(answer):
    rules = [*NOTEBOOK_RULES, {"rule": "none"}]
    found = answer(scenario="non_finite", rules=rules)
    assert (found["norm_before"], found["non_finite_before"]) == ("Infinity", 1)
    whole, value, _, tensor, _ = found["results"]
    assert whole["gradients"] == [["NaN"] * 3, ["NaN"] * 2]
    assert tensor["gradients"] == [["NaN"] * 3, [0.05, -0.1]]
    assert value["gradients"] == [[0.1, 10, 0.3], [0.05, -0.1]]
    assert (whole["norm_after"], whole["non_finite_after"], value["non_finite_after"]) == ("NaN", 5, 0)
    assert all(one["cosine"] is None for one in found["results"])
    assert [one["would_skip"] for one in found["results"]] == [True, True, True, True, False]
    assert [one["clipped"] for one in found["results"]] == [True, True, True, True, False]


def test_own_gradients_may_have_no_tensor_zeros_and_extreme_sizes(answer):
    whole = [{"rule": "clip_by_global_norm", "max_norm": 1}]
    found = answer(gradients=[[1e38, 0], None, [[2e38]]], rules=whole)
    assert found["norm_before"] == pytest.approx(math.sqrt(5) * 1e38, rel=1e-6)
    assert found["layer_norms_before"][1] is None
    assert found["results"][0]["norm_after"] == pytest.approx(1)
    assert found["results"][0]["gradients"][1] is None
    nothing = answer(gradients=[None, None], rules=whole)
    assert (nothing["norm_before"], nothing["results"][0]["clipped"]) == (0, False)
    zero = answer(gradients=[[0, 0]], rules=[*whole, {"rule": "normalized"}])
    assert [one["norm_after"] for one in zero["results"]] == [0, 0]
    assert [one["cosine"] for one in zero["results"]] == [None, None]
    tiny = answer(gradients=[[1e-30]], rules=[{"rule": "clip_by_global_norm", "max_norm": 1e-31}])
    assert tiny["results"][0]["norm_after"] == pytest.approx(1e-31, rel=1e-6)


def test_weights_serve_the_rule_that_needs_them(answer):
    found = answer(gradients=[[[3.0, 0], [4.0, 0.1]]], weights=[[[1, 1], [1, 1]]],
                   rules=[{"rule": "adaptive_grad_clip", "clipping": 0.5}])  # fmt: skip
    np.testing.assert_allclose(found["results"][0]["gradients"][0], [[0.42426, 0], [0.56569, 0.1]], rtol=1e-4)


def test_the_notebooks_stream_has_its_statistics_corrected(answer):
    found = answer(stream=STREAM, rules=[NOTEBOOK_CLASS])
    result = found["results"][0]
    assert len(found["norms"]) == 20
    assert sum(result["clipped"]) == 8
    assert (result["clip_rate"], result["recent_clip_rate"]) == (0.4, 0.4)
    assert result["mean_norm"] == pytest.approx(4.528, abs=5e-4)
    assert result["final_threshold"] == 10
    assert result["threshold"][:9] == [1] * 9
    assert all(after <= max(limit, 0) * (1 + 1e-6) or not cut for after, limit, cut in
               zip(result["norm_after"], result["threshold"], result["clipped"], strict=True))  # fmt: skip
    assert set(result) == {
        "rule", "percentile", "history", "min_clip", "max_clip", "warmup", "warmup_clip", "threshold", "norm_after",
        "clipped", "skipped", "clip_rate", "recent_clip_rate", "mean_norm", "final_threshold",
    }  # fmt: skip


def test_a_non_finite_step_is_skipped_by_every_rule_but_none_and_enters_no_history(answer):
    rules = [NOTEBOOK_CLASS, {"rule": "none"}, {"rule": "autoclip"}]
    clean = answer(norms=[1.0] * 9 + [3.0] * 3, rules=rules)
    hit = answer(norms=[1.0] * 9 + ["NaN", "Infinity"] + [3.0] * 3, rules=rules)
    ours, nothing, auto = hit["results"]
    assert ours["threshold"][9:] == [None, None, *clean["results"][0]["threshold"][9:]]
    assert auto["threshold"][11:] == clean["results"][2]["threshold"][9:]
    assert ours["norm_after"][9:11] == [None, None]
    assert ours["skipped"] == [False] * 9 + [True] * 2 + [False] * 3
    assert (nothing["norm_after"][9:11], nothing["skipped"]) == (["NaN", "Infinity"], [False] * 14)
    assert hit["results"][0]["mean_norm"] == pytest.approx(clean["results"][0]["mean_norm"])


def test_own_steps_and_a_stream_of_one_step(answer):
    rule = [{"rule": "clip_by_norm", "max_norm": 1}]
    found = answer(steps=[[[3, 4], None], [None, [2]]], rules=rule)
    assert found["norms"] == [5, 2]
    assert found["results"][0]["norm_after"] == pytest.approx([1, 1])
    one = answer(steps=[[[0.5]]], rules=rule)["results"][0]
    assert (one["clipped"], one["clip_rate"], one["recent_clip_rate"]) == ([False], 0, 0)


def test_recent_means_the_last_steps_of_the_rules_history_or_fifty(answer):
    norms = [0.5] * 30 + [2.0] * 30
    rules = [{"rule": "clip_by_global_norm", "max_norm": 1}, {"rule": "adaptive_percentile", "history": 10}]
    whole, recent = answer(norms=norms, rules=rules)["results"]
    assert (whole["clip_rate"], whole["recent_clip_rate"]) == (0.5, 0.6)
    assert recent["recent_clip_rate"] == sum(recent["clipped"][-10:]) / 10


def test_every_rule_of_the_contract_answers(answer):
    rules = ["none", "ten_percent", "adaptive_percentile", "autoclip", "zclip", "adagc", "normalized"]
    rules = [{"rule": rule} for rule in rules]
    assert len(answer(scenario="large", rules=rules)["results"]) == 7
    assert len(answer(stream=STREAM, rules=rules)["results"]) == 7


def test_a_table_that_a_person_can_read(clip):
    status, out, _ = clip({"scenario": "explosive", "rules": NOTEBOOK_RULES}, "--spec", "-")
    assert status == 0
    assert out.splitlines()[0] == "Norm before clipping: 474.3"
    assert "clip_by_global_norm(max_norm=5)" in out
    status, out, _ = clip({"stream": STREAM, "rules": [NOTEBOOK_CLASS]}, "--spec", "-")
    assert out.splitlines()[0] == "20 steps, mean norm before clipping 4.528"
    assert "  40 %" in out  # written as everywhere else


def test_what_a_document_holds_the_spec_reads_again(answer):
    found = answer(scenario="mixed", rules=[{"rule": "none"}])
    again = answer(gradients=found["results"][0]["gradients"], rules=[{"rule": "none"}])
    assert again["norm_before"] == found["norm_before"]
    assert ClipSpec.kind == "clip"


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({"scenario": "norml", "rules": [{"rule": "none"}]}, "unknown scenario 'norml'; did you mean 'normal'?"),
        ({"scenario": "normal", "rules": [{"rule": "clip_by_nrom"}]}, "unknown clip rule 'clip_by_nrom'; did you mean"),
        ({"scenario": "normal", "rules": [{"rule": "clip_by_norm"}]}, "`max_norm` must be given for the clip rule"),
        (
            {"scenario": "normal", "rules": [{"rule": "clip_by_norm", "max_norm": 0}]},
            "`max_norm` must be a finite number > 0. Received: max_norm=0",
        ),
        (
            {"scenario": "normal", "rules": [{"rule": "clip_by_norm", "max_nrom": 1}]},
            "unknown key 'max_nrom' in the clip rule clip_by_norm; did you mean 'max_norm'?",
        ),
        (
            {"stream": STREAM, "rules": [{"rule": "autoclip", "percentile": 101}]},
            "`percentile` must be at least 0 and at most 100. Received: percentile=101",
        ),
        (
            {"stream": STREAM, "rules": [{"rule": "adaptive_percentile", "history": 0}]},
            "`history` must be a whole number >= 1. Received: history=0",
        ),
        (
            {"stream": STREAM, "rules": [{"rule": "adaptive_percentile", "min_clip": 20}]},
            "`min_clip` must be at most `max_clip` = 10. Received: min_clip=20",
        ),
        (
            {"norms": [1], "rules": [{"rule": "clip_by_value", "max_value": 1}]},
            "the clip rule clip_by_value needs gradients; only norms are given.",
        ),
        ({"norms": [-1], "rules": [{"rule": "none"}]}, "`norms[0]` must be a number >= 0. Received: norms[0]=-1"),
        (
            {"scenario": "normal", "rules": [{"rule": "adaptive_grad_clip"}]},
            "`weights` must be given for the clip rule adaptive_grad_clip: one tensor for each gradient.",
        ),
        (
            {"gradients": [[1, 2]], "weights": [[1]], "rules": [{"rule": "adaptive_grad_clip"}]},
            "`weights[0]` must have the shape (2,) of its gradient. Received: weights[0]=(1,)",
        ),
        (
            {"gradients": [[[[1]]]], "weights": [[[[1]]]], "rules": [{"rule": "adaptive_grad_clip"}]},
            "`gradients[0]` must have at most 2 axes for the clip rule adaptive_grad_clip.",
        ),
        ('{"norms": [NaN]}', 'non-finite numbers must be written as text, "NaN". Received: NaN'),
        ("{", "the document must be valid JSON."),
    ],
)
def test_a_refusal_is_one_line_with_status_2_and_prints_nothing(clip, spec, says):
    status, out, err = clip(spec)
    assert (status, out) == (2, "")
    assert err.startswith(f"gradcore: {says}")
    assert err.count("\n") == 1


def test_the_edges_of_the_parameters_are_allowed(answer):
    for percentile in (0, 100):
        rules = [{"rule": "autoclip", "percentile": percentile}, {"rule": "adaptive_percentile", "history": 1}]
        assert len(answer(stream=STREAM, rules=rules)["results"][0]["threshold"]) == 20


def test_the_command_takes_less_than_a_second_and_a_half_and_loads_nothing_heavy():
    words = [sys.executable, "-X", "importtime", "-m", "gradcore", "clip", "--spec", "-", "--json"]
    spec = json.dumps({"stream": STREAM, "rules": [NOTEBOOK_CLASS]})
    begun = time.monotonic()
    done = subprocess.run(words, input=spec, capture_output=True, text=True, check=True, timeout=60)
    assert time.monotonic() - begun < 5  # the goal of 1.5 s is measured by bench/clip_page.py, on a calm machine
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert not loaded & {"tensorflow", "keras", "streamlit", "pandas", "plotly", "sqlalchemy", "dask", "scipy"}

"""`gradcore clip`: what clip rules do to one step or to a stream; nothing is trained and nothing is stored."""

import argparse
from typing import Any

from gradcore.cli.source import read_spec
from gradcore.cli.text import number, print_json, table
from gradcore.clip_trials import document, trial
from gradcore.errors import RefusedError
from gradcore.specs import ClipSpec
from gradcore.titles import percent


def clip(arguments: argparse.Namespace) -> int:
    """Apply the rules and print what each did, or advise from a run; returns the exit status."""
    if arguments.from_run is not None:
        from gradcore.cli.advice import advice

        return advice(arguments)
    for name in ("entrant", "rate", "first_step"):
        if getattr(arguments, name) is not None:
            raise RefusedError(f"--{name.replace('_', '-')} must come with --from-run. Received: --spec")
    found = document(trial(ClipSpec.from_json(read_spec(arguments.spec))))
    if arguments.json:
        print_json(found)
    else:
        print(describe(found))
    return 0


def describe(found: dict[str, Any]) -> str:
    """Return a document as text: the numbers before, and a row for each rule."""
    return _describe_stream(found) if "norms" in found else _describe_step(found)


def _describe_step(found: dict[str, Any]) -> str:
    lines = [f"Norm before clipping: {number(found['norm_before'])}"]
    if found["non_finite_before"]:
        lines.append(f"{found['non_finite_before']} entries are not finite: training would skip this step.")
    header = ["rule", "threshold", "clipped", "norm after", "scale", "cosine"]
    rows = [
        [_name(one), number(one["threshold"]), _yes(one["clipped"]), *map(number, _last(one))]
        for one in found["results"]
    ]
    return "\n\n".join(["\n".join(lines), table(header, rows, left=["rule"])])


def _last(one: dict[str, Any]) -> tuple[Any, Any, Any]:
    return one["norm_after"], one["scale"], one["cosine"]


def _describe_stream(found: dict[str, Any]) -> str:
    mean = found["results"][0]["mean_norm"]
    lead = f"{len(found['norms'])} steps, mean norm before clipping {number(mean)}"
    header = ["rule", "clipped", "skipped", "clip rate", "recent rate", "final threshold"]
    rows = [
        [
            _name(one),
            str(sum(one["clipped"])),
            str(sum(one["skipped"])),
            percent(one["clip_rate"]),
            percent(one["recent_clip_rate"]),
            number(one["final_threshold"]),
        ]
        for one in found["results"]
    ]
    return "\n\n".join([lead, table(header, rows, left=["rule"])])


_RESULTS = frozenset(
    ("rule", "threshold", "clipped", "would_skip", "norm_after", "scale", "cosine", "layer_norms_after",
     "non_finite_after", "gradients", "skipped", "clip_rate", "recent_clip_rate", "mean_norm", "final_threshold")
)  # fmt: skip


def _name(one: dict[str, Any]) -> str:
    """Return a rule with its parameters."""
    given = [f"{key}={value}" for key, value in one.items() if key not in _RESULTS and value is not None]
    return f"{one['rule']}({', '.join(given)})" if given else str(one["rule"])


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"

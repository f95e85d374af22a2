"""The page that publishes how often the rules are right, from what `bench.rules_accuracy` found."""

from typing import Any

from bench._rule_family import CALIBRATION, HELD_OUT
from gradcore.proportions import wilson
from gradcore.titles import listed

NAMES = {
    "ours": "Gradient Clinic",
    "ours_with_warnings": "Gradient Clinic, warnings counted",
    "notebook": "the notebook",
    "sagemaker_debugger": "SageMaker Debugger",
    "auto_trainer": "AutoTrainer",
    "auto_trainer_formulas": "AutoTrainer, formulas alone",
}
INTRODUCTION = """# How often the rules are right

Written by `python -m bench.rules_accuracy --table`. The condition of a network is an outcome, not one of our
measures: *healthy* trains (its tuned training loss is below 0.5 of chance), *sick* does not (above 0.85 of chance) and
is restored by the cure that its family names (below 0.5 of chance). The rest is "neither": told, and in no share.
Learning rates are tuned half decades apart on two seeds; one of the two is then checked for 50 steps at its tuned
rate. Doses are drawn from ranges that span what trains and what does not, so many networks lie close to the limit.

What is checked is one seed, so its own loss must lie on the same side as the tuned loss of both. Earlier versions of
this page asked for the latter alone. Of the five networks that train by it and that they called vanishing, four had a
checked seed whose own training came to 0.94 to 1.04 of chance: it was the other seed that trained. Such a network is
neither now. What comes out with the former outcome stands below, too.

Rules and thresholds were chosen on the calibration families alone. Among these are all families on which earlier
versions of this page reported as held out (at first vanishing 0.80 / 0.96, dead 0.72 / 0.77, 91 % of healthy networks
without a finding above info; then, on 336 networks of 24 families, vanishing 0.94 / 1.00, exploding 1.00 / 0.97, dead
1.00 / 0.98, 97 %; then, on 378 networks of 27 families, vanishing 1.00 / 0.98, exploding 1.00 / 0.98, dead 1.00 / 0.94,
100 %): where the rules were wrong on them was read before the rules became what they are. So are families with doses
close to the limit at which training begins, and some with other optimizers. The held-out families were written down
and frozen together with the rules (commit {frozen}), before any of them was run, and run once. None of them has the
activation, the depth, the task and the optimizer of a calibration family.

One rule is another one than on the last page, that for dead units. A network that moves is not called dead; but through
a smooth activation (ELU, SELU, GELU, SiLU, softplus) some signal comes back where it is flat as well, and at a large
learning rate the noise in it moves every layer. Such a layer must now wake, too: in each of the last ten steps more of
it is not flat than in any of the first ten. There is no new threshold. It was made from the calibration families, and
turns seven of their 1,932 verdicts from healthy to dead: those of four dead networks that were missed before, and of
three that are neither. The three healthy ones that it concerns wake.

Precision: of the networks that are said to have a condition, how many have it; who has another one counts as wrong.
Recall: of those that have it, how many are found. In brackets 95 % Wilson intervals, then the counts. A dash: no such
network, or nothing said; no row: the tool has no such rule. The formulas of the other tools are restated from their
documentation; what was restated how, and what is not certain, stands in `bench/_other_rules.py`.
"""
POOLED = """A condition counts over the held-out sets since its own rule was last changed for networks without recurrent
layers, as all of these are; of the dead that is the last set alone. The verdicts of the 336 and of the 378 networks are
those that were published for them, and the outcome of the 336 is the tuned loss of both seeds alone.

Looked up after the run: on the 420 networks the new rule for dead units makes one verdict right and one wrong (both of
"GELU, bias below zero, wine"). The rule before it would have come to 93 of 94 said and 93 of 97 found. So it helps on
the networks that it was made from, and gains nothing on those that are new."""
FROZEN = "258ab36"  # the commit in which rules and held-out families were frozen
EARLIER = {  # of a condition: networks of earlier held-out sets that had its present rule, said, there, and right
    "vanishing": ((378, 56, 57, 56),),
    "exploding": ((336, 35, 36, 35), (378, 44, 45, 44)),
}


def table(found: dict[str, Any]) -> str:
    """Return the page."""
    families = ", ".join(f"{name} ({count})" for name, count in found["families"].items())
    introduction = INTRODUCTION.format(frozen=FROZEN)
    lines = [introduction, f"{found['networks']} networks on {', '.join(found['tasks'])}: {families}.", ""]
    for side in (HELD_OUT, CALIBRATION):
        lines += _side(side, found[side]) if found[side]["networks"] else []
    lines += _pooled(found[HELD_OUT]) if found[HELD_OUT]["networks"] else []
    lines += ["## With the former outcome, the tuned loss of both seeds alone", ""]
    lines += [_former(side, found["by_tuned_loss"][side]) for side in (HELD_OUT, CALIBRATION)]
    lines += ["", "## Where ours was wrong", "", *(f"* {told}" for told in found["missed_by_ours"]), ""]
    return "\n".join(lines)


def _pooled(found: dict[str, Any]) -> list[str]:
    """Return our shares on all held-out networks that met the present rule of a condition, as a list."""
    lines = ["## All held-out networks that met the present rule", ""]
    for condition, one in found["rules"]["ours"].items():
        earlier = EARLIER.get(condition, ())
        said, there, right = (
            one[name] + sum(counts[place] for counts in earlier)
            for place, name in enumerate(("said", "there", "right"), start=1)
        )
        sets = listed([str(networks) for networks, *_ in (*earlier, (found["networks"],))])
        lines.append(
            f"* {condition}, {sets} networks: precision {counted(share(right, said), right, said)}, "
            f"recall {counted(share(right, there), right, there)}."
        )
    return [*lines, "", POOLED, ""]


def _former(side: str, found: dict[str, Any]) -> str:
    """Return our shares on one side of the families as one entry of a list."""
    told = [
        f"{condition} {counted(one['precision'], one['right'], one['said'])} said, "
        f"{counted(one['recall'], one['right'], one['there'])} found"
        for condition, one in found["rules"]["ours"].items()
    ]
    quiet = entry(found["healthy_without_a_finding_above_info"])
    return f"* {side.capitalize()}: {'; '.join(told)}; healthy networks without a finding above info: {quiet}."


def _side(side: str, found: dict[str, Any]) -> list[str]:
    counts = ", ".join(f"{count} {name}" for name, count in sorted(found["conditions"].items()))
    quiet = entry(found["healthy_without_a_finding_above_info"])
    rows = [
        f"| {condition} | {NAMES[rules]} | {counted(one['precision'], one['right'], one['said'])} "
        f"| {counted(one['recall'], one['right'], one['there'])} |"
        for condition in ("vanishing", "exploding", "dead")
        for rules, scores in found["rules"].items()
        if (one := scores.get(condition))
    ]
    return [
        f"## {side.capitalize()} families",
        "",
        f"{found['networks']} networks: {counts}. Healthy networks without a finding above info: {quiet}.",
        "",
        "| condition | rules | precision | recall |",
        "| --- | --- | --- | --- |",
        *rows,
        "",
    ]


def share(part: int, whole: int) -> dict[str, Any] | None:
    """Return a share with its 95 % Wilson interval, None of nothing.

    Example:
        >>> share(9, 10)
        {'share': 0.9, 'interval': [0.596, 0.982]}
    """
    if not whole:
        return None
    return {"share": round(part / whole, 3), "interval": [round(end, 3) for end in wilson(part, whole)]}


def counted(share: dict[str, Any] | None, part: int, whole: int) -> str:
    """Return a share with its interval and counts.

    Example:
        >>> counted({"share": 0.9, "interval": [0.596, 0.982]}, 9, 10)
        '0.90 (0.60 to 0.98), 9 of 10'
    """
    return f"{entry(share)}, {part} of {whole}" if share else "–"


def entry(share: dict[str, Any] | None) -> str:
    """Return a share with its interval, a dash where there is none."""
    if share is None:
        return "–"
    low, high = share["interval"]
    return f"{share['share']:.2f} ({low:.2f} to {high:.2f})"

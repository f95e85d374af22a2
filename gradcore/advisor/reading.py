"""What a reader sees in an advice, in sentences that are computed from its numbers, and its JSON document."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradcore import strict_json
from gradcore.advisor.advice import Advice, Rates
from gradcore.advisor.explosion import GROWN, Explosion
from gradcore.advisor.interval import LEAST_EVENTS, LEAST_STEPS, missing
from gradcore.advisor.replay import Replay
from gradcore.advisor.verdict import MOSTLY, START, early_share
from gradcore.titles import counted, number, percent

INDEPENDENT = 0.95  # effective steps / steps, from which the steps are called independent
DRIFTING = 0.1  # effective steps / steps at the median norm, below which the stream is called drifting


def advice_sentences(advice: Advice) -> list[str]:
    """Return what the threshold would have done, how sure that is, what it is for, and what was left out."""
    found, stream = advice.suggestion, advice.stream
    lead = f"A threshold of {number(found.threshold)} is exceeded by {percent(found.rate)} of the recorded steps"
    sentences = [f"{lead}{_sure(advice)}", found.verdict.sentence]
    if found.rule is None:
        sentences[0] = "So many norms are 0 that no threshold above 0 has the wanted clip rate; no rule can be tried."
    elif found.rate == 0 and stream.counted * found.wanted < 1:
        sentences[0] += f" {counted(stream.counted, 'step')} cannot have a clip rate of {percent(found.wanted)}."
    if early := _early(advice):
        sentences.append(early)
    above = float(np.mean(stream.earlier > found.threshold)) if stream.earlier.size else 0.0
    if above > 0:
        sentences.append(
            f"Of the earlier steps, which do not count, {percent(above)} are above it too: the rule would act there as "
            "well, and change what follows."
        )
    sentences += _exploded(advice)
    if stream.non_finite:
        which = "step is" if stream.non_finite == 1 else "steps are"
        sentences.append(
            f"{stream.non_finite:,} {which} not finite: counted and marked, left out of the rates, and skipped in "
            "training by every rule."
        )
    return sentences


def _exploded(advice: Advice) -> list[str]:
    """Return how the threshold was read from seeds that blew up, nothing where none did."""
    stream, found = advice.stream, advice.stream.explosion
    if found is None:
        return []
    who = f"{len(found.begins)} of {stream.seeds} seeds" if stream.seeds > 1 else "The run"
    lead = f"{who} blew up; the norms count until then. {_growth(found)}"
    if not found.ordinary.size:
        return [f"{lead} No norm above 0 is recorded before that: no threshold can be read from it."]
    if found.early:
        return [
            f"{lead} Too few steps come before it to read a threshold for a wanted rate. A start to try is the "
            f"smallest of their norms, {number(found.ordinary[0])}: clipping then acts before the growth does.",
            "Prove it. If seeds still blow up, or do not learn, the learning rate is too high for this threshold.",
        ]
    return [
        f"{lead} To stop an explosion the threshold must lie among ordinary norms: it is at most the one that "
        f"{percent(advice.suggestion.wanted)} of the {counted(len(found.ordinary), 'step')} before that exceed."
    ]


def _growth(found: Explosion) -> str:
    """Return when the norms begin to grow, and what that means."""
    first, last = min(found.begins), max(found.begins)
    when = f"at step {first}" if first == last else f"at steps {first} to {last}"
    return f"The growth begins {when}, with a norm above {GROWN:.0f} times the median of the seed's steps before."


def _sure(advice: Advice) -> str:
    """Return the end of the first sentence: the interval, or why there is none."""
    found, stream = advice.suggestion, advice.stream
    worth = f"{counted(stream.counted, 'step')}, as good as independent here"
    if found.steps < INDEPENDENT * stream.counted:
        worth = f"{stream.counted:,} correlated steps are worth {found.steps:,.0f} independent ones here"
    if found.interval is not None:
        low, high = (percent(end) for end in found.interval)
        return f" (95 % interval {low} to {high}; {worth})."
    few = missing(found.rate, found.steps, stream.counted)
    if few == "steps":
        show = f"{counted(stream.counted, 'step')} {'does' if stream.counted == 1 else 'do'} not show a slow drift"
        return f"; no interval: {show}, at least {LEAST_STEPS} are needed."
    if few == "above":
        needed = f"{found.events:.2g} effective clip events, and {LEAST_EVENTS:.0f} are needed"
        return f"; no interval: {worth}, which makes {needed}{_drift(advice)}"
    return f"; no interval: {worth}, fewer than {LEAST_EVENTS:.0f} of them below the threshold{_drift(advice)}"


def _drift(advice: Advice) -> str:
    """Return what helps where the whole stream rises or falls, an empty text where it does not."""
    middle = len(advice.curve.steps) // 2
    worth = float(advice.curve.steps[middle]) if advice.curve.steps.size else 0.0
    if worth >= DRIFTING * advice.stream.counted:
        return "."
    return ". The norms drift over these steps: more seeds, more steps or a later first step give an interval."


def _early(advice: Advice) -> str:
    """Return whether the steps above the threshold are mostly the first ones, an empty text where they are not."""
    share = early_share(advice.stream, advice.suggestion.threshold)
    if share < MOSTLY or advice.stream.blown_up:  # the last steps of an explosion are among the first ones, too
        return ""
    first = max(1, int(START * advice.stream.steps))
    among = f"{percent(share)} of them are among the first {counted(first, 'step')}"
    return f"{among}: the threshold mostly slows the start down."


def advice_document(advice: Advice, replays: Sequence[Replay] = (), **about: Any) -> dict[str, Any]:
    """Return the document of `gradcore clip --from-run`; `about` says where the norms are from.

    Example:
        >>> from gradcore.advisor import NormStream, advise
        >>> document = advice_document(advise(NormStream.of([1.0, 2.0, 3.0, 4.0]), wanted=0.25))
        >>> document["suggestion"]["threshold"], document["suggestion"]["interval"]
        (3.0, None)
    """
    stream, found = advice.stream, advice.suggestion
    made = {
        **about,
        "steps": stream.steps,
        "seeds": stream.seeds,
        "counted": stream.counted,
        "non_finite": stream.non_finite,
        "suggestion": {
            "wanted": found.wanted,
            "threshold": found.threshold,
            "clip_rate": found.rate,
            "interval": found.interval,
            "effective_steps": found.steps,
            "effective_events": found.events,
            "rule": found.rule.to_json("rule") if found.rule else None,
            "verdict": found.verdict.name,
        },
        "thresholds": _rows(advice.curve),
        "rules": [_replay(one) for one in replays],
        "sentences": advice_sentences(advice),
    }
    return strict_json.plain(made)  # type: ignore[no-any-return]


def _rows(curve: Rates) -> list[dict[str, Any]]:
    columns = zip(curve.threshold, curve.rate, curve.low, curve.high, curve.steps, strict=True)
    return [
        {
            "threshold": float(threshold),
            "clip_rate": float(rate),
            "interval": None if np.isnan(low) else [float(low), float(high)],
            "effective_steps": float(steps),
        }
        for threshold, rate, low, high, steps in columns
    ]


def _replay(one: Replay) -> dict[str, Any]:
    return {
        **one.choice.to_json("rule"),
        "steps": len(one.clipped),
        "clip_rate": one.rate,
        "final_threshold": one.last_threshold,
        "skipped": one.skipped,
    }

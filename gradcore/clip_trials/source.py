"""From a clip spec to gradients: names and shapes against the catalogues, once, before a rule is applied."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradcore import checks
from gradcore.checks import refuse
from gradcore.clip_trials.measures import Gradients
from gradcore.clip_trials.one_step import OneStep, one_step
from gradcore.clip_trials.stream import StreamTrial, run_stream, shapes
from gradcore.clipping import CLIP_RULES
from gradcore.errors import RefusedError
from gradcore.scenarios import SCENARIOS
from gradcore.specs import Choice, ClipSpec
from gradcore.specs.clip import Tensors
from gradcore.streams import stream_steps

MOST_RANK = 2  # of a tensor whose layer nobody knows: a rule by units could not tell its units


@dataclass(frozen=True)
class Source:
    """The gradients of every step, one step or more, and the weights."""

    steps: Sequence[Gradients]
    weights: Gradients | None = None


def trial(spec: ClipSpec) -> OneStep | StreamTrial:
    """Check a spec and apply its rules.

    Example:
        >>> spec = ClipSpec(rules=(Choice.of("clip_by_global_norm", max_norm=5.0),), scenario="explosive")
        >>> round(trial(spec).norm_before, 2)
        474.34
    """
    rules = admit_rules(spec)
    source = read_source(spec)
    for rule in rules:
        if CLIP_RULES[rule.name].needs == "weights":
            _fitting_weights(rule, source)
    if spec.one_step:
        return one_step(source.steps[0], rules, source.weights)
    return run_stream(source.steps, rules, source.weights)


def admit_rules(spec: ClipSpec) -> tuple[Choice, ...]:
    """Return the rules, or refuse the first that is unknown, unfit, or needs more than this source has."""
    for choice in spec.rules:
        checks.known_name("clip rule", choice.name, CLIP_RULES)
        CLIP_RULES[choice.name].checked(choice)
        if spec.norms is not None and CLIP_RULES[choice.name].needs != "norm":
            need = "gradients" if CLIP_RULES[choice.name].needs == "gradients" else "gradients and weights"
            raise RefusedError(f"the clip rule {choice.name} needs {need}; only norms are given.")
    return spec.rules


def read_source(spec: ClipSpec) -> Source:
    """Return the gradients and weights that a spec means."""
    weights = None if spec.weights is None else _arrays(spec.weights)
    if spec.scenario is not None:
        checks.known_name("scenario", spec.scenario, SCENARIOS)
        return Source([SCENARIOS[spec.scenario].gradients], weights)
    if spec.gradients is not None:
        return Source([_arrays(spec.gradients)], weights)
    if spec.stream is not None:
        return Source(stream_steps(spec.stream), weights)
    if spec.steps is not None:
        return Source([_arrays(step) for step in spec.steps], weights)
    return Source([[np.array([norm])] for norm in spec.norms or ()], weights)


def _arrays(tensors: Tensors) -> Gradients:
    return [None if tensor is None else tensor.array() for tensor in tensors]


def _fitting_weights(rule: Choice, source: Source) -> None:
    """Refuse weights that are missing or of other shapes than the gradients, and tensors of too many axes."""
    if source.weights is None:
        raise RefusedError(f"`weights` must be given for the clip rule {rule.name}: one tensor for each gradient.")
    found = shapes(source.steps)
    own = [None if weight is None else weight.shape for weight in source.weights]
    if len(own) != len(found):
        refuse("weights", f"have {len(found)} tensors, as the gradients", len(own))
    for place, (shape, weight) in enumerate(zip(found, own, strict=True)):
        if shape is not None and shape != weight:
            refuse(f"weights[{place}]", f"have the shape {shape} of its gradient", weight)
        if shape is not None and len(shape) > MOST_RANK:
            refuse(f"gradients[{place}]", f"have at most {MOST_RANK} axes for the clip rule {rule.name}", shape)

"""Controls of clip rules: which ones, and the parameters of each; all of them live in the address."""

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gradcore.clipping import CLIP_RULES, ClipRule, Parameter
from gradcore.errors import RefusedError
from gradcore.specs import Choice, Scalar
from ui.address import (
    DEFAULT,
    Parameters,
    parameters,
    say_not_flag,
    say_not_number,
    say_not_whole,
    say_unknown,
    say_unknown_keys,
)
from ui.terms import explained
from ui.words import escaped

BIND: Final = "query-params"
SMALLEST, LARGEST = 1e-30, 1e30  # of a number that must be above 0
MOST_WHOLE = 100_000
HELD_HELP = explained(
    "Set by the matched strength; the line below says to what. Switch it off to set it yourself.", "matched_strength"
)
Proposed = Mapping[str, Mapping[str, Scalar]]  # rule -> parameter -> what the page starts from


def rule_controls(
    part: str,
    first: Sequence[str],
    proposed: Proposed,
    notices: DeltaGenerator,
    left_out: Sequence[str] = (),
    help_text: str | None = None,
    held: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Choice, ...]:
    """Draw the choice of rules and their parameters; return the rules, without one that is refused, which is said.

    Args:
        part: the part of the page; it begins the name of every control.
        first: the rules that are chosen at first.
        proposed: values that a rule starts from here instead of its own.
        notices: where what the address got wrong is named: in sight, not in the fold of a rule.
        left_out: rules that are not offered.
        help_text: why they are not.
        held: of each rule the parameter that cannot be set, because the matched strength sets it.
    """
    titles = {rule.title: rule for rule in CLIP_RULES.values() if rule.name not in left_out}
    given = parameters()
    with notices:
        say_unknown(given, f"{part}_rules", titles, several=True)
    chosen = st.pills(
        "Rules",
        list(titles),
        selection_mode="multi",
        default=[CLIP_RULES[name].title for name in first],
        key=f"{part}_rules",
        bind=BIND,
        wrap=True,
        help=help_text,
    )
    rules = [rule for title, rule in titles.items() if title in chosen]
    with notices:
        for rule in rules:
            _say_dropped(part, rule, given)
    found = [_parameters(part, rule, proposed.get(rule.name, {}), held.get(rule.name)) for rule in rules]
    return tuple(choice for choice in found if choice is not None)


def one_rule(key: str, label: str, help_text: str) -> Choice:
    """Draw the choice of one rule, by its name, and its parameters; RefusedError where a parameter does not fit."""
    given = parameters()
    name = st.selectbox(label, list(CLIP_RULES), key=key, bind=BIND, help=help_text)  # none first
    rule = CLIP_RULES[name]
    st.caption(rule.summary)
    _say_dropped(key, rule, given)
    return rule.checked(_choice(key, rule, {}))


def rule_state(key: str, chosen: Choice) -> dict[str, Any]:
    """Return the state of the controls of `one_rule` for a rule; that of no rule, where it is no longer known."""
    rule = CLIP_RULES.get(chosen.name)
    if rule is None:
        return {key: "none"}
    values = {name: value for name, value in rule.values(chosen).items() if value is not None}
    kinds = {"number": float, "whole": int, "flag": bool}
    state = {f"{key}_{rule.name}_{name}": kinds[rule.parameters[name].kind](value) for name, value in values.items()}
    return {key: rule.name, **state}


def rule_keys(key: str) -> set[str]:
    """Return the names of all controls that `one_rule` may draw."""
    return {key, *(f"{key}_{rule.name}_{name}" for rule in CLIP_RULES.values() for name in rule.parameters)}


def say_other_keys(family: str, own: Mapping[str, Collection[str]]) -> None:
    """Name each parameter of the address that begins as those of a part do, but belongs to no control of it.

    Args:
        family: how they begin.
        own: how the controls' names begin -> the ends of the names of those that are not about rules.
    """
    given = {key: texts for key, texts in parameters().items() if key.startswith(family)}
    known = {f"{start}_{name}" for start, names in own.items() for name in ("rules", *names)}
    say_unknown_keys(given, known.union(*map(rule_keys, own)) - set(own))


def weight_control(part: str, rules: Sequence[Choice], notices: DeltaGenerator) -> float | None:
    """Draw the size of the weights where a rule needs them; return it, else None."""
    if not any(CLIP_RULES[rule.name].needs == "weights" for rule in rules):
        return None
    with notices:
        say_not_number(parameters(), f"{part}_weight", SMALLEST, LARGEST)
    weight = st.number_input("Every weight is", SMALLEST, LARGEST, 1.0, format="%.6g", key=f"{part}_weight", bind=BIND)
    return float(weight)


def _parameters(part: str, rule: ClipRule, start: Mapping[str, Scalar], held: str | None) -> Choice | None:
    """Draw one rule's parameters; return the choice, or say why it is refused."""
    try:
        return rule.checked(_choice(part, rule, start, held))
    except RefusedError as error:
        st.error(f"{escaped(rule.title)}: {escaped(str(error))}", icon=":material/error:")
        return None


def _choice(part: str, rule: ClipRule, start: Mapping[str, Scalar], held: str | None = None) -> Choice:
    """Draw one rule's parameters, in a fold where there are several; return what they hold, also of the held one."""
    names = list(rule.parameters)
    if not names:
        return Choice(rule.name)
    place = st.container() if len(names) == 1 else st.expander(rule.title)
    values = {}
    with place:
        if len(names) > 1:
            st.caption(rule.summary)
        for parameter in rule.parameters.values():
            key = f"{part}_{rule.name}_{parameter.name}"
            label = _label(rule, parameter, alone=len(names) == 1)
            first = start.get(parameter.name, parameter.start)
            value = _DRAW[parameter.kind](key, label, rule, parameter, first, disabled=parameter.name == held)
            if value is not None:
                values[parameter.name] = value
    return Choice.of(rule.name, **values)


def _label(rule: ClipRule, parameter: Parameter, alone: bool) -> str:
    name = parameter.name.replace("_", " ")
    return f"{rule.title}: {name}" if alone else name.capitalize()


def _limits(parameter: Parameter) -> tuple[float, float]:
    """Return the least and the largest that a control takes."""
    if parameter.kind == "whole":
        return parameter.least or 0, MOST_WHOLE
    low = parameter.least if parameter.least is not None else SMALLEST
    high = parameter.most if parameter.most is not None else 1 - 1e-9 if parameter.below == 1 else LARGEST
    return float(low), float(high)


def _number(key: str, label: str, rule: ClipRule, parameter: Parameter, start: Scalar, disabled: bool) -> float | None:
    value = None if parameter.optional else float(start or 0)
    return st.number_input(
        label, *_limits(parameter), value, step=_step(start), format="%.6g", key=key, bind=BIND,
        help=HELD_HELP if disabled else _help(rule, parameter), placeholder="none", disabled=disabled,
    )  # fmt: skip


def _whole(key: str, label: str, rule: ClipRule, parameter: Parameter, start: Scalar, disabled: bool) -> int:
    low, high = map(int, _limits(parameter))
    value = int(start or 0)
    return int(
        st.number_input(label, low, high, value, key=key, bind=BIND, help=_help(rule, parameter), disabled=disabled)
    )


def _flag(key: str, label: str, rule: ClipRule, parameter: Parameter, start: Scalar, disabled: bool) -> bool:
    return st.toggle(label, bool(start), key=key, bind=BIND, help=_help(rule, parameter), disabled=disabled)


_DRAW: Mapping[str, Callable[..., Any]] = {"number": _number, "whole": _whole, "flag": _flag}


def _step(start: Scalar) -> float:
    """Return about a tenth of what a control starts from, as a round number."""
    return float(f"{abs(float(start or 1)) / 10:.0e}")


def _help(rule: ClipRule, parameter: Parameter) -> str:
    return explained(escaped(f"{parameter.meaning[0].upper()}{parameter.meaning[1:]}."), rule.name)


def _say_dropped(part: str, rule: ClipRule, given: Parameters) -> None:
    """Name each parameter of a rule in the address that its control could not take."""
    for parameter in rule.parameters.values():
        key = f"{part}_{rule.name}_{parameter.name}"
        if parameter.kind == "flag":
            say_not_flag(given, key)
        for text in given.get(key, []) if parameter.kind != "flag" else []:
            _say_refused(key, text, parameter)


def _say_refused(key: str, text: str, parameter: Parameter) -> None:
    """Name a number that the rule refuses, or that is beyond what the control takes."""
    try:
        parameter.check(int(text) if parameter.kind == "whole" else float(text))
    except (ValueError, OverflowError) as error:
        why = str(error) if isinstance(error, RefusedError) else f"`{parameter.name}` must be a number"
        st.warning(escaped(f"{key}: {why}. {DEFAULT}"))
    else:
        low, high = _limits(parameter)
        if parameter.kind == "whole":
            say_not_whole({key: [text]}, key, int(low), int(high))
        else:
            say_not_number({key: [text]}, key, low, high)

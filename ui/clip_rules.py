"""Controls of clip rules: which ones, and the parameters of each; all of them live in the address."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import streamlit as st

from gradcore.clipping import CLIP_RULES, ClipRule, Parameter
from gradcore.errors import RefusedError
from gradcore.specs import Choice, Scalar
from ui.address import DEFAULT, Parameters, parameters, say_unknown
from ui.words import escaped

BIND: Final = "query-params"
SMALLEST = 1e-30  # of a number that must be above 0
Proposed = Mapping[str, Mapping[str, Scalar]]  # rule -> parameter -> what the page starts from


def rule_controls(
    part: str, first: Sequence[str], proposed: Proposed, left_out: Sequence[str] = (), help_text: str | None = None
) -> tuple[Choice, ...]:
    """Draw the choice of rules and their parameters; return the rules, without one that is refused, which is said.

    Args:
        part: the part of the page; it begins the name of every control.
        first: the rules that are chosen at first.
        proposed: values that a rule starts from here instead of its own.
        left_out: rules that are not offered.
        help_text: why they are not.
    """
    titles = {rule.title: rule for rule in CLIP_RULES.values() if rule.name not in left_out}
    given = parameters()
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
    found = [_parameters(part, rule, proposed.get(rule.name, {}), given) for rule in rules]
    return tuple(choice for choice in found if choice is not None)


def one_rule(key: str, label: str, help_text: str) -> Choice:
    """Draw the choice of one rule, by its name, and its parameters; RefusedError where a parameter does not fit."""
    given = parameters()
    name = st.selectbox(label, list(CLIP_RULES), key=key, bind=BIND, help=help_text)  # none first
    rule = CLIP_RULES[name]
    st.caption(rule.summary)
    return rule.checked(_choice(key, rule, {}, given))


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


def weight_control(part: str, rules: Sequence[Choice]) -> float | None:
    """Draw the size of the weights where a rule needs them; return it, else None."""
    if not any(CLIP_RULES[rule.name].needs == "weights" for rule in rules):
        return None
    return float(st.number_input("Every weight is", 1e-30, 1e30, 1.0, format="%.6g", key=f"{part}_weight", bind=BIND))


def _parameters(part: str, rule: ClipRule, start: Mapping[str, Scalar], given: Parameters) -> Choice | None:
    """Draw one rule's parameters; return the choice, or say why it is refused."""
    try:
        return rule.checked(_choice(part, rule, start, given))
    except RefusedError as error:
        st.error(f"{escaped(rule.title)}: {escaped(str(error))}", icon=":material/error:")
        return None


def _choice(part: str, rule: ClipRule, start: Mapping[str, Scalar], given: Parameters) -> Choice:
    """Draw one rule's parameters, in a fold where there are several; return what they hold."""
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
            value = _DRAW[parameter.kind](key, label, parameter, start.get(parameter.name, parameter.start))
            _say_dropped(key, parameter, given)
            if value is not None:
                values[parameter.name] = value
    return Choice.of(rule.name, **values)


def _label(rule: ClipRule, parameter: Parameter, alone: bool) -> str:
    name = parameter.name.replace("_", " ")
    return f"{rule.title}: {name}" if alone else name.capitalize()


def _number(key: str, label: str, parameter: Parameter, start: Scalar) -> float | None:
    low = parameter.least if parameter.least is not None else SMALLEST
    high = parameter.most if parameter.most is not None else 1 - 1e-9 if parameter.below == 1 else 1e30
    value = None if parameter.optional else float(start or 0)
    return st.number_input(
        label, float(low), float(high), value, step=_step(start), format="%.6g", key=key, bind=BIND,
        help=_help(parameter), placeholder="none",
    )  # fmt: skip


def _whole(key: str, label: str, parameter: Parameter, start: Scalar) -> int:
    low = int(parameter.least or 0)
    value = int(start or 0)
    return int(st.number_input(label, low, 100_000, value, key=key, bind=BIND, help=_help(parameter)))


def _flag(key: str, label: str, parameter: Parameter, start: Scalar) -> bool:
    return st.toggle(label, bool(start), key=key, bind=BIND, help=_help(parameter))


_DRAW: Mapping[str, Callable[..., Any]] = {"number": _number, "whole": _whole, "flag": _flag}


def _step(start: Scalar) -> float:
    """Return about a tenth of what a control starts from, as a round number."""
    return float(f"{abs(float(start or 1)) / 10:.0e}")


def _help(parameter: Parameter) -> str:
    return escaped(f"{parameter.meaning[0].upper()}{parameter.meaning[1:]}.")


def _say_dropped(key: str, parameter: Parameter, given: Parameters) -> None:
    """Name a parameter of the address that its control could not take."""
    for text in given.get(key, []) if parameter.kind != "flag" else []:
        try:
            parameter.check(int(text) if parameter.kind == "whole" else float(text))
        except (ValueError, OverflowError) as error:
            why = str(error) if isinstance(error, RefusedError) else f"`{parameter.name}` must be a number"
            st.warning(escaped(f"{key}: {why}. {DEFAULT}"))

"""What a check found: the verdict, and a card for each finding, the gravest first, to be checked by hand."""

from collections.abc import Mapping, Sequence

import streamlit as st

from gradcore.figures import theme
from gradcore.health import INFO, RULES, Diagnosis
from gradcore.records import CheckTrace, Finding
from gradcore.verdict_titles import verdict_title
from ui.table import typeset_rows
from ui.terms import term
from ui.words import escaped

LOOKS: Mapping[str, tuple[str, str]] = {  # severity -> icon and colour
    "critical": (":material/error:", "red"),
    "warning": (":material/warning:", "orange"),
    "info": (":material/info:", "blue"),
}
SOUND: Mapping[str, tuple[str, str]] = {  # verdicts that no finding explains -> icon and title
    "healthy": (":material/check_circle:", "Healthy"),
    "converged": (":material/check_circle:", "Converged"),
    "pending": (":material/hourglass:", "No verdict yet"),
}
FEW = 3  # findings of one rule that have cards of their own among the notes
SHOW_KEYS = ("layer", "step")  # of the session and the address: what stands out in the picture


def verdict_line(diagnosis: Diagnosis, sentences: Sequence[str]) -> None:
    """Draw the verdict, and what `check_sentences` says of it; without the evidence where a card below holds it."""
    icon, title = SOUND.get(diagnosis.verdict, (LOOKS["critical"][0], verdict_title(diagnosis.verdict)))
    st.subheader(f"{icon} Verdict: {escaped(title)}", anchor=False)
    told = [*(sentences if diagnosis.verdict in SOUND else sentences[1:])]
    if diagnosis.verdict == "diverged":
        told += [finding.evidence for finding in diagnosis.findings if finding.rule == "early_warning"]
    if told:
        st.markdown(escaped(" ".join(told)))


def finding_cards(trace: CheckTrace, diagnosis: Diagnosis) -> None:
    """Draw a card for each finding; what only informs stands behind a fold, unless there is nothing else."""
    grave = [finding for finding in diagnosis.findings if finding.severity != INFO]
    notes = [finding for finding in diagnosis.findings if finding.severity == INFO]
    _cards(trace, grave, "finding")
    if not notes:
        return
    with st.expander(f"Notes ({len(notes)})", expanded=False):
        for rule in dict.fromkeys(finding.rule for finding in notes):
            alike = [finding for finding in notes if finding.rule == rule]
            if len(alike) > FEW:
                _table(rule, alike)
            else:
                _cards(trace, alike, f"note_{rule}")


def _cards(trace: CheckTrace, findings: Sequence[Finding], part: str) -> None:
    for number, finding in enumerate(findings):
        with st.container(border=True, key=f"{part}_{number}"):
            _card(trace, finding, f"show_{part}_{number}")


def _table(rule: str, findings: Sequence[Finding]) -> None:
    """Draw findings of one rule that are too many for cards."""
    rows = [
        {
            "Layer": finding.layer,
            "Value": theme.number(finding.value, 3),
            "Threshold": theme.number(finding.threshold, 3),
            "Evidence": finding.evidence,
        }
        for finding in findings
    ]
    st.markdown(f"**{escaped(verdict_title(rule))}** · {len(findings)} times")
    st.dataframe(typeset_rows(rows), hide_index=True, width="stretch", column_config={"Evidence": {"width": "large"}})
    st.caption(escaped(findings[0].formula))
    st.markdown(f"**What to do:** {escaped(findings[0].advice)}")


def _card(trace: CheckTrace, finding: Finding, key: str) -> None:
    icon, color = LOOKS[finding.severity]
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key=f"head_{key}"
    ):
        badge = f":{color}-badge[{finding.severity}]"
        st.markdown(f"{icon} **{escaped(verdict_title(finding.rule))}** {badge}  {escaped(_where(finding))}")
        if finding.layer in trace.setup.layers or finding.step is not None:
            st.button("Show", icon=":material/my_location:", key=key, on_click=_show, args=(finding, trace.recorded))
    st.markdown(escaped(finding.evidence))
    word = f" {term(finding.rule)}" if finding.rule in RULES else ""
    st.caption(escaped(arithmetic(finding)) + word)
    st.markdown(f"**What to do:** {escaped(finding.advice)}")


def arithmetic(finding: Finding) -> str:
    """Return formula, value and threshold of a finding, to be checked by hand."""
    return f"{finding.formula}: {theme.number(finding.value)}; threshold {theme.number(finding.threshold)}."


def _where(finding: Finding) -> str:
    parts = [finding.layer] if finding.layer else []
    parts += [f"step {finding.step}"] if finding.step is not None else []
    return " · ".join(parts)


def _show(finding: Finding, recorded: int) -> None:
    """Mark the place of a finding in the picture."""
    layer, step = SHOW_KEYS
    st.session_state[layer] = finding.layer or None
    st.session_state[step] = None if finding.step is None else min(finding.step, max(recorded - 1, 0))

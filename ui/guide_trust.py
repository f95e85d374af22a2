"""How far to trust what the pages say: the rules' accuracy, the theory checks, the known limits."""

import streamlit as st

from gradcore.guide.accuracy import HELD_OUT, TITLES, Share, Side, accuracy
from gradcore.guide.limits import LIMITS
from gradcore.guide.measured import document
from gradcore.guide.model import TheoryCheck
from gradcore.guide.theory_checks import measured, theory_checks
from gradcore.titles import number
from gradcore.verdict_titles import verdict_title
from ui.guide_parts import heading, see, shown, write
from ui.table import table

PLAIN = (
    "When the check calls a network of a kind that its rules had not seen *{condition}*, it is right in {said} of "
    "{whole} cases; of {sick} networks that are, it finds {found}. The rows below it are other tools on the same "
    "networks: the closer both columns are to 100 %, the more a finding can be believed, and the fewer sick networks "
    "are missed."
)
ACCURACY = (
    "Networks with a known outcome: *healthy* trains, *sick* does not and is restored by the cure that its family "
    "names. Held-out families are those on which no rule and no threshold was chosen: they were written down before "
    "any of them was run, and run once. In brackets the 95 % Wilson interval, then the counts; "
    '"warnings counted" takes a warning for a finding, too.'
)
THEORY = (
    "What is known in closed form, computed by the code that draws theory's lines, and what real networks and races "
    "measure. A test fails where the two differ by more than the last column."
)
UNSAID = "none said"


def draw() -> None:
    """Draw accuracy, theory checks and limits."""
    _accuracy()
    _theory()
    _limits()
    found = document()
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    st.caption(f"Figures of this guide: {found['written_by']}, {found['measured_at']}, {versions}.")


def _accuracy() -> None:
    sides = {side.name: side for side in accuracy()}
    told = f"{in_words(sides[HELD_OUT])}\n\n{ACCURACY}"
    write(f'{heading("accuracy", "How often the rules are right")}<div class="guide-opening">\n\n{told}\n\n</div>')
    for name, title in TITLES.items():
        if name not in sides:
            continue
        with st.expander(f"{title}: {sides[name].networks} networks", expanded=name == HELD_OUT):
            if quiet := sides[name].quiet:
                st.markdown(f"Healthy networks that pass without a warning: {share_text(quiet)}.")
            table(accuracy_rows(sides[name]))
    st.caption("Written by `python -m bench.rules_accuracy --table`; in full in `docs/rules_accuracy.md`.")


def in_words(side: Side, condition: str = "vanishing") -> str:
    """Return what a row of the table says, for somebody who reads such a table for the first time."""
    row = side.row(condition)
    if row is None or row.precision is None or row.recall is None:
        return ""
    right, found = row.precision, row.recall
    return PLAIN.format(condition=condition, said=right.part, whole=right.whole, sick=found.whole, found=found.part)


def accuracy_rows(side: Side) -> list[dict[str, str]]:
    """Return a row for each condition and set of rules; ours in bold."""
    return [
        {
            "Condition": verdict_title(row.condition),
            "Rules": f"**{row.rules}**" if row.rules.startswith("Gradient Clinic") else row.rules,
            "Right when it says so (precision)": share_text(row.precision),
            "Sick ones that it finds (recall)": share_text(row.recall),
        }
        for row in side.rows
    ]


def share_text(share: Share | None) -> str:
    """Return a share with its interval and counts.

    Example:
        >>> share_text(Share(0.9, 0.6, 0.98, 9, 10)), share_text(None)
        ('90 % (60 to 98 %), 9 of 10', 'none said')
    """
    if share is None:
        return UNSAID
    counts = f", {share.part} of {share.whole}" if share.whole else ""
    low, high = (f"{100 * end:.0f}" for end in (share.low, share.high))
    return f"{100 * share.share:.0f} % ({low} to {high} %){counts}"


def _theory() -> None:
    write(f'{heading("theory", "Theory checks")}<div class="guide-opening">\n\n{THEORY}\n\n</div>')
    table(theory_rows())
    with st.expander("The tests, and where theory's lines are seen"):
        write("\n".join(f"- {check.subject}. {see(check.link)}. Held by {held_by(check)}" for check in theory_checks()))
    st.caption("Measured by `python -m bench.guide_theory`, with the code of the tests.")


def held_by(check: TheoryCheck) -> str:
    """Return the tests that hold the product to a prediction, as code."""
    return ", ".join(f"`{test}`" for test in check.tests)


def theory_rows() -> list[dict[str, str]]:
    """Return a row for each check."""
    return [
        {
            "What": check.subject,
            "Formula": f"${check.formula}$",
            "Predicted": number(check.predicted),
            "Measured": f"**{number(measured()[check.name])}**",
            "Test allows": check.tolerance,
            "Source": check.reference,
        }
        for check in theory_checks()
    ]


def _limits() -> None:
    lines = [f"- {shown(limit.text)} {f'{see(limit.link)}.' if limit.link else ''}" for limit in LIMITS]
    write(f'{heading("limits", "Known limits")}<div class="guide-opening">\n\n' + "\n".join(lines) + "\n\n</div>")

"""Numbers have one notation wherever they are shown: 1.2e−4, with true minus signs; what is no number stays."""

import pytest

from gradcore.spec_titles import field_title, value_title
from gradcore.titles import typeset
from gradcore.verdict_titles import verdict_title
from gradcore.ward import WARD
from ui.table import typeset_rows
from ui.words import escaped

TYPESET = [
    ("-0.5", "−0.5"),
    ("1.2e-04", "1.2e−4"),
    ("1.235e+4 and 5e12", "1.235e4 and 5e12"),
    ("-3.9e-7", "−3.9e−7"),
    ("from -3 to -.5, (-Inf)", "from −3 to −.5, (−Inf)"),
    ("10<sup>-3</sup>", "10<sup>−3</sup>"),
    ("a_l=-1, 2026-11-28, 5-10, run 3e5f-1, x-2", "a_l=-1, 2026-11-28, 5-10, run 3e5f-1, x-2"),
    ("rank-one, Glorot - He, -Infinity", "rank-one, Glorot - He, -Infinity"),
    ("%{y:.4g}, 0.1234", "%{y:.4g}, 0.1234"),
    ("Received: '-2.0'", "Received: '-2.0'"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "shown"), TYPESET)
def test_numbers_have_one_notation(text, shown):
    assert typeset(text) == shown
    assert typeset(shown) == shown


def test_texts_and_tables_of_a_page_are_typeset():
    assert escaped("the loss is -1.5e-07") == "the loss is −1.5e−7"
    rows = [{"Loss": "-1", "Step": 2, "Curve": [-1.0]}]
    assert typeset_rows(rows) == [{"Loss": "−1", "Step": 2, "Curve": [-1.0]}]


def test_verdicts_and_settings_have_titles_and_no_identifiers():
    assert {verdict_title(patient.verdict) for patient in WARD.values()} == {
        "Healthy", "Vanishing gradient", "Exploding gradient", "Dead or saturated units", "All units alike", "Diverged",
        "Converged", "Not finite", "Cut off from the loss",
    }  # fmt: skip
    assert field_title("network.kernel_initializer.gain") == "Initialiser, gain"
    assert field_title("optimizer.clip.rule") == "Clipping"
    assert value_title("glorot_uniform") == "Glorot, uniform"
    assert value_title("a name that nobody knows") == "a name that nobody knows"
    assert value_title({"width": 64, "depth": 8}) == "width 64, depth 8"

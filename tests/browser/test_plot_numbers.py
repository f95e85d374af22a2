"""A chart in the browser writes numbers as the pages do."""

import json

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import ROOT
from tests.test_typeset import TYPESET

RULES = (ROOT / "ui" / "plot_numbers.js").read_text(encoding="utf-8")


@pytest.mark.parametrize(("text", "shown"), TYPESET)
def test_the_browser_follows_the_same_rule(page: Page, text, shown):
    assert page.evaluate(f"(text) => {{ {RULES}; return typeset(text); }}", text) == shown


def test_numbers_in_base64_and_lines_of_shapes_stay_as_they_are(page: Page):
    figure = json.dumps({"y": {"bdata": "e-1"}, "path": "M -1 -2", "text": ["-1"], "x": [-1, 1e-5]})
    read = page.evaluate(f"(text) => {{ {RULES}; return read(text); }}", figure)
    assert read == {"y": {"bdata": "e-1"}, "path": "M -1 -2", "text": ["−1"], "x": [-1, 1e-5]}

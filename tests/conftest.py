"""The rule that CI forbids skips; patience on a loaded machine; every figure is one that Plotly accepts."""

import json
import os
import sys
from collections.abc import Generator
from typing import Any

import plotly.graph_objects as go
import pytest
from hypothesis import settings

from gradcore import strict_json
from gradcore.figures import theme
from gradcore.figures.drawn import Drawn

settings.register_profile("patient", deadline=None)  # how long an example takes says nothing on a loaded machine
settings.load_profile("patient")

# Set by .ci/run, which installs what the tests need: there a skip is a failure.
FORBID_SKIPS = os.environ.get("GRADCORE_FORBID_SKIPS") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where skips are forbidden; an expected failure stays one."""
    report = yield
    if FORBID_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skips are forbidden here (GRADCORE_FORBID_SKIPS=1), but {item.nodeid} says: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a file that skips itself as a whole."""
    report = yield
    if FORBID_SKIPS and report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"skips are forbidden here (GRADCORE_FORBID_SKIPS=1): {collector.nodeid} skips itself"
    return report


@pytest.fixture(autouse=True)
def the_main_module_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest leaves its script as `__main__`, which workers started later in this process would run again."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(autouse=True)
def plotly_accepts_every_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product draws and sends without Plotly; here each figure passes Plotly's check, and comes out the same."""
    draw = theme.figure

    def checked(*arguments: Any, **named: Any) -> Drawn:
        drawn = draw(*arguments, **named)
        sent = json.loads(theme.to_json(drawn))
        assert sent == as_plotly_sends(drawn)  # made by Plotly, but not checked
        assert without_empty(as_plotly_sends(go.Figure(drawn.to_dict()))) == without_empty(sent)
        return draw(*arguments, **named)

    monkeypatch.setattr(theme, "figure", checked)


def as_plotly_sends(figure: go.Figure) -> Any:
    """What the browser would get from Plotly itself."""
    return json.loads(strict_json.dumps(figure.to_dict()))


def without_empty(sent: Any) -> Any:
    """The same without the empty lists that Plotly's check leaves out."""
    return {**sent, "layout": {key: value for key, value in sent["layout"].items() if value != []}}

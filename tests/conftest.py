"""What every test shares: waiting for a condition, and the rule that CI forbids skips."""

import os
import time
from collections.abc import Callable, Generator

import pytest

# Set by .ci/run, which installs what the tests need: there a skip is a failure.
FORBID_SKIPS = os.environ.get("GRADCORE_FORBID_SKIPS") == "1"


@pytest.fixture
def wait_for() -> Callable[..., None]:
    """Wait until a condition holds, instead of sleeping: `wait_for(lambda: run.finished, "the run finishes")`."""

    def wait(condition: Callable[[], object], what: str = "the condition holds", seconds: float = 20.0) -> None:
        give_up = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < give_up, f"waited {seconds:g} s in vain until {what}"
            time.sleep(0.02)

    return wait


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

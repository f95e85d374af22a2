"""The rule that CI forbids skips; and patience on a loaded machine."""

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

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

"""Under CI=true a skip is a failure: a check that did not run is not a check that passed.

What a host cannot have is no failure: a reason that begins with `only` (`only where KVM runs a guest`).
"""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest


def under_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if not hasattr(report, "wasxfail"):
        _judge(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A file that skips itself as it is read is no test that passed, either."""
    report = yield
    _judge(report)
    return report


def _judge(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not under_ci() or not report.skipped:
        return
    reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    if not reason.startswith("only "):
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: {reason}: under CI=true a skip is a failure"

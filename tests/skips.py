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
    if under_ci() and report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        if not reason.startswith("only "):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid}: {reason}: under CI=true a skip is a failure"
    return report

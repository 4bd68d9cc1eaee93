"""Fixtures for the whole suite; its environment stands in `tests/environment.py`. In CI nothing may be skipped."""

from __future__ import annotations

import os
from typing import Any

import pytest

pytest_plugins = [
    "tests.fixtures.cast",
    "tests.fixtures.log",
    "tests.fixtures.warehouse",
    "tests.fixtures.lively",
    "tests.fixtures.api",
]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """A machine of CI has everything: a test skipped there is a check that did not happen."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"CI must run this, but it was skipped: {report.longrepr}"

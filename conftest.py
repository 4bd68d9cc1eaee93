"""Fixtures for the whole suite; its environment stands in `tests/environment.py`. In CI nothing may be skipped."""

from __future__ import annotations

pytest_plugins = [
    "pytester",
    "tests.fixtures.skipped",
    "tests.fixtures.lanes",
    "tests.fixtures.cast",
    "tests.fixtures.surroundings",
    "tests.fixtures.log",
    "tests.fixtures.warehouse",
    "tests.fixtures.lively",
    "tests.fixtures.api",
]

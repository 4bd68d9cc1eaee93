"""Fixtures for the whole suite; its environment stands in `tests/environment.py`."""

pytest_plugins = [
    "tests.fixtures.cast",
    "tests.fixtures.log",
    "tests.fixtures.warehouse",
    "tests.fixtures.lively",
]

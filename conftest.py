"""Settings and fixtures for the whole suite. `WEILU_TEST_DATABASE_URL` makes it run on PostgreSQL instead of SQLite."""

from __future__ import annotations

import os
import tempfile

os.environ["WEILU_HOME"] = tempfile.mkdtemp(prefix="weilu-test-")
os.environ["WEILU_SECRET_KEY"] = "only-for-tests"
os.environ.pop("WEILU_DATABASE_URL", None)
if os.environ.get("WEILU_TEST_DATABASE_URL"):
    os.environ["WEILU_DATABASE_URL"] = os.environ["WEILU_TEST_DATABASE_URL"]

pytest_plugins = ["tests.fixtures.cast", "tests.fixtures.log", "tests.fixtures.warehouse"]

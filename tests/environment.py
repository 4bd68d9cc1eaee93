"""A home of its own for every run of the suite, set before Django reads its settings.

`WEILU_TEST_DATABASE_URL` makes the suite run on PostgreSQL instead of SQLite, `WEILU_TEST_WAREHOUSE_URL` on ClickHouse servers
instead of the store of this machine (`make proof cluster` starts them).
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

from hypothesis import HealthCheck, settings

HOME = tempfile.mkdtemp(prefix="weilu-test-")
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ.update(WEILU_HOME=HOME, WEILU_SECRET_KEY="only-for-tests", WEILU_LOG_LEVEL="ERROR")
for name in (
    "WEILU_DATABASE_URL",
    "WEILU_WAREHOUSE_URL",
    "WEILU_CACHE_URL",
    "WEILU_BASE_URL",
    "WEILU_SMTP_URL",
):
    os.environ.pop(name, None)
for name in ("DATABASE", "WAREHOUSE"):
    if os.environ.get(f"WEILU_TEST_{name}_URL"):
        os.environ[f"WEILU_{name}_URL"] = os.environ[f"WEILU_TEST_{name}_URL"]

# A busy machine is slow, not wrong. What holds in CI (the same examples each time) is kept.
settings.register_profile("weilu", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("weilu")

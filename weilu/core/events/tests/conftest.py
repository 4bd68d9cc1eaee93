"""Which stories belong to which database? The spool is the embedded road in, interleaved transactions PostgreSQL's."""

from __future__ import annotations

import os

POSTGRES = "WEILU_DATABASE_URL" in os.environ

collect_ignore = ["test_spool.py", "test_purge.py"] if POSTGRES else ["test_postgres.py"]

"""How does chDB behave by itself? Runs a snippet in a spawned process with a store of its own, as the tests must never fork one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PRELUDE = """
import json, os, pyarrow as pa
from chdb.session import Session
def read(session, sql):
    return pa.ipc.open_stream(session.query(sql, "ArrowStream").bytes()).read_all()
def refusal(session, sql):
    try:
        session.query(sql, "ArrowStream").bytes()
    except Exception as error:
        return str(error)[:400]
session = Session("store")
"""
EPILOGUE = """
print(json.dumps(told), flush=True)
os._exit(0)
"""


def chdb_alone(snippet: str, folder: Path, **environment: str) -> Any:
    """What the snippet put into `told`."""
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + snippet + EPILOGUE],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return json.loads(done.stdout)

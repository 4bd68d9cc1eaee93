"""A story told in another process: an installation of its own, with real files, that nothing of the suite has opened."""

from __future__ import annotations

import atexit
import functools
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MARK = "the story ends: "


def run(story: str, home: Path, *arguments: str, seconds: float = 120.0, **environment: str) -> Any:
    """Call `module:function(*arguments)` there, after migrating; what it returns comes back as JSON. A new home on SQLite begins with
    a copy of tables that were migrated once: that costs seconds, and is the same for every story."""
    if "WEILU_DATABASE_URL" not in environment and not any(home.glob("*.sqlite3")):
        home.mkdir(0o700, parents=True, exist_ok=True)
        for file in _tables().glob("*.sqlite3"):
            shutil.copy(file, home)
    told = _process(home, seconds, story, *arguments, **environment)
    return json.loads(next(line for line in told.splitlines() if line.startswith(MARK))[len(MARK) :])


@functools.cache
def _tables() -> Path:
    """A home that holds its tables and nothing else."""
    home = Path(tempfile.mkdtemp(prefix="weilu-tables-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    _process(home, 120.0)
    return home


def _process(home: Path, seconds: float, *words: str, **environment: str) -> str:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("WEILU_", "DJANGO_"))
    }
    own = {"WEILU_HOME": str(home), "WEILU_SECRET_KEY": "only-for-tests", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.elsewhere", *words],
        cwd=ROOT,
        env={**inherited, **own, **environment},
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def _main(story: str = "", *arguments: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "weilu.app.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    for alias in settings.DATABASES:
        call_command("migrate", database=alias, verbosity=0)
    if not story:
        connections.close_all()  # so that all of it stands in the files themselves
        return
    module, function = story.split(":")
    found = getattr(importlib.import_module(module), function)(*arguments)
    sys.stdout.write(MARK + json.dumps(found) + "\n")


if __name__ == "__main__":
    _main(*sys.argv[1:])

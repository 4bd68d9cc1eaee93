"""A story told in another process: an installation of its own, with real files, that nothing of the suite has opened."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MARK = "the story ends: "


def run(story: str, home: Path, *arguments: str, seconds: float = 120.0, **environment: str) -> Any:
    """Call `module:function(*arguments)` there, after migrating; what it returns comes back as JSON."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("WEILU_", "DJANGO_"))
    }
    own = {"WEILU_HOME": str(home), "WEILU_SECRET_KEY": "only-for-tests", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.elsewhere", story, *arguments],
        cwd=ROOT,
        env={**inherited, **own, **environment},
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(next(line for line in done.stdout.splitlines() if line.startswith(MARK))[len(MARK) :])


def _main(story: str, *arguments: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "weilu.app.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    for alias in settings.DATABASES:
        call_command("migrate", database=alias, verbosity=0)
    module, function = story.split(":")
    found = getattr(importlib.import_module(module), function)(*arguments)
    sys.stdout.write(MARK + json.dumps(found) + "\n")


if __name__ == "__main__":
    _main(*sys.argv[1:])

"""The command line: `weilu up | web | worker | import | report | ask | …`."""

from __future__ import annotations

import importlib
import os
import sys

import typer

from weilu.core.left_out import leave_pandas_out

COMMANDS = ("ask", "backup", "demo", "imports", "operators", "report", "run", "source", "store")
"""Modules of `weilu.app.commands`; each has `register(app)`."""

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Weilu 围炉: community operations on one event log."
)


def main() -> None:
    """Entry point. Expected errors end with one sentence and status 1, or as JSON where `--json` was asked."""
    import orjson

    leave_pandas_out()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weilu.app.settings")
    import django

    django.setup()
    _speak()
    from weilu.core import disk
    from weilu.core.errors import WeiluError

    for name in COMMANDS:
        importlib.import_module(f"weilu.app.commands.{name}").register(app)
    try:
        try:
            app()
        except Exception as error:
            if disk.is_full(error):
                raise disk.DiskFull from error
            raise
    except WeiluError as error:
        if "--json" in sys.argv:
            sys.stdout.write(orjson.dumps({"error": error.code, "message": str(error)}).decode() + "\n")
        else:
            sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from None


def _speak() -> None:
    """English where the terminal says so, else the house's language. Processes that serve speak each reader's own."""
    from django.utils import translation

    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    if not {"up", "web", "worker"} & set(sys.argv[1:2]) and next(filter(None, names), "").startswith("en"):
        translation.activate("en")

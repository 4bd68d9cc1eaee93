"""One worker of the workers' proof: the house's pump with handlers that note, in their own transaction, what they were given.

Ends by itself after `LIMIT_SECONDS`, so that nothing is left behind when the proof itself dies.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

READY = "working-"
"""With its process's number: the file in the home that says that it has begun."""
LIMIT_SECONDS = 300.0
POISON = 499
"""The stubborn handler fails at every position that this divides."""


def handlers() -> tuple[Any, ...]:
    """All, live ones only, and one that never takes some of them."""
    from weilu.core.events.handlers import Handler

    return (
        Handler("everything", lambda rows: note("everything", rows)),
        Handler("effects", lambda rows: note("effects", rows), effects=True),
        Handler("stubborn", _stubborn),
    )


def note(name: str, rows: Sequence[Any]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO proof_handled (handler, position) VALUES (%s, %s)",
            [(name, row.position) for row in rows],
        )


def _stubborn(rows: Sequence[Any]) -> None:
    note("stubborn", rows)
    if any(row.position % POISON == 0 for row in rows):
        raise ValueError("not this one")


def set_up() -> None:
    """Django with these handlers in place."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weilu.app.settings")
    import django

    django.setup()
    from weilu.core.events import handlers as registry

    registry.register(handlers())


def main() -> None:
    set_up()
    from weilu.core.jobs import pump

    stop = threading.Event()
    threading.Timer(LIMIT_SECONDS, stop.set).start()
    for lane in pump.LANES:
        threading.Thread(target=pump.run_forever, args=(stop, lane)).start()
    (Path(os.environ["WEILU_HOME"]) / f"{READY}{os.getpid()}").touch()


def prepare() -> None:
    """Tables, and the cursors: a handler with effects begins at the head, so it must be there before the first event."""
    set_up()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from weilu.core.events import handlers as registry

    for alias in settings.DATABASES:
        call_command("migrate", database=alias, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE proof_handled (handler text NOT NULL, position bigint NOT NULL)")
    registry.run_once()


if __name__ == "__main__":
    prepare() if sys.argv[1:] == ["prepare"] else main()

"""The writer of the kill proof: appends events without end and notes what was acknowledged. Killed from outside.

Ends by itself after `LIMIT_SECONDS`, so that nothing is left behind when the proof itself dies.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

LIMIT_SECONDS = 300.0
BATCH = 20


def main(run: int, batch: int = 0) -> None:
    """`batch` above 0: an import instead of live traffic."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weilu.app.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db import transaction

    from weilu.core.events import actions

    notes = os.open(
        Path(settings.HOME) / f"acknowledged.{run}", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600
    )
    until = time.monotonic() + LIMIT_SECONDS
    number = 0
    while time.monotonic() < until:
        events = [event(run, number + i) for i in range(BATCH)]
        if batch or number % (2 * BATCH):
            actions.append(events, batch=batch, live=not batch)
        else:
            with transaction.atomic():
                for one in events:
                    actions.record(one)
        number += BATCH
        os.write(notes, f"{number}\n".encode())
        os.fsync(notes)
        time.sleep(0.02)


def event(run: int, number: int) -> object:
    from weilu.core import clock
    from weilu.core.events.incoming import Actor, Incoming, Place
    from weilu.core.events.keys import key, object_id

    return Incoming(
        key=key("proof", 1_700_000_000_000 + number * 1000, run, number),
        kind="message.sent",
        happened=clock.now_ms(),
        source="proof",
        actor=Actor("proof", str(number % 17), f"Member {number % 17}"),
        community=Place("proof", "hearth", "Hearth"),
        subject=object_id("proof", run, number),
        value=run * 1_000_000 + number,
        text="still here",
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), batch=int("import" in sys.argv[2:]))

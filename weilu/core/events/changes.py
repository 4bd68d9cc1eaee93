"""Has anybody written since one looked last? Embedded, a number of each file and the lengths of the spool say so."""

from __future__ import annotations

import time

from django.conf import settings
from django.db import connections

from weilu.core.events import intake, spool

AWAKE_SECONDS = 1.0
ANYWAY_SECONDS = 3.0
CALM_SECONDS = 15.0
CALM_ANYWAY_SECONDS = 10.0


class Watch:
    """For one thread. What this thread's own connections write is not seen; on PostgreSQL the answer is always yes."""

    def __init__(self) -> None:
        self._seen: object = None

    def changed(self) -> bool:
        """Whether something was committed or spooled since the last call; the first time yes."""
        if not intake.embedded():
            return True
        before, self._seen = self._seen, (_versions(), spool.sizes())
        return before != self._seen


class Look:
    """When is it worth looking for work? For a second after every change, and every three seconds though nothing was seen to
    change, ten where nothing did for a while: work may be due by time, or have been kept from being done. An idle house must
    cost next to nothing.
    """

    def __init__(self) -> None:
        self._watch = Watch()
        self._changed = self._looked = float("-inf")

    def due(self) -> bool:
        now = time.monotonic()
        if self._watch.changed():
            self._changed = now
        quiet = now - self._changed
        rest = CALM_ANYWAY_SECONDS if quiet > CALM_SECONDS else ANYWAY_SECONDS
        if quiet >= AWAKE_SECONDS and now - self._looked < rest:
            return False
        self._looked = now
        return True


def _versions() -> list[int]:
    """https://www.sqlite.org/pragma.html#pragma_data_version: differs when another connection has committed."""
    found = []
    for alias in settings.DATABASES:
        connections[alias].ensure_connection()
        # Four times a second for ever, so past Django's cursors.
        [(version,)] = connections[alias].connection.execute("PRAGMA data_version")
        found.append(int(version))
    return found

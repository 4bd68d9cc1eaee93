"""How is the column store made anew from the log? Beside the old one, then exchanged in one move.

Questions are answered from the old tables meanwhile. Cut off anywhere, nothing is lost: before the exchange the new
table is dropped by the next rebuild, after it the store is known by the UUID that moved with its table.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from weilu.core.events import queries as log
from weilu.core.warehouse import client, loader, owners, retractions, store
from weilu.core.warehouse.models import Store
from weilu.core.warehouse.schema import EVENTS

NEXT = "weilu.events_next"
Progress = Callable[[int, int], None]


def rebuild(progress: Progress = lambda position, head: None) -> int:
    """Load everything from the log again; returns the position reached. `progress(position, head)` is called per block.

    Holds the loader's lock; waits for it. Raises Unavailable, and then leaves the old tables in place.
    """
    with loader.alone(wait=True):
        fresh = _begin()
        while loader.load_block(fresh, NEXT) or fresh.position < log.head():
            progress(fresh.position, log.head())
        _exchange(fresh)
        owners.sync(fresh, whole=True)
        retractions.apply(fresh)
        return fresh.position


def _begin() -> Store:
    client.command(f"DROP TABLE IF EXISTS {NEXT} SYNC")
    client.command(EVENTS.replace("weilu.events", NEXT))
    found = store.current()
    with transaction.atomic():
        Store.objects.exclude(uuid=found.uuid).delete()
        fresh = Store.objects.create(uuid=store.table_uuid("events_next"), owners=found.owners)
        retractions.take_as_told(fresh)
    return fresh


def _exchange(fresh: Store) -> None:
    client.command(f"EXCHANGE TABLES weilu.events AND {NEXT}")
    client.command(f"DROP TABLE {NEXT} SYNC")
    fresh.current = store.current().current

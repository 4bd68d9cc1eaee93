"""Which events table is the current one, and how far is it loaded?"""

from __future__ import annotations

import uuid

from django.db import transaction

from weilu.core.events import queries as log
from weilu.core.warehouse import client
from weilu.core.warehouse.models import Store

_looked_at: set[uuid.UUID] = set()


def current() -> Store:
    """The row of the events table that is there now. A table that we do not know is empty: it will be loaded from the start.

    The UUID moves with the table when a rebuild exchanges it, so nothing else needs to say which table is the new one.
    Raises Unavailable.
    """
    found = table_uuid("events")
    store = Store.objects.filter(uuid=found).first()
    if store is None or not store.current:
        store = _make_current(found)
    if found not in _looked_at:
        _look_at(store)
        _looked_at.add(found)
    return store


def table_uuid(table: str) -> uuid.UUID:
    """ClickHouse's UUID of a table of ours."""
    sql = (
        "SELECT toString(uuid) AS uuid FROM system.tables WHERE database = 'weilu' AND name = {table:String}"
    )
    return uuid.UUID(client.query(sql, {"table": table}).column("uuid")[0].as_py())


def last_known() -> Store | None:
    """The current store as the loader saw it last; asks the database only."""
    return Store.objects.filter(current=True).first()


def _make_current(found: uuid.UUID) -> Store:
    with transaction.atomic():
        Store.objects.exclude(uuid=found).delete()
        store, _ = Store.objects.update_or_create(uuid=found, defaults={"current": True})
    return store


def _look_at(store: Store) -> None:
    """Once a process: do table and log belong together? Where one of them came back from an older backup they do not, and
    the table is loaded from the start."""
    last = (
        client.query("SELECT max(position) AS last FROM weilu.events", seconds=60).column("last")[0].as_py()
    )
    expected = store.position if store.block_last is None else store.block_last
    missing = [row for row in log.read(last, 1) if row.position <= store.position]
    if last <= expected and not missing:
        return
    client.command("TRUNCATE TABLE weilu.events SYNC")
    store.position, store.block_first, store.block_last = 0, None, None
    store.save(update_fields=["position", "block_first", "block_last"])

"""Which events table is the current one, and how far is it loaded?"""

from __future__ import annotations

import uuid

from django.db import transaction

from weilu.core.warehouse import client
from weilu.core.warehouse.models import Store


def current() -> Store:
    """The row of the events table that is there now. A table that we do not know is empty: it will be loaded from the start.

    The UUID moves with the table when a rebuild exchanges it, so nothing else needs to say which table is the new one.
    Raises Unavailable.
    """
    found = table_uuid("events")
    store = Store.objects.filter(uuid=found).first()
    if store is None or not store.current:
        store = _make_current(found)
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

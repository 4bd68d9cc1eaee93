"""Which events table is the current one, and how far is it loaded?"""

from __future__ import annotations

import uuid

from django.db import connection, transaction

from weilu.core.events import queries as log
from weilu.core.warehouse import client, homes, retractions
from weilu.core.warehouse.models import Store

_looked_at: set[uuid.UUID] = set()


def current() -> Store:
    """The row of the events table that is there now. A table that we do not know is empty: it will be loaded from the start.

    A generation's UUID moves with its table, so nothing else needs to say which table is the new one. Raises Unavailable, also
    where the store of another home serves this database.
    """
    homes.check()
    found = client.generation()
    store = Store.objects.filter(uuid=found).first()
    if store is None or not store.current:
        store = _make_current(found)
    homes.claim(store)
    if found not in _looked_at:
        _look_at(store)
        _looked_at.add(found)
    return store


def last_known() -> Store | None:
    """The current store as the loader saw it last; asks the database only."""
    return Store.objects.filter(current=True, target=client.link().label).first()


def beside() -> Store:
    """The row of a store that is being filled and answers nobody yet. Raises Unavailable."""
    found, label = client.generation(), client.link().label
    with transaction.atomic():
        Store.objects.filter(target=label).exclude(uuid=found).delete()
        defaults = {"target": label, "home": homes.mine()}
        fresh, made = Store.objects.get_or_create(uuid=found, defaults=defaults)
        if made:
            retractions.take_as_told(fresh)
    fresh.current = False
    fresh.save(update_fields=["current"])
    _look_at(fresh)
    return fresh


def last_reached() -> tuple[str, int] | None:
    """Uuid of the current store and the position it is loaded to, as the loader saw them last."""
    with connection.cursor() as cursor:
        cursor.execute('SELECT uuid, position FROM warehouse_store WHERE "current"')
        found = cursor.fetchone()
    return None if found is None else (str(uuid.UUID(str(found[0]))), found[1])


def _make_current(found: uuid.UUID) -> Store:
    target = client.link().label
    with transaction.atomic():
        homes.check()
        Store.objects.filter(target=target).exclude(uuid=found).delete()
        values = {"current": True, "target": target, "home": homes.mine()}
        store, _ = Store.objects.update_or_create(uuid=found, defaults=values)
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
    client.truncate("weilu.events")
    store.position, store.block_first, store.block_last = 0, None, None
    store.save(update_fields=["position", "block_first", "block_last"])

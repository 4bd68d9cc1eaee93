"""How is the column store made anew from the log? Beside the old one, then exchanged in one move.

Questions are answered from the old table meanwhile, and the loader goes on filling it, so what happens shows as ever; its
lock is taken only for the last steps. Cut off anywhere, nothing is lost: before the exchange the new table is dropped by the
next rebuild or the next sweep, after it the store is known by the UUID that moved with its table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from weilu.core.errors import Conflict
from weilu.core.events import queries as log
from weilu.core.warehouse import client, loader, owners, retractions, store
from weilu.core.warehouse.models import Store
from weilu.core.warehouse.target import store_lock

NEXT = "weilu.events_next"
Progress = Callable[[int, int], None]


def rebuild(progress: Progress = lambda position, head: None) -> int:
    """Load everything from the log again; returns the position reached. `progress(position, head)` is called per block.

    Raises Conflict where a rebuild is under way, Unavailable where the warehouse goes down; then the old table stays.
    """
    with _one_builder() as mine:
        if not mine:
            raise Conflict(_("The warehouse is being built anew already. Wait until that has ended."))
        fresh = _begin()
        while loader.load_block(fresh, NEXT) == loader.BLOCK_ROWS:
            progress(fresh.position, log.head())
        owners.compare(partial(loader.alone, wait=True))
        with loader.alone(wait=True):
            _end(fresh)
        return fresh.position


def sweep() -> None:
    """Remove what a rebuild that died has left. Raises Unavailable."""
    with _one_builder() as mine:
        if mine:
            client.discard()


@contextmanager
def _one_builder() -> Iterator[bool]:
    with store_lock("rebuild") as mine:
        yield mine


def _begin() -> Store:
    generation = client.prepare()
    with loader.alone(wait=True):
        old = store.current()
        with transaction.atomic():
            Store.objects.filter(target=old.target).exclude(uuid=old.uuid).delete()
            fresh = Store.objects.create(uuid=generation, target=old.target, home=old.home)
            retractions.take_as_told(fresh)
    return fresh


def _end(fresh: Store) -> None:
    """The last few events, then the exchange. The new table's rows are as the old one's before anybody is led to them."""
    head = log.head()
    while fresh.position < head:
        loader.load_block(fresh, NEXT)
    retractions.apply(fresh, NEXT)
    fresh.owners = store.current().owners
    fresh.save(update_fields=["owners"])
    client.switch(fresh.uuid)
    owners.sync(store.current())

"""Whose are the identities? Copies `directory.Ownership` and the bot flags into `weilu.ownership` and its dictionary.

Ids come out of order on PostgreSQL (a lower one may be committed later) and rows go with an undone import, so a cursor
would miss some. Instead the directory's tallies (count, highest, sum of ids) are compared; where new rows do not account
for the difference, the ids themselves are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any, NamedTuple

import pyarrow as pa
from django.db.models import Count, Max, QuerySet, Sum

from weilu.core import clock
from weilu.core.directory.models import Identity, Ownership
from weilu.core.warehouse import client
from weilu.core.warehouse.models import Store

CHUNK = 100_000
ENDLESS = 2**63 - 1
FIELDS = ("id", "identity_id", "member_id", "from_position", "anonymous", "identity__bot")
ROW = pa.schema(
    [
        pa.field("id", pa.uint64()),
        pa.field("identity", pa.uint32()),
        pa.field("member", pa.uint32()),
        pa.field("from_position", pa.uint64()),
        pa.field("anonymous", pa.uint8()),
        pa.field("bot", pa.uint8()),
        pa.field("version", pa.uint64()),
    ]
)
HELD = """SELECT id, identity, member, from_position, anonymous FROM weilu.ownership FINAL
    WHERE id >= {low:UInt64} AND id < {high:UInt64}"""
HELD_BOTS = (
    """SELECT identity FROM weilu.ownership FINAL GROUP BY identity HAVING argMax(bot, (version, id)) = 1"""
)


class Tallies(NamedTuple):
    """What the directory's two tables add up to; equal tallies mean that nothing was added, removed or flagged."""

    rows: int = 0
    highest: int = 0
    total: int = 0
    bots: int = 0
    bots_total: int = 0


def sync(store: Store) -> bool:
    """Bring the warehouse's ownership to the directory's state; True where it may have changed.

    May be cut off anywhere and run again: the tallies are kept last, and a row sent twice counts once. Needs the loader's
    lock. Raises Unavailable.
    """
    before, now = Tallies(*store.owners), _tallies()
    if before == now:
        return False
    added = list(_rows(Ownership.objects.filter(id__gt=before.highest, id__lte=now.highest)))
    if _accounts_for(added, before, now):
        _insert(added)
    else:
        for part in _parts():
            _compare_rows(part)
    if before[3:] != now[3:]:
        _compare_bots()
    client.reload_owners()
    store.owners = list(now)
    store.save(update_fields=["owners"])
    return True


def compare(alone: Callable[[], AbstractContextManager[object]]) -> None:
    """Compare every row, whatever the tallies say; some at a time, each time holding the loader's lock (`alone`) anew, so
    that nobody waits long. Raises Unavailable."""
    for part in _parts():
        with alone():
            _compare_rows(part)
    with alone():
        _compare_bots()
        client.reload_owners()


def differ(store: Store) -> bool:
    """Whether the directory has changed since it was copied last; asks the database only."""
    return bool(list(_tallies()) != store.owners)


def _tallies() -> Tallies:
    rows = Ownership.objects.aggregate(n=Count("id"), highest=Max("id"), total=Sum("id"))
    bots = Identity.objects.filter(bot=True).aggregate(n=Count("id"), total=Sum("id"))
    found = (rows["n"], rows["highest"], rows["total"], bots["n"], bots["total"])
    return Tallies(*(int(number or 0) for number in found))


def _accounts_for(added: list[tuple[Any, ...]], before: Tallies, now: Tallies) -> bool:
    return before.rows + len(added) == now.rows and before.total + sum(row[0] for row in added) == now.total


def _parts() -> list[dict[str, int]]:
    """All ids in parts, `low` included, `high` not; the last part also holds whatever stands above the highest."""
    highest = Ownership.objects.aggregate(highest=Max("id"))["highest"] or 0
    lows = range(0, highest + 1, CHUNK)
    return [{"low": low, "high": low + CHUNK if low != lows[-1] else ENDLESS} for low in lows]


def _compare_rows(bounds: dict[str, int]) -> None:
    """Of one part: send the rows that the warehouse lacks or holds otherwise, remove those that the directory has no more."""
    held = _held(bounds)
    differing: list[tuple[Any, ...]] = []
    for row in _rows(Ownership.objects.filter(id__gte=bounds["low"], id__lt=bounds["high"])):
        if held.pop(row[0], None) != row[1:5]:
            differing.append(row)
    _insert(differing)
    if held:
        client.alter("weilu.ownership", "DELETE WHERE id IN {ids:Array(UInt64)}", {"ids": list(held)})


def _held(bounds: dict[str, int]) -> dict[int, tuple[int, ...] | None]:
    """By id what every server holds alike; None where one lacks it or holds it otherwise."""
    servers = [_held_by(table) for table in client.each(HELD, bounds, seconds=60)]
    first, *others = servers
    alike = {number: row for number, row in first.items() if all(one.get(number) == row for one in others)}
    return {number: alike.get(number) for one in servers for number in one}


def _held_by(table: pa.Table) -> dict[int, tuple[int, ...]]:
    ids, *rest = (column.to_pylist() for column in table.columns)
    return dict(zip(ids, zip(*rest, strict=True), strict=True))


def _compare_bots() -> None:
    """Who became a bot, or is none after all, gets its rows anew with the flag as it is."""
    wanted = set(Identity.objects.filter(bot=True).values_list("id", flat=True))
    held = [set(table.column("identity").to_pylist()) for table in client.each(HELD_BOTS)]
    turned = iter(sorted(set().union(*(wanted ^ one for one in held))))
    while some := list(islice(turned, 10_000)):
        _insert(_rows(Ownership.objects.filter(identity_id__in=some)))


def _rows(found: QuerySet[Ownership]) -> Iterable[tuple[Any, ...]]:
    return found.order_by("id").values_list(*FIELDS).iterator(chunk_size=10_000)


def _insert(rows: Iterable[tuple[Any, ...]]) -> None:
    version, waiting = clock.now_ms(), iter(rows)
    while some := list(islice(waiting, CHUNK)):
        columns = [*zip(*some, strict=True), [version] * len(some)]
        arrays = [pa.array(column).cast(field.type) for column, field in zip(columns, ROW, strict=True)]
        client.insert("weilu.ownership", pa.table(arrays, schema=ROW))

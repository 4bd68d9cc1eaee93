"""Under which name did which batch see whom? From sightings follow the shown names, and who stays after an undo.

The shown name is the one seen last; at the same moment the greater text, so that the order of imports does not matter.
A sighting without a name never hides one with a name.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable
from typing import Any

from django.db import connection

from weilu.core.directory.models import Member, Sighting

Folded = dict[tuple[str, int, int], tuple[str, int, bool]]
"""(what, id, batch) → (name, seen ms, bot)."""

_TABLES = {
    Sighting.IDENTITY: "directory_identity",
    Sighting.COMMUNITY: "directory_community",
    Sighting.ROOM: "directory_room",
}
_CHUNK = 400

# A row value compares as a whole: later beats earlier, among equals the greater name, and any name beats none.
_UPSERT = """
INSERT INTO directory_sighting (what, ref, batch, name, seen_ms, bot) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (what, ref, batch) DO UPDATE SET
    name = CASE WHEN (excluded.name <> '', excluded.seen_ms, excluded.name {order})
                   > (directory_sighting.name <> '', directory_sighting.seen_ms, directory_sighting.name {order})
           THEN excluded.name ELSE directory_sighting.name END,
    seen_ms = CASE WHEN (excluded.name <> '', excluded.seen_ms, excluded.name {order})
                      > (directory_sighting.name <> '', directory_sighting.seen_ms, directory_sighting.name {order})
              THEN excluded.seen_ms ELSE directory_sighting.seen_ms END,
    bot = (directory_sighting.bot OR excluded.bot)
"""
_LATEST = (
    "s.what = %s AND s.ref = {table}.id AND s.name <> '' ORDER BY s.seen_ms DESC, s.name {order} DESC LIMIT 1"
)


def fold(
    folded: Folded,
    what: str,
    batch: int,
    refs: Iterable[int],
    seen: Iterable[tuple[str, int, bool]],
    known: Container[tuple[str, int, int]] = (),
) -> None:
    """Add sightings (name, seen ms, bot) of things of one kind to those of the same batch and thing.

    Whoever is `known` already and comes without a name (most accounts of an SDK) is passed over: it changes nothing shown.
    """
    for ref, new in zip(refs, seen, strict=True):
        slot = (what, ref, batch)
        if not new[0] and not new[2] and slot in known:
            continue
        old = folded.get(slot)
        if old is None:
            folded[slot] = new
            continue
        better = (new[0] != "", new[1], new[0]) > (old[0] != "", old[1], old[0])
        name, at, _ = new if better else old
        folded[slot] = (name, at, old[2] or new[2])


def write(folded: Folded) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            _UPSERT.format(order=_order()),
            [(what, ref, batch, name, at, bot) for (what, ref, batch), (name, at, bot) in folded.items()],
        )


def rename(what: str, refs: Collection[int]) -> dict[int, str]:
    """Let names (and whether it is a bot) follow the sightings that exist; returns the names now shown."""
    shown: dict[int, str] = {}
    ordered = sorted(refs)
    for start in range(0, len(ordered), _CHUNK):
        shown.update(_rename(what, ordered[start : start + _CHUNK]))
    return shown


def _rename(what: str, refs: list[int]) -> dict[int, str]:
    table = _TABLES[what]
    marks = ", ".join(["%s"] * len(refs))
    latest = f"(SELECT s.name FROM directory_sighting s WHERE {_LATEST.format(table=table, order=_order())})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET name = COALESCE({latest}, '') WHERE id IN ({marks})",  # noqa: S608
            [what, *refs],
        )
        if what == Sighting.IDENTITY:
            _follow_bots(cursor, refs, marks)
            _follow_members(cursor, refs, marks)
        cursor.execute(f"SELECT id, name FROM {table} WHERE id IN ({marks})", refs)  # noqa: S608
        return dict(cursor.fetchall())


def _follow_bots(cursor: Any, refs: list[int], marks: str) -> None:
    cursor.execute(
        f"""UPDATE directory_identity SET bot = EXISTS (SELECT 1 FROM directory_sighting s
            WHERE s.what = 'identity' AND s.ref = directory_identity.id AND s.bot)
            WHERE NOT bot_by_hand AND id IN ({marks})""",  # noqa: S608
        refs,
    )


def _follow_members(cursor: Any, refs: list[int], marks: str) -> None:
    cursor.execute(f"SELECT DISTINCT member_id FROM directory_identity WHERE id IN ({marks})", refs)  # noqa: S608
    rename_members([row[0] for row in cursor.fetchall()])


def rename_members(members: Collection[int]) -> None:
    """The member's name is that of the identity seen last, unless an operator gave one."""
    # CROSS JOIN keeps SQLite from walking all sightings for each member.
    ordered = sorted(members)
    for start in range(0, len(ordered), _CHUNK):
        some = ordered[start : start + _CHUNK]
        marks = ", ".join(["%s"] * len(some))
        with connection.cursor() as cursor:
            cursor.execute(
                f"""UPDATE {Member._meta.db_table} SET name = COALESCE((
                    SELECT s.name FROM directory_identity i CROSS JOIN directory_sighting s
                    WHERE i.member_id = directory_member.id
                        AND s.what = 'identity' AND s.ref = i.id AND s.name <> ''
                    ORDER BY s.seen_ms DESC, s.name {_order()} DESC LIMIT 1), '')
                WHERE NOT named_by_hand AND id IN ({marks})""",  # noqa: S608
                some,
            )


def _order() -> str:
    """Names compare by code point everywhere, so that both databases and Python agree on the greater one."""
    return 'COLLATE "C"' if connection.vendor == "postgresql" else ""

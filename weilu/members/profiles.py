"""What is kept ready for the page of one member, so that looking at many of them costs the column store little?

A row holds what the store says about a member: where they were seen, with what, their states, and their newest events;
numbers only, no name and no word. It is concluded like everything else: written anew for whoever is touched, all of it where everybody is. Whose
row is missing is asked about in the store, and so is every past moment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection, transaction

from weilu.core.warehouse import client
from weilu.core.warehouse.compile import profiles as compiled
from weilu.core.warehouse.compile.facts import Share
from weilu.core.warehouse.store import last_reached
from weilu.members import facts
from weilu.members.models import Profile

LIFECYCLE = "lifecycle"
LAG = 2_000
"""So many positions may be loaded and not concluded yet: a moment's work. In a flood the store itself is asked."""
KEPT = """INSERT INTO members_profile (member, seen, lines, newest, scores) VALUES (%s, %s, %s, %s, '[]')
ON CONFLICT (member) DO UPDATE SET seen = excluded.seen, lines = excluded.lines, newest = excluded.newest"""
ROW = """SELECT c.store, c.position, p.seen, p.lines, p.newest, p.scores
FROM members_concluded AS c, members_profile AS p WHERE c.key = %s AND p.member = %s"""
SCORED = "UPDATE members_profile SET scores = %s WHERE member = %s"
SOME = 900
WRITTEN = 100
SEEN = ("community", "messages", "interactions", "first", "last", "joined", "identities", "weeks", "counts")
EVENT = ("position", "kind", "at", "community", "room", "about", "target", "value", "identity")
NEWEST = 21
"""So many events are kept: a page of the timeline, and one more that says whether another page follows."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of one member now. `seen` as `compile.people.seen_in` has it, `scores` as `compile.influence.scores`."""

    seen: list[dict[str, Any]]
    lines: dict[tuple[str, int], list[tuple[int, str]]]
    """(key, scope) → change points."""
    scores: list[dict[str, Any]]
    newest: list[dict[str, Any]]
    """As `compile.people.story` has them: the newest events in all communities and in none; all of them below `NEWEST`."""


def of(member: int) -> Kept | None:
    """What is kept of a member; None where it is not kept, or where much came in that nothing was concluded from yet."""
    loaded = last_reached()
    with connection.cursor() as cursor:
        cursor.execute(ROW, [LIFECYCLE, member])
        row = cursor.fetchone()
    if row is None or loaded is None or row[0] != loaded[0] or loaded[1] - row[1] > LAG:
        return None
    return _kept(*map(orjson.loads, row[2:]))


def _kept(seen: list[Any], lines: list[Any], newest: list[Any], scores: list[Any]) -> Kept:
    histories = {(key, scope): list(zip(froms, vals, strict=True)) for key, scope, froms, vals in lines}
    return Kept(
        [dict(zip(SEEN, one, strict=True)) for one in seen],
        histories,
        scores,
        [dict(zip(EVENT, one, strict=True)) for one in newest],
    )


def refresh(people: Collection[int] | None, shares: int, zone: str) -> None:
    """Write the rows of these people anew, or of everybody in so many shares; weeks begin in the zone."""
    if people is None:
        for number in range(shares):
            _replace(None, Share(number, shares), zone)
    elif people:
        _replace(people, None, zone)


def _replace(people: Collection[int] | None, share: Share | None, zone: str) -> None:
    seen, lines, newest = (
        _texts(sql)
        for sql in (
            compiled.seen(people, share, zone),
            compiled.lines(people, share),
            compiled.newest(people, share, NEWEST),
        )
    )
    before = set(_of(people, share))
    _write(KEPT, [(who, text, lines.get(who, "[]"), newest.get(who, "[]")) for who, text in seen.items()])
    _delete(before - set(seen))


def _write(sql: str, rows: list[tuple[Any, ...]]) -> None:
    """In pieces: on SQLite an operator's click waits as long as one of them takes."""
    for begin in range(0, len(rows), WRITTEN):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(sql, rows[begin : begin + WRITTEN])


def _texts(sql: tuple[str, dict[str, object]]) -> dict[int, str]:
    table = client.query(*sql, seconds=facts.SECONDS)
    return dict(zip(table.column("who").to_pylist(), table.column("text").to_pylist(), strict=True))


def _of(people: Collection[int] | None, share: Share | None) -> Iterator[int]:
    """Members of whom a row is kept."""
    if people is not None:
        for some in _chunks(people):
            yield from Profile.objects.filter(pk__in=some).values_list("pk", flat=True)
    elif share is not None:
        found = Profile.objects.values_list("pk", flat=True).iterator()
        yield from (who for who in found if who % share.of == share.part)


def score() -> None:
    """Put the present scores into the rows of whoever has or had any."""
    found = _texts(compiled.scores())
    had = Profile.objects.exclude(scores="[]").values_list("pk", flat=True)
    gone = [("[]", who) for who in set(had) - set(found)]
    _write(SCORED, [*((text, who) for who, text in found.items()), *gone])


def forget(members: Iterable[int]) -> None:
    """Their accounts changed hands: until concluded anew, the store is asked."""
    _delete(members)


def _delete(members: Iterable[int]) -> None:
    for some in _chunks(members):
        Profile.objects.filter(pk__in=some).delete()


def _chunks(members: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(members)
    for begin in range(0, len(ordered), SOME):
        yield ordered[begin : begin + SOME]

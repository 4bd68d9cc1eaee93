"""What do accounts say about themselves? Traits from SDKs, the latest saying by event time; erasable.

An event tells them in its private fields `$set`, `$set_once` (JSON objects as text) and `$unset` (a list of names); with `$delete`
it takes back whatever was said until then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, NamedTuple, cast

import orjson
from django.db import connection

from weilu.core.directory.models import Fact

MOST = 100
"""Traits read of one saying."""
LONGEST = 1_000
SET, SET_ONCE, UNSET = CHANGES = ("$set", "$set_once", "$unset")
DELETE, ALL = "$delete", ""
"""A row of that name marks until when everything was taken back, so that what is older and arrives late does not come back."""

# An unset row stays as a mark, so that an older saying that arrives late does not bring the trait back. A first value
# yields to any set one; of two first values the earlier holds.
_UPSERT = """
INSERT INTO directory_fact (identity_id, name, value, at, once) SELECT %s, %s, %s, %s, %s
WHERE NOT EXISTS (SELECT 1 FROM directory_fact WHERE identity_id = %s AND name = '' AND at > %s)
ON CONFLICT (identity_id, name) DO UPDATE SET value = excluded.value, at = excluded.at, once = excluded.once
WHERE CASE WHEN excluded.once THEN directory_fact.once AND excluded.at < directory_fact.at
      ELSE directory_fact.once OR excluded.at >= directory_fact.at END
"""

_TAKE_BACK = "DELETE FROM directory_fact WHERE identity_id = %s AND name != '' AND at <= %s"
_BY_MEMBER = """
SELECT i.member_id, f.value FROM directory_fact AS f JOIN directory_identity AS i ON i.id = f.identity_id
WHERE f.name = %s AND f.value != '' ORDER BY i.member_id, f.at, f.id
"""
"""The last row of a member is what holds."""
_OF = "SELECT name, value, at FROM directory_fact WHERE identity_id IN ({})"


class Told(NamedTuple):
    """An account said something at `at` (ms); `private` is the event's private side as JSON text."""

    identity: int
    private: str
    at: int


def tells(private: str) -> bool:
    """Whether an event's private side (JSON text) may hold traits; cheap, and sometimes wrong where texts quote them."""
    return '"$' in private


def write(told: Iterable[Told]) -> None:
    """Change what is known, in the order of saying. Inside the caller's transaction; safe to run twice."""
    rows = [row for one in told for row in _rows(one)]
    with connection.cursor() as cursor:
        for all_of_it, some in groupby(rows, key=lambda row: row[1] == ALL):
            said = [(*row, row[0], row[3]) for row in some]
            cursor.executemany(_UPSERT, said)
            if all_of_it:
                cursor.executemany(_TAKE_BACK, [row[-2:] for row in said])


def of(identities: Iterable[int]) -> list[tuple[str, Any]]:
    """(name, value) of what these accounts say now, by name; of two that say the same the later."""
    found: dict[str, tuple[int, Any]] = {}
    some = list(identities)
    for name, value, at in _said(some) if some else ():
        if value and (name not in found or found[name][0] < at):
            found[name] = (at, orjson.loads(value))
    return [(name, found[name][1]) for name in sorted(found)]


def of_members(name: str) -> dict[int, Any]:
    """What each member who says anything under this name says now; of several accounts the later saying."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_MEMBER, [name])
        told = dict(cursor.fetchall())
    return {member: orjson.loads(value) for member, value in told.items()}


def _said(identities: list[int]) -> list[tuple[str, str, int]]:
    marks = ", ".join(["%s"] * len(identities))
    with connection.cursor() as cursor:
        cursor.execute(_OF.format(marks), identities)
        return cast(list[tuple[str, str, int]], cursor.fetchall())


def forget(identity: int) -> None:
    """An account is erased."""
    Fact.objects.filter(identity=identity).delete()


def _rows(one: Told) -> Iterable[tuple[Any, ...]]:
    private = orjson.loads(one.private) if one.private else {}
    if private.get(DELETE):
        yield one.identity, ALL, "", one.at, False
    for change in CHANGES:
        said = orjson.loads(private[change]) if private.get(change) else {}
        values: Mapping[str, Any] = said if isinstance(said, dict) else dict.fromkeys(map(str, said))
        for name, value in list(values.items())[:MOST]:
            text = "" if change == UNSET or value is None else orjson.dumps(value).decode()
            if len(text) <= LONGEST and 0 < len(name) <= 100:
                yield one.identity, name, text, one.at, change == SET_ONCE

"""Who is in a snapshot? That stands in the main database, which backups hold; the column store has a copy for questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa

from weilu.core import clock
from weilu.core.directory.models import Identity
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import lifecycle
from weilu.members.segments.models import Segment, Snapshot
from weilu.members.segments.queries import SNAPSHOT

SOME = 900
NUMBER = "<u4"


def keep(row: Segment, members: Sequence[int]) -> None:
    """Inside the caller's transaction: an account of each, so that merging and its undoing find them again."""
    accounts = np.array(sorted(_accounts(members)), NUMBER)
    Snapshot.objects.create(segment=row, accounts=accounts.tobytes())


def fill(row: Segment) -> None:
    """Into the store. Raises Unavailable."""
    accounts = np.frombuffer(bytes(row.kept.accounts), NUMBER)
    size, at = len(accounts), int(row.created_at.timestamp())
    columns = {
        "key": pa.array([SNAPSHOT] * size, pa.string()),
        "scope": pa.array([row.pk] * size, pa.uint32()),
        "who": pa.array(accounts, pa.uint32()),
        "froms": pa.array([[at]] * size, pa.list_(pa.uint32())),
        "vals": pa.array([["in"]] * size, pa.list_(pa.string())),
        "rule": pa.array([row.version] * size, pa.uint32()),
        "upto": pa.array([0] * size, pa.uint64()),
        "version": pa.array([clock.now_ms()] * size, pa.uint64()),
    }
    client.insert("weilu.timelines", pa.table(columns))


def fill_missing() -> None:
    """Those of which a store that was built anew holds nothing. Raises Unavailable."""
    there = client.query(*lifecycle.stored_scopes([SNAPSHOT], None)).column("scope").to_pylist()
    for row in Segment.objects.filter(snapshot=True, kept__isnull=False).exclude(pk__in=there):
        fill(row)


def _accounts(members: Sequence[int]) -> Iterable[int]:
    first: dict[int, int] = {}
    for begin in range(0, len(members), SOME):
        rows = Identity.objects.filter(member__in=members[begin : begin + SOME]).order_by("-pk")
        first.update(rows.values_list("member_id", "pk"))
    return first.values()

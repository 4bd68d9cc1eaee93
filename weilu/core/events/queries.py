"""What does the log hold? Reads across sealed files and the live part, for handlers, the loader and pages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from weilu.core.events import sealed, store
from weilu.core.events.models import BatchTally, Private, Sequenced
from weilu.core.events.rows import COLUMNS, Row, rows_of

_READ = f"SELECT {', '.join(COLUMNS)} FROM events_logentry WHERE position > %s ORDER BY position LIMIT %s"  # noqa: S608


def head() -> int:
    """The last position given (0: nothing ever happened). It never falls, also when events are retracted."""
    return Sequenced.objects.filter(id=1).values_list("head", flat=True).first() or 0


def read(after: int, limit: int) -> list[Row]:
    """Up to `limit` rows with a position above `after`, in order. What has been retracted is left out at once."""
    while True:
        before = sealed.generation()
        rows = sealed.read(after, limit)
        if len(rows) < limit:
            rows += rows_of(store.execute(_READ, [max(after, sealed.last()), limit - len(rows)]))
        # Sealing moves rows between the two parts; if it did so meanwhile, look again.
        if sealed.generation() == before:
            return rows


def texts(positions: Collection[int]) -> dict[int, str]:
    """What was said at these positions, where it still stands."""
    found: dict[int, str] = {}
    ordered = sorted(positions)
    for start in range(0, len(ordered), 900):
        some = ordered[start : start + 900]
        found.update(
            Private.objects.filter(position__in=some).exclude(text="").values_list("position", "text")
        )
    return found


def position_at(moment: int) -> int:
    """The last position recorded before a moment (ms since 1970 UTC); 0 if none. Used for "known D"."""
    in_files = sealed.position_at(moment)
    low, high = sealed.last(), head()
    best = in_files
    # `recorded` never falls with the position, so halving finds the border.
    while low < high:
        middle = (low + high) // 2
        found = store.execute(
            "SELECT position, recorded FROM events_logentry WHERE position > %s AND position <= %s "
            "ORDER BY position LIMIT 1",
            [middle, high],
        )
        if found and found[0][1] < moment:
            best = low = found[0][0]
        else:
            high = middle
    return best


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of a batch: events that were new, already known, and held back for an operator."""

    new: int
    repeated: int
    held: int


def tally(batch: int) -> Tally:
    row = BatchTally.objects.filter(batch=batch).first()
    return Tally(row.new, row.repeated, row.held) if row else Tally(0, 0, 0)

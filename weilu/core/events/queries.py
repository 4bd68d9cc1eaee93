"""What does the log hold? Reads across sealed files and the live part, for handlers, the loader and pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Count

from weilu.core import clock
from weilu.core.events import frames, intake, ranges, sealed, store
from weilu.core.events.models import BatchTally, Held, Private, Retraction, Sequenced
from weilu.core.events.rows import COLUMNS, Row, rows_of

_READ = f"SELECT {', '.join(COLUMNS)} FROM events_logentry WHERE position > %s ORDER BY position LIMIT %s"  # noqa: S608


def head() -> int:
    """The last position given (0: nothing ever happened). It never falls, also when events are retracted."""
    return Sequenced.objects.filter(id=1).values_list("head", flat=True).first() or 0


def read(after: int, limit: int) -> list[Row]:
    """Up to `limit` rows with a position above `after`, in order. What has been retracted is left out at once."""
    while True:
        before = sealed.generation()
        try:
            rows = sealed.read(after, limit) if before else []
            if len(rows) < limit:
                rows += rows_of(store.execute(_READ, [max(after, sealed.last()), limit - len(rows)]))
        except FileNotFoundError:
            if sealed.generation() == before:
                raise
            continue
        # Sealing moves rows between the two parts and a purge swaps files; if one did so meanwhile, look again.
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


def known_on(day: dt.date, timezone: str) -> int:
    """The last position recorded when a day ended in a time zone (IANA name): what "known D" means."""
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), ZoneInfo(timezone))
    return position_at(clock.to_ms(end))


def position_at(moment: int) -> int:
    """The last position recorded before a moment (ms since 1970 UTC); 0 if none."""
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


def waiting() -> int:
    """How many events are durable and not in the log yet."""
    return intake.count()


@dataclass(frozen=True, slots=True)
class Retracted:
    """What left the log at once: positions as (first, last), and rows that passed to another batch (first, last, batch)."""

    number: int
    what: str
    ref: int
    ranges: tuple[tuple[int, int], ...]
    moved: tuple[tuple[int, int, int], ...]


def retractions(after: int = 0) -> list[Retracted]:
    """Retractions with a number above `after`, in order; for stores that keep a copy of the log."""
    return [
        Retracted(
            row.pk,
            row.what,
            row.ref,
            tuple((a, b) for a, b in row.ranges),
            tuple((a, b, c) for a, b, c in row.moved),
        )
        for row in Retraction.objects.filter(pk__gt=after).order_by("pk")
    ]


def retracted_ranges(after: int = 0) -> list[tuple[int, int]]:
    """Everything that retractions above a number took out, as disjoint ranges: whoever holds a copy leaves them out."""
    return ranges.pairs(ranges.of(pair for row in retractions(after) for pair in row.ranges))


@dataclass(frozen=True, slots=True)
class Waiting:
    """An SDK event whose clock is too far off: `happened` by its own clock, `arrived` by ours (ms)."""

    number: int
    kind: str
    happened: int
    arrived: int
    source: str


def held(source: str | None = None, limit: int = 1_000) -> list[Waiting]:
    """Events that wait for an operator to let them in or throw them away, oldest first, at most `limit`; those of one source, or
    of all."""
    rows = (
        Held.objects.order_by("pk") if source is None else Held.objects.filter(source=source).order_by("pk")
    )
    return [
        Waiting(row.pk, frames.decode(bytes(row.payload)).rows[0][0], row.happened, row.arrived, row.source)
        for row in rows[:limit]
    ]


def held_counts(sources: Collection[str]) -> dict[str, int]:
    """How many events of each of these sources wait for an operator."""
    rows = Held.objects.filter(source__in=sources).values_list("source").annotate(Count("pk"))
    return dict(rows.order_by())


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of a batch: events that were new, already known, and held back for an operator."""

    new: int
    repeated: int
    held: int


def tally(batch: int) -> Tally:
    row = BatchTally.objects.filter(batch=batch).first()
    return Tally(row.new, row.repeated, row.held) if row else Tally(0, 0, 0)


def known_keys(keys: Collection[bytes]) -> set[bytes]:
    """Those of the keys that the log has seen, sealed ones included; for previews of imports."""
    return set(store.positions_of(list(keys)))

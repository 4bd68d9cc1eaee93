"""What does the log hold for a week's report? Reads the events of five weeks once, and the texts that topics need."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from weilu.core import clock
from weilu.core.directory import queries as directory
from weilu.core.directory.models import Identity
from weilu.core.events import queries as log
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import report as compiled
from weilu.core.warehouse.compile.facts import Rows
from weilu.evaluation.reports.asking import WEEKS_BEFORE, Where
from weilu.evaluation.reports.reading import MESSAGE, Line, Reading
from weilu.evaluation.reports.words import name_words

MOST_TEXTS = 20_000
"""So many messages of the week, and of the weeks before, are read at most; of more, every n-th."""
QUARTER = 900
SOME = 900


@dataclass(frozen=True, slots=True)
class Late:
    """Whether anything of what was known is left, how many events of the week came later, and whether anything came at all
    that could change a figure."""

    kept: bool
    week: int
    differs: bool


def read(where: Where, dormant: tuple[int, ...]) -> Reading:
    """The community's week. Raises Unavailable while the warehouse is down."""
    week, zone = where.week, where.timezone
    start, end = week.start(zone), week.end(zone)
    rows = Rows(
        communities=[where.community],
        since=week.back(WEEKS_BEFORE).start(zone),
        before=end,
        known=where.known,
    )
    table = client.query(*compiled.events(rows))
    columns = (table.column(name).to_pylist() for name in Line._fields)
    lines = tuple(Line(*values) for values in zip(*columns, strict=True))
    said = [line for line in lines if line.kind == MESSAGE]
    now, before = [line for line in said if line.at >= start], [line for line in said if line.at < start]
    return Reading(
        week=week,
        timezone=zone,
        start=start,
        end=end,
        lines=lines,
        horizon=min(end, clock.now_ms() // 1000),
        texts=log.texts([line.position for line in [*_spread(now), *_spread(before)]]),
        hours=hours(now, zone),
        hours_before=hours(before, zone),
        dormant=dormant,
    )


def names_to_avoid(reading: Reading) -> frozenset[str]:
    """Words of the names of all who spoke, under each of their accounts."""
    people = sorted({line.person for line in reading.lines})
    names = set(directory.member_names(people).values())
    for begin in range(0, len(people), SOME):
        some = people[begin : begin + SOME]
        names.update(Identity.objects.filter(member_id__in=some).values_list("name", flat=True))
    return name_words(names)


def late(where: Where, known: int) -> Late:
    """What came in after a position."""
    start, end = where.week.start(where.timezone), where.week.end(where.timezone)
    row = client.query(*compiled.late(where.community, start, end, known)).to_pylist()[0]
    return Late(bool(row["kept"]), int(row["week"]), bool(row["week"] or row["earlier"] or row["moved"]))


def last_events(communities: Collection[int]) -> dict[int, int]:
    """When something last happened in each community, in seconds since 1970; those without events are left out."""
    if not communities:
        return {}
    table = client.query(*compiled.last_events(communities))
    return {row["community"]: row["at"] for row in table.to_pylist()}


def _spread(lines: Sequence[Line]) -> Sequence[Line]:
    """All of them, or evenly chosen ones where there are too many."""
    return lines[:: -(-len(lines) // MOST_TEXTS) or 1]


def hours(lines: Iterable[Line], timezone: str) -> Counter[tuple[int, int]]:
    """Messages by weekday and local hour. Zones differ from UTC by quarters of an hour, so one look-up a quarter does."""
    quarters = Counter(line.at // QUARTER for line in lines)
    zone, found = ZoneInfo(timezone), Counter[tuple[int, int]]()
    for quarter, count in quarters.items():
        local = dt.datetime.fromtimestamp(quarter * QUARTER, zone)
        found[local.isoweekday(), local.hour] += count
    return found

"""What happened, told with names and words? For the live feed and for lists of the events behind a number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from weilu.communities import sentences
from weilu.core import clock
from weilu.core.directory.models import Community, Identity
from weilu.core.directory.queries import brand_zone
from weilu.core.events.queries import texts
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import recent

EXCERPT = 160


@dataclass(frozen=True, slots=True)
class Happening:
    """An event with what a reader needs. `member` is 0 for nobody; `timezone` is the community's."""

    position: int
    kind: str
    at: dt.datetime
    community: int
    where: str
    timezone: str
    member: int
    who: str
    whom: str
    text: str
    value: int | None

    @property
    def sentence(self) -> SafeString:
        return sentences.told(self.kind, self.who, self.where, self.whom, self.value)

    @property
    def excerpt(self) -> str:
        return self.text if len(self.text) <= EXCERPT else f"{self.text[:EXCERPT]}…"


def latest(
    communities: Collection[int],
    since: dt.datetime,
    before: dt.datetime,
    limit: int,
    known: int | None = None,
) -> list[Happening]:
    """The newest events in [since, before) in these communities, newest first."""
    if not communities:
        return []
    edges = int(since.timestamp()), int(before.timestamp())
    sql, values = recent.newest(communities, sentences.SHOWN, *edges, limit, known)
    return _told(client.query(sql, values).to_pylist())


def in_order(positions: Sequence[int], communities: Collection[int] | None) -> list[Happening]:
    """The events at these positions, in the order of the log; only those in these communities, where given."""
    if not positions:
        return []
    sql, values = recent.at(positions, communities)
    return _told(client.query(sql, values).to_pylist())


def _told(rows: list[dict[str, Any]]) -> list[Happening]:
    people = _people({row["identity"] for row in rows} | {row["target"] for row in rows})
    places = {one.pk: one for one in Community.objects.filter(pk__in={row["community"] for row in rows})}
    words = texts([row["position"] for row in rows])
    zone = brand_zone()
    return [_happening(row, people, places.get(row["community"]), words, zone) for row in rows]


def _happening(
    row: dict[str, Any],
    people: dict[int, tuple[int, str]],
    place: Community | None,
    words: dict[int, str],
    zone: str,
) -> Happening:
    member, who = people.get(row["identity"], (0, gettext("Somebody")))
    return Happening(
        position=row["position"],
        kind=row["kind"],
        at=clock.from_ms(row["at"]),
        community=row["community"],
        where=str(place) if place else "",
        timezone=(place.timezone if place else "") or zone,
        member=member,
        who=who,
        whom=people.get(row["target"], (0, ""))[1] if row["target"] else "",
        text=words.get(row["position"], ""),
        value=row["value"],
    )


def _people(identities: set[int]) -> dict[int, tuple[int, str]]:
    """Identity → its member and the name to show."""
    rows = Identity.objects.filter(pk__in=identities - {0}).select_related("member")
    return {row.pk: (row.member_id, row.member.name or row.name or f"#{row.member_id}") for row in rows}

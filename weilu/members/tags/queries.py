"""Which tags does a viewer see, who carries them, what does one member carry, and what uses a tag?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from weilu.core import clock
from weilu.core.operators import rights
from weilu.core.operators.access import Viewer, missing
from weilu.core.operators.models import Operator
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import intervals as compiled
from weilu.members import facts
from weilu.members.segments.models import Segment
from weilu.members.segments.queries import may, named
from weilu.members.segments.queries import problem as segment_problem
from weilu.members.segments.queries import sees as segment_seen
from weilu.members.segments.queries import users as segments_naming
from weilu.members.segments.uses import User
from weilu.members.tags import keeping
from weilu.members.tags.keeping import TAG
from weilu.members.tags.models import Holding, Source, Tag
from weilu.members.when import When


def tags(viewer: Viewer) -> list[Tag]:
    """Everybody's, and those whose communities the viewer sees, by group and name."""
    rows = Tag.objects.select_related("segment").order_by("group", "name")
    return [row for row in rows if sees(viewer, row)]


def sees(viewer: Viewer, row: Tag) -> bool:
    """A dynamic one says of people what its segment says, so whoever does not see that does not see the tag."""
    if row.segment is not None:
        return segment_seen(viewer, row.segment)
    return row.communities is None or all(viewer.sees(one) for one in row.communities)


def usable(viewer: Viewer) -> list[Tag]:
    """The fixed ones that the viewer may give and take somewhere."""
    return [row for row in tags(viewer) if not row.dynamic] if viewer.can(rights.EDIT_MEMBERS) else []


def may_define(viewer: Viewer, row: Tag) -> bool:
    """Whether the viewer may change the tag itself."""
    return may(viewer, row.places, rights.EDIT_MEMBERS)


def access_tag(viewer: Viewer, tag_id: int) -> Tag:
    """The tag, if the viewer sees it; else NotFound."""
    row = Tag.objects.filter(pk=tag_id).select_related("segment").first()
    if row is None or not viewer.known or not sees(viewer, row):
        raise missing()
    return row


def find(viewer: Viewer, given: int | str) -> Tag:
    """By number or name. Raises NotFound for one that is not there and for one that is not the viewer's alike."""
    wanted = {"pk": given} if isinstance(given, int) else {"name__iexact": given.replace("\0", "\ufffd")}
    row = Tag.objects.filter(**wanted).select_related("segment").first()
    if row is None or not sees(viewer, row):
        raise missing()
    return row


def problem(viewer: Viewer, row: Tag) -> str:
    """Why a dynamic one stands still just now, in the language of the moment; empty where it follows."""
    return segment_problem(viewer, row.segment) if row.segment and row.segment.problem else ""


# who carries them -----------------------------------------------------------------------------------------------------


def holders(row: Tag, before: int) -> list[int]:
    """Everybody who carried it just before a moment in seconds, with today's knowledge of who is who."""
    keeping.bring_up()
    table = client.query(*compiled.pairs(TAG, [row.pk], before), seconds=facts.SECONDS)
    return sorted(set(table.column("person").to_pylist()) - {0})


@dataclass(frozen=True, slots=True)
class Carried:
    """A tag as one member carries it."""

    tag: Tag
    source: str
    by: str
    since: dt.datetime
    expires_at: dt.datetime | None
    confidence: int | None
    event: int | None
    rule_version: int | None

    @property
    def from_rule(self) -> bool:
        return self.source == Source.RULE

    @property
    def source_word(self) -> str:
        return str(Source(self.source).label)


def carried(viewer: Viewer, member: int, moment: When) -> list[Carried]:
    """What a member carries at the moment asked for, of what the viewer sees; each tag once, the longest."""
    at = clock.from_ms(moment.before * 1000 - 1) if not moment.present else clock.now()
    rows = Holding.objects.at(at).filter(identity__member=member).select_related("tag__segment")
    seen = [row for row in rows.order_by("tag__group", "tag__name", "since") if sees(viewer, row.tag)]
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    longest = {row.tag_id: row for row in sorted(seen, key=lambda one: one.expires_at or far)}
    called = dict(
        Operator.objects.filter(pk__in={one.by for one in seen if one.by}).values_list("pk", "name")
    )
    return [
        Carried(
            row.tag, row.source, called.get(row.by or 0, ""), row.since, row.expires_at, row.confidence, row.event,
            row.rule_version,
        )
        for row in sorted(longest.values(), key=lambda one: (one.tag.group, one.tag.name))
    ]  # fmt: skip


# what uses what -------------------------------------------------------------------------------------------------------


def used_by(row: Tag) -> list[Segment]:
    """Segments whose rules ask for it, also such as a viewer does not see."""
    return users().get(row.pk, [])


def users() -> dict[int, list[Segment]]:
    """By tag the segments whose rules ask for it."""
    return segments_naming(TAG)


def following(segment: int) -> list[User]:
    """Tags that follow a segment, for its list of what uses it."""
    return [
        User(row.name, f"/tags/{row.pk}/") for row in Tag.objects.filter(segment=segment).order_by("name")
    ]


@dataclass(frozen=True, slots=True)
class Reached:
    """What a rule hangs on in the end."""

    segments: frozenset[int]
    tags: frozenset[int]


def reached(segment: Segment) -> Reached:
    """Everything that a segment hangs on: itself, segments and tags in its rule, what these follow, and so on."""
    rules = dict(Segment.objects.values_list("pk", "rule"))
    followed = dict(Tag.objects.exclude(segment=None).values_list("pk", "segment_id"))
    segments: set[int] = set()
    found: set[int] = set()
    ahead = [segment.pk]
    while ahead:
        one = ahead.pop()
        if one in segments:
            continue
        segments.add(one)
        asked = named(rules.get(one), TAG)
        found |= asked
        ahead += [*named(rules.get(one)), *(followed[tag] for tag in asked if tag in followed)]
    return Reached(frozenset(segments), frozenset(found))

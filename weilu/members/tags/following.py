"""Who carries a dynamic tag? It follows the comings and goings of its segment; who left keeps it for the days it says.

What the segment's rows in the store say since the last time is carried over; now and then everybody is compared, since a
merge may leave behind what no coming or going tells of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from django.db import transaction
from django.db.models import QuerySet

from weilu.core import clock
from weilu.core.directory.minting import chunks
from weilu.core.directory.models import Identity
from weilu.core.jobs.locks import only_one
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import intervals as compiled
from weilu.members import facts
from weilu.members.conclude import same
from weilu.members.models import Concluded
from weilu.members.segments.queries import SEGMENT
from weilu.members.tags.actions import giving
from weilu.members.tags.actions.giving import Reason
from weilu.members.tags.models import Holding, Source, Tag

FOLLOWING = "tags.following"
COMPARED = dt.timedelta(minutes=10)
FEW = 200
"""Of so many that come in at once the event is looked up that brought each of them."""
NEAR = 300
"""An event recorded at most so many seconds before is taken for what brought somebody in."""


def waiting() -> bool:
    """Whether segments have moved, or a tag has not been worked out yet."""
    tags = Tag.objects.exclude(segment=None)
    if not tags.exists():
        return False
    seen = Concluded.objects.filter(key=SEGMENT).first()
    cursor = Concluded.objects.filter(key=FOLLOWING).first()
    if seen is None:
        return False
    return cursor is None or not same(cursor, seen) or _fresh().exists()


def run_once() -> int:
    """Follow whatever moved; returns how many tags came or went."""
    with only_one("tags.following") as held:
        return _run() if held and waiting() else 0


def look_again(now: dt.datetime) -> int:
    """What is over by itself ends; segments that time alone moved are followed, and now and then everybody is compared."""
    with transaction.atomic():
        over = giving.end_expired(now)
    with only_one("tags.following") as held:
        tags = list(Tag.objects.exclude(segment=None).select_related("segment")) if held else []
        return over + sum(_follow(tag, now) for tag in tags)


def _run() -> int:
    seen = Concluded.objects.get(key=SEGMENT)
    now = clock.now()
    moved = sum(_follow(tag, now) for tag in Tag.objects.exclude(segment=None).select_related("segment"))
    seen.key = seen.pk = FOLLOWING
    seen.save()
    return moved


def _fresh() -> QuerySet[Tag]:
    return Tag.objects.filter(followed=0, segment__computed_version__gt=0, segment__problem="")


def _follow(tag: Tag, now: dt.datetime) -> int:
    segment = tag.segment
    if segment is None or not segment.computed_version or segment.problem:
        return 0
    moved = client.query(
        *compiled.moved(SEGMENT, segment.pk, tag.followed), seconds=facts.SECONDS
    ).to_pylist()
    whole = not tag.followed or tag.compared_at is None or tag.compared_at + COMPARED <= now
    version = max((row["version"] for row in moved), default=tag.followed)
    if whole:
        changed = _compare(tag, now)
    else:
        came = {row["who"]: row["at"] for row in moved if row["held"]}
        went = {row["who"]: row["at"] for row in moved if not row["held"]}
        changed = _came(tag, came, now) + _went(tag, went, now)
    fields = {"followed": max(version, 1)} | ({"compared_at": now} if whole else {})
    Tag.objects.filter(pk=tag.pk, segment=segment).update(**fields)
    return changed


def _compare(tag: Tag, now: dt.datetime) -> int:
    """Everybody: who is in the segment carries it, who is not does not for ever."""
    assert tag.segment is not None
    rows = client.query(*compiled.moved(SEGMENT, tag.segment.pk, 0), seconds=facts.SECONDS).to_pylist()
    inside = {row["who"]: row["at"] for row in rows if row["held"]}
    left = {row["who"]: row["at"] for row in rows if not row["held"]}
    lasting = Holding.objects.open().filter(tag=tag, source=Source.RULE, expires_at=None)
    carrying = set(lasting.values_list("identity__member", flat=True))
    at = int(now.timestamp())
    gone = {one: left.get(one, at) for one in carrying - set(inside)}
    ending = Holding.objects.open().filter(tag=tag, source=Source.RULE).exclude(expires_at=None)
    settled = carrying - set(ending.values_list("identity__member", flat=True))
    came = {one: when for one, when in inside.items() if one not in settled}
    return _came(tag, came, now) + _went(tag, gone, now)


def _came(tag: Tag, people: Mapping[int, int], now: dt.datetime) -> int:
    """They carry it from now on, without an end."""
    changed = 0
    version = tag.segment.version if tag.segment else None
    for some in chunks(sorted(people), giving.SOME):
        with transaction.atomic():
            giving.line_up(tag)
            giving.end_expired(now, tag)
            back = [one for one in giving.held_by(tag, some) if one.expires_at is not None]
            giving.postpone(back, None)
        reason = Reason(
            Source.RULE, rule_version=version, events=_brought(some, now) if len(people) <= FEW else {}
        )
        changed += len(back) + len(giving.give(tag, some, reason, now).added)
    return changed


def _went(tag: Tag, people: Mapping[int, int], now: dt.datetime) -> int:
    """They keep it for the days it says, from when they left."""
    changed = 0
    for some in chunks(sorted(people), giving.SOME):
        with transaction.atomic():
            giving.line_up(tag)
            giving.end_expired(now, tag)
            rows = [one for one in giving.held_by(tag, some) if one.expires_at is None]
            ends = {row.pk: _until(tag, people[row.identity.member_id]) for row in rows}
            giving.end([row for row in rows if ends[row.pk] <= now], now, Source.RULE)
            for until in {one for one in ends.values() if one > now}:
                giving.postpone([row for row in rows if ends[row.pk] == until], until)
        changed += len(rows)
    return changed


def _until(tag: Tag, left: int) -> dt.datetime:
    return clock.from_ms(left * 1000) + dt.timedelta(days=tag.keep_days)


def _brought(members: Collection[int], now: dt.datetime) -> dict[int, int]:
    """By member the newest event of theirs, where it is so new that it brought them in."""
    owners = dict(Identity.objects.filter(member__in=members).values_list("pk", "member_id"))
    if not owners:
        return {}
    since = int(now.timestamp()) - NEAR
    table = client.query(*compiled.newest(sorted(owners), since)).to_pylist()
    found: dict[int, int] = {}
    for row in table:
        member = owners[row["identity"]]
        found[member] = max(row["position"], found.get(member, 0))
    return found

"""How does an account come to carry a tag, and how does that end? Under every other act of this room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F

from weilu.core.directory.minting import chunks
from weilu.core.directory.models import Identity
from weilu.core.directory.withdrawal import ERASED
from weilu.core.events import actions as log
from weilu.core.events.incoming import Actor, Incoming
from weilu.core.events.keys import key
from weilu.core.operators.access import missing
from weilu.members.tags.events import TAG_ADDED, TAG_REMOVED
from weilu.members.tags.models import Holding, Source, Stale, Tag

SOURCE = "weilu"
SOME = 500
"""So many members change in one transaction: writers beside it wait no longer than that takes."""
EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Reason:
    """Where a tag comes from. `live`: it may start what acts on members; `events`: positions in the log by member."""

    source: str
    by: int | None = None
    rule_version: int | None = None
    confidence: int | None = None
    expires_at: dt.datetime | None = None
    decision: int | None = None
    live: bool = True
    events: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """What came of it: who has it now and had it not, who had it before, and whom nobody knows any more."""

    added: list[int]
    already: list[int]
    gone: list[int]


def give(tag: Tag, members: Collection[int], reason: Reason, now: dt.datetime) -> Given:
    """Each of these members carries the tag, under the account that came first. Who carries it already keeps it as it is."""
    added: list[int] = []
    already: list[int] = []
    gone: list[int] = []
    for some in chunks(sorted(set(members)), SOME):
        with transaction.atomic():
            line_up(tag)
            end_expired(now, tag)
            held = {one.identity.member_id for one in held_by(tag, some)}
            accounts = first_accounts([one for one in some if one not in held])
            add(tag, list(accounts.values()), reason, now)
        already += sorted(held)
        added += sorted(accounts)
        gone += [one for one in some if one not in held and one not in accounts]
    return Given(added, already, gone)


def add(tag: Tag, accounts: Sequence[Identity], reason: Reason, now: dt.datetime) -> list[Holding]:
    """Exactly these accounts, none of which carries it. Inside the caller's transaction."""
    rows = Holding.objects.bulk_create(
        Holding(
            tag=tag, identity=one, since=now, expires_at=reason.expires_at, source=reason.source, by=reason.by,
            rule_version=reason.rule_version, confidence=reason.confidence, decision=reason.decision,
            event=reason.events.get(one.member_id),
        )
        for one in accounts
    )  # fmt: skip
    _tell(TAG_ADDED, rows, now, reason.source, live=reason.live)
    _stale(rows)
    return rows


def take(tag: Tag, members: Collection[int], now: dt.datetime, *, ending: int | None = None) -> list[int]:
    """None of these members carries the tag any more; returns who did."""
    taken: list[int] = []
    for some in chunks(sorted(set(members)), SOME):
        with transaction.atomic():
            line_up(tag)
            end_expired(now, tag)
            rows = held_by(tag, some)
            end(rows, now, Source.HAND, ending=ending)
        taken += sorted({one.identity.member_id for one in rows})
    return taken


def end(
    rows: Sequence[Holding], now: dt.datetime, how: str, *, ending: int | None = None, live: bool = True
) -> None:
    """Those that nobody has ended meanwhile end at this moment. Inside the caller's transaction."""
    rows = [one for some in chunks(list(rows), SOME) for one in _still_open(some)]
    for some in chunks(rows, SOME):
        Holding.objects.filter(pk__in=[one.pk for one in some]).update(ended_at=now, ending=ending)
    _tell(TAG_REMOVED, rows, now, how, live=live)
    _stale(rows)


def postpone(rows: Sequence[Holding], until: dt.datetime | None) -> None:
    """These end then instead (None: not by themselves). Inside the caller's transaction."""
    for some in chunks(list(rows), SOME):
        Holding.objects.filter(pk__in=[one.pk for one in some]).update(expires_at=until)
    _stale(rows)


def line_up(tag: Tag) -> None:
    """One writer a tag until the commit (on SQLite there is one anyway). Raises NotFound where it is gone."""
    if Tag.objects.select_for_update().filter(pk=tag.pk).first() is None:
        raise missing()


def renew(rows: Sequence[Holding], until: dt.datetime | None, confidence: int | None) -> None:
    """These end then instead, and are so sure. Inside the caller's transaction."""
    Holding.objects.filter(pk__in=[one.pk for one in rows]).update(confidence=confidence)
    postpone(rows, until)


def end_expired(now: dt.datetime, tag: Tag | None = None, limit: int = 2_000) -> int:
    """What was over by itself is said to be over, at the moment when it was. Inside the caller's transaction."""
    found = Holding.objects.open().filter(expires_at__lte=now).select_related("identity").order_by("pk")
    found = found.select_for_update(
        of=("self",)
    )  # the job and whoever gives the tag may look at the same time
    rows = list((found if tag is None else found.filter(tag=tag))[:limit])
    for some in chunks(rows, SOME):
        Holding.objects.filter(pk__in=[one.pk for one in some]).update(ended_at=F("expires_at"))
    _tell(TAG_REMOVED, rows, now, EXPIRED)
    return len(rows)


def held_by(tag: Tag, members: Collection[int]) -> list[Holding]:
    """What accounts of these members carry and nobody has ended."""
    rows = Holding.objects.open().filter(tag=tag, identity__member__in=members)
    return list(rows.select_related("identity").order_by("pk"))


def first_accounts(members: Sequence[int]) -> dict[int, Identity]:
    """By member the account that came first and says still who it is; bots have none."""
    found: dict[int, Identity] = {}
    for some in chunks(list(members), SOME):
        rows = Identity.objects.filter(member__in=some, bot=False).order_by("anonymous", "pk")
        for one in rows:
            if not one.outside.startswith(ERASED):
                found.setdefault(one.member_id, one)
    return found


def stale(pairs: Iterable[tuple[int, int]]) -> None:
    """The store has to hear of these (tag, account) again."""
    Stale.objects.bulk_create((Stale(tag=tag, identity=identity) for tag, identity in pairs), batch_size=SOME)


def _still_open(rows: Sequence[Holding]) -> list[Holding]:
    """Theirs until the commit: two who end the same tell of it once."""
    locked = Holding.objects.open().select_for_update().order_by("pk")
    there = set(locked.filter(pk__in=[one.pk for one in rows]).values_list("pk", flat=True))
    return [one for one in rows if one.pk in there]


def _stale(rows: Sequence[Holding]) -> None:
    stale((one.tag_id, one.identity_id) for one in rows)


def _tell(kind: str, rows: Sequence[Holding], now: dt.datetime, how: str, *, live: bool = True) -> None:
    at = int(now.timestamp() * 1000)
    events = [
        Incoming(
            key(SOURCE, at, kind, one.pk), kind, at, SOURCE, actor=_actor(one.identity),
            properties={"tag": one.tag_id, "source": str(how)},
        )
        for one in rows
    ]  # fmt: skip
    log.record_many(events, live=live)


def _actor(one: Identity) -> Actor:
    """As the directory knows the account: nothing is learned of it."""
    return Actor(one.platform, one.outside, one.name, one.bot, one.anonymous)

"""How does an operator give and take a tag, from one member or from many, and take that back?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from weilu.core import clock
from weilu.core.decisions import actions as decisions
from weilu.core.decisions.models import Decision
from weilu.core.directory.minting import chunks
from weilu.core.directory.models import Member
from weilu.core.errors import Conflict, WeiluError
from weilu.core.operators import audit, rights
from weilu.core.operators.access import Viewer, access_member, missing
from weilu.members.tags import people, queries
from weilu.members.tags.actions import giving
from weilu.members.tags.actions.catalogue import expiry, percent
from weilu.members.tags.actions.giving import Reason
from weilu.members.tags.decisions import GIVEN, TAKEN
from weilu.members.tags.models import Holding, Source, Tag

ADD, REMOVE = "add", "remove"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change of many would do: who would change, who is as wished already, who is not the viewer's to change or has no
    account left."""

    changing: list[int]
    already: int
    others: int


def give_one(
    viewer: Viewer, tag: Tag, member: Member, *, days: int | None = None, confidence: int | None = None,
    event: int | None = None,
) -> bool:  # fmt: skip
    """Whether the member had it not. Given again it keeps where it came from and gets this end. Raises NotFound, Conflict (a dynamic tag,
    an erased member), WeiluError."""
    member = access_member(viewer, member.pk, rights.EDIT_MEMBERS)
    fixed(tag)
    now = clock.now()
    reason = Reason(
        Source.EVENT if event else Source.HAND, viewer.operator_id, confidence=percent(confidence),
        expires_at=expiry(days, now), events={member.pk: event} if event else {},
    )  # fmt: skip
    with transaction.atomic():
        found = giving.give(tag, [member.pk], reason, now)
        if found.already:
            giving.renew(giving.held_by(tag, found.already), reason.expires_at, reason.confidence)
        elif not found.added:
            raise Conflict(_("This member is erased or a bot and carries no tags."))
        audit.record(viewer, "tag.one_given", member, tag=tag.pk)
    return bool(found.added)


def take_one(viewer: Viewer, tag: Tag, member: Member) -> bool:
    """Whether the member had it. Raises NotFound, Conflict (a dynamic tag)."""
    member = access_member(viewer, member.pk, rights.EDIT_MEMBERS)
    fixed(tag)
    with transaction.atomic():
        had = bool(giving.take(tag, [member.pk], clock.now()))
        if had:
            audit.record(viewer, "tag.one_taken", member, tag=tag.pk)
    return had


def preview(viewer: Viewer, tag: Tag, act: str, members: Collection[int]) -> Preview:
    """What `change_many` would do now. Raises Conflict (a dynamic tag)."""
    fixed(tag)
    mine = people.editable(viewer, members)
    having = _having(tag, mine)
    if act == ADD:
        changing, already = sorted(giving.first_accounts(sorted(mine - having))), len(having)
    else:
        changing, already = sorted(having), len(mine - having)
    return Preview(changing, already, max(0, len(set(members)) - len(changing) - already))


def change_many(
    viewer: Viewer, tag: Tag, act: str, members: Collection[int], *, days: int | None = None,
    confidence: int | None = None,
) -> Decision:  # fmt: skip
    """Give (`add`) or take (`remove`) a tag; the decision can be undone. In steps of some hundred members: what was cut off can
    be done again, or undone as far as it came. Raises Conflict (a dynamic tag, nothing to change), WeiluError."""
    if act not in (ADD, REMOVE):
        raise WeiluError(_("Say “add” or “remove”."), field="body.act")
    now = clock.now()
    until, confidence = expiry(days, now), percent(confidence)
    found = preview(viewer, tag, act, members)
    if not found.changing:
        raise Conflict(_("Nobody would change: all of them are as you wish already."))
    kind = GIVEN if act == ADD else TAKEN
    with transaction.atomic():
        decision = decisions.decide(
            kind, subject=("tag", tag.pk), by=viewer.operator_id,
            evidence={"members": len(found.changing), "already": found.already},
        )  # fmt: skip
        audit.record(viewer, kind, ("tag", tag.pk), members=len(found.changing), decision=decision.pk)
    if act == ADD:
        reason = Reason(Source.HAND, viewer.operator_id, None, confidence, until, decision.pk)
        giving.give(tag, found.changing, reason, now)
    else:
        giving.take(tag, found.changing, now, ending=decision.pk)
    return decision


def undo(viewer: Viewer, decision_id: int) -> Decision:
    """Take back a change of many: what it gave and still stands goes, what it took comes back. Raises NotFound, Conflict."""
    decision = Decision.objects.filter(pk=decision_id, kind__in=(GIVEN, TAKEN), undoes=None).first()
    if decision is None:
        raise missing()
    tag = queries.access_tag(viewer, decision.subject_id)
    _demand_undo(viewer, decision)
    decisions.demand_standing(decision)
    now = clock.now()
    if decision.kind == GIVEN:
        _take_back(decision, now)
    else:
        _give_back(tag, decision, now)
    with transaction.atomic():  # last, so that what was cut off can be done again
        undone = decisions.undo(decision, by=viewer.operator_id, reason="")
        audit.record(viewer, "tag.undone", ("tag", tag.pk), decision=decision.pk)
    return undone


def fixed(tag: Tag) -> Tag:
    if tag.dynamic:
        raise Conflict(_("“%(name)s” follows a rule; nobody gives or takes it by hand.") % {"name": tag.name})
    return tag


def _demand_undo(viewer: Viewer, decision: Decision) -> None:
    """Whoever did it, or may change members everywhere."""
    if decision.by != viewer.operator_id and viewer.where(rights.EDIT_MEMBERS) is not None:
        raise missing()
    if not viewer.can(rights.EDIT_MEMBERS):
        raise missing()


def _having(tag: Tag, members: Collection[int]) -> set[int]:
    rows = Holding.objects.at(clock.now()).filter(tag=tag)
    return set(rows.values_list("identity__member", flat=True)) & set(members)


def _take_back(decision: Decision, now: dt.datetime) -> None:
    while rows := list(
        Holding.objects.open().filter(decision=decision.pk).select_related("identity")[: giving.SOME]
    ):
        with transaction.atomic():
            giving.end(rows, now, Source.HAND)


def _give_back(tag: Tag, decision: Decision, now: dt.datetime) -> None:
    """As they were, where their time is not over and nobody has given it again meanwhile."""
    rows = [
        row
        for row in Holding.objects.filter(ending=decision.pk).select_related("identity").order_by("pk")
        if row.expires_at is None or row.expires_at > now
    ]
    for some in chunks(rows, giving.SOME):
        with transaction.atomic():
            giving.line_up(tag)
            carrying = set(_carrying(tag, [row.identity_id for row in some]))
            for row in some:
                if row.identity_id not in carrying:
                    reason = Reason(
                        row.source, row.by, row.rule_version, row.confidence, row.expires_at,
                        events={row.identity.member_id: row.event} if row.event else {},
                    )  # fmt: skip
                    giving.add(tag, [row.identity], reason, now)


def _carrying(tag: Tag, identities: Collection[int]) -> list[int]:
    rows = Holding.objects.open().filter(tag=tag, identity__in=identities)
    return list(rows.values_list("identity", flat=True))

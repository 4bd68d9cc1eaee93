"""How does a tag come, change and go?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from weilu.core import clock
from weilu.core.errors import Conflict, Forbidden, WeiluError
from weilu.core.operators import audit, rights
from weilu.core.operators.access import Viewer, access_community
from weilu.members.segments.models import Segment
from weilu.members.segments.queries import access_segment, may, sees
from weilu.members.tags import queries
from weilu.members.tags.actions import giving
from weilu.members.tags.models import COLOURS, Holding, Source, Tag

MOST = 1_000
MOST_DAYS = 3_650


@dataclass(frozen=True, slots=True)
class Wish:
    """What a tag is to be. `communities` None: everybody may use it. `segment`: a dynamic one that follows this one, and is
    kept for `keep_days` after."""

    name: str
    group: str = ""
    colour: str = ""
    note: str = ""
    communities: list[int] | None = None
    segment: int | None = None
    keep_days: int = 0


def create(viewer: Viewer, wish: Wish) -> Tag:
    """Raises WeiluError, Conflict (the name is taken), Forbidden, NotFound (a community or segment not theirs)."""
    fields = _checked(viewer, wish, None)
    with transaction.atomic():
        if Tag.objects.count() >= MOST:
            raise Conflict(_("There are %(n)s tags already. Remove one first.") % {"n": MOST})
        row = Tag.objects.create(created_by=viewer.operator_id, created_at=clock.now(), **fields)
        audit.record(viewer, "tag.created", ("tag", row.pk), segment=row.segment_id)
    return row


def change(viewer: Viewer, row: Tag, wish: Wish) -> Tag:
    """Raises as `create`. A fixed one stays fixed and a dynamic one dynamic; another segment is followed anew."""
    demand(viewer, row.places)
    fields = _checked(viewer, wish, row)
    if row.dynamic != (fields["segment"] is not None):
        raise Conflict(_("A fixed tag stays fixed, and one that follows a rule keeps following one."))
    if row.segment != fields["segment"]:
        fields |= {"followed": 0, "compared_at": None}
    with transaction.atomic():
        Tag.objects.filter(pk=row.pk).update(**fields)
        audit.record(
            viewer, "tag.changed", ("tag", row.pk), segment=fields["segment"] and fields["segment"].pk
        )
    row.refresh_from_db()
    return row


def remove(viewer: Viewer, row: Tag) -> None:
    """With its history; who carries it loses it first. Raises Conflict while a segment uses it."""
    demand(viewer, row.places)
    if users := queries.used_by(row):
        told = next((one.name for one in users if sees(viewer, one)), "")
        if not told:
            raise Conflict(_("A segment that you do not see uses it."))
        raise Conflict(_("Segment “%(name)s” uses it. Change that one first.") % {"name": told})
    now = clock.now()
    while rows := list(Holding.objects.open().filter(tag=row).select_related("identity")[: giving.SOME]):
        with transaction.atomic():
            giving.end(rows, now, Source.HAND)
    with transaction.atomic():
        pairs = set(Holding.objects.filter(tag=row).values_list("tag_id", "identity_id"))
        giving.stale(pairs)
        audit.record(viewer, "tag.deleted", ("tag", row.pk), accounts=len(pairs))
        row.delete()


def demand(viewer: Viewer, communities: list[int] | None) -> None:
    """Raises Forbidden, NotFound for who may not define tags there."""
    for one in communities or ():
        access_community(viewer, one, rights.EDIT_MEMBERS)
    if not may(viewer, communities, rights.EDIT_MEMBERS):
        raise Forbidden(
            _("A tag for everybody needs the right to change members everywhere. Choose communities.")
        )


def expiry(days: int | None, now: dt.datetime) -> dt.datetime | None:
    """The moment after so many days; None or 0: never. Raises WeiluError."""
    if not days:
        return None
    if not 0 < days <= MOST_DAYS:
        raise WeiluError(_("A tag is kept for 1 to %(n)s days.") % {"n": MOST_DAYS}, field="body.days")
    return now + dt.timedelta(days=days)


def percent(confidence: int | None) -> int | None:
    """Raises WeiluError for what is no percentage."""
    if confidence is not None and not 0 <= confidence <= 100:
        raise WeiluError(_("Confidence is a number from 0 to 100."), field="body.confidence")
    return confidence


def _checked(viewer: Viewer, wish: Wish, row: Tag | None) -> dict[str, Any]:
    name, group, note = (
        text.strip()[:most] for text, most in ((wish.name, 60), (wish.group, 60), (wish.note, 500))
    )
    if not name or "\0" in name + group + note:
        raise WeiluError(_("Give it a name."), field="body.name")
    if name.isdecimal():
        raise WeiluError(_("A name of figures alone would be taken for a number."), field="body.name")
    if Tag.objects.filter(name__iexact=name).exclude(pk=row.pk if row else 0).exists():
        raise Conflict(_("There is a tag “%(name)s” already.") % {"name": name}, field="body.name")
    if wish.colour not in COLOURS:
        raise WeiluError(_("There is no such colour."), field="body.colour")
    if not 0 <= wish.keep_days <= MOST_DAYS:
        raise WeiluError(_("A tag is kept for 1 to %(n)s days.") % {"n": MOST_DAYS}, field="body.keep_days")
    segment = _segment(viewer, wish, row)
    places = segment.communities if segment else wish.communities
    communities = None if places is None else sorted(set(places))
    if communities == []:
        raise WeiluError(_("Choose at least one community, or everybody."), field="body.communities")
    demand(viewer, communities)
    return {
        "name": name, "group": group, "note": note, "colour": wish.colour, "communities": communities,
        "segment": segment, "keep_days": wish.keep_days if segment else 0,
    }  # fmt: skip


def _segment(viewer: Viewer, wish: Wish, row: Tag | None) -> Segment | None:
    """The segment to follow. Raises Conflict for a snapshot, and for one whose rule asks for this tag."""
    if wish.segment is None:
        return None
    segment = access_segment(viewer, wish.segment, rights.EDIT_MEMBERS)
    if segment.snapshot:
        raise Conflict(_("A snapshot does not change. Choose a segment that follows its rule."))
    if row is not None and row.pk in queries.reached(segment).tags:
        raise Conflict(
            _("Segment “%(name)s” asks for this tag, so the tag cannot follow it.") % {"name": segment.name}
        )
    return segment

"""How does a segment come, change and go? The only writers of this room beside `live`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from weilu.core import clock
from weilu.core.directory.forgetting import names, words_for
from weilu.core.errors import Conflict, Forbidden, Unavailable, WeiluError
from weilu.core.operators import audit, rights
from weilu.core.operators.access import Viewer, access_community
from weilu.core.segments.reading import JOINTS, TYPED, parse
from weilu.core.segments.rule import Scene, resolve
from weilu.core.warehouse import client, questions
from weilu.core.warehouse.check import check, visible
from weilu.core.warehouse.question import parse as parse_question
from weilu.members.segments import snapshots, uses
from weilu.members.segments.leaf import access
from weilu.members.segments.models import Segment
from weilu.members.segments.queries import SEGMENT, SNAPSHOT, may, question, sees, used_by

MOST = 500
AUDIT_WORDS = {
    "segment.created": _("Made a segment"),
    "segment.changed": _("Changed a segment"),
    "segment.removed": _("Removed a segment"),
    "segment.kept": _("Kept a snapshot of a segment"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a segment is to be. `communities` None: the whole brand."""

    name: str
    rule: dict[str, Any]
    note: str = ""
    communities: list[int] | None = None


def create(viewer: Viewer, wish: Wish, origin: Mapping[str, Any] | None = None) -> Segment:
    """A live segment; `origin` is the question that it came from. Raises WeiluError, Refused (the rule), Forbidden, NotFound (a community or segment not theirs)."""
    fields = _checked(viewer, wish, None)
    with transaction.atomic():
        _demand_room()
        row = Segment.objects.create(
            created_by_id=viewer.operator_id or None, created_at=clock.now(), origin=origin, **fields
        )
        audit.record(viewer, "segment.created", (SEGMENT, row.pk), communities=row.communities)
    return row


def change(viewer: Viewer, row: Segment, wish: Wish) -> Segment:
    """Raises as `create`, Conflict for a snapshot whose rule would change. A new rule is worked out anew."""
    fields = _checked(viewer, wish, row)
    moved = fields["rule"] != row.rule or fields["communities"] != row.communities
    if row.snapshot and moved:
        raise Conflict(_("A snapshot stays as it is; its name and note can be changed."))
    with transaction.atomic():
        Segment.objects.filter(pk=row.pk).update(**fields, version=row.version + moved)
        audit.record(viewer, "segment.changed", (SEGMENT, row.pk), communities=fields["communities"])
    row.refresh_from_db()
    return row


def remove(viewer: Viewer, row: Segment) -> None:
    """With its history. Raises Conflict while another segment uses it."""
    _demand(viewer, row.communities)
    with transaction.atomic():
        if users := used_by(row):
            told = next((one.name for one in users if sees(viewer, one)), "")
            if not told:
                raise Conflict(_("A segment that you do not see uses it."))
            raise Conflict(_("Segment “%(name)s” uses it. Change that one first.") % {"name": told})
        if others := uses.elsewhere(row.pk):
            raise Conflict(_("“%(name)s” uses it. Change that one first.") % {"name": others[0].name})
        audit.record(viewer, "segment.removed", (SEGMENT, row.pk))
        number = row.pk
        row.delete()
    _forget(number)


def keep(viewer: Viewer, row: Segment, name: str) -> Segment:
    """A snapshot: who is in the segment now, whatever comes. Raises as `create`."""
    fields = _checked(viewer, Wish(name, {SEGMENT: row.pk}, row.note, row.communities), None)
    members = questions.behind(question(row), viewer).ids
    return _snapshot(viewer, {**fields, "rule": row.rule}, members)


def keep_people(viewer: Viewer, wish: Wish, origin: Mapping[str, Any]) -> Segment:
    """The people behind a number of a question as they stand now, as a list. Raises as `create`, and as `questions.behind`."""
    fields = _named(viewer, wish, None)
    members = questions.behind({**origin, "people": True}, viewer).ids
    if not members:
        raise WeiluError(_("Nobody stands behind this number."))
    return _snapshot(viewer, {**fields, "rule": {}, "origin": dict(origin)}, members)


def _snapshot(viewer: Viewer, fields: dict[str, Any], members: list[int]) -> Segment:
    with transaction.atomic():
        _demand_room()
        made = Segment.objects.create(
            **fields, snapshot=True, size=len(members), computed_version=1, computed_at=clock.now(),
            created_by_id=viewer.operator_id or None, created_at=clock.now(),
        )  # fmt: skip
        snapshots.keep(made, members)
        audit.record(viewer, "segment.kept", (SEGMENT, made.pk), members=len(members))
    try:
        snapshots.fill(made)
    except WeiluError:
        made.delete()
        raise
    return made


def _demand_room() -> None:
    if Segment.objects.count() >= MOST:
        raise Conflict(_("There are %(n)s segments already. Remove one first.") % {"n": MOST})


def _forget(number: int) -> None:
    """What the store holds of it. Where that is down the rows stay, and nobody asks for them: numbers are never used again."""
    values = {"keys": [SEGMENT, SNAPSHOT], "scope": number}
    with suppress(Unavailable):
        client.alter(
            "weilu.timelines", "DELETE WHERE key IN {keys:Array(String)} AND scope = {scope:UInt32}", values
        )


def forget_person(identity: int) -> None:
    """Somebody is erased: names and notes that call them are emptied, and so are values that rules compare with. Such a rule is a
    new one: who goes by it has not gone by themselves. Safe to run twice."""
    words = words_for(identity)
    for row in Segment.objects.all():
        name, note = ("" if names(text, words) else text for text in (row.name, row.note))
        rule, origin = _without(row.rule, words), _without(row.origin, words)
        if (name, note, rule, origin) != (row.name, row.note, row.rule, row.origin):
            version = row.version + (rule != row.rule)
            Segment.objects.filter(pk=row.pk).update(
                name=name or f"#{row.pk}", note=note, rule=rule, origin=origin, version=version
            )


def _without(rule: Any, words: Collection[str], typed: bool = False) -> Any:
    if isinstance(rule, dict):
        return {key: _without(value, words, typed or key in TYPED) for key, value in rule.items()}
    if isinstance(rule, list):
        return [_without(one, words, typed) for one in rule]
    return "" if typed and isinstance(rule, str) and names(rule, words) else rule


def _checked(viewer: Viewer, wish: Wish, row: Segment | None) -> dict[str, Any]:
    fields = _named(viewer, wish, row)
    if row is not None and row.snapshot and wish.rule == row.rule:
        return {**fields, "rule": row.rule}
    rule, communities = numbered(viewer, wish.rule), fields["communities"]
    asked = {"kind": "segment", "rule": rule} | ({} if communities is None else {"communities": communities})
    frame = check(parse_question(asked), viewer).frame
    resolve(parse(rule), Scene(viewer, visible(viewer).communities, frame, (row.pk,) if row else ()))
    return {**fields, "rule": rule}


def _named(viewer: Viewer, wish: Wish, row: Segment | None) -> dict[str, Any]:
    """All but the rule."""
    _demand(viewer, wish.communities)
    name = wish.name.strip()[:100]
    if not name or "\0" in name + wish.note:
        raise WeiluError(_("Give it a name."), field="body.name")
    if Segment.objects.filter(name=name).exclude(pk=row.pk if row else 0).exists():
        raise Conflict(_("There is a segment “%(name)s” already.") % {"name": name}, field="body.name")
    communities = None if wish.communities is None else sorted(set(wish.communities))
    return {"name": name, "note": wish.note.strip()[:500], "communities": communities}


def numbered(viewer: Viewer, rule: Any) -> Any:
    """The rule with other segments by their numbers, so that they may be renamed. Raises Refused for what is no rule, NotFound for
    what it names, also by its number, and is not there or not the viewer's: nobody hears its name by saying the rule."""
    parse(rule)
    return _numbered(viewer, rule)


def _numbered(viewer: Viewer, rule: Any) -> Any:
    if isinstance(rule, list):
        return [_numbered(viewer, one) for one in rule]
    if not isinstance(rule, dict):
        return rule
    found = {word: _numbered(viewer, one) if word in JOINTS else one for word, one in rule.items()}
    if SEGMENT in found:
        given = found[SEGMENT]
        found[SEGMENT] = access(viewer, given[0] if isinstance(given, list) else given).pk
    return uses.numbered(viewer, found)


def _demand(viewer: Viewer, communities: list[int] | None) -> None:
    for one in communities or ():
        access_community(viewer, one, rights.EDIT_MEMBERS)
    if not may(viewer, communities, rights.EDIT_MEMBERS):
        raise Forbidden(
            _(
                "A segment of the whole brand needs the right to change members everywhere. Choose communities."
            )
        )
    if communities == []:
        raise WeiluError(_("Choose at least one community, or the whole brand."), field="body.communities")

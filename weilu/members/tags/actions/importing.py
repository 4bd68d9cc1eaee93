"""How does a table of members and tags come in, after a look at it, and go out again?"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from weilu.core import clock
from weilu.core.decisions import actions as decisions
from weilu.core.decisions.models import Decision
from weilu.core.directory.minting import chunks
from weilu.core.directory.models import Identity
from weilu.core.directory.queries import brand_zone
from weilu.core.errors import Conflict, WeiluError
from weilu.core.operators import audit, rights
from weilu.core.operators.access import Viewer, demand, missing
from weilu.members.tags import matching, queries, rules
from weilu.members.tags.actions import catalogue, giving
from weilu.members.tags.actions.giving import Reason
from weilu.members.tags.decisions import BROUGHT
from weilu.members.tags.matching import Plan, Wanted, end_of
from weilu.members.tags.models import Claim, Holding, Source, State, Tag, TagImport

MOST_BYTES = 20 * 2**20
KEPT = 1_000
"""So many of the rejected rows are kept to be shown."""
SENTENCES: dict[str, str | Promise] = {
    rules.NO_MEMBER: _("The row says not who is meant."),
    rules.NO_TAG: _("The row has no tag."),
    rules.TOO_LONG: _("A tag's name has at most 60 characters."),
    rules.FIGURES: _("A name of figures alone would be taken for a number."),
    rules.BAD_CONFIDENCE: _("Confidence is a number from 0 to 100."),
    rules.BAD_DAY: _("The day of expiry is not written as 2026-01-31."),
    rules.PAST: _("The day of expiry is over."),
    rules.COLUMNS: _("The table needs a heading with a column for the member (id, platform and account, or name) and one for each tag, or one named “tags”."),
    rules.LONG_CELL: _("A cell of the table is longer than 100,000 signs. Is there a quotation mark that is never closed?"),
    rules.MANY_TAGS: _("A table can have at most 200 columns of tags."),
    rules.MANY_ROWS: _("A table can have at most 200,000 rows. Cut it in two."),
    matching.NOT_FOUND: _("There is no such member, or it is not yours to change."),
    matching.SEVERAL: _("Several members are meant by this. Use the id."),
    matching.DYNAMIC: _("One of the tags follows a rule; nobody gives it by hand."),
    matching.TAKEN: _("One of the names belongs to a tag that is not yours."),
    matching.NOBODY: _("This member is erased or a bot and carries no tags."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Survey:
    """What the table would do: per tag (name, whether it is made, how many get it, how many have it)."""

    rows: int
    taken: int
    tags: list[tuple[str, bool, int, int]]
    rejected: list[tuple[int, str, str]]
    rejected_rows: int


@dataclass(slots=True)
class _Done:
    added: int = 0
    already: int = 0


def open_table(viewer: Viewer, name: str, payload: bytes, group: str = "") -> TagImport:
    """A table to look at; nothing is given yet. Raises WeiluError that says what is wrong with the whole of it."""
    demand(viewer, rights.EDIT_MEMBERS)
    if len(payload) > MOST_BYTES:
        raise WeiluError(_("The table is larger than 20 MB. Cut it in two."))
    try:
        text = rules.text_of(payload)
        rows = sum(1 for _line in rules.lines(text, _today()))
    except rules.Unreadable as error:
        raise WeiluError(SENTENCES[error.args[0]])
    if not rows:
        raise WeiluError(_("The table has no rows below its heading."))
    return TagImport.objects.create(
        name=name.replace("\0", "")[:255], text=text.replace("\0", ""), group=group.replace("\0", "").strip()[:60], rows=rows,
        by=viewer.operator_id, created_at=clock.now(),
    )  # fmt: skip


def access_import(viewer: Viewer, number: int) -> TagImport:
    """To whoever opened it, and to who may change members everywhere; else NotFound."""
    row = TagImport.objects.filter(pk=number).first()
    may = viewer.can(rights.EDIT_MEMBERS)
    whole = viewer.where(rights.EDIT_MEMBERS) is None
    if row is None or not may or not (whole or row.by == viewer.operator_id):
        raise missing()
    return row


def survey(viewer: Viewer, row: TagImport, most: int = 50) -> Survey:
    """What it would do as things stand now, with the first rows that would be rejected."""
    found = _plan(viewer, row)
    get: Counter[str] = Counter()
    have: Counter[str] = Counter()
    for name, some in _by_tag(found).items():
        tag = found.known.get(name)
        carrying = _carrying(tag, some) if tag else {}
        people = {one.identity.member_id for one in some}
        have[name] = len(people & set(carrying))
        get[name] = len(people) - have[name]
    names = {name: found.known[name].name for name in found.known} | found.new
    tags = [(names[name], name in found.new, get[name], have[name]) for name in sorted(get)]
    return Survey(row.rows, len(found.wanted), tags, _told(found, most), len(found.rejected))


def confirm(viewer: Viewer, row: TagImport) -> TagImport:
    """Give what the table says. In steps; what was cut off can be done again. Starts nothing that acts on members. Raises
    Conflict."""
    if row.state != State.PREVIEWED:
        raise Conflict(_("This table is in already, or was taken out."))
    if not row.text:
        raise Conflict(_("Somebody named in this table was erased meanwhile. Upload it anew."))
    found, done, now = _plan(viewer, row), _Done(), clock.now()
    known = {**found.known, **_made(viewer, row, found)}
    for name, some in _by_tag(found).items():
        for part in chunks(some, giving.SOME):
            _give(known[name], part, row, done, now)
    with transaction.atomic():
        if not TagImport.objects.filter(pk=row.pk, state=State.PREVIEWED).update(
            state=State.DONE, text="", done_at=now, added=done.added, already=done.already,
            rejected=_told(found, KEPT), rejected_rows=len(found.rejected),
        ):  # fmt: skip
            raise Conflict(_("This table is in already, or was taken out."))
        decision = decisions.decide(
            BROUGHT, subject=("tag_import", row.pk), by=viewer.operator_id,
            evidence={"added": done.added, "already": done.already, "rejected": len(found.rejected)},
        )  # fmt: skip
        TagImport.objects.filter(pk=row.pk).update(decision=decision.pk)
        audit.record(viewer, BROUGHT, ("tag_import", row.pk), added=done.added, decision=decision.pk)
    row.refresh_from_db()
    return row


def undo(viewer: Viewer, row: TagImport) -> TagImport:
    """As if it had never come: what no other import says too goes with its history, and tags that it made and nobody carries.
    Raises Conflict."""
    if row.state != State.DONE:
        raise Conflict(_("Only a table that is in can be taken out."))
    now = clock.now()
    while claims := list(row.claims.values_list("pk", "holding")[: giving.SOME]):
        with transaction.atomic():
            Claim.objects.filter(pk__in=[pk for pk, _ in claims]).delete()
            _withdraw([holding for _, holding in claims], now)
    for tag in Tag.objects.filter(pk__in=row.made):
        if not tag.holdings.exists() and not queries.used_by(tag):
            tag.delete()
    with transaction.atomic():
        if not TagImport.objects.filter(pk=row.pk, state=State.DONE).update(
            state=State.UNDONE, undone_at=now
        ):
            raise Conflict(_("Only a table that is in can be taken out."))
        decision = Decision.objects.filter(pk=row.decision or 0).first()
        if decision is not None:
            decisions.undo(decision, by=viewer.operator_id, reason="")
        audit.record(viewer, "tag.import_undone", ("tag_import", row.pk))
    row.refresh_from_db()
    return row


def drop(viewer: Viewer, row: TagImport) -> None:
    """Throw away a table that was only looked at. Raises Conflict, also where it was cut off on its way in."""
    if row.state == State.PREVIEWED and (row.made or row.claims.exists()):
        raise Conflict(_("This table was cut off on its way in. Give its tags once more, then undo it."))
    if not TagImport.objects.filter(pk=row.pk, state=State.PREVIEWED).delete()[0]:
        raise Conflict(_("This table is in already. Undo it instead."))


def _plan(viewer: Viewer, row: TagImport) -> Plan:
    return matching.plan(viewer, rules.lines(row.text, _today()))


def _by_tag(found: Plan) -> dict[str, list[Wanted]]:
    """By the name of a tag the rows that give it, one a member."""
    gathered: dict[str, dict[int, Wanted]] = {}
    for one in found.wanted:
        for name in one.tags:
            gathered.setdefault(name, {}).setdefault(one.identity.member_id, one)
    return {name: list(some.values()) for name, some in gathered.items()}


def _made(viewer: Viewer, row: TagImport, found: Plan) -> dict[str, Tag]:
    """Each is written down with the tag, so that undoing finds it also after a run that was cut off."""
    places = viewer.where(rights.EDIT_MEMBERS)
    communities = None if places is None else sorted(places)
    made = {}
    for folded, name in found.new.items():
        with transaction.atomic():
            tag = catalogue.create(viewer, catalogue.Wish(name, row.group, communities=communities))
            row.made = [*row.made, tag.pk]
            row.save(update_fields=["made"])
        made[folded] = tag
    return made


def _give(tag: Tag, some: Sequence[Wanted], row: TagImport, done: _Done, now: dt.datetime) -> None:
    """Who carries it already keeps it as it is; that the table says so too is remembered."""
    with transaction.atomic():
        giving.line_up(tag)
        giving.end_expired(now, tag)
        carrying = _carrying(tag, some)
        claimed = [holding for one in some if (holding := carrying.get(one.identity.member_id))]
        done.already += len(claimed)
        for (confidence, expires), part in _alike(
            one for one in some if one.identity.member_id not in carrying
        ):
            until = end_of(expires, ZoneInfo(brand_zone()))
            reason = Reason(Source.IMPORT, row.by, None, confidence, until, live=False)
            claimed += [one.pk for one in giving.add(tag, part, reason, now)]
            done.added += len(part)
        Claim.objects.bulk_create(
            (Claim(batch=row, holding_id=one) for one in claimed),
            ignore_conflicts=True,
            batch_size=giving.SOME,
        )


def _alike(some: Iterable[Wanted]) -> list[tuple[tuple[int | None, dt.date | None], list[Identity]]]:
    found: dict[tuple[int | None, dt.date | None], list[Identity]] = {}
    for one in some:
        found.setdefault((one.line.confidence, one.line.expires), []).append(one.identity)
    return list(found.items())


def _carrying(tag: Tag, some: Sequence[Wanted]) -> dict[int, int]:
    """By member who carries the tag the number of the holding."""
    found: dict[int, int] = {}
    for part in chunks([one.identity.member_id for one in some], giving.SOME):
        found.update({row.identity.member_id: row.pk for row in giving.held_by(tag, part)})
    return found


def _withdraw(holdings: Sequence[int], now: dt.datetime) -> None:
    """What was given by imports alone, and by none that still stands, goes with its history."""
    rows = list(
        Holding.objects.filter(pk__in=holdings, source=Source.IMPORT, claims=None).select_related("identity")
    )
    giving.end([row for row in rows if row.ended_at is None], now, Source.IMPORT, live=False)
    giving.stale((row.tag_id, row.identity_id) for row in rows)
    Holding.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _told(found: Plan, most: int) -> list[tuple[int, str, str]]:
    return [(line.number, line.meant[:255], problem) for line, problem in found.rejected[:most]]


def _today() -> dt.date:
    return clock.day_of(clock.now(), brand_zone())

"""Which links may somebody see, and what became of each?"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import segno
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from weilu.communities.spans import Span
from weilu.content import rules
from weilu.content.events import LINK_CLICKED, LINK_FORWARDED, LINK_PREVIEWED
from weilu.content.models import Link
from weilu.core.directory.models import Identity
from weilu.core.directory.queries import zone_of
from weilu.core.errors import WeiluError
from weilu.core.operators import rights, secrets
from weilu.core.operators.access import Viewer, access_member, holds, missing, seen
from weilu.core.operators.presence import accounts_seen
from weilu.core.warehouse import frame, questions
from weilu.core.warehouse.links import behind

Question = dict[str, Any]
Number = int | float
PATIENCE = 1.0
MOST_FOUND = 10
WITHIN = (1, 7, 30)
USUAL_WITHIN = 7
"""Days in which what follows a click is put down to it."""
JOINED, PAID = "member.joined", "order.paid"


def may(viewer: Viewer, community: int) -> bool:
    """Whether the viewer may make and change links here."""
    return holds(viewer, rights.CONTENT, community)


def links(viewer: Viewer, *, archived: bool = False) -> QuerySet[Link]:
    """Of the communities that one sees, the newest first."""
    rows = Link.objects.filter(seen(viewer), archived_at__isnull=not archived)
    return rows.select_related("community").order_by("-pk")


def access_link(viewer: Viewer, number: int, *, change: bool = False) -> Link:
    """The link, if its community is seen (and, to change it, the right held there); else `NotFound`."""
    row = Link.objects.filter(seen(viewer), pk=number).select_related("community").first()
    if row is None or (change and not may(viewer, row.community_id)):
        raise missing()
    return row


def address(row: Link) -> str:
    return f"{settings.BASE_URL}{rules.PATH}{row.code}"


def ends(row: Link, brand: str = "") -> int | None:
    """The first moment (ms) at which it leads nowhere any more; None: it does not end. `brand`: its zone, where it is known already."""
    if row.last is None:
        return None
    return frame.day_start(row.last + dt.timedelta(days=1), zone_of(row.community, brand)) * 1000


def labels(viewer: Viewer) -> dict[str, list[str]]:
    """Types and columns that are in use, for whoever writes another."""
    rows = Link.objects.filter(seen(viewer))
    return {
        name: sorted({one for one in rows.values_list(name, flat=True).distinct() if one})
        for name in ("kind", "column")
    }


def picture(row: Link, kind: str) -> bytes:
    """Its address as a QR code, `svg` or `png`; it can be read with a quarter of it covered."""
    out = io.BytesIO()
    code = segno.make(address(row), error="q", micro=False)
    code.save(out, kind=kind, scale=10 if kind == "png" else 4, border=4, light="#fff")
    return out.getvalue()


# addresses of members -----------------------------------------------------------------------------------------------


def address_for(viewer: Viewer, number: int, member: int) -> str:
    """The link's address for one member, which names them at each click; the same each time. Raises NotFound (a link or member not
    theirs), WeiluError (the member was never in the link's community), Unavailable."""
    row = access_link(viewer, number, change=True)
    person = access_member(viewer, member)
    account = _accounts_in(row.community_id, [person.pk]).get(person.pk)
    if account is None:
        raise WeiluError(
            _(
                "This member was never seen in the link’s community, so a click there would make them one of it."
            ),
            field="path.member_id",
        )
    return _own(row, account)


def addresses_of(row: Link, words: str) -> list[tuple[int, str]]:
    """Members of the link's community who answer to the words, at most `MOST_FOUND`, each with the link's address for them. By a name used
    elsewhere nobody is found. Raises Unavailable."""
    answers = Q(name__icontains=words) | Q(member__name__icontains=words)
    named = dict(_accounts().filter(answers).values_list("pk", "member_id"))
    found = sorted({named[one] for one in accounts_seen(named, [row.community_id])})[:MOST_FOUND]
    accounts = _accounts_in(row.community_id, found)
    return [(member, _own(row, accounts[member])) for member in found]


def _accounts_in(community: int, members: Collection[int]) -> dict[int, int]:
    """The account by which each member is known in a community: the one that came first. Who was never seen there has none."""
    accounts = dict(_accounts().filter(member__in=members).values_list("pk", "member_id"))
    return {accounts[one]: one for one in sorted(accounts_seen(accounts, [community]), reverse=True)}


def _accounts() -> QuerySet[Identity]:
    """Of people who are known."""
    return Identity.objects.filter(bot=False, anonymous=False)


def _own(row: Link, account: int) -> str:
    return f"{address(row)}/{rules.token(secrets.key(rules.SEAL), row.pk, account)}"


# figures ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Count:
    """A number and the address of what stands behind it; empty where nothing does."""

    value: Number = 0
    href: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A link in the list: its clicks over the span, the people behind them, and its days."""

    row: Link
    clicks: Count
    people: Count
    spark: Sequence[Number]


def lines(rows: Sequence[Link], span: Span, viewer: Viewer) -> list[Line]:
    """All of them in one round of questions. Raises Unavailable."""
    if not rows:
        return []
    among = {"where": {"link": {"in": [row.pk for row in rows]}}, "breakdown": "property", "property": "link"}
    asked = [
        {**_clicks(span), **among, "by": "day"},
        {**_clicks(span), **among, "by": "total", "measure": "members"},
    ]
    daily, people = questions.ask_each(asked, viewer, seconds=PATIENCE)
    days = _parts(daily)
    persons = {link: found[0] for link, found in _parts(people).items()}
    return [_line(row, span, days.get(row.pk, ()), persons.get(row.pk, 0)) for row in rows]


def _line(row: Link, span: Span, days: Sequence[Number], people: Number) -> Line:
    total = {**_clicks(span, row), "by": "total"}
    return Line(
        row,
        _count(total, sum(days)),
        _count({**total, "measure": "members"}, people),
        days or [0] * span.days,
    )


def _parts(answer: questions.Answer | None) -> dict[int, list[Number]]:
    """Link → its values in the order of time."""
    found: dict[int, list[Number]] = {}
    for _at, by, value in answer.rows if answer else ():
        if str(by).isdecimal():
            found.setdefault(int(by), []).append(value or 0)
    return found


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of one link. `joins` and `orders` are those of people who had clicked it so many days before (`within`), over
    all that the viewer sees; `previews` are what chat apps and bots looked at."""

    clicks: Count
    people: Count
    previews: Count
    forwards: Count
    joins: Count
    orders: Count
    within: int
    days: Sequence[tuple[dt.date, Count]]
    hours: Sequence[Mapping[str, Any]]
    timezone: str


def figures(row: Link, span: Span, within: int, viewer: Viewer) -> Figures:
    """In one round of questions; what never happened is 0. Raises Unavailable."""
    clicks = {**_clicks(span, row), "by": "total"}
    asked: list[Question] = [
        clicks,
        {**clicks, "measure": "members"},
        {**clicks, "event": LINK_PREVIEWED},
        {**clicks, "event": LINK_FORWARDED},
        {**clicks, "by": "day"},
        {**_clicks(span, row), "kind": "heatmap"},
        *(_earned(row, span, within, target) for target in (JOINED, PAID)),
    ]
    found = questions.ask_each(asked, viewer, seconds=PATIENCE)
    clicked, people, previews, forwards = (
        _count(one, _total(answer)) for one, answer in zip(asked[:4], found[:4], strict=True)
    )
    joins, orders = (
        _count(one, _conversions(answer, row), by=str(row.pk))
        for one, answer in zip(asked[6:], found[6:], strict=True)
    )
    days, hours = _days(span, asked[4], found[4]), _hours(asked[5], found[5])
    return Figures(
        clicked, people, previews, forwards, joins, orders, within, days, hours, span.timezone
    )  # fmt: skip


def _clicks(span: Span, row: Link | None = None) -> Question:
    found: Question = {
        "kind": "trend", "event": LINK_CLICKED, "from": span.first.isoformat(), "to": span.last.isoformat(),
        "timezone": span.timezone,
    }  # fmt: skip
    if row is None:
        return found
    return {**found, "where": {"link": row.pk}, "communities": [row.community_id]}


def _earned(row: Link, span: Span, within: int, target: str) -> Question:
    touch = {"event": LINK_CLICKED, "where": {"link": row.pk}, "property": "link"}
    return {
        "kind": "attribution", "target": target, "touches": [touch], "window": f"{within}d",
        "from": span.first.isoformat(), "to": span.last.isoformat(), "timezone": span.timezone,
    }  # fmt: skip


def _total(answer: questions.Answer | None) -> Number:
    return answer.rows[0][-1] or 0 if answer and answer.rows else 0


def _conversions(answer: questions.Answer | None, row: Link) -> Number:
    rows = answer.rows if answer else ()
    return next((one[2] for one in rows if str(one[0]) == str(row.pk)), 0)


def _days(span: Span, asked: Question, answer: questions.Answer | None) -> list[tuple[dt.date, Count]]:
    told = {row[0]: row[-1] or 0 for row in answer.rows} if answer else {}
    days = [span.first + dt.timedelta(days=number) for number in range(span.days)]
    return [(day, _count(asked, told.get(day.isoformat(), 0), at=day.isoformat())) for day in days]


def _hours(asked: Question, answer: questions.Answer | None) -> list[Mapping[str, Any]]:
    return [
        {"weekday": day, "hour": hour, "value": value, "href": behind(asked, weekday=day, hour=hour)}
        for day, hour, value in (answer.rows if answer else ())
        if value
    ]


def _count(asked: Question, value: Number, **point: object) -> Count:
    return Count(value, behind(asked, **point) if value else "")

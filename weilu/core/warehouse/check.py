"""Can this viewer ask this? Names become ids, days become moments; what is unknown or not theirs is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson
from django.utils.translation import gettext as _

from weilu.core import clock
from weilu.core.directory.models import Community
from weilu.core.directory.queries import brand_zone
from weilu.core.events import claims, ranges
from weilu.core.events import queries as log
from weilu.core.operators.access import Viewer
from weilu.core.segments.people import rests_on_conclusions
from weilu.core.segments.reading import parse as parse_rule
from weilu.core.segments.rule import Rule, Scene, resolve
from weilu.core.warehouse import frame as frames
from weilu.core.warehouse import names
from weilu.core.warehouse.compile.among import Segment as Among
from weilu.core.warehouse.frame import PERIOD, Brought, Frame
from weilu.core.warehouse.measures import Holding, Measure, parts
from weilu.core.warehouse.measuring import can_be_broken_down, measure_of
from weilu.core.warehouse.places import find_community
from weilu.core.warehouse.question import (
    FLOW,
    SEGMENT,
    Question,
    Refused,
)
from weilu.core.warehouse.span import EVER, NEW, NOW, Span, whose
from weilu.core.warehouse.telling import known_properties

MOST_BUCKETS = 4000
OUTSIDE = 0
"""In place of a community: what happened outside of any, as a visit to a page or an order in a shop."""


@dataclass(frozen=True, slots=True)
class Largest:
    """The parts with the highest values over the whole span, and how many others there are."""

    parts: tuple[tuple[str, Any], ...]
    others: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _value in self.parts)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with everything resolved. `names` are the shown names of its communities; `unit` that of its values;
    `largest` the parts that are told apart, where that is not all of them."""

    question: Question
    frame: Frame
    unit: str
    names: Mapping[int, str]
    measure: Measure | None = None
    rule: Rule | None = None
    largest: Largest | None = None


@dataclass(frozen=True, slots=True)
class Visible:
    """What a viewer can ask about, looked up once for many questions."""

    communities: tuple[Community, ...]
    timezone: str


def visible(viewer: Viewer) -> Visible:
    rows = Community.objects.order_by("pk")
    seen = rows if viewer.communities is None else rows.filter(pk__in=viewer.communities)
    return Visible(tuple(seen), brand_zone())


def check(question: Question, viewer: Viewer, seen: Visible | None = None) -> Asked:
    """Raises Refused for what cannot be asked and NotFound for what (a community, a segment) is not there or not theirs."""
    seen = seen or visible(viewer)
    question, frame, communities = _framed(question, viewer, seen)
    measure, unit = measure_of(question)
    if measure is not None and frame.breakdown is not None:
        can_be_broken_down(measure, question, frame)
    rule = _resolved(question.rule, viewer, seen, frame) if question.kind == SEGMENT else None
    asked = Asked(question, frame, unit, _names(communities), measure, rule)
    alone = frame.member and question.kind != SEGMENT
    if (frame.brought or alone) and concludes(asked):
        raise Refused(
            _("States and tiers rest on all that is known; they cannot be asked of one import or one member.")
        )
    return replace(asked, frame=replace(frame, among=_among(question.span, viewer, seen, frame.timezone)))


def _framed(question: Question, viewer: Viewer, seen: Visible) -> tuple[Question, Frame, Sequence[Community]]:
    """The question in names of the log and in days, its frame and its communities."""
    rows = seen.communities
    communities = _communities(question.span, rows)
    timezone = _timezone(question.span, communities, seen.timezone)
    outside = [OUTSIDE] if viewer.communities is None else []
    if question.kind == SEGMENT:
        question = replace(question, span=_on_its_day(question.span, timezone))
    ids = [int(row.pk) for row in communities]
    if question.span.communities is None and question.by_name:
        ids = outside + ids
    everywhere = [*outside, *(int(row.pk) for row in rows)]
    question = _with_kinds(question, everywhere)
    known_properties(question, everywhere)
    question = replace(question, span=_days(question.span, ids, timezone))
    frame = _frame(question, ids, timezone, _scope(question, viewer, communities, rows))
    until = frame.horizon if question.kind == SEGMENT else frame.until
    frame = replace(frame, until=until, visitors=_visitors(question, communities))
    return question, frame, communities


def _among(span: Span, viewer: Viewer, seen: Visible, timezone: str) -> Among | None:
    """Those whom a question of kind `segment` would find, of the same communities and knowledge, as of its last day. Facts
    are known as they stand today; a question that merely ends earlier takes them so."""
    if not span.segment:
        return None
    own = whose(replace(span, timezone=timezone), clock.day_of(clock.now(), timezone))
    _question, frame, _communities = _framed(Question(SEGMENT, own, size=PERIOD), viewer, seen)
    return Among(_resolved(span.segment, viewer, seen, frame, facts_of_today=span.as_of is None), frame)


def _resolved(
    rule: str, viewer: Viewer, seen: Visible, frame: Frame, *, facts_of_today: bool = False
) -> Rule:
    scene = Scene(viewer, seen.communities, frame, facts_of_today=facts_of_today)
    return resolve(parse_rule(orjson.loads(rule)), scene)


def _on_its_day(span: Span, timezone: str) -> Span:
    """The day at whose end, or in which, a segment is asked for."""
    known = span.known if isinstance(span.known, dt.date) else None
    day = span.as_of or known or clock.day_of(clock.now(), timezone)
    return replace(span, first=day, last=day)


def _communities(span: Span, rows: Sequence[Community]) -> list[Community]:
    if span.communities is None:
        return list(rows)
    found = {row.pk: row for name in span.communities for row in [find_community(name, rows)]}
    return [found[pk] for pk in sorted(found)]


def _timezone(span: Span, communities: Sequence[Community], brand: str) -> str:
    own = communities[0].timezone if len(communities) == 1 else ""
    name = span.timezone or own or brand
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused(
            _("There is no time zone “%(name)s”. Use a name such as Asia/Shanghai.") % {"name": name}
        )
    return name


def _scope(
    question: Question, viewer: Viewer, asked: Sequence[Community], visible: Sequence[Community]
) -> int | None:
    if len(asked) == 1:
        return int(asked[0].pk)
    whole = viewer.communities is None and asked and len(asked) == len(visible)
    return 0 if whole and not _for_visitors(question, asked) else None


def _visitors(question: Question, asked: Sequence[Community]) -> bool:
    """Whether visitors count: where they are asked for, and in what is said of events or of one person, not of members or a
    segment of them. Who only opened a link of a chat is none of its members either."""
    about_members = question.kind == SEGMENT or not (question.by_name or question.span.member)
    return not about_members or _for_visitors(question, asked)


def _for_visitors(question: Question, asked: Sequence[Community]) -> bool:
    """Whether it says so, or names a source."""
    named = question.span.communities is not None
    return question.span.visitors or (named and any(one.tracked for one in asked))


def _frame(question: Question, communities: Sequence[int], timezone: str, scope: int | None) -> Frame:
    span = question.span
    buckets = frames.buckets(span.first, span.last, question.size, timezone)
    if len(buckets) > MOST_BUCKETS:
        raise Refused(_("That makes more than %(most)s rows. Ask for fewer days, or by week or month.")
                      % {"most": MOST_BUCKETS})  # fmt: skip
    now = clock.now_ms() // 60_000 * 60
    as_of = span.as_of or (span.known if isinstance(span.known, dt.date) else None)
    end = frames.day_start(as_of + dt.timedelta(days=1), timezone) if as_of else None
    return Frame(
        communities=tuple(communities),
        scope=scope,
        timezone=timezone,
        size=question.size,
        buckets=buckets,
        until=min(buckets[-1].end, end or buckets[-1].end),
        horizon=min(now + 60, end or now + 60),
        over=min(now, end or now),
        known=_known(span, timezone),
        breakdown=question.breakdown if question.way is None else None,
        trait=question.trait if question.way is None else "",
        brought=_brought(span),
        member=span.member,
    )


def _brought(span: Span) -> Brought | None:
    if span.batch is None:
        return None
    claimed = ranges.pairs(claims.of_batch(span.batch)) if span.brought != NEW else []
    return Brought(
        span.batch, span.brought, tuple(first for first, _ in claimed), tuple(last for _, last in claimed)
    )


def _known(span: Span, timezone: str) -> int | None:
    if not isinstance(span.known, dt.date):
        return span.known
    return log.known_on(span.known, timezone)


def _with_kinds(question: Question, communities: Sequence[int]) -> Question:
    """The events as they are called in the log."""
    event = names.kind_of(question.event, communities) if question.event else ""
    way = question.way and question.way.named(lambda name: names.kind_of(name, communities))
    formula = question.formula and replace(
        question.formula,
        measures=tuple(
            replace(one, event=names.kind_of(one.event, communities)) if one.event else one
            for one in question.formula.measures
        ),
    )
    return replace(question, event=event, way=way, formula=formula)


def _days(span: Span, communities: Sequence[int], timezone: str) -> Span:
    """Days that nobody gave: from that of the first event to today."""
    first, last = span.first, span.last
    if first == EVER:
        first = min(max(EVER, clock.day_of(names.first_moment(communities), timezone)), last)
    if last == NOW:
        last = max(first, clock.day_of(clock.now(), timezone))
    return replace(span, first=first, last=last)


def _names(communities: Sequence[Community]) -> dict[int, str]:
    """Names as shown in answers: the name where it is the only one, else the platform's id."""
    names = [row.name for row in communities]
    return {
        int(row.pk): row.name if row.name and names.count(row.name) == 1 else f"{row.platform}/{row.outside}"
        for row in communities
    }


def concludes(asked: Asked) -> bool:
    """Whether the answer rests on conclusions, which follow the events a moment later."""
    held = asked.measure is not None and any(isinstance(one, Holding) for one in parts(asked.measure))
    held = held or (asked.rule is not None and rests_on_conclusions(asked.rule))
    held = held or (asked.frame.among is not None and asked.frame.among.concludes)
    return held or asked.frame.breakdown in ("state", "tier") or asked.question.kind == FLOW

"""What is known of a community over five whole weeks? Its events are read once; texts only of what opened a talk in the last week."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from weilu.communities.queries import asking
from weilu.communities.spans import Span
from weilu.core import clock
from weilu.core.directory.models import Community
from weilu.core.directory.queries import zone_of
from weilu.core.errors import Unavailable, WeiluError
from weilu.core.events import queries as log
from weilu.core.operators.access import Viewer
from weilu.core.warehouse import client, questions
from weilu.core.warehouse.compile import report as compiled
from weilu.core.warehouse.compile.facts import Rows
from weilu.evaluation.advice.rules import FALLING_WEEKS
from weilu.evaluation.advice.shapes import Facts, Helped, Opening
from weilu.evaluation.diagnosis import queries as diagnosis
from weilu.evaluation.diagnosis.shapes import Facts as Ailing
from weilu.evaluation.reports import gather as reports
from weilu.evaluation.reports.findings.service import PATIENCE, tells_replies
from weilu.evaluation.reports.inquiries import is_question
from weilu.evaluation.reports.reading import MESSAGE, REACTION, Line, Reading
from weilu.evaluation.reports.weeks import Week, week_of

WEEKS_BEFORE = 4
USED_TO = {"did": "message.sent", "times": {"gte": 3}, "within": "90d"}
DELIVERED, OPENED = "content.delivered", "content.opened"
"""Events by SDK or API: somebody was reached by a piece of content, opened it; the property `type` says of which type it is."""
TYPE = "type"


def read(viewer: Viewer, communities: Sequence[Community], at: Span) -> dict[int, Facts]:
    """Community → its facts, of the last whole week before the span's end and four before. Raises Unavailable."""
    ailing = diagnosis.diagnose(viewer, [one.pk for one in communities], at) if communities else {}
    return {one.pk: _of(viewer, one, at, ailing[one.pk].facts) for one in communities}


def last_week(at: Span, timezone: str) -> Week:
    """The last that is over; where the newest events lie in the past, up to those."""
    end = at.last + dt.timedelta(days=1) if at.as_of else clock.day_of(clock.now(), timezone)
    return week_of(end).back(1)


def _of(viewer: Viewer, community: Community, at: Span, ailing: Ailing) -> Facts:
    zone = zone_of(community)
    reading = _reading(community.pk, last_week(at, zone), zone)
    asked, alone = _questions(reading)
    helped = _helped(reading, ailing.team)
    return Facts(
        community=community.pk,
        timezone=zone,
        hours=dict(reading.hours),
        hours_before=dict(reading.hours_before),
        posts=_hours_of_day([one.at for one in ailing.posts], zone),
        asked=asked,
        alone=alone,
        helped=helped,
        tiers=_tiers(viewer, community, [one.member for one in helped]),
        quiet=_quiet(viewer, community, at, ailing.team),
        openings=_openings(viewer, community, reading.week, zone),
    )


def _reading(community: int, week: Week, zone: str) -> Reading:
    start, end = week.start(zone), week.end(zone)
    rows = Rows(
        communities=[community], since=week.back(WEEKS_BEFORE).start(zone), before=end, visitors=False
    )
    table = client.query(*compiled.events(rows))
    columns = (table.column(name).to_pylist() for name in Line._fields)
    lines = tuple(Line(*values) for values in zip(*columns, strict=True))
    said = [line for line in lines if line.kind == MESSAGE]
    opened = [line.position for line in said if line.at >= start and not line.about]
    return Reading(
        week=week, timezone=zone, start=start, end=end, lines=lines, horizon=min(end, clock.now_ms() // 1000),
        texts=log.texts(opened[-reports.MOST_TEXTS :]),
        hours=reports.hours([line for line in said if line.at >= start], zone),
        hours_before=reports.hours([line for line in said if line.at < start], zone),
    )  # fmt: skip


def _hours_of_day(moments: Sequence[int], zone: str) -> dict[int, int]:
    local = ZoneInfo(zone)
    return dict(Counter(dt.datetime.fromtimestamp(at, local).hour for at in moments))


def _questions(reading: Reading) -> tuple[int, tuple[int, ...]]:
    """How many questions of the last week are old enough to be judged, and the positions of those nobody else answered."""
    if not tells_replies(reading):
        return 0, ()
    asked = [
        line
        for line in reading.of(MESSAGE)
        if not line.about
        and line.subject
        and line.at < reading.horizon - PATIENCE
        and is_question(reading.texts.get(line.position, ""))
    ]
    authors = {line.subject: line.person for line in asked}
    answered = {
        line.about
        for line in reading.of(MESSAGE)
        if line.about in authors and line.person != authors[line.about]
    }
    return len(asked), tuple(line.position for line in asked if line.subject not in answered)


def _helped(reading: Reading, team: frozenset[int]) -> tuple[Helped, ...]:
    """Of all five weeks, without the team."""
    authors = reading.authors()
    answered: dict[int, set[int]] = defaultdict(set)
    liked: Counter[int] = Counter()
    days: dict[int, set[dt.date]] = defaultdict(set)
    zone = ZoneInfo(reading.timezone)
    for line in reading.lines:
        author = authors.get(line.about, 0)
        if line.kind == MESSAGE:
            days[line.person].add(dt.datetime.fromtimestamp(line.at, zone).date())
            if author and author != line.person:
                answered[line.person].add(author)
        elif line.kind == REACTION and author and author != line.person:
            liked[author] += 1
    people = sorted((set(answered) | set(liked)) - team)
    return tuple(Helped(one, len(answered[one]), liked[one], len(days[one])) for one in people)


def _tiers(viewer: Viewer, community: Community, people: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for tier in ("kol", "koc"):
        if people:
            rule = {"and": [{"tier": tier}, {"members": list(people)}]}
            found.update(dict.fromkeys(_ids(viewer, community, rule), tier))
    return found


def _quiet(viewer: Viewer, community: Community, at: Span, team: frozenset[int]) -> tuple[int, ...]:
    rule = {"and": [{"state": "dormant"}, {"member_of": [community.pk]}, USED_TO]}
    as_of = {"as_of": at.as_of.isoformat()} if at.as_of else {}
    return tuple(one for one in _ids(viewer, community, rule, **as_of) if one not in team)


def _ids(viewer: Viewer, community: Community, rule: dict[str, Any], **rest: Any) -> list[int]:
    asked = {"kind": "segment", "rule": rule, "communities": [community.pk], **rest}
    return questions.behind(asked, viewer, seconds=asking.PATIENCE).ids


def _openings(viewer: Viewer, community: Community, week: Week, zone: str) -> dict[str, tuple[Opening, ...]]:
    """Type of content → its weeks, the newest last; empty where nothing tells who opened what."""
    found: dict[str, list[Opening]] = defaultdict(list)
    for back in range(FALLING_WEEKS, -1, -1):
        one = week.back(back)
        asked = opened_of_type(community.pk, Span(one.first, one.last, zone))
        try:
            answer = questions.ask(asked, viewer, seconds=asking.PATIENCE)
        except Unavailable:
            raise
        except WeiluError:  # no such event ever came from here
            return {}
        for kind, opening in by_type(answer).items():
            found[kind].append(opening)
    return {kind: tuple(weeks) for kind, weeks in found.items()}


def shown_by(rule: str, community: Community, at: Span) -> list[tuple[Span, dict[str, Any]]]:
    """Where no people and no messages stand behind a piece of advice: the questions whose answers show it, with their days."""
    zone, one = zone_of(community), [community.pk]
    week = last_week(at, zone)

    def days(first: Week, last: Week) -> Span:
        return Span(first.first, last.last, zone)

    lately, before = days(week, week), days(week.back(WEEKS_BEFORE), week.back(1))
    if rule == "evening_talk":
        return [(span, asking.heatmap(MESSAGE, span, one)) for span in (lately, before)]
    if rule == "best_hours":
        whole = days(week.back(WEEKS_BEFORE), week)
        return [(whole, asking.heatmap(MESSAGE, whole, one))]
    if rule == "change_form":
        weeks = [days(each, each) for each in (week.back(n) for n in range(FALLING_WEEKS + 1))]
        return [(span, opened_of_type(community.pk, span)) for span in weeks]
    return []


def opened_of_type(community: int, span: Span) -> dict[str, Any]:
    """The question how many were reached by each type of content, and how many of them opened it."""
    return {
        "kind": "funnel", "steps": [{"event": DELIVERED}, {"event": OPENED}], "breakdown": "property", "property": TYPE,
        "communities": [community], "from": span.first.isoformat(), "to": span.last.isoformat(), "timezone": span.timezone,
    }  # fmt: skip


def by_type(answer: questions.Answer) -> dict[str, Opening]:
    by, step, members = (answer.columns.index(name) for name in ("by", "step", "members"))
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for row in answer.rows:
        found[str(row[by])][int(row[step])] = int(row[members])
    return {kind: Opening(steps.get(1, 0), steps.get(2, 0)) for kind, steps in found.items()}

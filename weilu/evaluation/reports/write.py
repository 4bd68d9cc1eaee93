"""How does a week become a report? Asks, reads, lets the rules judge, and puts names to the people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from weilu.core import clock
from weilu.core.directory import queries as directory
from weilu.core.directory.models import Community
from weilu.core.directory.queries import zone_of
from weilu.core.errors import NotFound
from weilu.core.events import queries as log
from weilu.core.operators.access import Viewer, visible_communities
from weilu.core.warehouse import loader, places
from weilu.evaluation.reports import actions, asking, findings, gather, people, topics, wording
from weilu.evaluation.reports.asking import Where
from weilu.evaluation.reports.findings.shapes import Facts
from weilu.evaluation.reports.inquiries import is_question
from weilu.evaluation.reports.reading import MESSAGE, Line, Reading
from weilu.evaluation.reports.selling import is_offer
from weilu.evaluation.reports.shapes import Drifter, Finding, Mover, Person, Report, Thanks, Topic
from weilu.evaluation.reports.weeks import BadWeek, Week

WAIT_SECONDS = 10.0


def find_community(viewer: Viewer, name: str | int) -> Community:
    """As a question finds it; words of digits alone may also be our id. Raises as `find_community`."""
    rows, text = list(visible_communities(viewer)), str(name)
    try:
        return places.find_community(text, rows)
    except NotFound:
        if not text.isdecimal():
            raise
        return places.find_community(int(text), rows)


def write(
    viewer: Viewer, community: Community, week: Week, *, known: dt.date | None = None, anew: bool = False
) -> Report:
    """The report of a week. A finished week keeps the knowledge of its first writing; `anew` takes that of now.

    `known` is a day whose end ends the knowledge, and is not kept. Raises BadWeek for a week to come, Unavailable.
    """
    zone = zone_of(community)
    if week.start(zone) * 1000 > clock.now_ms():
        raise BadWeek(_("The week %(week)s has not begun yet.") % {"week": week.label})
    place = Where(community.pk, week, zone)
    knowledge = _knowledge(place, known, anew=anew)
    answers = asking.ask(knowledge.where, viewer)
    dormant = asking.newly_dormant(answers.flows, viewer)
    reading = gather.read(knowledge.where, dormant)
    return _report(community, knowledge, answers, reading)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Where to ask with which knowledge, the position it ends with, how much of the week came later, and since when it is kept."""

    where: Where
    position: int
    since: int
    made_at: dt.datetime


def _knowledge(place: Where, day: dt.date | None, *, anew: bool) -> Knowledge:
    head = log.head()
    loader.wait_until(head, WAIT_SECONDS)
    if day is not None:
        return _at(place, log.known_on(day, place.timezone), clock.now())
    if not _finished(place):
        return Knowledge(place, head, 0, clock.now())
    change = actions.renew if anew else actions.keep
    kept = change(place.community, place.week, head)
    if kept.known < head and not gather.late(place, kept.known).kept:
        kept = actions.renew(place.community, place.week, head)  # an undone import took what it told
    return _at(place, kept.known, kept.made_at)


def _at(place: Where, position: int, made_at: dt.datetime) -> Knowledge:
    """Knowledge of now serves as well where nothing came since, and is quicker to ask."""
    late = gather.late(place, position)
    where = replace(place, known=position) if late.differs else place
    return Knowledge(where, position, late.week, made_at)


def _finished(place: Where) -> bool:
    return place.week.end(place.timezone) * 1000 <= clock.now_ms()


def _report(community: Community, knowledge: Knowledge, answers: asking.Answers, reading: Reading) -> Report:
    found = tuple(_with_question(one, answers) for one in findings.best(_facts(answers, reading)))
    movers, merits, drifted = people.movers(reading), people.merits(reading), people.drifted(reading)
    shown = {*(m.member for m in movers), *(m.member for m in merits), *(d.member for d in drifted)}
    names = directory.member_names(shown.union(_told(found)))
    where, week = knowledge.where, reading.week
    return Report(
        community=community.pk,
        name=str(community),
        simulated=community.simulated,
        week=week,
        timezone=reading.timezone,
        known=knowledge.position,
        since_then=knowledge.since,
        finished=_finished(knowledge.where),
        made_at=knowledge.made_at,
        figures=tuple(answers.figures[slug] for slug in asking.HEADLINES),
        movers=tuple(
            Mover(_person(one.member, names), one.now, one.before, where.said(one.member, week, week))
            for one in movers
        ),
        flows=answers.flows,
        thanks=tuple(_thanks(one, names) for one in merits),
        drifting=tuple(_drifter(one, names, where, week) for one in drifted),
        slots=asking.best_hours(answers.heat),
        heat=answers.heat,
        topics=_topics(reading),
        findings=found,
        names=names,
    )


def _thanks(one: people.Merit, names: dict[int, str]) -> Thanks:
    return Thanks(_person(one.member, names), one.reason, one.count, one.times, one.members, one.positions)


def _drifter(one: people.Drifted, names: dict[int, str], where: Where, week: Week) -> Drifter:
    """With where to read what they said in the weeks before."""
    said = where.said(one.member, week.back(asking.WEEKS_BEFORE), week.back(1))
    return Drifter(_person(one.member, names), one.last_seen, one.messages, said)


def _with_question(finding: Finding, answers: asking.Answers) -> Finding:
    figure = answers.figures.get(finding.metric)
    return replace(finding, question=figure.question) if figure else finding


def _facts(answers: asking.Answers, reading: Reading) -> Facts:
    said = {line.position: reading.texts.get(line.position, "") for line in reading.of(MESSAGE)}
    return Facts(
        figures=answers.figures,
        reading=reading,
        offers=tuple(position for position, text in said.items() if is_offer(text)),
        asks=tuple(position for position, text in said.items() if is_question(text)),
    )


def _topics(reading: Reading) -> tuple[Topic, ...]:
    return topics.topics(
        _said(reading, reading.of(MESSAGE)),
        _said(reading, reading.before(MESSAGE)),
        gather.names_to_avoid(reading),
    )


def _said(reading: Reading, lines: Iterable[Line]) -> list[topics.Said]:
    return [
        topics.Said(line.position, line.person, reading.texts[line.position])
        for line in lines
        if line.position in reading.texts
    ]


def _told(found: Iterable[Finding]) -> list[int]:
    """Members that a sentence may name."""
    return [member for finding in found for member in finding.members[: wording.NAMED]]


def _person(member: int, names: dict[int, str]) -> Person:
    return Person(member, names.get(member, ""))

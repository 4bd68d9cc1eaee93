"""How does a report read? Its sections as lines of text in the language in force, for the page, Markdown and PDF alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from weilu.evaluation.reports import findings, people, wording
from weilu.evaluation.reports.shapes import Drifter, Figure, Finding, Flow, Mover, Report, Slot, Thanks, Topic

FLOWS = 8
"""So many moves between states are told."""


@dataclass(frozen=True, slots=True)
class FigureLine:
    """`tone` is up (better), down (worse) or flat."""

    label: str
    value: str
    change: str
    tone: str
    before: str
    mean: str
    question: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FindingLine:
    """`behind` is the rule whose members or messages open, empty where `question` opens them."""

    sentence: str
    evidence: str
    advice: str
    behind: str
    question: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class PersonLine:
    """`question` opens the messages that the text counts; without one, those of a merit open by the member's number."""

    member: int
    name: str
    text: str
    question: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """`question` opens the people behind it."""

    name: str
    text: str
    question: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Document:
    title: str
    span: str
    notes: tuple[str, ...]
    findings: tuple[FindingLine, ...]
    figures: tuple[FigureLine, ...]
    movers: tuple[PersonLine, ...]
    flows: tuple[Line, ...]
    thanks: tuple[PersonLine, ...]
    drifting: tuple[PersonLine, ...]
    hours: tuple[Line, ...]
    topics: tuple[Line, ...]


def document(report: Report) -> Document:
    """The report in words."""
    return Document(
        title=_("%(community)s · week %(week)s") % {"community": report.name, "week": report.week.label},
        span=wording.span(report.week.first, report.week.last),
        notes=notes(report),
        findings=tuple(_finding(one, report) for one in report.findings),
        figures=tuple(_figure(one) for one in report.figures),
        movers=tuple(_mover(one) for one in report.movers),
        flows=tuple(_flow(one) for one in report.flows[:FLOWS]),
        thanks=tuple(_thanks(one) for one in report.thanks),
        drifting=tuple(_drifter(one, report.timezone) for one in report.drifting),
        hours=tuple(_hour(one) for one in report.slots),
        topics=tuple(_topic(one) for one in report.topics),
    )


def notes(report: Report) -> tuple[str, ...]:
    """What a reader must know before the figures."""
    found = [_("Times in %(zone)s.") % {"zone": report.timezone}]
    if report.simulated:
        found.append(_("Simulated: this community is part of the sample brand."))
    if not report.finished:
        found.append(_("This week is not over; the figures will change."))
    if report.since_then:
        found.append(
            _("Written with the knowledge of %(made)s. Since then +%(events)s events of this week came in.")
            % {
                "made": wording.moment(int(report.made_at.timestamp()), report.timezone),
                "events": report.since_then,
            }
        )
    if report.empty:
        found.append(_("Nothing happened here in this week."))
    return tuple(found)


def _figure(figure: Figure) -> FigureLine:
    unit = wording.SIGNED if figure.metric == "net_growth" else figure.unit
    return FigureLine(
        label=figure.label,
        value=wording.quantity(figure.value, unit),
        change=wording.change(figure.value, figure.before, unit),
        tone=_tone(figure),
        before=wording.quantity(figure.before, unit),
        mean=wording.quantity(figure.mean, unit),
        question=figure.question,
    )


def _tone(figure: Figure) -> str:
    if (
        figure.value is None
        or figure.before is None
        or figure.value == figure.before
        or figure.better not in ("up", "down")
    ):
        return "flat"
    return "up" if (figure.value > figure.before) == (figure.better == "up") else "down"


def _finding(finding: Finding, report: Report) -> FindingLine:
    said = findings.say(finding, report.names)
    listed = bool(finding.members or finding.positions)
    return FindingLine(
        said.sentence, said.evidence, said.advice, finding.rule if listed else "", finding.question
    )


def _mover(mover: Mover) -> PersonLine:
    told = {"now": wording.number(mover.now), "gap": wording.number(abs(mover.change))}
    text = (
        ngettext("%(now)s message, %(gap)s more than before",
                 "%(now)s messages, %(gap)s more than before", mover.now)
        if mover.change > 0
        else ngettext("%(now)s message, %(gap)s fewer than before",
                      "%(now)s messages, %(gap)s fewer than before", mover.now)
    )  # fmt: skip
    opens = mover.question if mover.now else None
    return PersonLine(mover.person.member, _name(mover.person), text % told, opens)


def _thanks(thanks: Thanks) -> PersonLine:
    sentence = {
        people.ANSWERED: _("answered %(count)s people (%(times)s replies)"),
        people.WELCOMED: _("welcomed %(count)s newcomers"),
        people.LIKED: _("got %(count)s reactions from %(times)s people"),
        people.PRESENT: _("was there on %(count)s days (%(times)s messages)"),
    }[thanks.reason]
    told = {"count": wording.number(thanks.count), "times": wording.number(thanks.times)}
    return PersonLine(thanks.person.member, _name(thanks.person), sentence % told)


def _drifter(drifter: Drifter, timezone: str) -> PersonLine:
    if drifter.last_seen is None:
        text = _("last seen more than four weeks before")
    elif drifter.messages:
        text = ngettext("last seen %(when)s; %(messages)s message in four weeks",
                        "last seen %(when)s; %(messages)s messages in four weeks", drifter.messages)  # fmt: skip
    else:
        text = _("last seen %(when)s")
    told = {"when": wording.moment(drifter.last_seen, timezone), "messages": wording.number(drifter.messages)}
    opens = drifter.question if drifter.messages else None
    return PersonLine(drifter.person.member, _name(drifter.person), text % told, opens)


def _flow(flow: Flow) -> Line:
    told = {"before": wording.state(flow.before), "after": wording.state(flow.after)}
    return Line(_("%(before)s → %(after)s") % told, wording.number(flow.members), flow.question)


def _hour(slot: Slot) -> Line:
    name = f"{wording.weekday(slot.weekday)} {wording.hours(slot.hour, slot.hour + 1)}"
    told = {"people": wording.number(slot.people), "share": wording.percent(slot.share)}
    return Line(name, _("%(people)s spoke, %(share)s of the speakers") % told, slot.question)


def _topic(topic: Topic) -> Line:
    told = {
        "messages": wording.number(topic.messages),
        "people": wording.number(topic.people),
        "before": wording.number(round(topic.before, 1)),
    }
    return Line(topic.word, _("%(messages)s messages by %(people)s people; usually %(before)s a week") % told)


def _name(person: Any) -> str:
    return person.name or f"#{person.member}"


def section_titles() -> Sequence[tuple[str, str]]:
    """Field of the document and its heading, in the order of reading; findings and figures stand before them."""
    return (
        ("movers", _("What moved, and who")),
        ("flows", _("States within the week")),
        ("thanks", _("People to thank")),
        ("drifting", _("Drifting away")),
        ("hours", _("Best hours")),
        ("topics", _("Topics of the week")),
    )

"""Are people answered, and how much of the talk is selling?"""

from __future__ import annotations

from django.utils.translation import gettext as _

from weilu.evaluation.reports import wording
from weilu.evaluation.reports.findings.shapes import Facts, Names, Rule, Said, within
from weilu.evaluation.reports.people import ANSWERED, merits
from weilu.evaluation.reports.reading import MESSAGE, Reading
from weilu.evaluation.reports.shapes import Finding

PATIENCE = 12 * 3600
"""A question younger than this, in seconds, may still be answered."""
TELLS_REPLIES = 0.02
"""Below this share of messages that answer another, the platform does not tell, and nothing is said about answers."""
MIX = 0.2
"""80 parts of value to 20 of promotion, the trade's rule of thumb."""
SLOW = 1800


def slow_answers(facts: Facts) -> Finding | None:
    """Is the median time to the first reply long, or much longer than usual?"""
    value, mean = facts.value("first_reply"), facts.mean("first_reply")
    if value is None or not tells_replies(facts.reading):
        return None
    slower = value / mean if mean else 1.0
    if value < SLOW and (slower < 1.6 or value < 300):
        return None
    return Finding(
        "slow_answers",
        0.35 + 0.4 * max(within(value, SLOW, 6 * 3600), within(slower, 1.6, 4.0)),
        {"value": value, "mean": mean, "rate": facts.share("reply_rate")},
        metric="first_reply",
    )


def say_slow_answers(finding: Finding, names: Names) -> Said:
    told = {
        "value": wording.duration(finding.facts["value"]),
        "mean": wording.duration(finding.facts["mean"]),
        "rate": wording.percent(finding.facts["rate"]),
    }
    return Said(
        _("Whoever writes waits %(value)s for a first reply.") % told,
        _("Median; usually %(mean)s. %(rate)s of first words get any reply.") % told,
        _("Agree on who looks in at the busiest hours."),
    )


def unanswered(facts: Facts) -> Finding | None:
    """Which questions got no answer from anybody?"""
    if not tells_replies(facts.reading):
        return None
    opening = {line.position: line for line in facts.reading.of(MESSAGE) if not line.about and line.subject}
    asked = [
        opening[at]
        for at in facts.asks
        if at in opening and opening[at].at < facts.reading.horizon - PATIENCE
    ]
    authors = {line.subject: line.person for line in asked}
    answered = {
        line.about
        for line in facts.reading.of(MESSAGE)
        if line.about in authors and line.person != authors[line.about]
    }
    alone = [line for line in asked if line.subject not in answered]
    if len(alone) < 3 or len(alone) < 0.15 * len(asked):
        return None
    return Finding(
        "unanswered",
        0.4 + 0.45 * within(len(alone) / len(asked), 0.15, 0.7),
        {"asked": len(asked), "alone": len(alone), "share": len(alone) / len(asked)},
        positions=tuple(line.position for line in alone),
    )


def say_unanswered(finding: Finding, names: Names) -> Said:
    told = {name: wording.number(finding.facts[name]) for name in ("asked", "alone")}
    told["share"] = wording.percent(finding.facts["share"])
    return Said(
        _("%(alone)s questions found no answer.") % told,
        _("%(share)s of %(asked)s questions; none got a reply from anybody else.") % told,
        _("Answer them now, by name: late is better than never."),
    )


def selling(facts: Facts) -> Finding | None:
    """Is more than a fifth of the talk selling?"""
    messages = sum(1 for _line in facts.reading.of(MESSAGE))
    if messages < 20 or len(facts.offers) <= MIX * messages:
        return None
    share = len(facts.offers) / messages
    return Finding(
        "selling",
        0.5 + 0.45 * within(share, MIX, 0.6),
        {"share": share, "offers": len(facts.offers), "messages": messages},
        positions=facts.offers,
    )


def say_selling(finding: Finding, names: Names) -> Said:
    told = {name: wording.number(finding.facts[name]) for name in ("offers", "messages")}
    told["share"] = wording.percent(finding.facts["share"])
    return Said(
        _("%(share)s of the messages sell something.") % told,
        _("%(offers)s of %(messages)s messages by people; healthy is one in five at most.") % told,
        _("Skip the next two offers and give something useful instead."),
    )


def helper(facts: Facts) -> Finding | None:
    """Who answered most people? Good news, said where nothing weighs more."""
    best = next((one for one in merits(facts.reading, 20) if one.reason == ANSWERED), None)
    if best is None:
        return None
    return Finding("helper", 0.15, {"people": best.count, "times": best.times}, members=(best.member,))


def say_helper(finding: Finding, names: Names) -> Said:
    told = {name: wording.number(finding.facts[name]) for name in ("people", "times")}
    told["name"] = wording.people(finding.members, names)
    return Said(
        _("%(name)s answered %(people)s people, more than anybody.") % told,
        _("%(times)s replies in the week.") % told,
        _("Thank in public, and ask whether a fixed role would be welcome."),
    )


def tells_replies(reading: Reading) -> bool:
    """Whether the platform says which message answers which."""
    messages = [line.about for line in reading.lines if line.kind == MESSAGE]
    return bool(messages) and sum(map(bool, messages)) >= TELLS_REPLIES * len(messages)


RULES = (
    Rule("slow_answers", slow_answers, say_slow_answers),
    Rule("unanswered", unanswered, say_unanswered),
    Rule("selling", selling, say_selling),
    Rule("helper", helper, say_helper),
)

"""Did the community speak more or less, when, and how many carry it?"""

from __future__ import annotations

from collections import Counter

from django.utils.translation import gettext as _

from weilu.evaluation.reports import wording
from weilu.evaluation.reports.findings.shapes import Facts, Names, Rule, Said, within
from weilu.evaluation.reports.people import movers
from weilu.evaluation.reports.reading import MESSAGE
from weilu.evaluation.reports.shapes import Finding

PARTS = {"morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24)}
LEAST_MOVE, LEAST_POINTS = 0.12, 0.005


def interaction(facts: Facts) -> Finding | None:
    """The interaction rate against the mean of four weeks, and who drove it."""
    value, mean = facts.share("interaction_rate"), facts.usual_share("interaction_rate")
    if not mean or value is None or not facts.mature:
        return None
    if abs(value - mean) < max(LEAST_MOVE * mean, LEAST_POINTS):
        return None
    rose = value > mean
    drivers = [one for one in movers(facts.reading, 50) if (one.now > one.before) == rose][:3]
    return Finding(
        "interaction",
        0.45 + 0.5 * within(abs(value - mean) / mean, LEAST_MOVE, 0.6),
        {"value": value, "mean": mean, "rose": rose, "drivers": tuple(one.member for one in drivers),
         "messages": sum(abs(one.now - one.before) for one in drivers)},
        members=tuple(one.member for one in drivers),
        metric="interaction_rate",
    )  # fmt: skip


def say_interaction(finding: Finding, names: Names) -> Said:
    facts = finding.facts
    told = {
        "value": wording.percent(facts["value"]),
        "mean": wording.percent(facts["mean"]),
        "people": wording.people(facts["drivers"], names),
        "messages": wording.number(facts["messages"]),
    }
    if facts["rose"]:
        evidence = _("Mostly through %(people)s: together %(messages)s messages more than the week before.")
        sentence, advice = (
            _("Interaction rose to %(value)s, above the usual %(mean)s."),
            _("Thank them while it is fresh, and repeat what worked."),
        )
    else:
        evidence = _(
            "Mostly because of %(people)s: together %(messages)s messages fewer than the week before."
        )
        sentence, advice = (
            _("Interaction fell to %(value)s, below the usual %(mean)s."),
            _("Ask them in private how they are; open a topic they like."),
        )
    return Said(sentence % told, evidence % told if facts["drivers"] else "", advice)


def volume(facts: Facts) -> Finding | None:
    """Clearly more or fewer messages than usual?"""
    value, mean = facts.value("messages"), facts.mean("messages")
    if (
        value is None
        or mean is None
        or not facts.mature
        or max(value, mean) < 10
        or abs(value - mean) < 0.25 * mean
    ):
        return None
    gap = abs(value - mean) / max(mean, 1.0)
    facts_told = {
        "value": value,
        "mean": mean,
        "rose": value > mean,
        "speakers": facts.value("speakers") or 0,
    }
    return Finding("volume", 0.2 + 0.3 * within(gap, 0.25, 1.5), facts_told, metric="messages")


def say_volume(finding: Finding, names: Names) -> Said:
    told = {name: wording.number(finding.facts[name]) for name in ("value", "mean", "speakers")}
    rose = finding.facts["rose"]
    return Said(
        (
            _("More was said than usual: %(value)s messages.")
            if rose
            else _("Less was said than usual: %(value)s messages.")
        )
        % told,
        _("Usually %(mean)s a week; %(speakers)s people spoke.") % told,
        _("Look which topic did it, and take it up again.")
        if rose
        else _("Bring back the topic that worked best last."),
    )


def concentration(facts: Facts) -> Finding | None:
    """Do a tenth of the speakers (rounded up) say most of it?"""
    voices, _before = facts.reading.voices()
    if len(voices) < 10:
        return None
    loudest = voices.most_common(-(-len(voices) // 10))
    said = sum(count for _member, count in loudest)
    share = said / voices.total()
    if share < 0.5:
        return None
    return Finding(
        "concentration",
        0.3 + 0.5 * within(share, 0.5, 0.9),
        {"share": share, "few": len(loudest), "speakers": len(voices), "messages": said},
        members=tuple(member for member, _count in loudest),
    )


def say_concentration(finding: Finding, names: Names) -> Said:
    told = {
        "few": wording.number(finding.facts["few"]),
        "share": wording.percent(finding.facts["share"]),
        "speakers": wording.number(finding.facts["speakers"]),
        "people": wording.people(finding.members, names),
    }
    return Said(
        _("%(few)s people said %(share)s of everything.") % told,
        _("%(speakers)s people spoke at all; the loudest were %(people)s.") % told,
        _("If they have a quiet week, the group has one: ask the second row by name."),
    )


def part_of_day(facts: Facts) -> Finding | None:
    """Which part of the day lost most against the mean of four weeks?"""
    now, before = facts.reading.hours, facts.reading.hours_before
    if not facts.mature or before.total() < 200 or now.total() < 20:
        return None
    losses = {}
    for name, (first, after) in PARTS.items():
        usual = _within(before, first, after) / 4
        if usual >= 10:
            losses[name] = (1 - _within(now, first, after) / usual, usual)
    part, (loss, usual) = max(losses.items(), key=lambda item: item[1][0], default=("", (0.0, 0.0)))
    if loss < 0.25:
        return None
    first, after = PARTS[part]
    return Finding(
        "part_of_day",
        0.25 + 0.4 * within(loss, 0.25, 0.8),
        {
            "part": part,
            "loss": loss,
            "usual": usual,
            "now": _within(now, first, after),
            "first": first,
            "after": after,
        },
        metric="messages",
    )


def say_part_of_day(finding: Finding, names: Names) -> Said:
    facts = finding.facts
    part = {"morning": _("Mornings"), "afternoon": _("Afternoons"), "evening": _("Evenings")}[facts["part"]]
    told = {
        "part": part,
        "loss": wording.percent(facts["loss"]),
        "now": wording.number(facts["now"]),
        "usual": wording.number(round(facts["usual"])),
        "hours": wording.hours(facts["first"], facts["after"]),
    }
    return Said(
        _("%(part)s have become quiet: %(loss)s below the usual.") % told,
        _("%(hours)s: %(now)s messages, usually %(usual)s.") % told,
        _("Put one fixed thing there: a question of the day, or a round of check-ins."),
    )


def silent_crowd(facts: Facts) -> Finding | None:
    """Do nearly all of many members keep silent?"""
    share, members = facts.share("silent_share"), facts.value("members")
    if share is None or not members or members < 30 or not 0.85 <= share < 1:
        return None
    return Finding(
        "silent_crowd",
        0.3 + 0.45 * within(share, 0.85, 1.0),
        {"share": share, "members": members},
        metric="silent_share",
    )


def say_silent_crowd(finding: Finding, names: Names) -> Said:
    told = {
        "share": wording.percent(finding.facts["share"]),
        "members": wording.number(finding.facts["members"]),
    }
    return Said(
        _("%(share)s of the members said nothing.") % told,
        _("Of %(members)s members at the end of the week.") % told,
        _("Ask something that one tap answers, at the best hour, before asking for words."),
    )


def nobody(facts: Facts) -> Finding | None:
    """Did nobody say a word, though there are members?"""
    members = facts.value("members")
    if not members or facts.value("speakers"):
        return None
    usual = facts.mean("speakers") or 0
    return Finding("nobody", 0.95, {"members": members, "usual": usual}, metric="members")


def say_nobody(finding: Finding, names: Names) -> Said:
    told = {name: wording.number(finding.facts[name]) for name in ("members", "usual")}
    evidence = (
        _("%(members)s members are in; usually %(usual)s of them speak.")
        if finding.facts["usual"]
        else _("%(members)s members are in, and it was no better in the four weeks before.")
    )
    return Said(
        _("Nobody said a word this week."),
        evidence % told,
        _("Decide: revive it with a fixed date and a host, or close it and invite the rest elsewhere."),
    )


def busiest(facts: Facts) -> Finding | None:
    """The liveliest hour: always true, said where nothing weighs more."""
    total = facts.reading.hours.total()
    if not total:
        return None
    days = Counter[int]()
    for (weekday, _hour), count in facts.reading.hours.items():
        days[weekday] += count
    weekday, count = min(days.items(), key=lambda item: (-item[1], item[0]))
    return Finding(
        "busiest", 0.1, {"weekday": weekday, "messages": count, "share": count / total}, metric="messages"
    )


def say_busiest(finding: Finding, names: Names) -> Said:
    told = {
        "weekday": wording.weekday(finding.facts["weekday"]),
        "messages": wording.number(finding.facts["messages"]),
        "share": wording.percent(finding.facts["share"]),
    }
    return Said(
        _("%(weekday)s was the liveliest day.") % told,
        _("%(messages)s messages by people, %(share)s of the week.") % told,
        _("Announce there what many should see."),
    )


def steady(facts: Facts) -> Finding | None:
    """About as usual: said where nothing weighs more."""
    value, mean = facts.value("active_members"), facts.mean("active_members")
    if not mean or value is None or abs(value - mean) > 0.15 * mean:
        return None
    speakers = {line.person for line in facts.reading.of(MESSAGE)}
    return Finding(
        "steady", 0.12, {"value": value, "mean": mean, "speakers": len(speakers)}, metric="active_members"
    )


def say_steady(finding: Finding, names: Names) -> Said:
    told = {name: wording.number(finding.facts[name]) for name in ("value", "mean", "speakers")}
    return Said(
        _("A week like the others: %(value)s took part.") % told,
        _("Usually %(mean)s; %(speakers)s of them spoke.") % told,
        _("A good week to try something new on a small scale."),
    )


def _within(hours: Counter[tuple[int, int]], first: int, after: int) -> int:
    return sum(count for (_weekday, hour), count in hours.items() if first <= hour < after)


RULES = (
    Rule("interaction", interaction, say_interaction),
    Rule("volume", volume, say_volume),
    Rule("concentration", concentration, say_concentration),
    Rule("part_of_day", part_of_day, say_part_of_day),
    Rule("silent_crowd", silent_crowd, say_silent_crowd),
    Rule("nobody", nobody, say_nobody),
    Rule("busiest", busiest, say_busiest),
    Rule("steady", steady, say_steady),
)

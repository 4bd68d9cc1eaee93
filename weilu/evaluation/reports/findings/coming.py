"""Who comes and finds a voice, and who goes?"""

from __future__ import annotations

from django.utils.translation import gettext as _

from weilu.evaluation.reports import wording
from weilu.evaluation.reports.findings.shapes import Facts, Names, Rule, Said, within
from weilu.evaluation.reports.people import drifted
from weilu.evaluation.reports.reading import MESSAGE
from weilu.evaluation.reports.shapes import Finding


def silent_newcomers(facts: Facts) -> Finding | None:
    """Of those who joined this week, how many have not spoken in it?"""
    joined = facts.reading.joiners()
    spoke = {line.person for line in facts.reading.of(MESSAGE)}
    silent = sorted(joined - spoke)
    if len(joined) < 4 or len(silent) < 0.5 * len(joined):
        return None
    strength = within(len(silent) / len(joined), 0.5, 1.0) * within(len(joined), 0, 20)
    return Finding(
        "silent_newcomers",
        0.35 + 0.45 * strength,
        {"joined": len(joined), "silent": len(silent)},
        members=tuple(silent),
    )


def say_silent_newcomers(finding: Finding, names: Names) -> Said:
    told = {name: wording.number(finding.facts[name]) for name in ("joined", "silent")}
    told["people"] = wording.people(finding.members, names)
    return Said(
        _("%(silent)s of %(joined)s newcomers have not said a word.") % told,
        _("Among them %(people)s.") % told,
        _("Greet them by name within a day, with one easy question."),
    )


def new_voices(facts: Facts) -> Finding | None:
    """Did clearly more people than usual speak for the first time?"""
    value, mean = facts.value("new_speakers"), facts.mean("new_speakers")
    if value is None or mean is None or not facts.mature or value < 5 or value < 1.4 * mean:
        return None
    return Finding(
        "new_voices",
        0.3 + 0.4 * within(value / max(mean, 1.0), 1.4, 3.0) * within(value, 2, 15),
        {"value": value, "mean": mean},
        metric="new_speakers",
    )


def say_new_voices(finding: Finding, names: Names) -> Said:
    told = {name: wording.number(finding.facts[name]) for name in ("value", "mean")}
    return Said(
        _("%(value)s people spoke for the first time.") % told,
        _("Usually %(mean)s a week.") % told,
        _("Answer each of them once: the second message decides whether they stay."),
    )


def leaving(facts: Facts) -> Finding | None:
    """Did clearly more people than usual leave?"""
    value, mean = facts.value("leaves"), facts.mean("leaves")
    if value is None or mean is None or not facts.mature or value < 4 or value < 1.5 * mean:
        return None
    return Finding(
        "leaving",
        0.5 + 0.45 * within(value / max(mean, 1.0), 1.5, 4.0),
        {"value": value, "mean": mean, "joins": facts.value("joins") or 0},
        metric="leaves",
    )


def say_leaving(finding: Finding, names: Names) -> Said:
    told = {name: wording.number(finding.facts[name]) for name in ("value", "mean", "joins")}
    return Said(
        _("%(value)s people left, more than usual.") % told,
        _("Usually %(mean)s a week; %(joins)s joined in the same week.") % told,
        _("Look at what was sent on the days before, and ask two of them why."),
    )


def core_drifting(facts: Facts) -> Finding | None:
    """Did people who used to talk fall silent?"""
    talkers = [one for one in drifted(facts.reading, 200) if one.messages >= 3]
    if len(talkers) < 2:
        return None
    said = sum(one.messages for one in talkers)
    return Finding(
        "core_drifting",
        0.4 + 0.45 * within(len(talkers), 1, 12),
        {"people": len(talkers), "messages": said},
        members=tuple(one.member for one in talkers),
    )


def say_core_drifting(finding: Finding, names: Names) -> Said:
    told = {name: wording.number(finding.facts[name]) for name in ("people", "messages")}
    told["names"] = wording.people(finding.members, names)
    return Said(
        _("%(people)s people who used to talk have gone quiet.") % told,
        _("%(names)s: %(messages)s messages in the four weeks before, dormant now.") % told,
        _("A private word from somebody they know brings back more than any coupon."),
    )


RULES = (
    Rule("silent_newcomers", silent_newcomers, say_silent_newcomers),
    Rule("new_voices", new_voices, say_new_voices),
    Rule("leaving", leaving, say_leaving),
    Rule("core_drifting", core_drifting, say_core_drifting),
)

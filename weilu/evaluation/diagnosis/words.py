"""How is a finding said to an operator?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from weilu.core.warehouse.links import behind
from weilu.evaluation.diagnosis import rules
from weilu.evaluation.diagnosis.shapes import Facts, Finding, Number, Threshold
from weilu.evaluation.reports import wording

Text = str | Promise
NAMES: Mapping[str, Text] = {
    "silent_crowd": gettext_lazy("Silent crowd"),
    "dead_group": gettext_lazy("Dead group"),
    "over_selling": gettext_lazy("Over-selling"),
    "sameness": gettext_lazy("Sameness"),
    "talking_alone": gettext_lazy("The team talks alone"),
    "nothing_by_members": gettext_lazy("Nothing by members"),
    "slow_answers": gettext_lazy("Slow answers"),
    "churn_node": gettext_lazy("A day on which people leave"),
    "growth_without_quality": gettext_lazy("Growth without quality"),
    "over_control": gettext_lazy("Over-control"),
}
SENTENCES: Mapping[str, Text] = {
    "silent_crowd": gettext_lazy("%(share)s of %(members)s members said nothing in four weeks."),
    "dead_group": gettext_lazy("On an average day %(share)s of %(members)s members take part."),
    "over_selling": gettext_lazy("%(share)s of what the team posts sells something."),
    "sameness": gettext_lazy("%(share)s of what the team posts was said before, nearly word for word."),
    "talking_alone": gettext_lazy("%(share)s of all messages come from the team itself."),
    "nothing_by_members": gettext_lazy("Members answer, but begin only %(share)s of all talks."),
    "slow_answers": gettext_lazy("Whoever writes waits %(wait)s for a first reply."),
    "churn_node": gettext_lazy("Day %(day)s is when people leave: %(share)s of those who left went then."),
    "growth_without_quality": gettext_lazy(
        "Of %(newcomers)s newcomers only %(share)s said a word in their first week."
    ),
    "over_control": gettext_lazy("%(share)s of those who left did not go by themselves: they were put out."),
}
EVIDENCE: Mapping[str, Text] = {
    "silent_crowd": gettext_lazy("Healthy is at most nine in ten."),
    "dead_group": gettext_lazy("%(active)s took part at all in four weeks."),
    "over_selling": gettext_lazy("%(offers)s of %(posts)s posts of %(team)s accounts, healthy is one in five at most; %(felt)s of all that is said."),
    "sameness": gettext_lazy("%(again)s of %(posts)s posts; names, figures and links left out of the comparison."),
    "talking_alone": gettext_lazy("%(own)s of %(messages)s messages; %(others)s others spoke at all."),
    "nothing_by_members": gettext_lazy("%(own)s of %(openings)s messages that answer nobody are by members; they wrote %(answers)s answers."),
    "slow_answers": gettext_lazy("The middle of %(answered)s messages that were answered within a day."),
    "churn_node": gettext_lazy("%(left)s of %(all)s who left in 90 days, counted from their joining (day 1: the first 24 hours); "
                               "%(joined)s joined."),
    "growth_without_quality": gettext_lazy("%(spoke)s of those who joined in the four weeks that ended a week ago; %(members)s members in all."),
    "over_control": gettext_lazy("%(removed)s of %(left)s who left in 90 days."),
}  # fmt: skip
REMEDIES: Mapping[str, Text] = {
    "silent_crowd": gettext_lazy(
        "Ask something that one tap answers, at the best hour, before asking for words."
    ),
    "dead_group": gettext_lazy(
        "Decide: revive it with a fixed date and a host, or close it and invite the rest elsewhere."
    ),
    "over_selling": gettext_lazy("Let the next four posts be useful ones, then one offer: four to one."),
    "sameness": gettext_lazy("Change the form: a question, a picture, a member’s own story."),
    "talking_alone": gettext_lazy("Post less and ask more; hand one fixed thing a week to a member."),
    "nothing_by_members": gettext_lazy(
        "Ask those who answer often for something of their own, such as a picture or how they do it, and show it to all."
    ),
    "slow_answers": gettext_lazy("Agree on who looks in at the busiest hours."),
    "churn_node": gettext_lazy(
        "Write to newcomers the day before, and look at what they are sent until then."
    ),
    "growth_without_quality": gettext_lazy(
        "Compare where the newcomers came from, stop the road that brings the silent, and greet each with a question."
    ),
    "over_control": gettext_lazy(
        "Read why they were put out. For advertisers it is right; for the rest: rules at the door and a warning first."
    ),
}
THRESHOLDS: Mapping[tuple[str, str], Text] = {
    ("silent_crowd", "share"): gettext_lazy("silent, more than %(value)s"),
    ("dead_group", "share"): gettext_lazy("active on an average day, less than %(value)s"),
    ("over_selling", "share"): gettext_lazy("of the team’s posts sell, more than %(value)s"),
    ("over_selling", "felt"): gettext_lazy("and of all messages, more than %(value)s"),
    ("over_selling", "posts"): gettext_lazy("posts of the team, at least %(value)s"),
    ("sameness", "share"): gettext_lazy("of the team’s posts repeat, more than %(value)s"),
    ("sameness", "posts"): gettext_lazy("posts of the team, at least %(value)s"),
    ("talking_alone", "share"): gettext_lazy("of the messages are the team’s, more than %(value)s"),
    ("talking_alone", "messages"): gettext_lazy("messages, at least %(value)s"),
    ("nothing_by_members", "share"): gettext_lazy(
        "of what begins a talk comes from members, less than %(value)s"
    ),
    ("nothing_by_members", "openings"): gettext_lazy("messages that answer nobody, at least %(value)s"),
    ("nothing_by_members", "answers"): gettext_lazy("messages of members, at least %(value)s"),
    ("slow_answers", "wait"): gettext_lazy("median until the first reply, more than %(value)s"),
    ("slow_answers", "answered"): gettext_lazy("answered messages, at least %(value)s"),
    ("growth_without_quality", "share"): gettext_lazy("spoke in their first week, less than %(value)s"),
    ("growth_without_quality", "newcomers"): gettext_lazy("newcomers, at least %(value)s"),
    ("growth_without_quality", "growth"): gettext_lazy(
        "newcomers among the members of four weeks ago, more than %(value)s"
    ),
    ("over_control", "share"): gettext_lazy("of those who left were put out, more than %(value)s"),
    ("over_control", "removed"): gettext_lazy("people put out, at least %(value)s"),
    ("churn_node", "share"): gettext_lazy("left on one day after joining, more than %(value)s"),
    ("churn_node", "left"): gettext_lazy("people who left, at least %(value)s"),
    ("churn_node", "times"): gettext_lazy("times as many as on the days beside it, at least %(value)s"),
}
MEMBERS = gettext_lazy("members, at least %(value)s")


@dataclass(frozen=True, slots=True)
class Said:
    """A finding as pages show it. `href` opens exactly those behind it; `count` is how many, None where the page says it."""

    rule: str
    name: str
    sentence: str
    evidence: str
    remedy: str
    tone: str
    href: str
    count: int | None


def said(facts: Facts, finding: Finding, as_of: str = "") -> Said:
    told = {name: _number(name, value) for name, value in finding.numbers.items()}
    return Said(
        finding.rule,
        str(NAMES[finding.rule]),
        str(SENTENCES[finding.rule]) % told,
        str(EVIDENCE[finding.rule]) % told,
        str(REMEDIES[finding.rule]),
        "bad" if finding.strength >= 0.5 else "warn",
        _opening(facts, finding, as_of),
        finding.behind or None,
    )


def _opening(facts: Facts, finding: Finding, as_of: str) -> str:
    if finding.metric:
        return behind(facts.questions[finding.metric])
    address = reverse("diagnosis:finding", args=[facts.community, finding.rule])
    return f"{address}?{urlencode({'as_of': as_of})}" if as_of else address


def _number(name: str, value: Number) -> str:
    if name in ("share", "felt"):
        return _share(value)
    return wording.duration(value) if name == "wait" else wording.number(value)


def _share(value: Number) -> str:
    """41.3%, and 90% rather than 90.0%: it stands in a sentence."""
    return wording.percent(value).replace(".0%", "%")


def all_rules() -> list[dict[str, Any]]:
    """Every rule with the numbers that it goes by."""
    return [
        {
            "slug": one.slug,
            "name": NAMES[one.slug],
            "thresholds": [_threshold(one.slug, each) for each in one.thresholds],
        }
        for one in rules.RULES
    ]


def _threshold(rule: str, one: Threshold) -> str:
    value = {"percent": _share, "seconds": wording.duration}.get(one.unit, wording.number)(one.value)
    return str(THRESHOLDS.get((rule, one.slug), MEMBERS)) % {"value": value}

"""How is advice said to an operator: what is the matter, what shows it, what to do, what it may bring, what it brought?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from weilu.core import metrics
from weilu.evaluation.advice import effects, rules
from weilu.evaluation.advice.effects import Effect
from weilu.evaluation.advice.shapes import Advice, Value
from weilu.evaluation.reports import wording

Text = str | Promise
NAMES: Mapping[str, Text] = {
    "evening_talk": gettext_lazy("Evening talk"),
    "best_hours": gettext_lazy("Better hours"),
    "unanswered": gettext_lazy("Open questions"),
    "change_form": gettext_lazy("Another form"),
    "thank": gettext_lazy("People to thank"),
    "invite_koc": gettext_lazy("Invite as KOC"),
    "win_back": gettext_lazy("Win back"),
}
SENTENCES: Mapping[str, Text] = {
    "evening_talk": gettext_lazy("Evenings have become quiet: hold an evening talk at %(hour)s."),
    "best_hours": gettext_lazy("Post when people are there: at %(hours)s."),
    "unanswered": gettext_lazy("%(alone)s questions wait for an answer."),
    "change_form": gettext_lazy("“%(type)s” is opened less each week: change its form."),
    "thank": gettext_lazy("To thank: %(people)s who did most for the others."),
    "invite_koc": gettext_lazy("To invite as KOC: %(people)s who answer as if they were it already."),
    "win_back": gettext_lazy("%(people)s people who used to talk have fallen silent: win them back."),
}
EVIDENCE: Mapping[str, Text] = {
    "evening_talk": gettext_lazy("18:00–24:00 in the last week: %(now)s messages, usually %(usual)s."),
    "best_hours": gettext_lazy("%(share)s of the messages of five weeks fall into these hours, but only %(there)s of the team’s %(posts)s posts."),
    "unanswered": gettext_lazy("%(alone)s of %(asked)s questions of the last week got no reply from anybody else."),
    "change_form": gettext_lazy("Open rate three weeks running: from %(first)s down to %(now)s."),
    "thank": gettext_lazy("In five weeks; the first of them answered %(answered)s people and was liked %(liked)s times."),
    "invite_koc": gettext_lazy("In five weeks each answered at least %(answered)s people and was there on at least %(days)s days; none is KOL or KOC yet."),
    "win_back": gettext_lazy("Dormant now, with three messages or more in the last 90 days."),
}  # fmt: skip
ACTIONS: Mapping[str, Text] = {
    "evening_talk": gettext_lazy("Announce and hold a talk at %(hour)s, with one question and one host"),
    "best_hours": gettext_lazy("Move the fixed posts to %(hours)s"),
    "unanswered": gettext_lazy("Answer %(alone)s open questions, by name"),
    "change_form": gettext_lazy("Try “%(type)s” in another form: a question, a picture, a story"),
    "thank": gettext_lazy("Thank in public who helped most (%(people)s)"),
    "invite_koc": gettext_lazy("Ask in private whether they want a fixed role (%(people)s)"),
    "win_back": gettext_lazy("Write a personal word to people who fell silent"),
}
EXPECTED: Mapping[str, Text] = {
    "evening_talk": gettext_lazy("up to %(missing)s messages a week more, if evenings are as usual again"),
    "best_hours": gettext_lazy("more people see what is posted"),
    "unanswered": gettext_lazy("a higher reply rate; whoever is answered writes again"),
    "change_form": gettext_lazy("up to %(first)s opened, if it is as before"),
    "thank": gettext_lazy("they go on: three messages or more in four weeks"),
    "invite_koc": gettext_lazy("they go on: three messages or more in four weeks"),
    "win_back": gettext_lazy("some take part again within 14 days"),
}
OUTCOMES: Mapping[str, Text] = {
    "thank": gettext_lazy("wrote three messages or more"),
    "invite_koc": gettext_lazy("wrote three messages or more"),
    "win_back": gettext_lazy("took part again"),
}
TEST = gettext_lazy(
    "Fisher’s exact test, two-sided, of those it was meant for against those left out by lot; a difference is believed below 5%. With "
    "fewer than 20 people, or fewer than five left out, nothing is told."
)
FIGURES: Mapping[str, tuple[Text, str]] = {
    rules.EVENINGS: (gettext_lazy("messages from 18:00 to 24:00"), metrics.MESSAGES),
    rules.OPENED: (gettext_lazy("Open rate of this type"), metrics.PERCENT),
}
"""What stands in place of a metric: its name and unit."""


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of advice as pages show it."""

    rule: str
    name: str
    sentence: str
    evidence: str
    action: str
    expected: str
    href: str
    people: bool
    behind: int


def said(community: int, advice: Advice) -> Said:
    rule = rules.rule(advice.rule)
    return Said(
        advice.rule,
        str(NAMES[advice.rule]),
        _filled(SENTENCES, advice.rule, advice.numbers),
        _filled(EVIDENCE, advice.rule, advice.numbers),
        action(advice),
        _filled(EXPECTED, advice.rule, advice.numbers),
        reverse("advice:page", args=[community, advice.rule]),
        bool(rule and rule.people),
        len(advice.members) + len(advice.positions),
    )


def action(advice: Advice) -> str:
    """The drafted title of a task."""
    return _filled(ACTIONS, advice.rule, advice.numbers)


def was_said(rule: str, numbers: Mapping[str, Value]) -> tuple[str, str]:
    """Sentence and evidence of advice that was decided on, by the numbers of then."""
    return _filled(SENTENCES, rule, numbers), _filled(EVIDENCE, rule, numbers)


def came_of_it(rule: str, effect: Effect | None, last: str) -> str:
    """The measured effect in a sentence; empty where nothing was done."""
    if effect is None:
        return ""
    if effect.verdict == effects.RUNNING:
        return _("Measured after %(day)s.") % {"day": last}
    if effect.verdict == effects.BEFORE_AFTER:
        return _before_after(rule, effect)
    told = {
        "outcome": OUTCOMES.get(rule, ""),
        "met": f"{effect.met}/{effect.meant}",
        "held": f"{effect.held_met}/{effect.held}",
        "chance": "" if effect.chance is None else f"{effect.chance:.3f}",
    }
    return str(VERDICTS[effect.verdict]) % told


VERDICTS: Mapping[str, Text] = {
    effects.TOO_FEW: gettext_lazy("Too few people to tell: %(met)s %(outcome)s, of those left out %(held)s."),
    effects.BETTER: gettext_lazy(
        "It helped: %(met)s %(outcome)s, of those left out only %(held)s (p = %(chance)s)."
    ),
    effects.WORSE: gettext_lazy(
        "It did harm: %(met)s %(outcome)s, of those left out %(held)s (p = %(chance)s)."
    ),
    effects.NO_DIFFERENCE: gettext_lazy(
        "No difference that chance would not make: %(met)s %(outcome)s, of those left out %(held)s (p = %(chance)s)."
    ),
}
TONES = {effects.BETTER: "good", effects.WORSE: "bad"}


def _before_after(slug: str, effect: Effect) -> str:
    rule = rules.rule(slug)
    metric = metrics.find(rule.metric) if rule else None
    what, unit = (metric.label, metric.unit) if metric else FIGURES[rule.metric if rule else rules.EVENINGS]
    told = {
        "what": what,
        "before": wording.quantity(effect.before, unit),
        "after": wording.quantity(effect.after, unit),
    }
    return (
        _("%(what)s: %(before)s before, %(after)s after. Nobody was left out, so other causes are possible.")
        % told
    )


def _filled(texts: Mapping[str, Text], rule: str, numbers: Mapping[str, Value]) -> str:
    if rule not in texts:
        return rule
    return str(texts[rule]) % {name: _value(name, value) for name, value in numbers.items()}


def _value(name: str, value: Value) -> str:
    if name == "hours":
        return str(value).replace(", ", pgettext("between names", ", "))
    if isinstance(value, str):
        return value[:60]
    if name in ("share", "there", "first"):
        return wording.percent(value)
    if name == "hour":
        return f"{int(value):02d}:00"
    return wording.percent(value) if name == "now" and isinstance(value, float) else wording.number(value)

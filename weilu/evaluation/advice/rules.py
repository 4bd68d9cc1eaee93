"""What should be done about a community? A registry of small pure rules over five weeks, each with its condition and evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

from weilu.evaluation.advice.shapes import Advice, Facts, Helped, Rule, Value

EVENING = range(18, 24)
EVENINGS, OPENED = "evening", "opened"
"""In place of a metric: messages from 18 to 24, and the open rate of the type that the advice was about."""
LOW, LEAST_USUAL = 0.75, 10
"""Evenings are low below three quarters of the usual, where the usual is at least ten messages a week."""
BEST_HOURS, LEAST_TALK, LEAST_POSTS = 3, 100, 10
"""So many hours of the day are the best; messages of five weeks, and posts of the team, that it takes to tell."""
LEAST_ALONE, ALONE_SHARE = 3, 0.15
FALLING_WEEKS, LEAST_REACHED = 3, 20
THANKS, THANK_POINTS = 5, 3.0
KOC_ANSWERED, KOC_DAYS = 5, 10
LEAST_QUIET = 3


def advise(facts: Facts) -> tuple[Advice, ...]:
    """All that the rules advise, the strongest first."""
    found = [advice for rule in RULES if (advice := rule.judge(facts)) is not None]
    return tuple(sorted(found, key=lambda one: (-one.strength, one.rule)))


def evening_talk(facts: Facts) -> Advice | None:
    """Have the evenings become quiet against the four weeks before?"""
    now, usual = _evening(facts.hours), _evening(facts.hours_before) / 4
    if usual < LEAST_USUAL or now >= LOW * usual:
        return None
    best = max(EVENING, key=lambda hour: (_of_hour(facts.hours_before, hour), -hour))
    numbers = {"now": now, "usual": round(usual), "missing": round(usual) - now, "hour": best}
    return Advice("evening_talk", 0.5 + 0.4 * (1 - now / usual), numbers)


def best_hours(facts: Facts) -> Advice | None:
    """Does the team post outside the hours in which most is said?"""
    talk = Counter[int]()
    for hours in (facts.hours, facts.hours_before):
        for (_weekday, hour), count in hours.items():
            talk[hour] += count
    posts = sum(facts.posts.values())
    if talk.total() < LEAST_TALK or posts < LEAST_POSTS:
        return None
    best = sorted(talk, key=lambda hour: (-talk[hour], hour))[:BEST_HOURS]
    share = sum(talk[hour] for hour in best) / talk.total()
    there = sum(facts.posts.get(hour, 0) for hour in best) / posts
    if there >= share:
        return None
    numbers: dict[str, Value] = {"hours": ", ".join(f"{hour:02d}:00" for hour in sorted(best)), "share": share, "there": there,
               "posts": posts, "hour": best[0]}  # fmt: skip
    return Advice("best_hours", 0.2 + 0.4 * (share - there), numbers)


def unanswered(facts: Facts) -> Advice | None:
    """Did questions of the last week find no answer?"""
    alone = len(facts.alone)
    if alone < LEAST_ALONE or alone < ALONE_SHARE * facts.asked:
        return None
    numbers = {"alone": alone, "asked": facts.asked}
    return Advice("unanswered", 0.4 + 0.4 * alone / facts.asked, numbers, positions=facts.alone)


def change_form(facts: Facts) -> Advice | None:
    """Does the open rate of a type of content fall three weeks running? The one that fell most."""
    falls = {}
    for kind, weeks in facts.openings.items():
        last = weeks[-FALLING_WEEKS - 1 :]
        rates = [one.rate for one in last if one.rate is not None and one.reached >= LEAST_REACHED]
        if len(rates) == FALLING_WEEKS + 1 and all(a > b for a, b in pairwise(rates)):
            falls[kind] = (rates[0], rates[-1])
    if not falls:
        return None
    kind = min(falls, key=lambda one: (falls[one][1] / falls[one][0], one))
    first, now = falls[kind]
    return Advice("change_form", 0.4 + 0.5 * (1 - now / first), {"type": kind, "first": first, "now": now})


def thank(facts: Facts) -> Advice | None:
    """Who did most for others in these weeks?"""
    best = [
        one
        for one in sorted(facts.helped, key=lambda one: (-_merit(one), one.member))
        if _merit(one) >= THANK_POINTS
    ]
    if not best:
        return None
    some = best[:THANKS]
    numbers = {"people": len(some), "answered": some[0].answered, "liked": some[0].liked}
    return Advice("thank", 0.3, numbers, members=tuple(one.member for one in some))


def invite_koc(facts: Facts) -> Advice | None:
    """Who answers many, comes often, and stands on neither of the upper two steps of the pyramid?"""
    found = [
        one
        for one in facts.helped
        if one.answered >= KOC_ANSWERED
        and one.days >= KOC_DAYS
        and facts.tiers.get(one.member) not in ("kol", "koc")
    ]
    if not found:
        return None
    members = tuple(one.member for one in sorted(found, key=lambda one: (-one.answered, one.member)))
    numbers = {"people": len(members), "answered": KOC_ANSWERED, "days": KOC_DAYS}
    return Advice("invite_koc", 0.35, numbers, members=members)


def win_back(facts: Facts) -> Advice | None:
    """Have people who used to talk fallen silent?"""
    if len(facts.quiet) < LEAST_QUIET:
        return None
    return Advice(
        "win_back", 0.45 + min(0.3, len(facts.quiet) / 200), {"people": len(facts.quiet)}, members=facts.quiet
    )


def _evening(hours: Mapping[tuple[int, int], int]) -> int:
    return sum(count for (_weekday, hour), count in hours.items() if hour in EVENING)


def _of_hour(hours: Mapping[tuple[int, int], int], wanted: int) -> int:
    return sum(count for (_weekday, hour), count in hours.items() if hour == wanted)


def _merit(one: Helped) -> float:
    return one.answered + 0.3 * one.liked


TALKS = {"did": "message.sent", "times": {"gte": 3}}
RULES: tuple[Rule, ...] = (
    Rule("evening_talk", False, 14, evening_talk, metric=EVENINGS),
    Rule("best_hours", False, 14, best_hours, metric="active_members"),
    Rule("unanswered", False, 14, unanswered, metric="reply_rate"),
    Rule("change_form", False, 21, change_form, metric=OPENED),
    Rule("thank", True, 28, thank, outcome=TALKS),
    Rule("invite_koc", True, 28, invite_koc, outcome=TALKS),
    Rule("win_back", True, 14, win_back, outcome={"did": "interaction"}),
)


def rule(slug: str) -> Rule | None:
    return next((one for one in RULES if one.slug == slug), None)

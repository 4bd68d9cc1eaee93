"""What ails a community? A registry of small pure rules over four weeks; each says the numbers it goes by.

The trade's own thresholds: nine in ten silent is a silent crowd, under 5 % active a day is a dead group, over a fifth of what
operators post selling is over-selling (where members say so much that it drowns, it is not felt). The others are ours; docs/how-to/diagnosis.md tells operators all of them.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from itertools import pairwise

from weilu.evaluation.diagnosis.shapes import Facts, Finding, Number, Rule, Stay, Threshold

Given = Mapping[str, Number]
PERCENT, PEOPLE, MESSAGES, SECONDS, DAYS = "percent", "people", "messages", "seconds", "days"


def diagnose(facts: Facts) -> tuple[Finding, ...]:
    """Everything that ails it, the worst first."""
    found = [finding for rule in RULES if (finding := rule.find(facts)) is not None]
    return tuple(sorted(found, key=lambda one: (-one.strength, one.rule)))


def silent_crowd(facts: Facts, given: Given) -> Finding | None:
    """Do more than nine in ten say nothing?"""
    if facts.silent is None or facts.members < given["members"] or facts.silent <= given["share"]:
        return None
    strength = 0.5 + 0.4 * within(facts.silent, given["share"], 1.0)
    return Finding(
        "silent_crowd", strength, {"share": facts.silent, "members": facts.members}, metric="silent_share"
    )


def dead_group(facts: Facts, given: Given) -> Finding | None:
    """Do fewer than one in twenty take part on an average day? A group whose half came within the four weeks is not judged."""
    if facts.daily is None or facts.members < given["members"] or facts.before < facts.members / 2:
        return None
    if facts.daily >= given["share"]:
        return None
    numbers = {"share": facts.daily, "members": facts.members, "active": facts.active}
    strength = 0.55 + 0.45 * within(given["share"] - facts.daily, 0, given["share"])
    return Finding("dead_group", strength, numbers, metric="active_members")


def over_selling(facts: Facts, given: Given) -> Finding | None:
    """Is more than a fifth of what the team posts selling, and is it felt: a fifth of all that is said?"""
    offers = tuple(one.position for one in facts.posts if one.offer)
    if len(facts.posts) < given["posts"] or len(offers) <= given["share"] * len(facts.posts):
        return None
    if len(offers) <= given["felt"] * max(facts.messages, 1):
        return None
    share, felt = len(offers) / len(facts.posts), len(offers) / max(facts.messages, 1)
    numbers = {
        "share": share,
        "offers": len(offers),
        "posts": len(facts.posts),
        "team": len(facts.team),
        "felt": felt,
    }
    return Finding("over_selling", 0.5 + 0.5 * within(share, given["share"], 0.7), numbers, positions=offers)


def sameness(facts: Facts, given: Given) -> Finding | None:
    """Does the team say the same over and over?"""
    again = tuple(one.position for one in facts.posts if one.again)
    if len(facts.posts) < given["posts"] or len(again) <= given["share"] * len(facts.posts):
        return None
    share = len(again) / len(facts.posts)
    numbers = {"share": share, "again": len(again), "posts": len(facts.posts)}
    return Finding("sameness", 0.35 + 0.4 * within(share, given["share"], 1.0), numbers, positions=again)


def talking_alone(facts: Facts, given: Given) -> Finding | None:
    """Does most of the talk come from the team itself?"""
    own = sum(count for person, count in facts.said.items() if person in facts.team)
    if facts.messages < given["messages"] or own <= given["share"] * facts.messages:
        return None
    others = len(set(facts.said) - facts.team)
    numbers = {"share": own / facts.messages, "own": own, "messages": facts.messages, "others": others}
    positions = tuple(one.position for one in facts.posts)
    strength = 0.45 + 0.4 * within(own / facts.messages, given["share"], 1.0)
    return Finding("talking_alone", strength, numbers, positions=positions)


def nothing_by_members(facts: Facts, given: Given) -> Finding | None:
    """Do members only ever answer, while nearly all that begins a talk is the team's?"""
    openings = sum(facts.begun.values())
    said = sum(count for person, count in facts.said.items() if person not in facts.team)
    own = sum(count for person, count in facts.begun.items() if person not in facts.team)
    if openings < given["openings"] or said < given["answers"] or own >= given["share"] * openings:
        return None
    share = own / openings
    numbers = {"share": share, "own": own, "openings": openings, "answers": said - own}
    only_answer = sorted(one for one in facts.said if one not in facts.team and not facts.begun.get(one))
    strength = 0.3 + 0.4 * within(given["share"] - share, 0, given["share"])
    return Finding("nothing_by_members", strength, numbers, members=tuple(only_answer))


def slow_answers(facts: Facts, given: Given) -> Finding | None:
    """Does whoever writes wait long for a first reply?"""
    if facts.reply_seconds is None or facts.answered < given["answered"]:
        return None
    if facts.reply_seconds <= given["wait"]:
        return None
    strength = 0.35 + 0.4 * within(facts.reply_seconds, given["wait"], 6 * 3600)
    numbers = {"wait": facts.reply_seconds, "answered": facts.answered}
    return Finding("slow_answers", strength, numbers, metric="first_reply")


def churn_node(facts: Facts, given: Given) -> Finding | None:
    """Do people leave on one particular day after joining? The day on which most left, where it stands out from its neighbours."""
    if len(facts.stays) < given["left"]:
        return None
    days = Counter(one.days for one in facts.stays)
    day, left = min(days.items(), key=lambda item: (-item[1], item[0]))
    share = left / len(facts.stays)
    beside = max(days[day - 1], days[day + 1])
    if share <= given["share"] or left < given["times"] * beside:
        return None
    numbers = {"day": day + 1, "left": left, "all": len(facts.stays), "share": share, "joined": facts.joined}
    return Finding(
        "churn_node",
        0.4 + 0.4 * within(share, given["share"], 1.0),
        numbers,
        members=on_day(facts.stays, day),
    )


def growth_without_quality(facts: Facts, given: Given) -> Finding | None:
    """Does a community grow by people of whom hardly any says a word in the first week?"""
    if facts.newcomers < given["newcomers"] or facts.newcomers <= given["growth"] * facts.before:
        return None
    spoke = facts.newcomers - len(facts.mute)
    if spoke >= given["share"] * facts.newcomers:
        return None
    share = spoke / facts.newcomers
    numbers = {"share": share, "spoke": spoke, "newcomers": facts.newcomers, "members": facts.members}
    strength = 0.4 + 0.4 * within(given["share"] - share, 0, given["share"])
    return Finding("growth_without_quality", strength, numbers, members=facts.mute)


def over_control(facts: Facts, given: Given) -> Finding | None:
    """Are more put out than leave on their own?"""
    out = len(facts.removed)
    if out < given["removed"] or out <= given["share"] * facts.left:
        return None
    numbers = {"share": out / facts.left, "removed": out, "left": facts.left}
    strength = 0.35 + 0.4 * within(out / facts.left, given["share"], 1.0)
    return Finding("over_control", strength, numbers, members=facts.removed)


def on_day(stays: Iterable[Stay], day: int) -> tuple[int, ...]:
    return tuple(sorted({one.person for one in stays if one.days == day}))


def within(value: float, low: float, high: float) -> float:
    """How far a value has gone from low to high, as a share of one."""
    return max(0.0, min(1.0, (value - low) / (high - low)))


RULES: tuple[Rule, ...] = (
    Rule("silent_crowd", (Threshold("share", 0.9, PERCENT), Threshold("members", 20, PEOPLE)), silent_crowd),
    Rule("dead_group", (Threshold("share", 0.05, PERCENT), Threshold("members", 20, PEOPLE)), dead_group),
    Rule(
        "over_selling",
        (Threshold("share", 0.2, PERCENT), Threshold("felt", 0.2, PERCENT), Threshold("posts", 10, MESSAGES)),
        over_selling,
    ),
    Rule("sameness", (Threshold("share", 0.5, PERCENT), Threshold("posts", 10, MESSAGES)), sameness),
    Rule(
        "talking_alone",
        (Threshold("share", 0.5, PERCENT), Threshold("messages", 20, MESSAGES)),
        talking_alone,
    ),
    Rule(
        "nothing_by_members",
        (
            Threshold("share", 0.1, PERCENT),
            Threshold("openings", 20, MESSAGES),
            Threshold("answers", 20, MESSAGES),
        ),
        nothing_by_members,
    ),
    Rule(
        "slow_answers", (Threshold("wait", 1800, SECONDS), Threshold("answered", 20, MESSAGES)), slow_answers
    ),
    Rule(
        "churn_node",
        (Threshold("share", 0.3, PERCENT), Threshold("left", 10, PEOPLE), Threshold("times", 2, "times")),
        churn_node,
    ),
    Rule(
        "growth_without_quality",
        (
            Threshold("share", 0.1, PERCENT),
            Threshold("newcomers", 20, PEOPLE),
            Threshold("growth", 0.2, PERCENT),
        ),
        growth_without_quality,
    ),
    Rule("over_control", (Threshold("share", 0.5, PERCENT), Threshold("removed", 10, PEOPLE)), over_control),
)


# what the team posts ------------------------------------------------------------------------------------------------

SELLS_TIMES, SELLS_DAYS = 3, 2
"""Whoever sold something so often, on so many days, speaks for the brand until somebody says otherwise."""
DAY = 86_400
ALIKE = 0.8
"""Two texts are nearly the same where they share so many of their pairs of signs."""
NOISE = re.compile(r"https?://\S+|@\S+|[\W\d_]+")


def sellers(offers: Iterable[tuple[int, int]]) -> frozenset[int]:
    """From (person, moment in seconds) of each offer."""
    times: Counter[int] = Counter()
    days: dict[int, set[int]] = {}
    for person, at in offers:
        times[person] += 1
        days.setdefault(person, set()).add(at // DAY)
    return frozenset(
        person for person, count in times.items() if count >= SELLS_TIMES and len(days[person]) >= SELLS_DAYS
    )


def repeated(texts: Iterable[str]) -> list[bool]:
    """Whether each text says nearly what one of the hundred different ones before it said; names, numbers, signs and links do not
    count."""
    seen: deque[frozenset[str]] = deque(maxlen=100)
    found = []
    for text in texts:
        pairs = _pairs(text)
        again = bool(pairs) and any(_alike(pairs, one) for one in seen)
        found.append(again)
        if pairs and not again:
            seen.append(pairs)
    return found


def _pairs(text: str) -> frozenset[str]:
    plain = NOISE.sub("", text).casefold()
    return frozenset("".join(pair) for pair in pairwise(plain)) or frozenset(plain)


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    small, large = sorted((len(one), len(other)))
    if not large or small < ALIKE * large:
        return False
    both = len(one & other)
    return both >= ALIKE * (len(one) + len(other) - both)

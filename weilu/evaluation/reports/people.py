"""Who moved the week, whom should we thank, and who is drifting away? Rules over what was read; members are ids."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from weilu.evaluation.reports.reading import MESSAGE, REACTION, Reading

ANSWERED, WELCOMED, LIKED, PRESENT = "answered", "welcomed", "liked", "present"
REASONS = (ANSWERED, WELCOMED, LIKED, PRESENT)

WEIGHT = {ANSWERED: 1.0, WELCOMED: 1.5, LIKED: 0.4, PRESENT: 0.3}
LEAST = {ANSWERED: 2, WELCOMED: 1, LIKED: 3, PRESENT: 5}
LEAST_CHANGE = 2


@dataclass(frozen=True, slots=True)
class Moved:
    member: int
    now: int
    before: int


@dataclass(frozen=True, slots=True)
class Merit:
    """`count` people answered or welcomed, reactions received, days present; `times` how often. Behind it stand the people
    welcomed, else events (`positions`)."""

    member: int
    reason: str
    count: int
    times: int
    members: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Drifted:
    member: int
    last_seen: int | None
    messages: int


def movers(reading: Reading, limit: int = 8) -> list[Moved]:
    """Whose messages changed most against the week before, the largest change first."""
    now, before = reading.voices()
    changed = [Moved(member, now[member], before[member]) for member in now.keys() | before.keys()]
    large = [one for one in changed if abs(one.now - one.before) >= LEAST_CHANGE]
    return sorted(large, key=lambda one: (-abs(one.now - one.before), -one.now, one.member))[:limit]


def merits(reading: Reading, limit: int = 5) -> list[Merit]:
    """Whom to thank, each for the one thing that counts most; the greatest merit first."""
    found = [*_answers(reading), *_liked(reading), *_present(reading)]
    found = [merit for merit in found if merit.count >= LEAST[merit.reason]]
    found.sort(key=lambda merit: (-merit.count * WEIGHT[merit.reason], -merit.times, merit.member))
    best: dict[int, Merit] = {}
    for merit in found:
        best.setdefault(merit.member, merit)
    return list(best.values())[:limit]


def drifted(reading: Reading, limit: int = 8) -> list[Drifted]:
    """Who became dormant this week, those who had said most before first."""
    said = Counter(line.person for line in reading.before(MESSAGE))
    seen: dict[int, int] = {}
    for line in reading.lines:
        if line.at < reading.end and line.kind != "member.joined":
            seen[line.person] = line.at
    found = [Drifted(who, seen.get(who), said[who]) for who in reading.dormant]
    return sorted(found, key=lambda one: (-one.messages, -(one.last_seen or 0), one.member))[:limit]


def _answers(reading: Reading) -> list[Merit]:
    authors, fresh = reading.authors(), reading.joiners()
    replies: dict[int, dict[int, int]] = defaultdict(dict)
    for line in reading.of(MESSAGE):
        author = authors.get(line.about, 0)
        if author and author != line.person:
            replies[line.person][line.position] = author
    return [merit for who, to in replies.items() for merit in (_answerer(who, to), _welcomer(who, to, fresh))]


def _answerer(who: int, to: dict[int, int]) -> Merit:
    """From the positions of their replies and whom each answered."""
    return Merit(who, ANSWERED, len(set(to.values())), len(to), positions=tuple(to))


def _welcomer(who: int, to: dict[int, int], fresh: set[int]) -> Merit:
    """One who came this week welcomes nobody."""
    welcomed = sorted(set(to.values()) & fresh) if who not in fresh else []
    times = sum(one in welcomed for one in to.values())
    return Merit(who, WELCOMED, len(welcomed), times, members=tuple(welcomed))


def _liked(reading: Reading) -> list[Merit]:
    authors = reading.authors()
    liked: dict[int, dict[int, int]] = defaultdict(dict)
    for line in reading.of(REACTION):
        author = authors.get(line.about, 0)
        if author and author != line.person:
            liked[author][line.position] = line.person
    return [
        Merit(who, LIKED, len(by), len(set(by.values())), positions=tuple(by)) for who, by in liked.items()
    ]


def _present(reading: Reading) -> list[Merit]:
    days: dict[int, set[dt.date]] = defaultdict(set)
    said: dict[int, list[int]] = defaultdict(list)
    zone = ZoneInfo(reading.timezone)
    for line in reading.of(MESSAGE):
        days[line.person].add(dt.datetime.fromtimestamp(line.at, zone).date())
        said[line.person].append(line.position)
    return [
        Merit(who, PRESENT, len(on), len(said[who]), positions=tuple(said[who])) for who, on in days.items()
    ]

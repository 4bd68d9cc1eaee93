"""What was talked about this week more than in the weeks before?

Words are weighed by the log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi and Quinn, "Fightin' Words", 2008):
the difference of a word's log-odds in the two spans over its standard error, the prior being both spans together.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from weilu.evaluation.reports.shapes import Topic
from weilu.evaluation.reports.words import words_of

PRIOR = 500.0
"""Weight of the prior in words: a week of a small group is about as large."""
LEAST_MESSAGES, LEAST_PEOPLE = 3, 2
LEAST_SCORE = 1.0
WEEKS_BEFORE = 4
SAME = 0.6
"""Two words that share so much of their messages are one subject."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message: who said it and what, at which position of the log."""

    position: int
    member: int
    text: str


class Tally:
    """In how many messages does each word stand, in which, and by whom was it said?"""

    def __init__(self, messages: Iterable[Said], names: frozenset[str]) -> None:
        self.messages: Counter[str] = Counter()
        self.places: dict[str, set[int]] = {}
        self.speakers: dict[str, set[int]] = {}
        for message in messages:
            for word in words_of(message.text, names):
                self.messages[word] += 1
                self.places.setdefault(word, set()).add(message.position)
                self.speakers.setdefault(word, set()).add(message.member)
        self.total = sum(self.messages.values())


def topics(
    now: Iterable[Said], before: Iterable[Said], names: frozenset[str], limit: int = 8
) -> tuple[Topic, ...]:
    """The words of the week, the most typical first. Words of fewer than two people or three messages are nobody's subject."""
    here, there = Tally(now, names), Tally(before, names)
    found = [
        Topic(
            word,
            count,
            len(here.speakers[word]),
            there.messages[word] / WEEKS_BEFORE,
            _score(word, here, there),
        )
        for word, count in here.messages.items()
        if count >= LEAST_MESSAGES and len(here.speakers[word]) >= LEAST_PEOPLE
    ]
    found.sort(key=lambda topic: (-topic.score, topic.word))
    typical = [topic for topic in found if topic.score >= LEAST_SCORE] or sorted(
        found, key=lambda topic: (-topic.messages, topic.word)
    )
    told = _told_apart(typical, here.places, limit)
    return tuple(replace(topic, positions=tuple(sorted(here.places[topic.word]))) for topic in told)


def _score(word: str, here: Tally, there: Tally) -> float:
    """z of the difference; 0 where there is nothing to compare with."""
    if not there.total or not here.total:
        return 0.0
    share = (here.messages[word] + there.messages[word]) / (here.total + there.total)
    prior = PRIOR * share
    mine, other = here.messages[word] + prior, there.messages[word] + prior
    odds = math.log(mine / (here.total + PRIOR - mine)) - math.log(other / (there.total + PRIOR - other))
    return round(odds / math.sqrt(1 / mine + 1 / other), 4)


def _told_apart(found: list[Topic], places: dict[str, set[int]], limit: int) -> list[Topic]:
    """The first `limit` that speak of different things: not mostly the same messages, and no part of another's words.

    A phrase that stands in most messages of its word takes the word's place, else the word stands for it.
    """
    kept: list[Topic] = []
    for topic in found:
        swallowed = any(_inside(topic.word, o.word) and o.messages >= SAME * topic.messages for o in found)
        if not swallowed and not any(_alike(topic, other, places) for other in kept):
            kept.append(topic)
        if len(kept) == limit:
            break
    return kept


def _alike(topic: Topic, other: Topic, places: dict[str, set[int]]) -> bool:
    if _inside(topic.word, other.word) or _inside(other.word, topic.word):
        return True
    shared = len(places[topic.word] & places[other.word])
    return shared >= SAME * min(topic.messages, other.messages)


def _inside(part: str, whole: str) -> bool:
    """Whether a Chinese word stands inside a longer one; letters of Latin words say nothing."""
    return part != whole and not part.isascii() and part in whole

"""What is said, on this day, in this community?"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence

import numpy as np

from weilu.connectors.imports.simulator import festivals, phrases
from weilu.connectors.imports.simulator.communities import CommunitySpec
from weilu.connectors.imports.simulator.dice import Dice
from weilu.connectors.imports.simulator.topics import BY_SLUG, TOPICS, Topic

WEEKS = 600
HOT = 4.0
"""How much more than usual the subject of the week is talked about."""

GOODS = (
    "offer",
    "gift",
    "white",
    "dancong",
    "longjing",
    "rock",
    "puer",
    "jasmine",
    "osmanthus",
    "peel",
    "snack",
    "teaware",
)
"""Subjects whose things can be sold."""


class Speech:
    """Fills sentences; subjects drift from week to week, follow the months and swell with festivals."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        walk = np.cumsum(dice.many.normal(0, 0.25, (WEEKS, len(TOPICS))), axis=0)
        walk -= walk.mean(axis=1, keepdims=True)
        self._drift = np.exp(np.clip(walk, -1.2, 1.2))
        hot = dice.many.integers(0, len(TOPICS), (WEEKS, 2))
        for week in range(WEEKS):
            self._drift[week, hot[week]] *= HOT

    def odds(self, spec: CommunitySpec, day: dt.date, number: int) -> list[float]:
        """Cumulative weights of the subjects on a day."""
        drift = self._drift[(number // 7) % WEEKS]
        felt = {festival.topic: strength for strength, festival in festivals.felt_on(day)}
        weights = [
            float(drift[index])
            * (2.0 if day.month in topic.months else 1.0)
            * (3.0 if topic.slug in spec.topics else 1.0)
            * (1 + 6 * felt.get(topic.slug, 0.0))
            * (0.05 if topic.slug == "newyear" and "newyear" not in felt else 1.0)
            for index, topic in enumerate(TOPICS)
        ]
        return list(itertools.accumulate(weights))

    def topic(self, odds: Sequence[float]) -> Topic:
        return TOPICS[self.dice.weighted(odds)]

    def fill(
        self, sentences: Sequence[str], topic: Topic, *, number: int | None = None, name: str = ""
    ) -> str:
        """One of these sentences with its places filled from the subject."""
        dice = self.dice
        sentence = dice.one(sentences)
        if "{" not in sentence:
            return sentence
        first = dice.below(len(topic.things))
        second = (first + 1 + dice.below(len(topic.things) - 1)) % len(topic.things)
        figure = 3 + dice.below(18) if number is None else number
        return sentence.format(a=topic.things[first], b=topic.things[second], n=figure, name=name)

    def ask(self, topic: Topic, spec: CommunitySpec) -> str:
        return self._tongue(spec) or self.fill(topic.asks, topic)

    def answer(self, topic: Topic, spec: CommunitySpec) -> str:
        return self._tongue(spec) or self.fill(topic.answers, topic) + self.dice.one(phrases.TAILS[:7])

    def remark(self, topic: Topic, spec: CommunitySpec) -> str:
        return self._tongue(spec) or self.fill(topic.remarks, topic) + self.dice.one(phrases.TAILS)

    def chat(self, topic: Topic, spec: CommunitySpec) -> str:
        return self._tongue(spec) or self.fill(phrases.CHAT, topic) + self.dice.one(phrases.TAILS)

    def promote(self, topic: Topic) -> str:
        goods = topic if topic.slug in GOODS else BY_SLUG[self.dice.one(GOODS)]
        return self.fill(phrases.PROMOTION if self.dice.chance(0.75) else phrases.PROMOTION_SHORT, goods)

    def _tongue(self, spec: CommunitySpec) -> str:
        """An English sentence where the community speaks it now and then."""
        return self.dice.one(phrases.ENGLISH) if spec.english and self.dice.chance(spec.english) else ""

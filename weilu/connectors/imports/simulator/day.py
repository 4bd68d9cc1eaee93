"""How does one day pass in one community: who opens a conversation, who answers, who buys, checks in, joins and leaves?"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from weilu.connectors import events as chat
from weilu.connectors.imports.simulator import festivals, phrases
from weilu.connectors.imports.simulator.brand import midnight_ms
from weilu.connectors.imports.simulator.crowds import Crowd
from weilu.connectors.imports.simulator.dice import Dice, Floats, draw
from weilu.connectors.imports.simulator.facts import Facts
from weilu.connectors.imports.simulator.speech import Speech
from weilu.connectors.imports.simulator.topics import Topic
from weilu.core.events.incoming import Actor, Incoming, Place

HOUR_MS = 3_600_000
LONGEST_MS = 5 * HOUR_MS
"""No conversation reaches further than this from its first word, so nobody speaks after the morning of leaving."""

# Share of talk by hour of the day: workdays with a noon and a late evening, days off slower and later.
WORKDAY = (6, 3, 1, 1, 1, 2, 8, 22, 46, 56, 52, 44, 50, 42, 40, 44, 42, 40, 44, 58, 78, 84, 58, 24)
DAY_OFF = (9, 5, 2, 1, 1, 2, 4, 12, 30, 52, 62, 54, 44, 42, 56, 62, 54, 44, 44, 54, 66, 72, 58, 30)
ASK, REMARK, CHAT, COMPLAIN = range(4)
OPENING_EDGES = (0.32, 0.70, 0.975, 1.0)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who and where in one community."""

    crowd: Crowd
    actors: list[Actor]
    channels: list[str]
    staff: tuple[Actor, ...]
    bot: Actor
    place: Place
    rooms: tuple[Place, ...]
    founded: int
    """Day of founding, counted from the start of the play; the staff come on it."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a day must know of those before it: check-ins by member, and by how much the last conversations ran over."""

    checkins: Counter[tuple[str, int]] = field(default_factory=Counter)
    overrun: Counter[str] = field(default_factory=Counter)


class Day:
    """One community's day. `size` is the number of messages to be expected of it on an ordinary day."""

    def __init__(
        self,
        cast: Cast,
        facts: Facts,
        speech: Speech,
        memory: Memory,
        number: int,
        date: dt.date,
    ) -> None:
        self.cast, self.facts, self.speech, self.memory = cast, facts, speech, memory
        self.dice: Dice = speech.dice
        self.spec = cast.crowd.spec
        self.number, self.date = number, date
        self.start = midnight_ms(date)
        self.odds = speech.odds(self.spec, date, number)
        self.hours = _hours(date, self.spec.evening)
        self.awake: Floats = cast.crowd.awake(number, self.dice)
        self._pool: list[int] = []

    def play(self, size: float, selling: float) -> Iterator[Incoming]:
        """Everything that happens, in no order; some of it reaches into the next days."""
        spec, many = self.spec, self.dice.many
        yield from self._doors()
        yield from self._talk(int(many.poisson(size * (1 - spec.promotion - spec.notices))))
        promoted = spec.promotion * selling * festivals.promotion(self.date)
        yield from self._announce(int(many.poisson(promoted)), int(many.poisson(selling * spec.notices)))
        yield from self._checkins(int(many.poisson(size * spec.checkins)))
        yield from self._orders(int(many.poisson(size * spec.orders * festivals.promotion(self.date))))

    def _doors(self) -> Iterator[Incoming]:
        """Those who leave, those who join, and what the newcomers say first."""
        crowd, cast = self.cast.crowd, self.cast
        for index in np.flatnonzero(crowd.left_day == self.number).tolist():
            actor = self._actor(index)
            yield self.facts.plain(chat.MEMBER_LEFT, int(crowd.left_ms[index]), actor, cast.place)
        if self.number == cast.founded:
            for actor in cast.staff:
                yield self.facts.plain(chat.MEMBER_JOINED, self.start + 7 * HOUR_MS, actor, cast.place)
        for index in np.flatnonzero(crowd.joined_day == self.number).tolist():
            yield from self._join(index)

    def _join(self, index: int) -> Iterator[Incoming]:
        crowd, cast = self.cast.crowd, self.cast
        account = int(crowd.accounts[index])
        actor, at = cast.actors[account], int(crowd.joined_ms[index])
        yield self.facts.plain(chat.MEMBER_JOINED, at, actor, cast.place, channel=cast.channels[account])
        if self.spec.slug not in ("newcomers", "deals"):
            return
        text = self.dice.one(phrases.BOT_WELCOME)
        yield self.facts.message(at + 1000, cast.bot, cast.place, None, text, mentions=(actor,))
        if self.spec.slug == "newcomers" and crowd.voice[index] > 0 and self.dice.chance(0.6):
            yield from self._hello(actor, at)

    def _hello(self, actor: Actor, joined: int) -> Iterator[Incoming]:
        topic = self.speech.topic(self.odds)
        at = joined + 20_000 + int(self.dice.spread(240, 0.8) * 1000) % HOUR_MS
        text = self.speech.fill(phrases.HELLO, topic, name=actor.name)
        hello = self.facts.message(at, actor, self.cast.place, None, text)
        yield hello
        if self.dice.chance(0.7):
            yield self._reply(
                hello, self._someone(actor), at + self._delay(), self.speech.fill(phrases.WELCOME, topic)
            )

    def _talk(self, budget: int) -> Iterator[Incoming]:
        """Conversations among members until the day's number of messages is used up."""
        budget -= self.memory.overrun[self.spec.slug]
        self._pool = draw(self.dice, self.awake, 2 * max(budget, 0) + 8)
        while budget > 0 and self._pool:
            for event in self._conversation():
                yield event
                if event.kind == chat.MESSAGE_SENT:
                    budget -= 1
                    yield from self._echo(event)
        self.memory.overrun[self.spec.slug] = max(-budget, 0)

    def _conversation(self) -> Iterator[Incoming]:
        spec, dice, speech = self.spec, self.dice, self.speech
        topic, kind = speech.topic(self.odds), dice.weighted(OPENING_EDGES)
        room = dice.one(self.cast.rooms) if self.cast.rooms else None
        opener = self.facts.message(
            self._moment(), self._member(), self.cast.place, room, self._opening(kind, topic)
        )
        yield opener
        if kind in (ASK, COMPLAIN) and not dice.chance(spec.answered):
            return
        turns = int(dice.many.geometric(1 / (1 + spec.replies))) - 1 + (kind == ASK)
        yield from self._turns(opener, kind, topic, turns)

    def _opening(self, kind: int, topic: Topic) -> str:
        if kind == ASK:
            return self.speech.ask(topic, self.spec)
        if kind == REMARK:
            return self.speech.remark(topic, self.spec)
        if kind == CHAT:
            return self.speech.chat(topic, self.spec)
        return self.speech.fill(phrases.COMPLAIN, topic)

    def _turns(self, opener: Incoming, kind: int, topic: Topic, turns: int) -> Iterator[Incoming]:
        """The answers; most go to the first word, some to the one before; the asker may say thanks at the end."""
        dice, before, at = self.dice, opener, opener.happened
        assert opener.actor is not None
        for turn in range(turns):
            at += self._delay() if turn == 0 else int(dice.spread(70, 1.0) * 1000)
            if at - opener.happened > LONGEST_MS:
                return
            parent = opener if dice.chance(0.6) else before
            before = self._reply(parent, *self._answer(parent, kind, topic, at))
            yield before
        if kind == ASK and turns and dice.chance(0.35) and before.actor != opener.actor:
            yield self._reply(
                before, opener.actor, at + 30_000 + dice.below(90_000), dice.one(phrases.THANKS)
            )

    def _answer(self, parent: Incoming, kind: int, topic: Topic, at: int) -> tuple[Actor, int, str]:
        dice, speech = self.dice, self.speech
        if kind in (ASK, COMPLAIN) and dice.chance(0.22):
            helper = dice.one(self.cast.staff)
            if helper != parent.actor:
                text = dice.one(phrases.STAFF_ANSWER) if dice.chance(0.4) else speech.answer(topic, self.spec)
                return helper, at, text
        text = speech.answer(topic, self.spec) if kind == ASK and dice.chance(0.7) else self._aside(topic)
        return self._someone(parent.actor), at, text

    def _aside(self, topic: Topic) -> str:
        return (
            self.speech.chat(topic, self.spec)
            if self.dice.chance(0.55)
            else self.speech.remark(topic, self.spec)
        )

    def _reply(self, parent: Incoming, actor: Actor, at: int, text: str) -> Incoming:
        named = parent.actor is not None and self.dice.chance(0.12)
        mentions = (parent.actor,) if named and parent.actor else ()
        said = f"@{parent.actor.name} {text}" if named and parent.actor else text
        return self.facts.message(at, actor, self.cast.place, parent.room, said, parent, mentions)

    def _echo(self, message: Incoming) -> Iterator[Incoming]:
        """Reactions to a message, and now and then its recall."""
        dice = self.dice
        if dice.chance(self.spec.reactions):
            found: set[Actor] = set()
            for _ in range(1 + dice.below(2)):
                actor = self._someone(message.actor)
                if actor not in found and actor != message.actor:
                    found.add(actor)
                    at = message.happened + 5_000 + int(dice.spread(300, 1.1) * 1000) % HOUR_MS
                    yield self.facts.about(
                        chat.REACTION_ADDED, at, actor, message, reaction=dice.one(phrases.REACTIONS)
                    )
        elif dice.chance(0.004):
            at = message.happened + 15_000 + dice.below(100_000)
            yield self.facts.about(chat.MESSAGE_DELETED, at, message.actor, message)

    def _announce(self, promotions: int, notices: int) -> Iterator[Incoming]:
        """What the brand itself says: offers and news by day, the helper's tip in the morning."""
        dice, cast = self.dice, self.cast
        for number in range(promotions + notices):
            topic = self.speech.topic(self.odds)
            text = (
                self.speech.promote(topic) if number < promotions else self.speech.fill(phrases.NOTICE, topic)
            )
            at = self.start + 9 * HOUR_MS + dice.below(12 * HOUR_MS)
            message = self.facts.message(
                at, dice.one(cast.staff), cast.place, cast.rooms[-1] if cast.rooms else None, text
            )
            yield message
            if self._pool:
                yield from self._echo(message)
        if self.spec.slug in ("regulars", "newcomers", "notices"):
            text = self.speech.fill(phrases.BOT_TIP, self.speech.topic(self.odds))
            yield self.facts.message(
                self.start + 8 * HOUR_MS + dice.below(60_000), cast.bot, cast.place, None, text
            )

    def _checkins(self, count: int) -> Iterator[Incoming]:
        accounts = self.cast.crowd.accounts
        for index in sorted(set(draw(self.dice, self.awake, count))):
            account, at = int(accounts[index]), self._moment()
            self.memory.checkins[self.spec.slug, account] += 1
            actor, times = self.cast.actors[account], self.memory.checkins[self.spec.slug, account]
            yield self.facts.plain(chat.CHECKIN_DONE, at, actor, self.cast.place, times=times)
            if self.dice.chance(0.3):
                text = self.speech.fill(phrases.CHECKIN, self.speech.topic(self.odds), number=times)
                yield self.facts.message(at + 2_000, actor, self.cast.place, None, text)

    def _orders(self, count: int) -> Iterator[Incoming]:
        """Orders paid, in fen; one in twenty-five is cancelled within two days."""
        crowd, dice = self.cast.crowd, self.dice
        for index in draw(dice, crowd.buyers(self.number), count):
            yuan = max(19, round(dice.spread(128, 0.7)))
            actor = self._actor(index)
            topic = self.speech.topic(self.odds)
            order = self.facts.plain(
                chat.ORDER_PAID,
                self._moment(),
                actor,
                self.cast.place,
                yuan * 100,
                currency="CNY",
                goods=topic.slug,
            )
            yield order
            if dice.chance(0.04):
                at = order.happened + HOUR_MS + dice.below(47 * HOUR_MS)
                yield self.facts.about(chat.ORDER_CANCELLED, at, actor, order)

    def _member(self) -> Actor:
        """The next voice of the day."""
        index = self._pool.pop() if len(self._pool) > 1 else self._pool[0]
        if len(self._pool) == 1:
            self._pool = draw(self.dice, self.awake, 64) or self._pool
        return self._actor(index)

    def _actor(self, index: int) -> Actor:
        return self.cast.actors[int(self.cast.crowd.accounts[index])]

    def _someone(self, other: Actor | None) -> Actor:
        """Somebody else than the one spoken to, where there is one; else the staff."""
        for _ in range(4):
            if not self._pool:
                break
            actor = self._member()
            if actor != other:
                return actor
        return next((helper for helper in self.cast.staff if helper != other), self.cast.bot)

    def _moment(self) -> int:
        hour = self.dice.weighted(self.hours)
        return self.start + hour * HOUR_MS + self.dice.below(HOUR_MS)

    def _delay(self) -> int:
        return 4_000 + min(int(self.dice.spread(self.spec.delay, 0.9) * 1000), LONGEST_MS - HOUR_MS)


def _hours(date: dt.date, evening: float) -> list[float]:
    """Cumulative weights of the 24 hours."""
    profile = DAY_OFF if date.weekday() >= 5 else WORKDAY
    return list(np.cumsum([share * (evening if hour >= 19 else 1.0) for hour, share in enumerate(profile)]))

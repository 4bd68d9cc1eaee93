"""Who is in which community, from when to when, and how much do they speak there on a given day?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weilu.connectors.imports.simulator.brand import DAY_MS, Options, midnight_ms
from weilu.connectors.imports.simulator.communities import COMMUNITIES, CommunitySpec
from weilu.connectors.imports.simulator.dice import Dice, Floats, Ints
from weilu.connectors.imports.simulator.people import PERSONAS, People

NEVER = 1 << 30
HONEYMOON, HONEYMOON_BOOST = 9, 3.5
"""Days after joining on which one looks in more often, and how much more."""
MORNING_MS = 8 * 3_600_000
WAKING_MS = 14 * 3_600_000


@dataclass(frozen=True, slots=True)
class Crowd:
    """The members of one community, one array element each. Days are counted from the start of the play, moments are in ms.

    They speak from the day after `joined_day` to `last`, and again from `again`; NEVER where that does not happen.
    """

    spec: CommunitySpec
    accounts: Ints
    joined_day: Ints
    joined_ms: Ints
    left_day: Ints
    left_ms: Ints
    voice: Floats
    daily: Floats
    last: Ints
    again: Ints
    buyer: Floats

    def awake(self, day: int, dice: Dice) -> Floats:
        """Voice of each member on a day, 0 for those who are away, asleep or busy on it."""
        awake = (self.last >= day) | ((self.again <= day) & (day < self.again + 30))
        fresh = np.where(day - self.joined_day <= HONEYMOON, HONEYMOON_BOOST, 1.0)
        busy = dice.many.random(len(self.accounts)) < self.daily * fresh
        return np.where(self.present(day) & awake & busy, self.voice, 0.0)

    def present(self, day: int) -> NDArray[np.bool_]:
        return (self.joined_day < day) & (self.left_day > day)

    def buyers(self, day: int) -> Floats:
        return np.where(self.present(day), self.buyer, 0.0)


def gather(options: Options, people: People, dice: Dice) -> dict[str, Crowd]:
    """A crowd for each community; an account that found none goes where its platform's largest one is."""
    taken = np.zeros(len(people.actors), dtype=bool)
    members: dict[str, Ints] = {}
    for spec in COMMUNITIES:
        willing = _eligible(spec, options, people) & (dice.many.random(len(taken)) < spec.joins)
        members[spec.slug] = np.flatnonzero(willing)
        taken |= willing
    for slug in ("notices", "testers", "overseas"):
        platform = next(spec.platform for spec in COMMUNITIES if spec.slug == slug)
        lonely = [n for n, actor in enumerate(people.actors) if actor.platform == platform and not taken[n]]
        members[slug] = np.union1d(members[slug], np.array(lonely, dtype=np.int64))
    return {spec.slug: _crowd(spec, members[spec.slug], options, people, dice) for spec in COMMUNITIES}


def _eligible(spec: CommunitySpec, options: Options, people: People) -> NDArray[np.bool_]:
    here = np.array([actor.platform == spec.platform for actor in people.actors])
    return here & (people.arrived <= spec.closed * options.length)


def _crowd(spec: CommunitySpec, accounts: Ints, options: Options, people: People, dice: Dice) -> Crowd:
    many, count, days = dice.many, len(accounts), options.length
    kinds = people.personas[accounts]
    founded = int(spec.founded * days)
    lag = (many.exponential(4.0, count)).astype(np.int64) * (many.random(count) < 0.5)
    joined = np.clip(np.maximum(people.arrived[accounts], founded) + lag, 0, days - 1)
    awake = (many.exponential(1.0, count) * np.array([p.awake for p in PERSONAS])[kinds]).astype(np.int64) + 1
    last = joined + awake
    again = np.where(many.random(count) < 0.22, last + 15 + many.integers(0, 60, count), NEVER)
    leaves = many.random(count) < spec.leaving
    left = np.where(leaves, last + 1 + many.exponential(20.0, count).astype(np.int64), NEVER)
    left = np.where(left < days, left, NEVER)
    voice = np.array([p.voice for p in PERSONAS])[kinds] * many.gamma(2.0, 0.5, count)
    voice[many.random(count) >= spec.talkers] = 0.0
    return Crowd(
        spec,
        accounts,
        joined,
        _moment(options, joined, many.random(count)),
        left,
        _moment(options, left, many.random(count)),
        voice,
        np.array([p.daily for p in PERSONAS])[kinds],
        last,
        again,
        many.gamma(0.5, 1.0, count) * (many.random(count) < 0.4),
    )


def _moment(options: Options, days: Ints, share: Floats) -> Ints:
    """A waking moment of each of these days."""
    return midnight_ms(options.start) + days * DAY_MS + MORNING_MS + (share * WAKING_MS).astype(np.int64)

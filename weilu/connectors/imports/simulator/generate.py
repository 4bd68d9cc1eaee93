"""What happens in the year of 青山茶? A stream of events in the order of time, of bounded memory, the same for the same options."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Iterator

from weilu.connectors.imports.simulator import festivals
from weilu.connectors.imports.simulator.brand import DAY_MS, Options, midnight_ms
from weilu.connectors.imports.simulator.communities import COMMUNITIES, CommunitySpec
from weilu.connectors.imports.simulator.crowds import Crowd, gather
from weilu.connectors.imports.simulator.day import Cast, Day, Memory
from weilu.connectors.imports.simulator.dice import Dice
from weilu.connectors.imports.simulator.facts import Facts
from weilu.connectors.imports.simulator.people import People, bots, people, staff
from weilu.connectors.imports.simulator.speech import Speech
from weilu.core.events.incoming import Incoming

REACTIONS_EACH = 1.45
"""How many reactions a message that gets any gets on average."""


def play(options: Options, *, until: int | None = None) -> Iterator[Incoming]:
    """Every event of the play up to the end of its last day, or to the moment `until` (ms): a play of today has no future."""
    dice = Dice(options.seed)
    everybody = people(options, dice)
    crowds = gather(options, everybody, dice)
    facts, speech = Facts(options), Speech(dice)
    casts = [_cast(options, crowds[spec.slug], everybody, facts) for spec in COMMUNITIES]
    scale = _scale(options, crowds)
    memory = Memory()
    end = midnight_ms(options.end) + DAY_MS
    stop = end if until is None else min(end, until)
    waiting: list[tuple[int, int, Incoming]] = []
    made = 0
    for number, date in options.days():
        for cast in casts:
            spec = cast.crowd.spec
            if number < cast.founded:
                continue
            size = scale * _level(spec, options, number, date)
            noise = dice.spread(1.0, 0.22)
            selling = scale * spec.volume if spec.sells_on else size
            for event in Day(cast, facts, speech, memory, number, date).play(size * noise, selling):
                made += 1
                heapq.heappush(waiting, (event.happened, made, event))
        midnight = min(midnight_ms(date) + DAY_MS, stop)
        while waiting and waiting[0][0] < midnight:
            yield heapq.heappop(waiting)[2]
        if midnight == stop:
            return


def _cast(options: Options, crowd: Crowd, everybody: People, facts: Facts) -> Cast:
    spec, helpers = crowd.spec, staff(options)
    return Cast(
        crowd,
        everybody.actors,
        everybody.channels,
        tuple(helpers[spec.platform, name] for name in spec.staff),
        bots(options)[spec.platform],
        facts.place(spec),
        tuple(facts.room(spec, number) for number in range(len(spec.rooms))),
        int(spec.founded * options.length),
    )


def _level(spec: CommunitySpec, options: Options, number: int, date: dt.date) -> float:
    """How much is said on a day, before chance, in units that `_scale` turns into messages."""
    weekly = spec.weekend if date.weekday() >= 5 else 1.0
    return spec.volume * spec.level(number / options.length, date) * festivals.boost(date) * weekly


def _scale(options: Options, crowds: dict[str, Crowd]) -> float:
    """Messages per unit of level, so that the play has about as many events as asked for."""
    fixed, units = 0.0, 0.0
    for spec in COMMUNITIES:
        crowd = crowds[spec.slug]
        welcome = 2.1 if spec.slug == "newcomers" else 1.0 if spec.slug == "deals" else 0.0
        fixed += len(crowd.accounts) * (1 + welcome) + int((crowd.left_day < options.length).sum())
        fixed += options.length if spec.slug in ("regulars", "newcomers", "notices") else 0
        each = 1 + spec.reactions * REACTIONS_EACH + spec.orders + spec.checkins
        first = int(spec.founded * options.length)
        units += sum(
            each * _level(spec, options, number, date) for number, date in options.days() if number >= first
        )
    return max(options.events - fixed, options.events * 0.2) / units

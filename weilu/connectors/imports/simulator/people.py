"""Who are the members, where do they come from, and which account lives on which platform?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from weilu.connectors.imports.simulator.brand import Options
from weilu.connectors.imports.simulator.communities import COMMUNITIES, SHARES
from weilu.connectors.imports.simulator.dice import Dice, Ints
from weilu.connectors.imports.simulator.names import nickname
from weilu.core.events.incoming import Actor

CHANNELS = ("store_qr", "friend", "parcel_card", "xiaohongshu", "mini_program", "douyin", "tea_fair")
CHANNEL_EDGES = (0.26, 0.48, 0.64, 0.78, 0.88, 0.96, 1.0)
SECOND_ACCOUNTS = 0.3
"""Share of the accounts on the two smaller platforms that belong to somebody who is also on the first."""


@dataclass(frozen=True, slots=True)
class Persona:
    """A way of living in a group: its share of people, its voice, on how many days it speaks, how long it stays awake (days)."""

    share: float
    voice: float
    daily: float
    awake: float


PERSONAS = (
    Persona(0.01, 30.0, 0.85, 700),
    Persona(0.07, 12.0, 0.55, 380),
    Persona(0.20, 4.0, 0.28, 170),
    Persona(0.32, 1.0, 0.07, 70),
    Persona(0.40, 0.15, 0.012, 30),
)
"""Opinion leader, keen tester, regular, occasional, onlooker."""


@dataclass(frozen=True, slots=True)
class People:
    """Everybody outside the staff, one element each: account, channel of arrival, day of arrival, number of persona."""

    actors: list[Actor]
    channels: list[str]
    arrived: Ints
    personas: Ints


def people(options: Options, dice: Dice) -> People:
    """All accounts, as many as asked for less the staff; those of one person bear one name."""
    count = options.members - len(staff_names())
    platforms = _platforms(count)
    actors: list[Actor] = []
    for number, platform in enumerate(platforms):
        if platform != "wecom" and dice.chance(SECOND_ACCOUNTS):
            name = actors[dice.below(platforms.count("wecom"))].name
        else:
            name = nickname(dice, platform)
        actors.append(Actor(platform, f"qs{options.seed}-{number:06d}", name))
    channels = [CHANNELS[dice.weighted(CHANNEL_EDGES)] for _ in actors]
    shares = np.cumsum([persona.share for persona in PERSONAS])
    personas = np.minimum(np.searchsorted(shares, dice.many.random(count)), len(PERSONAS) - 1)
    return People(actors, channels, _arrivals(options, dice, count), personas)


def staff_names() -> list[tuple[str, str]]:
    """Platform and name of each of the brand's own people; one who serves two communities stands once."""
    return sorted({(spec.platform, name) for spec in COMMUNITIES for name in spec.staff})


def staff(options: Options) -> dict[tuple[str, str], Actor]:
    return {
        (platform, name): Actor(platform, f"qs{options.seed}-staff-{number:02d}", name)
        for number, (platform, name) in enumerate(staff_names())
    }


def bots(options: Options) -> dict[str, Actor]:
    """The helper account of each platform."""
    return {platform: Actor(platform, f"qs{options.seed}-bot", "青山小助手", bot=True) for platform in SHARES}


def _platforms(count: int) -> list[str]:
    """One platform a person in fixed shares, the largest platform first."""
    sizes = {name: round(count * share) for name, share in SHARES.items()}
    sizes["wecom"] += count - sum(sizes.values())
    return [name for name, size in sizes.items() for _ in range(size)]


def _arrivals(options: Options, dice: Dice, count: int) -> Ints:
    """Day of arrival: a strong opening month, then a steady stream with a wave about every six weeks."""
    days = np.arange(options.length)
    stream = 0.6 + 3.0 * np.exp(-days / 18) + 0.8 * (np.sin(days / 6.7) > 0.85)
    edges = np.cumsum(stream)
    found = np.searchsorted(edges, dice.many.random(count) * edges[-1], side="right")
    arrived: Ints = np.minimum(found, options.length - 1).astype(np.int64)
    return arrived

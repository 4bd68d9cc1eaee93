"""Which eight communities does the brand run, and how healthy is each?"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass

from weilu.connectors.imports.simulator import festivals

Level = Callable[[float, dt.date], float]
"""How much is said: from the share of the play that has passed (0 to 1) and the day, to a factor around 1."""


@dataclass(frozen=True, slots=True)
class CommunitySpec:
    """One community and its habits. Shares are between 0 and 1, delays in seconds, rates per message."""

    slug: str
    name: str
    platform: str
    staff: tuple[str, ...]
    volume: float
    joins: float
    level: Level
    talkers: float = 0.8
    promotion: float = 0.03
    notices: float = 0.02
    replies: float = 2.4
    answered: float = 0.9
    delay: float = 180.0
    reactions: float = 0.18
    orders: float = 0.02
    sells_on: bool = False
    checkins: float = 0.0
    leaving: float = 0.25
    weekend: float = 1.1
    evening: float = 1.0
    founded: float = 0.0
    closed: float = 1.0
    english: float = 0.0
    rooms: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


def growing(passed: float, day: dt.date) -> float:
    return 0.45 + 0.75 * passed


def even(passed: float, day: dt.date) -> float:
    return 1.0


def dying(passed: float, day: dt.date) -> float:
    """Lively for a quarter of the year, then losing nine tenths in every sixth of it."""
    return 1.0 if passed < 0.25 else math.exp(-14 * (passed - 0.25))


def tiring(passed: float, day: dt.date) -> float:
    """Too much selling: members fall silent while the selling goes on."""
    return 1.15 - 0.6 * passed


def seasonal(passed: float, day: dt.date) -> float:
    """Awake for the new tea in spring and the gifts of mid-autumn, nearly asleep between."""
    felt = {festival.slug: strength for strength, festival in festivals.felt_on(day)}
    if dt.date(day.year, 3, 1) <= day <= dt.date(day.year, 5, 10):
        return 2.6
    return 1.2 if "mid_autumn" in felt else 0.18


COMMUNITIES = (
    CommunitySpec(
        "regulars",
        "老茶客茶话会",
        "wecom",
        ("运营小青", "茶师老周"),
        volume=0.34,
        joins=0.22,
        level=growing,
        replies=3.2,
        answered=0.96,
        delay=110,
        reactions=0.24,
        checkins=0.05,
        leaving=0.1,
        evening=1.25,
        topics=("rock", "dancong", "puer", "white", "teaware", "storage"),
    ),
    CommunitySpec(
        "newcomers",
        "新人报到处",
        "wecom",
        ("运营小青", "运营阿禾"),
        volume=0.12,
        joins=0.52,
        level=growing,
        replies=1.5,
        answered=0.85,
        delay=420,
        leaving=0.45,
        talkers=0.6,
        topics=("water", "brewing", "delivery", "cold"),
    ),
    CommunitySpec(
        "south-store",
        "城南门店群",
        "wecom",
        ("城南店长阿南",),
        volume=0.11,
        joins=0.2,
        level=growing,
        replies=1.8,
        delay=300,
        orders=0.11,
        weekend=1.7,
        talkers=0.65,
        promotion=0.08,
        founded=0.05,
        topics=("store", "snack", "jasmine"),
    ),
    CommunitySpec(
        "testers",
        "青山体验官",
        "qq",
        ("产品阿澈",),
        volume=0.13,
        joins=0.22,
        level=growing,
        replies=2.8,
        answered=0.98,
        delay=150,
        reactions=0.3,
        checkins=0.22,
        leaving=0.05,
        talkers=0.95,
        founded=0.08,
        topics=("osmanthus", "cold", "jasmine", "dancong"),
    ),
    CommunitySpec(
        "notices",
        "青山会员通知群",
        "wecom",
        ("运营阿禾",),
        volume=0.035,
        joins=0.62,
        level=even,
        replies=0.4,
        answered=0.45,
        delay=5400,
        reactions=0.08,
        orders=0.03,
        talkers=0.05,
        promotion=0.12,
        notices=0.3,
        leaving=0.15,
        topics=("delivery", "offer"),
    ),
    CommunitySpec(
        "teaware",
        "茶器交流群",
        "qq",
        ("运营小青",),
        volume=0.3,
        joins=0.82,
        level=dying,
        replies=2.4,
        answered=0.75,
        delay=600,
        leaving=0.3,
        closed=0.45,
        topics=("teaware", "puer"),
    ),
    CommunitySpec(
        "deals",
        "青山福利秒杀群",
        "wecom",
        ("福利官小满", "福利官小夏"),
        volume=0.17,
        joins=0.42,
        level=tiring,
        replies=1.0,
        answered=0.55,
        delay=2400,
        reactions=0.06,
        orders=0.16,
        talkers=0.45,
        promotion=0.34,
        sells_on=True,
        leaving=0.5,
        topics=("offer", "delivery", "gift"),
    ),
    CommunitySpec(
        "overseas",
        "海外茶友 Tea Friends",
        "telegram",
        ("Qing",),
        volume=0.09,
        joins=1.0,
        level=seasonal,
        replies=2.0,
        delay=900,
        orders=0.05,
        english=0.4,
        evening=0.8,
        rooms=("Tea talk", "新茶预订"),
        topics=("longjing", "delivery", "dancong", "gift"),
    ),
)

SHARES = {"wecom": 0.72, "qq": 0.18, "telegram": 0.10}
"""Which part of the accounts lives on which platform."""

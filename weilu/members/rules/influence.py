"""How much does each member carry, why, and on which step of the pyramid do they stand?

Four factors, 100 points: contribution 30 (what the member does), diversity 25 (how many different people answer),
reach 25 (PageRank among replies, mentions and reactions), presence 20 (days active of 90). The first two are logarithms
relative to the best in the same scope: the tenth message weighs more than the thousandth. Reach is what a member has
above those whom nobody answers, again relative to the best. A score is a whole number; its factors are whole numbers that
sum to it (largest remainder).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

WINDOW_DAYS = 90
RULE_VERSION = 1

FACTORS = ("contribution", "diversity", "reach", "presence")
WEIGHTS = (30, 25, 25, 20)
KOL, KOC, PARTICIPANT, LURKER = "kol", "koc", "participant", "lurker"
TIERS = (KOL, KOC, PARTICIPANT, LURKER)
SHARES = (1, 9, 20)
"""Per cent of the members for the upper three tiers; the rest are lurkers."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Activity:
    """What stands behind the scores of `who` (ascending ids), one entry a member in each column."""

    who: Ints
    contributions: Ints
    answerers: Ints
    rank: Floats
    """PageRank; 0 for whoever is not in the graph."""
    days: Ints


@dataclass(frozen=True, slots=True)
class Scores:
    """`points` has a column for each of `FACTORS`; `score` is their sum; `order` breaks ties between equal scores."""

    who: Ints
    points: Ints
    score: Ints
    order: Floats


def scores(activity: Activity) -> Scores:
    """Points and score of every member. Empty columns give empty scores."""
    parts = np.stack(
        [
            WEIGHTS[0] * _relative(np.log1p(activity.contributions.astype(np.float64))),
            WEIGHTS[1] * _relative(np.log1p(activity.answerers.astype(np.float64))),
            WEIGHTS[2] * _relative(_above_floor(activity.rank)),
            WEIGHTS[3] * np.minimum(activity.days, WINDOW_DAYS) / WINDOW_DAYS,
        ],
        axis=1,
    ).round(9)
    exact = parts.sum(axis=1).round(9)
    score = np.floor(exact + 0.5).astype(np.int64)
    return Scores(activity.who, apportion(parts, score), score, exact)


def _relative(values: Floats) -> Floats:
    best = values.max(initial=0.0)
    return values / best if best > 0 else np.zeros_like(values)


def _above_floor(rank: Floats) -> Floats:
    """PageRank gives everybody in the graph a little; only what is above that little was given by people."""
    known = rank[rank > 0]
    if not len(known):
        return np.zeros_like(rank)
    above = rank - known.min()
    return np.where(above > 1e-12, above, 0.0)


def apportion(parts: Floats, totals: Ints) -> Ints:
    """Rows of whole numbers that sum to the totals, by largest remainder; among equals the earlier column."""
    floors = np.floor(parts).astype(np.int64)
    missing = totals - floors.sum(axis=1)
    remainders = (parts - floors).round(9)
    order = np.argsort(-remainders, axis=1, kind="stable")
    places = np.argsort(order, axis=1, kind="stable")
    extra: Ints = (places < missing[:, None]).astype(np.int64)
    return floors + extra


def tiers(who: Ints, scored: Scores) -> Ints:
    """The tier of everybody in `who` (ascending ids), as index of `TIERS`.

    Sizes round up, at least one KOL; whoever scores 0 is a lurker. Equal scores are ordered by the unrounded score, then
    by the smaller id: the older member.
    """
    counted = (scored.score > 0) & np.isin(scored.who, who)
    ids, score, exact = scored.who[counted], scored.score[counted], scored.order[counted]
    ranked = ids[np.lexsort((ids, -exact, -score))]
    found = np.full(len(who), len(SHARES), dtype=np.int64)
    begin = 0
    for index, size in enumerate(sizes(len(who))):
        found[np.searchsorted(who, ranked[begin : begin + size])] = index
        begin += size
    return found


def sizes(members: int) -> tuple[int, int, int]:
    """How many KOL, KOC and participants a community of so many members has; together never more than all."""
    left, found = members, []
    for share in SHARES:
        size = min(left, -(-members * share // 100))
        found.append(size)
        left -= size
    return found[0], found[1], found[2]


def window_start(monday: int, timezone: str) -> int:
    """The first second of the 90 local days before a Monday 00:00 (seconds); 0 before 1970."""
    zone = ZoneInfo(timezone)
    day = dt.datetime.fromtimestamp(monday, zone).date() - dt.timedelta(days=WINDOW_DAYS)
    return max(0, int(dt.datetime.combine(day, dt.time(), zone).timestamp()))


def mondays(first: dt.datetime, until: dt.datetime, timezone: str) -> list[int]:
    """Every Monday 00:00 of the zone after `first`, up to and including `until`, as seconds since 1970."""
    zone = ZoneInfo(timezone)
    day = first.astimezone(zone).date()
    day += dt.timedelta(days=7 - day.weekday())
    found: list[int] = []
    while (moment := dt.datetime.combine(day, dt.time(), zone)) <= until:
        found.append(int(moment.timestamp()))
        day += dt.timedelta(days=7)
    return found

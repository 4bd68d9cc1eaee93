"""What do members score, by which factors, and on which step of the pyramid do they stand?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from weilu.core.warehouse import client
from weilu.core.warehouse.compile import influence as compiled
from weilu.core.warehouse.compile import people
from weilu.members.rules.influence import FACTORS, LURKER, TIERS, WEIGHTS
from weilu.members.standing import Standing, standings, weighing_before
from weilu.members.when import When


@dataclass(frozen=True, slots=True)
class Factor:
    """One of the four: `points` of at most `weight`, from `count` (messages, people, events, days)."""

    slug: str
    points: int
    weight: int
    count: int | None


@dataclass(frozen=True, slots=True)
class Influence:
    """Of one member in one scope. `place` of `members`; 0 where nothing is scored. The factors sum to the score."""

    scope: int
    score: int
    tier: str
    place: int
    members: int
    factors: tuple[Factor, ...]


def scores_at(scopes: list[int], when: When) -> list[tuple[int, int, str, int]]:
    """(scope, member, tier, score) of everybody who is in, just before the moment."""
    if not when.present:
        return [
            row
            for one in standings(weighing_before(when.before, when.zone), scopes, when.known)
            for row in _standing_rows(one)
        ]
    scored = client.query(*compiled.scores(scopes)).select(["scope", "who", "score"]).to_pylist()
    score = {(row["scope"], row["who"]): row["score"] for row in scored}
    tiers = client.query(*people.holders("tier", when.before, scopes))
    columns = (tiers.column(name).to_pylist() for name in ("scope", "who", "value"))
    return [(scope, who, tier, score.get((scope, who), 0)) for scope, who, tier in zip(*columns, strict=True)]


def _standing_rows(one: Standing) -> list[tuple[int, int, str, int]]:
    columns = (one.who.tolist(), one.tier.tolist(), one.scores.score.tolist())
    return [(one.scope, who, TIERS[tier], score) for who, tier, score in zip(*columns, strict=True)]


def influence_of(
    member: int, scopes: list[int], when: When, kept: Sequence[Mapping[str, Any]] | None = None
) -> list[Influence]:
    """A member's influence in each scope where they are in, the highest score first; `kept` are their present scores."""
    if not when.present:
        found = _computed(member, scopes, when)
    else:
        rows = _stored(member, scopes) if kept is None else [row for row in kept if row["scope"] in scopes]
        found = [_influence(row) for row in rows]
    return sorted(found, key=lambda one: (-one.score, one.scope))


def _stored(member: int, scopes: list[int]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.query(*compiled.scores(scopes, [member])).to_pylist()
    return found


def _influence(row: Mapping[str, Any]) -> Influence:
    counts = ("contributions", "answerers", None, "days")
    factors = tuple(
        Factor(slug, row[slug], weight, row[count] if count else None)
        for slug, weight, count in zip(FACTORS, WEIGHTS, counts, strict=True)
    )
    return Influence(row["scope"], row["score"], row["tier"], row["place"], row["members"], factors)


def _computed(member: int, scopes: list[int], when: When) -> list[Influence]:
    return [
        _one(standing, standing.who.tolist().index(member))
        for standing in standings(weighing_before(when.before, when.zone), scopes, when.known)
        if member in standing.who
    ]


def _one(standing: Standing, index: int) -> Influence:
    activity = standing.activity
    counts = (
        int(activity.contributions[index]),
        int(activity.answerers[index]),
        None,
        int(activity.days[index]),
    )
    points = standing.scores.points[index].tolist()
    return Influence(
        standing.scope,
        int(standing.scores.score[index]),
        TIERS[int(standing.tier[index])],
        int(standing.place()[index]),
        len(standing.who),
        tuple(Factor(*one) for one in zip(FACTORS, points, WEIGHTS, counts, strict=True)),
    )


def best_tier(found: list[Influence], inside: bool) -> str:
    """The tier that speaks for a member over several scopes; whoever is in and scored nowhere is a lurker."""
    tiers = [one.tier for one in found]
    return min(tiers, key=TIERS.index) if tiers else (LURKER if inside else "")

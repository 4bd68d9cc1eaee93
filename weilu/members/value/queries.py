"""What is a member worth, by which factors and events; and who would move by other weights?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weilu.core.operators.access import Viewer, missing
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import value as compiled
from weilu.core.warehouse.compile.facts import Rows
from weilu.members.queries.moves import require_scope
from weilu.members.queries.moving import Moving, grouped
from weilu.members.queries.person import Person
from weilu.members.queries.story import Behind, paged
from weilu.members.standing import weighing_before
from weilu.members.value import rules, scales
from weilu.members.value.rules import BANDS, DAY, FACTORS, Scale
from weilu.members.value.weighing import NUMBERS, Valuation, told, valuations
from weilu.members.when import When, present


@dataclass(frozen=True, slots=True)
class Factor:
    """`points` of at most `weight`."""

    slug: str
    points: int
    weight: float


@dataclass(frozen=True, slots=True)
class Worth:
    """Of one member in one scope (0: the whole brand). The factors sum to the score; steps are 0 without an order in a year."""

    scope: int
    score: int
    r: int
    f: int
    m: int
    factors: tuple[Factor, ...]
    orders: int
    amount: int
    last: int
    order_weeks: int
    weeks: int
    days: int

    @property
    def band(self) -> str:
        return rules.band(self.score)


def worth_of(member: int, scopes: Sequence[int], when: When) -> list[Worth]:
    """In each scope where there is a score, the highest first."""
    scale = scales.at(when)
    if when.present:
        rows = client.query(*compiled.stored(scopes, member)).to_pylist()
        found = [_worth(row["scope"], row["numbers"], scale) for row in rows]
    else:
        found = [worth for one in valuations(when, scopes) if (worth := _in(one, member, scale))]
    return sorted(found, key=lambda one: (-one.score, one.scope))


def _in(one: Valuation, member: int, scale: Scale) -> Worth | None:
    index = int(one.values.who.searchsorted(member))
    if index == len(one.values.who) or one.values.who[index] != member or not one.values.score[index]:
        return None
    numbers = [
        int(one.values.score[index]), *one.values.steps[index].tolist(), *one.values.points[index].tolist(),
        *(int(column[index]) for column in told(one.facts)),
    ]  # fmt: skip
    return _worth(one.scope, numbers, scale)


def _worth(scope: int, numbers: Sequence[int], scale: Scale) -> Worth:
    said = dict(zip(NUMBERS, numbers, strict=True))
    weights = rules.in_force(scale.weights, asked=bool(said["asked"]))
    factors = tuple(Factor(one, said[one], weights[one]) for one in FACTORS if weights[one])
    return Worth(
        scope, said["score"], said["r"], said["f"], said["m"], factors,
        said["orders"], said["amount"], said["last"], said["order_weeks"], said["weeks"], said["days"],
    )  # fmt: skip


def evidence(viewer: Viewer, one: Person, scope: int, factor: str, when: When, page: int = 1) -> Behind:
    """The events that a factor was made from. Raises NotFound for a scope that is not the viewer's, and for a factor that no
    events stand behind."""
    require_scope(viewer, scope)
    if factor not in (rules.PURCHASING, rules.CONVERSION, rules.ENGAGEMENT):
        raise missing()
    monday = weighing_before(when.before, when.zone)
    days = rules.ORDER_DAYS if factor == rules.PURCHASING else rules.ACTIVE_DAYS
    places = [scope] if scope else None
    rows = Rows(places, one.accounts, max(0, monday - days * DAY), monday, when.known)
    sql = compiled.behind(rows, one.id, ordered=factor != rules.ENGAGEMENT)
    positions = client.query(*sql).column("position").to_pylist()
    return paged(viewer, positions, page)


@dataclass(frozen=True, slots=True)
class Preview:
    """`changed`: whose score would be another, in their band or beyond."""

    members: int
    changed: int
    moving: list[Moving]

    @property
    def total(self) -> int:
        return sum(one.count for one in self.moving)


def preview(scale: Scale) -> Preview:
    """Who of the whole brand would stand in another band by this scale."""
    found = next(valuations(present(), [0]), None)
    if found is None:
        return Preview(0, 0, [])
    then = rules.values(
        found.facts, scale, found.monday
    )  # of the same facts: what comes in meanwhile moves nobody
    who, was, now = (column.tolist() for column in (found.values.who, found.values.score, then.score))
    changed = sum(a != b for a, b in zip(was, now, strict=True))
    moved = [
        (rules.band(a), rules.band(b), one)
        for one, a, b in zip(who, was, now, strict=True)
        if rules.band(a) != rules.band(b)
    ]
    return Preview(len(who), changed, grouped(moved))


def rule_of_band(name: str) -> dict[str, object]:
    """The rule of a segment that is this band."""
    least = BANDS[name]
    above = [one for one in BANDS.values() if one > least]
    return {"value": {"gte": least} | ({"lt": min(above)} if above else {})}

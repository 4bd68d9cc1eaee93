"""What is everybody worth on a Monday? Worked out from the events before it; the newest Monday's stands in the store.

As with influence (docs/decisions/0021): who compares two members must see the same figures all week.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from weilu.core import clock
from weilu.core.directory import facts as traits
from weilu.core.warehouse import client
from weilu.core.warehouse.compile import influence as compiled_influence
from weilu.core.warehouse.compile import value as compiled
from weilu.core.warehouse.compile.facts import Rows
from weilu.members import conclude, facts
from weilu.members.models import Concluded
from weilu.members.queries.scores import scores_at
from weilu.members.standing import weighing_before
from weilu.members.value import rules, scales
from weilu.members.value.rules import DAY, Facts, Ints, Scale, Values
from weilu.members.when import When

KEY = compiled.VALUE
BLOCK = 100_000
"""Rows of one insert."""
NPS = "nps"
"""The fact by which members say how gladly they recommend us, 0 to 10."""
NUMBERS = (
    "score", *rules.STEPS, *rules.FACTORS, "orders", "amount", "last", "order_weeks", "weeks", "days", "asked",
)  # fmt: skip
"""What stands of each, in this order; `asked` is 1 where anybody says whether they recommend us."""


@dataclass(frozen=True, slots=True)
class Valuation:
    """Everybody of a scope (0: the whole brand) on a Monday (seconds)."""

    scope: int
    monday: int
    facts: Facts
    values: Values


def run_once() -> int:
    """Weigh the newest Monday where it is due; returns how many rows were written."""
    now = clock.now()
    cursor, _ = Concluded.objects.get_or_create(key=KEY)
    reached = conclude.reached_now(KEY)
    if reached is None or not reached.position:
        return 0
    reached.thresholds, reached.at = scales.newest(), now
    monday = weighing_before(int(now.timestamp()) + 1, reached.zone)
    if not _due(cursor, reached, monday):
        return 0
    written = _write(list(valuations(When(int(now.timestamp()) + 1, reached.zone))))
    reached.save()
    return written


def _due(cursor: Concluded, reached: Concluded, monday: int) -> bool:
    """A week began, weights changed, the store is another, or something from before the Monday came in or went."""
    fields = ("store", "retractions", "thresholds", "zone")
    if cursor.at is None or any(getattr(cursor, one) != getattr(reached, one) for one in fields):
        return True
    if cursor.at.timestamp() < monday:
        return True
    if conclude.same(cursor, reached):
        return False
    highest = (cursor.owners or [0, 0])[1]
    found = client.query(*compiled_influence.earliest(cursor.position, reached.position, highest))
    return bool(found.column("events")[0].as_py()) and int(found.column("since")[0].as_py()) < monday


def valuations(
    when: When, scopes: Collection[int] | None = None, scale: Scale | None = None
) -> Iterator[Valuation]:
    """Of each scope with anybody, as it was weighed last before the moment; by another scale where one is given."""
    monday = weighing_before(when.before, when.zone)
    scale = scale or scales.at(when)
    recent = monday - rules.ACTIVE_DAYS * DAY
    communities = None if scopes is None or 0 in scopes else scopes
    ordered = Rows(
        communities, None, max(0, monday - rules.ORDER_DAYS * DAY), monday, when.known, visitors=False
    )
    active = Rows(communities, None, max(0, recent), monday, when.known, visitors=False)
    orders = client.query(*compiled.orders(ordered, when.zone, recent), seconds=facts.SECONDS)
    activity = client.query(*compiled.activity(active, when.zone), seconds=facts.SECONDS)
    there = sorted({*_scopes(orders), *_scopes(activity)})
    wanted = [one for one in there if scopes is None or one in scopes]
    weighed = scores_at(wanted, when)
    promoting = _promoting() if when.present else {}
    for scope in wanted:
        known = _facts(scope, orders, activity, weighed, promoting)
        yield Valuation(scope, monday, known, rules.values(known, scale, monday))


def _scopes(table: pa.Table) -> list[int]:
    return [int(one) for one in np.unique(facts.ints(table.column("scope")))]


def _facts(
    scope: int, orders: pa.Table, activity: pa.Table, weighed: Sequence[tuple[int, int, str, int]],
    promoting: dict[int, int],
) -> Facts:  # fmt: skip
    bought, seen = (_of(table, scope) for table in (orders, activity))
    who = np.union1d(bought["person"], seen["person"])
    scored = [(one, score) for place, one, _tier, score in weighed if place == scope and score]
    said = list(promoting.items())
    return Facts(
        who,
        orders=_spread(who, bought["person"], bought["orders"]),
        amount=np.maximum(_spread(who, bought["person"], bought["amount"]), 0),
        last=_spread(who, bought["person"], bought["last"]),
        order_weeks=_spread(who, bought["person"], bought["weeks"]),
        weeks=_spread(who, seen["person"], seen["weeks"]),
        days=_spread(who, seen["person"], seen["days"]),
        influence=_pairs(who, scored, 0),
        promoting=_pairs(who, said, -1),
    )


def _of(table: pa.Table, scope: int) -> dict[str, Ints]:
    keep = facts.ints(table.column("scope")) == scope
    return {name: facts.ints(table.column(name))[keep] for name in table.column_names}


def _spread(who: Ints, people: Ints, numbers: Ints, without: int = 0) -> Ints:
    found = np.full(len(who), without, dtype=np.int64)
    known = np.isin(people, who)
    found[np.searchsorted(who, people[known])] = numbers[known]
    return found


def _pairs(who: Ints, pairs: Sequence[tuple[int, int]], without: int) -> Ints:
    columns = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return _spread(who, columns[:, 0], columns[:, 1], without)


def _promoting() -> dict[int, int]:
    """What members say now of recommending us, where it is a number from 0 to 10."""
    told = traits.of_members(NPS)
    return {
        who: round(value)
        for who, value in told.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 10
    }


# what stands in the store ---------------------------------------------------------------------------------------------


def _write(found: Sequence[Valuation]) -> int:
    """Everybody above 0, and an empty row for whoever had more before."""
    before = client.query(*compiled.stored(None), seconds=facts.SECONDS)
    stamp = max(clock.now_ms(), max(before.column("version").to_pylist(), default=0) + 1)
    tables = [_table(one, stamp) for one in found]
    has = np.concatenate([_keys(table) for table in tables] or [np.zeros(0, dtype=np.int64)])
    gone = np.setdiff1d(_keys(before), has)
    tables.append(
        _rows(
            gone >> facts.WHO_BITS,
            gone & (2**facts.WHO_BITS - 1),
            np.zeros((len(gone), 0), np.int64),
            0,
            stamp,
        )
    )
    for table in tables:
        for begin in range(0, len(table), BLOCK):
            client.insert("weilu.timelines", table.slice(begin, BLOCK))
    return sum(len(table) for table in tables)


def _keys(table: pa.Table) -> Ints:
    return (facts.ints(table.column("scope")) << facts.WHO_BITS) + facts.ints(table.column("who"))


def _table(one: Valuation, stamp: int) -> pa.Table:
    keep = one.values.score > 0
    known = one.facts
    columns = np.column_stack(
        [
            one.values.score, one.values.steps, one.values.points,
            *told(known),
        ]
    )[keep]  # fmt: skip
    who = one.values.who[keep]
    return _rows(np.full(len(who), one.scope), who, columns, one.monday, stamp)


def told(known: Facts) -> tuple[Ints, ...]:
    """The columns of `NUMBERS` behind the points."""
    asked = np.full(len(known.who), int((known.promoting >= 0).any()), dtype=np.int64)
    return known.orders, known.amount, known.last, known.order_weeks, known.weeks, known.days, asked


def _rows(scope: Ints, who: Ints, numbers: Ints, at: int, stamp: int) -> pa.Table:
    """A row of numbers each. Made column by column: a list of texts for each of a million members would fill the memory."""
    size, width = numbers.shape
    edges = pa.array(np.arange(size + 1, dtype=np.int64) * width, pa.int32())
    moments = pa.array(np.full(size * width, at, dtype=np.int64), pa.uint32())
    texts = pa.array(np.ascontiguousarray(numbers).ravel(), pa.int64()).cast(pa.string())
    return pa.table(
        {
            "key": pa.repeat(pa.scalar(KEY, pa.string()), size),
            "scope": pa.array(scope, pa.uint32()),
            "who": pa.array(who, pa.uint32()),
            "froms": pa.ListArray.from_arrays(edges, moments),
            "vals": pa.ListArray.from_arrays(edges, texts),
            "rule": pa.repeat(pa.scalar(scales.newest(), pa.uint32()), size),
            "upto": pa.repeat(pa.scalar(0, pa.uint64()), size),
            "version": pa.repeat(pa.scalar(stamp, pa.uint64()), size),
        }
    )

"""Who answers to a rule? One reading of the events gives every person what all leaves about deeds need; the rule is then a
condition on that one row, with lists of people beside it.

Many rules share the reading: leaves that say the same are counted once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from weilu.core.segments.doings import PARTS, Did, Doing, Edge, Order, Share
from weilu.core.segments.parts import Compared, Window
from weilu.core.segments.people import PARTS as LOTS
from weilu.core.segments.people import Apart, Carried, Chance, Held, Inside, Kept, Picked, Scored, Valued
from weilu.core.segments.rule import And, Leaf, Not, Or, Rule, leaves
from weilu.core.warehouse.compile import intervals, memberships, value, where
from weilu.core.warehouse.compile.activity import AMOUNT
from weilu.core.warehouse.compile.facts import Sql
from weilu.core.warehouse.compile.holdings import holdings
from weilu.core.warehouse.compile.source import Bound, among, events, owned, owner, person
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.measures import Members
from weilu.core.warehouse.steps import SOURCE, VALUE

MOMENT = "toUInt64(toUnixTimestamp(happened)) * 1000 + ms"
SECOND = "toUInt32(toUnixTimestamp(happened))"
IS_IN = "startsWith(vals[length(vals)], 'in')"
"""Of a row of `timelines` under the key of a segment: the value begins with `in` or `out`, and says which conditions of which version
of the rule held (`in 101 v2`)."""
SEGMENT = "segment"
NEW_RULE = "rule"
"""Behind `in` or `out`: not the member had changed but the rule."""


def members(rule: Rule, frame: Frame, bound: Bound) -> str:
    """SELECT unit: who answers to the rule at the frame's horizon, ascending. Bots never do."""
    return f"SELECT person AS unit FROM ({people(rule, frame, bound)}) ORDER BY unit"


def people(rule: Rule, frame: Frame, bound: Bound) -> str:
    """SELECT person: the same in any order, as a part of another statement."""
    plan = _plan([rule], frame, bound)
    return f"SELECT person FROM ({plan.people}) WHERE {plan.truths[0]}"


def count(rule: Rule, frame: Frame, bound: Bound) -> str:
    """SELECT n: how many answer to it."""
    plan = _plan([rule], frame, bound)
    return f"SELECT countIf({plan.truths[0]}) AS n FROM ({plan.people})"


def judged(rules: Sequence[Rule], frame: Frame, bound: Bound) -> str:
    """SELECT person, found: for everybody who was seen, which of the rules (their indexes from 1) they answer to. Whoever can
    answer to none may be left out."""
    plan = _plan(rules, frame, bound)
    marks = ", ".join(f"toUInt8({truth})" for truth in plan.truths)
    return f"""SELECT person, arrayFilter((n, held) -> held, arrayEnumerate(marks), marks) AS found
        FROM (SELECT person, [{marks}] AS marks FROM ({plan.people}))"""


# what is kept of saved segments --------------------------------------------------------------------------------------


def inside(scopes: Sequence[int], people: Sequence[int] | None) -> Sql:
    """SELECT scope, who: who is in these segments as it was last written; of some people where they are given."""
    bound = Bound()
    some = "1" if people is None else f"who IN {bound.ids(people)}"
    sql = f"""SELECT scope, who FROM weilu.timelines FINAL
        WHERE key = {bound(SEGMENT, "String")} AND scope IN {bound.ids(scopes)} AND {some} AND {IS_IN}"""
    return sql, bound.params


def moves(scope: int, since: int, limit: int) -> Sql:
    """SELECT who, at (seconds), was, now: comings and goings since then, the newest first."""
    bound = Bound()
    sql = f"""SELECT who, toUInt32(at) AS at, was, now FROM (
            SELECT who, at, was, now FROM weilu.timelines FINAL
            ARRAY JOIN froms AS at, arrayPopBack(arrayPushFront(vals, '')) AS was, vals AS now
            WHERE key = {bound(SEGMENT, "String")} AND scope = {bound(scope, "UInt32")})
        WHERE at >= {bound.moment(since)} AND NOT endsWith(now, '{NEW_RULE}') ORDER BY at DESC, who LIMIT {bound(limit, "UInt32")}"""
    return sql, bound.params


def tallies(scopes: Sequence[int], since: int) -> Sql:
    """SELECT scope, entered, gone: comings and goings since then."""
    bound = Bound()
    sql = f"""SELECT scope, countIf(startsWith(now, 'in')) AS entered, countIf(startsWith(now, 'out')) AS gone FROM (
            SELECT scope, at, now FROM weilu.timelines FINAL ARRAY JOIN froms AS at, vals AS now
            WHERE key = {bound(SEGMENT, "String")} AND scope IN {bound.ids(scopes)})
        WHERE at >= {bound.moment(since)} AND NOT endsWith(now, '{NEW_RULE}') GROUP BY scope"""
    return sql, bound.params


@dataclass(slots=True)
class _Plan:
    """`columns`: what is counted of each person, by its SQL; `layers`: what is worked out from that, one SELECT after another."""

    frame: Frame
    bound: Bound
    people: str = ""
    truths: list[str] = field(default_factory=list)
    needed: set[str] = field(default_factory=set)
    columns: dict[str, str] = field(default_factory=dict)
    layers: list[dict[str, str]] = field(default_factory=list)

    def column(self, sql: str) -> str:
        return self.columns.setdefault(sql, f"c{len(self.columns)}")

    def among(self, people: str) -> str:
        """Whether the person is one of a list: looked up once, however many rules ask it."""
        return self.column(f"person IN ({people})")

    def derived(self, depth: int, sql: str) -> str:
        """A column of the SELECT at this depth above the counting."""
        while len(self.layers) <= depth:
            self.layers.append({})
        layer = self.layers[depth]
        return layer.setdefault(sql, f"d{depth}_{len(layer)}")


def _plan(rules: Sequence[Rule], frame: Frame, bound: Bound) -> _Plan:
    everything = [one for rule in rules for one in _frames(rule, frame)]
    wide = replace(frame, communities=tuple(sorted({pk for one in everything for pk in one.communities})))
    plan = _Plan(wide, bound)
    for rule in rules:
        plan.truths.append(f"({_seen(frame, plan)} AND {_truth(rule, frame, plan)})")
    plan.people = _people(plan, rules)
    return plan


def _frames(rule: Rule, frame: Frame) -> list[Frame]:
    found = [frame]
    for leaf in leaves(rule):
        if isinstance(leaf, Apart):
            found += _frames(leaf.rule, leaf.frame)
    return found


def _people(plan: _Plan, rules: Sequence[Rule]) -> str:
    """A row for each person with all columns; where no rule holds for somebody without a deed, only of those with one."""
    bound, only = plan.bound, "1"
    apart = any(isinstance(leaf, Apart) for rule in rules for leaf in leaves(rule))
    if not apart and not any(_could(rule) for rule in rules):
        only = " OR ".join(sorted({_during(one, window, "1", plan) for one, window in _deeds(rules)})) or "1"
    columns = ", ".join(
        sorted({"community", "happened", "ms", "position", "kind", "interaction", *plan.needed})
    )
    inner = events(plan.frame, bound, f"{columns}, {person(plan.frame)} AS person", only)
    counted = "".join(f", {sql} AS {name}" for sql, name in plan.columns.items())
    sql = f"SELECT person{counted} FROM ({inner}) WHERE person != 0 GROUP BY person"
    known = list(plan.columns.values())
    lists: list[str] = []
    for layer in plan.layers:
        made = "".join(f", {one} AS {name}" for one, name in layer.items())
        sql = (
            f"SELECT person{''.join(f', {name}' for name in known)}{made} FROM ({sql}) WHERE {_named(lists)}"
        )
        known += layer.values()
        lists += layer.values()
    return sql


def _named(lists: Sequence[str]) -> str:
    """Says nothing that is not so; the oldest server reads what a lambda needs of a sub-select only if it is named outside."""
    return " AND ".join(f"length({name}) >= 0" for name in lists) or "1"


def _deeds(rules: Sequence[Rule]) -> list[tuple[Doing, Window]]:
    """What anybody must have done to answer to one of the rules."""
    found: list[tuple[Doing, Window]] = []
    for leaf in (leaf for rule in rules for leaf in leaves(rule)):
        match leaf:
            case Did(done, _, window) | Share(part=_, whole=done, window=window):
                found.append((done, window))
                if isinstance(leaf, Share):
                    found.append((leaf.part, window))
            case Edge(_, done, _):
                found.append((done, Window()))
            case Order(steps, window):
                found += [(one.doing, window) for one in steps]
    return found


# what holds for whoever did nothing -----------------------------------------------------------------------------------


def _could(rule: Rule) -> bool:
    """Whether somebody without any of the deeds could answer to the rule."""
    match rule:
        case And(rules):
            return all(_could(one) for one in rules)
        case Or(rules):
            return any(_could(one) for one in rules)
        case Not(one):
            return not _must(one)
        case Did(times=times, total=total):
            return times.holds(0) and (total is None or total.holds(0))
        case Edge() | Order() | Share():
            return False
        case Apart(inner):
            return _could(inner)
    return True


def _must(rule: Rule) -> bool:
    """Whether everybody without any of the deeds answers to the rule."""
    match rule:
        case And(rules):
            return all(_must(one) for one in rules)
        case Or(rules):
            return any(_must(one) for one in rules)
        case Not(one):
            return not _could(one)
        case Did():
            return _could(rule)
    return False


# the rule as a condition on one person's row --------------------------------------------------------------------------


def _truth(rule: Rule, frame: Frame, plan: _Plan) -> str:
    match rule:
        case And(rules):
            return f"({' AND '.join(_truth(one, frame, plan) for one in rules)})"
        case Or(rules):
            return f"({' OR '.join(_truth(one, frame, plan) for one in rules)})"
        case Not(one):
            return f"NOT {_truth(one, frame, plan)}"
    return f"({_of_leaf(rule, frame, plan)})"


def _of_leaf(leaf: Leaf, frame: Frame, plan: _Plan) -> str:
    bound = plan.bound
    match leaf:
        case Did():
            return _did(leaf, frame, plan)
        case Edge():
            return _edge(leaf, frame, plan)
        case Order():
            return _order(leaf, frame, plan)
        case Share():
            return _share(leaf, frame, plan)
        case Inside(communities):
            # Not a column beside the counts: ClickHouse 18.16 loses names of a sub-select as deep as this one there.
            return f"person IN ({_inside(communities, frame, bound)})"
        case Picked(members_):
            return f"person IN {bound.ids(members_)}"
        case Chance(parts, seed):
            lot = f"reinterpretAsUInt32(substring(MD5(concat({bound(seed, 'String')}, toString(person))), 1, 4))"
            return f"{lot} % {LOTS} < {bound(parts, 'UInt32')}"
        case Held(key, values):
            held = holdings(key, frame, (frame.horizon,), bound)
            return plan.among(f"SELECT who FROM ({held}) WHERE path[1] IN {bound(values, 'Array(String)')}")
        case Scored(score):
            return _scored(score, frame, plan)
        case Valued(place, number):
            return _valued(place, number, frame, plan)
        case Kept(key, scope):
            return plan.among(f"""SELECT {owner("person", "who")} FROM weilu.timelines FINAL
                WHERE key = {bound(key, "String")} AND scope = {bound(scope, "UInt32")} AND {IS_IN}
                AND {owned(frame, bound, "who")}""")
        case Carried(key, scopes, before):
            return plan.among(intervals.people(key, scopes, before, bound, owned(frame, bound, "who")))
        case Apart(rule, own):
            own = replace(own, among=frame.among)
            return f"{_seen(own, plan)} AND {_truth(rule, own, plan)}"
    raise TypeError(f"a rule's {type(leaf).__name__} was not resolved")


def _did(leaf: Did, frame: Frame, plan: _Plan) -> str:
    done = _during(leaf.doing, leaf.window, _here(frame, plan), plan)
    parts = [_between(plan.column(f"countIf({done})"), leaf.times, plan.bound)]
    if leaf.total is not None:
        plan.needed.add("value")
        parts.append(_between(plan.column(f"sumIf({AMOUNT}, {done})"), leaf.total, plan.bound))
    return " AND ".join(parts)


def _edge(leaf: Edge, frame: Frame, plan: _Plan) -> str:
    """No event has the moment 0, so 0 says that there was none."""
    done = _during(leaf.doing, Window(), _here(frame, plan), plan)
    at = plan.column(f"{'max' if leaf.last else 'min'}If({SECOND}, {done})")
    return f"{at} > 0 AND {_within(at, leaf.window, plan.bound)}"


def _share(leaf: Share, frame: Frame, plan: _Plan) -> str:
    """Compared in whole numbers: part × 10,000 beside percent × whole."""
    here = _here(frame, plan)
    whole_ = _during(leaf.whole, leaf.window, here, plan)
    part_ = _during(leaf.part, leaf.window, here, plan)
    whole, both = plan.column(f"countIf({whole_})"), plan.column(f"countIf({whole_} AND {part_})")
    edges = [
        f"{both} * {PARTS} {sign} {whole} * {plan.bound(edge, 'UInt32')}"
        for sign, edge in ((">=", leaf.percent.low), ("<=", leaf.percent.high))
        if edge is not None
    ]
    return " AND ".join([f"{whole} > 0", *edges])


def _order(leaf: Order, frame: Frame, plan: _Plan) -> str:
    """A step is reached by an event after the latest of those that reached the step before, if that is near enough."""
    here = _here(frame, plan)
    marks = [f"toUInt8({_during(one.doing, leaf.window, here, plan)})" for one in leaf.steps]
    any_ = " OR ".join(dict.fromkeys(marks))
    every = plan.column(f"arraySort(groupArrayIf(({MOMENT}, position, {', '.join(marks)}), {any_}))")
    moments = plan.derived(0, f"arrayMap(x -> x.1, {every})")
    reached = plan.derived(0, f"arrayMap(x -> x.3, {every})")
    for n, step in enumerate(leaf.steps[1:], 1):
        at = plan.derived(2 * n - 1, f"arrayFilter((x, r) -> r = 1, {moments}, {reached})")
        so_far = plan.derived(2 * n - 1, f"arrayCumSum({reached})")
        near = f"x.1 - {at}[c - r] <= {plan.bound(step.gap * 1000, 'UInt64')}" if step.gap else "1"
        reached = plan.derived(
            2 * n,
            f"arrayMap((x, c, r) -> toUInt8(x.{n + 3} = 1 AND c > r AND {near}), {every}, {so_far}, {reached})",
        )
    return f"has({reached}, 1)"


def _inside(communities: Sequence[str | int], frame: Frame, bound: Bound) -> str:
    """Who is in one of them at the horizon."""
    ids = tuple(int(one) for one in communities if one)
    moment = replace(frame.buckets[0], end=frame.horizon)
    own = replace(frame, communities=ids, buckets=(moment,), until=frame.horizon, breakdown=None)
    return f"SELECT person FROM ({memberships.rows(Members(), own, bound).sql})"


def _scored(score: Compared, frame: Frame, plan: _Plan) -> str:
    """Whoever is not scored has 0, so where 0 fits those are left out that have another score."""
    bound = plan.bound
    scopes = frame.communities if frame.scope is None else (frame.scope,)
    fits = _between("max(score)", score, bound)
    has = plan.among(f"""SELECT who FROM weilu.scores FINAL
        WHERE scope IN {bound.ids(scopes)} AND {among(frame, bound, "who")}
        GROUP BY who HAVING {"NOT " if score.holds(0) else ""}({fits})""")
    return f"NOT {has}" if score.holds(0) else has


def _valued(place: int, number: Compared, frame: Frame, plan: _Plan) -> str:
    """Whoever has no row has 0, so where 0 fits those are left out whose number does not."""
    bound = plan.bound
    scopes = frame.communities if frame.scope is None else (frame.scope,)
    some = among(frame, bound, "who")
    if not number.holds(0):
        return plan.among(value.people(place, number, scopes, bound, some))
    above = Compared((number.high or 0) + 1, None) if number.high is not None else None
    return f"NOT {plan.among(value.people(place, above, scopes, bound, some))}" if above else "1"


def _seen(frame: Frame, plan: _Plan) -> str:
    """Was seen in these communities; in all that are read, whoever has a row was."""
    if set(frame.communities) == set(plan.frame.communities):
        return "1"
    return f"{plan.column(f'countIf(community IN {plan.bound.ids(frame.communities)})')} > 0"


def _here(frame: Frame, plan: _Plan) -> str:
    """The condition of having happened in the communities of the rule; all that are read need none."""
    if set(frame.communities) == set(plan.frame.communities):
        return "1"
    return f"community IN {plan.bound.ids(frame.communities)}"


def _during(done: Doing, window: Window, here: str, plan: _Plan) -> str:
    """The condition of being one of these deeds in the window."""
    bound = plan.bound
    parts = [here, where.fitting(done.step, bound), _within(SECOND, window, bound)]
    for column, ids in (("community", done.communities), ("room", done.rooms)):
        if ids:
            plan.needed.add(column)
            parts.append(f"{column} IN {bound.ids([int(one) for one in ids])}")
    plan.needed |= {one.name for one in done.step.where if one.name in (VALUE, SOURCE)}
    plan.needed |= {"properties"} if done.step.properties else set()
    return f"({' AND '.join(one for one in parts if one != '1') or '1'})"


def _within(at: str, window: Window, bound: Bound) -> str:
    parts = [
        f"{at} {sign} {bound(edge, 'UInt32')}"
        for sign, edge in ((">=", window.since), ("<", window.until))
        if edge is not None
    ]
    return " AND ".join(parts) or "1"


def _between(number: str, edges: Compared, bound: Bound) -> str:
    if edges.low == edges.high:
        return f"{number} = {bound(edges.low, 'Int64')}"
    parts = [
        f"{number} {sign} {bound(edge, 'Int64')}"
        for sign, edge in ((">=", edges.low), ("<=", edges.high))
        if edge is not None
    ]
    return " AND ".join(parts)
